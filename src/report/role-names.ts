import type { Role } from "./data.js";

const ROLE_NAMES: Readonly<Record<Role, string>> = {
  fixed: "fixed point",
  float: "float",
  baseline: "road masks",
};

/** Name of a role in legends and tables. */
export const roleName = (role: Role): string => ROLE_NAMES[role];
