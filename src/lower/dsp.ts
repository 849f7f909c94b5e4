/** What products of two live values are made of; those with constants are adder graphs either way. */
export const MULTIPLIERS = ["lut", "dsp"] as const;
export type Multipliers = (typeof MULTIPLIERS)[number];

/** The multiplier of a fabric's DSPs, and its delays in ns. */
export interface Dsp {
  /** Bits of its two operands, both signed, the wider one first. */
  readonly a: number;
  readonly b: number;
  /** From the operands to the product, where the DSP has a register (MREG). */
  readonly multiply: number;
  /** From there through the DSP's adder to its output, where it has another one (PREG). */
  readonly add: number;
}

/**
 * DSP48E2 (AMD UG579) and DSP48E1 (UG479). The delays of UltraScale+ are those that Vivado 2021.2 reports of an xczu3eg-1
 * (public repository gussmith23/lakeroad-evaluation): operand to multiplier 0.195 + 0.092, multiplier 0.737; 0.059 + 0.699 to
 * the end of the adder and 0.141 out of the DSP. Those of the 7 series are from the timing model of DSP48E1 that Yosys has
 * (techlibs/xilinx/cells_sim.v): 1.416 from A to MREG, 2.823 − 1.416 at most from there to P. UltraScale lies between, by the ratio of
 * the fabrics' LUTs.
 */
export const DSPS = {
  "ultrascale+": { a: 27, b: 18, multiply: 1.03, add: 0.9 },
  ultrascale: { a: 27, b: 18, multiply: 1.27, add: 1.11 },
  "7-series": { a: 25, b: 18, multiply: 1.42, add: 1.41 },
} as const satisfies Readonly<Record<string, Dsp>>;
