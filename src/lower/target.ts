import { type DelayModel, FABRICS, type Fabric } from "./delay.js";
import { DSPS, type Multipliers } from "./dsp.js";

/**
 * What the primitives of the Verilog are written for (templates/verilog/): plain Verilog for any device, or the LUT6_2 and
 * CARRY8 of AMD's UltraScale and UltraScale+.
 */
export const TARGETS = ["generic", "ultrascale"] as const;
export type Target = (typeof TARGETS)[number];

/** The primitives that a fabric has. A slice of the 7 series has other carry chains. */
export function targetOf(fabric: Fabric): Target {
  return fabric === "7-series" ? "generic" : "ultrascale";
}

/**
 * The delays of a fabric with these primitives: a sum in plain Verilog may become two adders with a net between them. Products
 * are made by DSPs where their delays are there, and tables from `blockRamFrom` bits on are in block RAM.
 */
export function delaysOf(
  fabric: Fabric,
  target: Target,
  multipliers: Multipliers = "lut",
  blockRamFrom?: number,
): DelayModel {
  const delays: DelayModel = FABRICS[fabric];
  return {
    ...delays,
    ...(target === "generic" && { local: delays.net }),
    ...(multipliers === "dsp" && { dsp: DSPS[fabric] }),
    ...(blockRamFrom !== undefined && { blockRamFrom }),
  };
}
