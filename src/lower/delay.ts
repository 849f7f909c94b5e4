import type { Cell, Wire } from "../ir/circuit/circuit.js";

/**
 * A delay model of an FPGA fabric, in nanoseconds. The constants are round figures for 16 nm UltraScale+ parts, chosen
 * from the order of magnitude of the switching characteristics in AMD's data sheet DS923 (LUT6, CARRY8, flip-flop) plus
 * an allowance for routing; they are not timing reports of a placed design.
 */
export interface DelayModel {
  /** One LUT. */
  readonly lut: number;
  /** One net between two cells. */
  readonly net: number;
  /** The carry chain, per started group of 8 bits (CARRY8). */
  readonly carry8: number;
  /** Clock-to-output plus set-up of a register, plus clock uncertainty. */
  readonly register: number;
}

export const ULTRASCALE_PLUS: DelayModel = { lut: 0.13, net: 0.42, carry8: 0.06, register: 0.25 };

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
    case "atleast": {
      const bits = operand(cell.a).width;
      // A sign bit is a wire; a short comparison is one LUT; a long one is a carry chain.
      if (cell.level === 0n) return 0;
      return bits <= LUT_INPUTS ? level : level + Math.ceil(bits / 8) * model.carry8;
    }
    case "mux":
      return level;
    case "table":
      // Above six inputs a table becomes LUTs and multiplexers of them.
      return level * (1 + Math.max(0, Math.ceil((operand(cell.index).width - LUT_INPUTS) / 2)));
    default:
      return 0;
  }
}
