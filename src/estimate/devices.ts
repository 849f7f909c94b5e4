import { invariant } from "../ir/errors.js";
import type { Fabric } from "../lower/delay.js";
import type { Resources } from "./counts.js";

/** What an FPGA has. */
export interface Device {
  readonly name: string;
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  /** Block RAMs of 36 kbit. */
  readonly bram: number;
  /** UltraRAMs of 288 kbit. */
  readonly uram: number;
  /** Dies side by side on one interposer (super logic regions), all of one size. */
  readonly slrs: number;
  readonly fabric: Fabric;
}

/**
 * From AMD's product tables: UltraScale+ and UltraScale DS890 ("UltraScale Architecture and Product Data Sheet:
 * Overview"), 7 series DS180 ("7 Series FPGAs Data Sheet: Overview"; 4 LUTs and 8 flip-flops a slice).
 */
export const DEVICES: readonly Device[] = [
  {
    ...{ name: "xcvu13p", fabric: "ultrascale+", slrs: 4 },
    ...{ lut: 1_728_000, ff: 3_456_000, dsp: 12_288, bram: 2_688, uram: 1_280 },
  },
  {
    ...{ name: "xcvu9p", fabric: "ultrascale+", slrs: 3 },
    ...{ lut: 1_182_240, ff: 2_364_480, dsp: 6_840, bram: 2_160, uram: 960 },
  },
  {
    ...{ name: "xcku15p", fabric: "ultrascale+", slrs: 1 },
    ...{ lut: 522_720, ff: 1_045_440, dsp: 1_968, bram: 984, uram: 128 },
  },
  {
    ...{ name: "xcku040", fabric: "ultrascale", slrs: 1 },
    ...{ lut: 242_400, ff: 484_800, dsp: 1_920, bram: 600, uram: 0 },
  },
  {
    ...{ name: "xc7vx690t", fabric: "7-series", slrs: 1 },
    ...{ lut: 433_200, ff: 866_400, dsp: 3_600, bram: 1_470, uram: 0 },
  },
];

/** The device of that name; the configuration allows no other. */
export function deviceOf(name: string): Device {
  const device = DEVICES.find((other) => other.name === name);
  invariant(device, `no device is named '${name}'`);
  return device;
}

/** Of one kind of element what is used, what the device has, and what one of its SLRs has. */
export interface Share {
  readonly name: "LUT" | "FF" | "DSP" | "BRAM";
  readonly used: number;
  readonly device: number;
  readonly slr: number;
}

/** How much of a device some resources take. Shift registers take LUTs. */
export function sharesOf({ lut, srl, ff, dsp, bram }: Resources, device: Device): readonly Share[] {
  const share = (name: Share["name"], used: number, has: number): Share => ({
    ...{ name, used, device: has, slr: has / device.slrs },
  });
  return [
    share("LUT", lut + srl, device.lut),
    share("FF", ff, device.ff),
    share("DSP", dsp, device.dsp),
    share("BRAM", bram, device.bram),
  ];
}
