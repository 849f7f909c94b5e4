import type { DemoExample } from "./example.js";
import { muonDemo } from "./muon.js";
import { trackerDemo } from "./tracker.js";

/** The examples that `l1c demo` shows, by name. */
export const DEMOS = { muon: muonDemo, tracker: trackerDemo } as const satisfies Readonly<
  Record<string, DemoExample>
>;
export type DemoName = keyof typeof DEMOS;
export const DEMO_NAMES = Object.keys(DEMOS) as readonly DemoName[];
