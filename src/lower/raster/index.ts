import { UserError } from "../../ir/errors.js";
import type { Fixed } from "../../ir/fixed/fixed.js";
import type { DelayModel } from "../delay.js";
import type { Lowered } from "../lowered.js";

export interface RasterOptions {
  /** The clock period in ns. */
  readonly period: number;
  readonly delays: DelayModel;
}

/** Throws a UserError that names the node that does not fit a raster. */
export function planRaster(fixed: Fixed): unknown {
  throw new UserError("this version makes no raster firmware", { where: `model '${fixed.name}'` });
}

/** Fixed → Circuit, an image pixel by pixel. */
export function lowerRaster(fixed: Fixed, _options: RasterOptions): Lowered {
  throw planRaster(fixed);
}
