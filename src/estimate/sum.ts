/** What firmware takes of a device. l1c's firmware so far uses no DSP. */
export interface Resources {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  /** Block RAMs of 36 kbit; half of one is 0.5. */
  readonly bram: number;
}

export const NONE: Resources = { lut: 0, ff: 0, dsp: 0, bram: 0 };

export const plus = (a: Resources, b: Resources): Resources => ({
  lut: a.lut + b.lut,
  ff: a.ff + b.ff,
  dsp: a.dsp + b.dsp,
  bram: a.bram + b.bram,
});
