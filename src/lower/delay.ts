import type { Cell, Wire } from "../ir/circuit/circuit.js";
import { InternalError } from "../ir/errors.js";
import type { Dsp } from "./dsp.js";

/** A delay model of an FPGA fabric, in nanoseconds. */
export interface DelayModel {
  /** One LUT. */
  readonly lut: number;
  /** One net between two cells. */
  readonly net: number;
  /** One net to the LUT of the next bit, in the same slice or the one above: within an adder of three operands. */
  readonly local: number;
  /** The carry chain, per started group of 8 bits (CARRY8). */
  readonly carry8: number;
  /** Clock-to-output plus set-up of a register, plus clock uncertainty. */
  readonly register: number;
  /** Block RAM: before its register, which takes in the address, and behind it. */
  readonly ram: { readonly setup: number; readonly out: number };
  /** From so many bits on a table is in block RAM; where it is missing, all are LUTs. */
  readonly blockRamFrom?: number;
  /** The DSPs, where products of two live values are to be made by them. */
  readonly dsp?: Dsp;
}

/**
 * Round figures with an allowance for routing, not timing reports of a placed design. AMD's data sheets no longer have the
 * delays of single cells of UltraScale+; what Vivado reports of them is public in two places:
 *
 * | ns                             | here | xcvu3p-2 | xczu3eg-1 |
 * |---|---|---|---|
 * | LUT                            | 0.13 | 0.035 (5 inputs) to 0.148 (6) | 0.04 to 0.18 |
 * | net between cells              | 0.42 | | 0.19 to 0.29 before placement |
 * | net to the next bit            | 0.2  | 0.18 local | |
 * | carry, first block             | 0.06 | 0.115 in, 0.116 out | 0.177 in, 0.109 out |
 * | carry, each 8 bits more        | 0.06 | 0.015 + 0.026 net | 0.030 + 0.007 net |
 * | clock to output, set-up, clock | 0.25 | 0.15 without the clock | 0.093 clock to output |
 *
 * xcvu3p-2 is FloPoCo's target VirtexUltrascalePlus (from speed models of Vivado), xczu3eg-1 are timing reports of Vivado
 * 2021.2 in the public repository gussmith23/lakeroad-evaluation. By these an adder of 8 bits takes 0.29 ns besides its net,
 * here 0.19: the net has the rest. Nets of a placed and crowded design take 0.3 to 0.6 ns; UG949 counts on half of a
 * path's delay in routing. The 7 series has no adder of three
 * operands in one row of LUTs (target.ts): its two rows are a net apart. The other fabrics are scaled by the order of magnitude of the switching characteristics in
 * DS892 (Kintex UltraScale, 20 nm) and DS183 (Virtex-7, 28 nm).
 *
 * Block RAM without its output register: of the 7 series by the timing model of RAMB36E1 that Yosys has
 * (techlibs/xilinx/cells_sim.v); of UltraScale+ 0.83 ns out of RAMB36E2 in a timing report of Vivado for an Alveo U250, quoted in
 * the public sources of autoparallel (TimingReportParser). What is missing is scaled by the fabrics' LUTs.
 */
export const FABRICS = {
  "ultrascale+": {
    lut: 0.13,
    net: 0.42,
    local: 0.2,
    carry8: 0.06,
    register: 0.25,
    ram: { setup: 0.37, out: 0.83 },
  },
  ultrascale: {
    lut: 0.16,
    net: 0.5,
    local: 0.24,
    carry8: 0.08,
    register: 0.3,
    ram: { setup: 0.45, out: 1.02 },
  },
  "7-series": {
    lut: 0.2,
    net: 0.6,
    local: 0.6,
    carry8: 0.12,
    register: 0.4,
    ram: { setup: 0.57, out: 2.45 },
  },
} as const satisfies Readonly<Record<string, DelayModel>>;
export type Fabric = keyof typeof FABRICS;

/** What a module's builder is to make in DSPs and block RAM. */
export function hardBlocksOf({ dsp, blockRamFrom }: DelayModel): Pick<DelayModel, "dsp" | "blockRamFrom"> {
  return { ...(dsp !== undefined && { dsp }), ...(blockRamFrom !== undefined && { blockRamFrom }) };
}

/** Inputs of one look-up table of the fabric (LUT6). */
export const LUT_INPUTS = 6;

/** The delay from the inputs of a cell to its output, with one net; wiring costs nothing. */
export function cellDelay(
  cell: Cell,
  width: number,
  operand: (id: number) => Wire,
  model: DelayModel,
): number {
  const level = model.lut + model.net;
  switch (cell.op) {
    case "add":
    case "sub":
      return level + Math.ceil(width / 8) * model.carry8;
    case "add3":
      // A LUT saves the majority of its bit's operands for the next bit's LUT, which is on the carry chain.
      return level + model.local + model.lut + Math.ceil(width / 8) * model.carry8;
    case "mul": {
      if (cell.dsp) return dspOf(model).multiply + model.net;
      // An adder takes two rows of partial products, whose ANDs lie in its own LUTs; a tree of adders takes those.
      const rows = Math.min(operand(cell.a).width, operand(cell.b).width);
      const adder = level + Math.ceil(width / 8) * model.carry8;
      return rows === 1 ? level : adder * (1 + Math.ceil(Math.log2(Math.ceil(rows / 2))));
    }
    case "dspout":
      return dspOf(model).add;
    case "atleast": {
      const bits = operand(cell.a).width;
      // A sign bit is a wire; a short comparison is one LUT; a long one is a carry chain.
      if (cell.level === 0n) return 0;
      return bits <= LUT_INPUTS ? level : level + Math.ceil(bits / 8) * model.carry8;
    }
    case "mux":
    case "choose":
      return level;
    case "ramout":
      return model.ram.out;
    case "table":
      if (cell.ram) return model.net + model.ram.setup;
      return tableDelay(operand(cell.index).width, model);
    case "input":
    case "port":
    case "constant":
    case "slice":
    case "concat":
    case "shift":
    case "ahead":
    case "offset":
    case "register":
      return 0;
  }
}

function dspOf({ dsp }: DelayModel): Dsp {
  if (dsp === undefined) throw new InternalError("a product of a DSP in firmware without DSPs");
  return dsp;
}

/**
 * A table of up to six inputs is one LUT for each bit; the slice's own multiplexers make one of eight inputs out of
 * four LUTs, and every two inputs more take a LUT that chooses among four.
 */
function tableDelay(inputs: number, { lut, net }: DelayModel): number {
  if (inputs <= LUT_INPUTS) return lut + net;
  return 2 * lut + net + (lut + net) * Math.max(0, Math.ceil((inputs - LUT_INPUTS - 2) / 2));
}
