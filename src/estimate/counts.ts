/** The elements of an FPGA that a module takes. */
export interface Resources {
  /** LUTs of up to six inputs that compute; an inverter is none. A LUT with two outputs (LUT6_2) is one. */
  readonly lut: number;
  /** LUTs that are shift registers (SRL16, SRLC32); they take the place of LUTs. */
  readonly srl: number;
  readonly ff: number;
  /** Groups of four bits of carry chain: a CARRY4, or half a CARRY8. */
  readonly carry: number;
  readonly dsp: number;
  /** Block RAMs of 36 kbit; half of one is 0.5. */
  readonly bram: number;
}

export const NOTHING: Resources = { lut: 0, srl: 0, ff: 0, carry: 0, dsp: 0, bram: 0 };

export const plus = (a: Resources, b: Resources): Resources => ({
  lut: a.lut + b.lut,
  srl: a.srl + b.srl,
  ff: a.ff + b.ff,
  carry: a.carry + b.carry,
  dsp: a.dsp + b.dsp,
  bram: a.bram + b.bram,
});
