import { invariant } from "../ir/errors.js";
import type { Fabric } from "../lower/delay.js";

/** What an FPGA has. */
export interface Device {
  readonly name: string;
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  /** Block RAMs of 36 kbit. */
  readonly bram: number;
  readonly fabric: Fabric;
}

/** From AMD's product tables: UltraScale+ DS890, UltraScale DS890, 7 series DS180. */
export const DEVICES: readonly Device[] = [
  { name: "xcvu13p", lut: 1_728_000, ff: 3_456_000, dsp: 12_288, bram: 2_688, fabric: "ultrascale+" },
  { name: "xcvu9p", lut: 1_182_240, ff: 2_364_480, dsp: 6_840, bram: 2_160, fabric: "ultrascale+" },
  { name: "xcku15p", lut: 522_720, ff: 1_045_440, dsp: 1_968, bram: 984, fabric: "ultrascale+" },
  { name: "xcku040", lut: 242_400, ff: 484_800, dsp: 1_920, bram: 600, fabric: "ultrascale" },
  { name: "xc7vx690t", lut: 433_200, ff: 866_400, dsp: 3_600, bram: 1_470, fabric: "7-series" },
];

/** The device of that name; the configuration allows no other. */
export function deviceOf(name: string): Device {
  const device = DEVICES.find((other) => other.name === name);
  invariant(device, `no device is named '${name}'`);
  return device;
}
