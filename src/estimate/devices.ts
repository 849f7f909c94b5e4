/** What an FPGA has. */
export interface Device {
  readonly name: string;
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  /** Block RAMs of 36 kbit. */
  readonly bram: number;
  /** Super logic regions (dies). */
  readonly slr: number;
}

/** From AMD's product tables: UltraScale+ DS890, UltraScale DS890, 7 series DS180. */
export const DEVICES: readonly Device[] = [
  { name: "xcvu13p", lut: 1_728_000, ff: 3_456_000, dsp: 12_288, bram: 2_688, slr: 4 },
  { name: "xcvu9p", lut: 1_182_240, ff: 2_364_480, dsp: 6_840, bram: 2_160, slr: 3 },
  { name: "xcku15p", lut: 522_720, ff: 1_045_440, dsp: 1_968, bram: 984, slr: 1 },
  { name: "xcku040", lut: 242_400, ff: 484_800, dsp: 1_920, bram: 600, slr: 1 },
  { name: "xc7vx690t", lut: 433_200, ff: 866_400, dsp: 3_600, bram: 1_470, slr: 1 },
];
