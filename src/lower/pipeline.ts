import { type Cell, cellOperands, type Module, type Wire } from "../ir/circuit/circuit.js";
import { UserError } from "../ir/errors.js";
import { cellDelay, type DelayModel } from "./delay.js";
import { PlacedWires } from "./placed-wires.js";
import { exceeds, leastCycles, retime, type TimingNode } from "./retime/index.js";
import { readyForRegisters } from "./split.js";

export interface PipelineOptions {
  /** The clock period in ns. */
  readonly period: number;
  readonly delays: DelayModel;
  /** The delay in ns between the registers before the module and its inputs: what comes before it in the same clock. */
  readonly inputDelay: number;
}

/** A pipelined module and what the delay model sees in it. */
export interface Pipelined {
  readonly module: Module;
  /** The longest register-to-register path of each cycle, in ns. */
  readonly paths: readonly number[];
}

/** What to do about a path that does not fit. */
export const SLOWER = "Ask for a slower clock (clock_mhz).";

/**
 * Inserts registers into a combinational module: as few as make every path fit the clock, of those schedules that take the
 * fewest cycles. All inputs come in cycle 0, all outputs in one cycle. Throws a UserError when a single cell is slower
 * than the period.
 */
export function pipeline(flat: Module, { period, delays, inputDelay }: PipelineOptions): Pipelined {
  const budget = period - delays.register;
  const module = readyForRegisters(flat, delays, budget);
  checkInputs(`module '${module.name}'`, inputDelay, budget);
  const nodes = timingNodes(module, delays, budget).map((node, id) =>
    module.wires[id]?.cell.op === "input" ? { ...node, delay: inputDelay, cycle: 0 } : node,
  );
  const ends = module.outputs.map(({ wire }) => wire).filter((id) => !isConstant(module, id));
  const last = leastCycles({ nodes }, ends, budget);
  const { cycles, times } = retime({ nodes }, ends, budget, last);
  const placed = new PlacedWires();
  module.wires.forEach((wire, id) => {
    // What no output needs are ports and constants.
    placed.add(wire, Math.max(0, cycles[id] as number));
  });
  const outputs = module.outputs.map(({ name, wire }) => ({ name, wire: placed.at(wire, last) }));
  const paths = [inputDelay, ...new Array<number>(last).fill(0)];
  cycles.forEach((cycle, id) => {
    if (cycle >= 0) paths[cycle] = Math.max(paths[cycle] as number, times[id] as number);
  });
  return {
    module: { ...module, wires: placed.wires, outputs },
    paths: paths.map((path) => path + delays.register),
  };
}

/**
 * The wires of a combinational module as nodes, by their index. Constants are nodes without operands that nothing reads.
 * Throws a UserError when a cell is slower than the budget (ns of a clock that are there for logic).
 */
export function timingNodes(module: Module, delays: DelayModel, budget: number): readonly TimingNode[] {
  return module.wires.map(({ cell, width }) => {
    const delay = cellDelay(cell, width, (operand) => module.wires[operand] as Wire, delays);
    if (exceeds(delay, budget)) {
      throw new UserError(
        `a ${width}-bit '${cell.op}' takes ${delay.toFixed(2)} ns, one clock has ${budget.toFixed(2)} ns for logic`,
        { where: `module '${module.name}'`, hint: hintFor(cell) },
      );
    }
    const operands = cellOperands(cell).filter((operand) => !isConstant(module, operand));
    const behind = cell.op === "ramout";
    return { delay, bits: cell.op === "constant" ? 0 : width, operands, ...(behind && { behind }) };
  });
}

function hintFor(cell: Cell): string {
  if (cell.op === "dspout" || (cell.op === "mul" && cell.dsp))
    return `${SLOWER} Products may be LUTs (multipliers: lut).`;
  if (cell.op === "ramout" || (cell.op === "table" && cell.ram))
    return `${SLOWER} Tables may be LUTs (tables.block_ram_from).`;
  return SLOWER;
}

/** Refuses a clock that is over before the inputs are there. */
export function checkInputs(where: string, inputDelay: number, budget: number): void {
  if (!exceeds(inputDelay, budget)) return;
  throw new UserError(
    `its inputs come after ${inputDelay.toFixed(2)} ns, one clock has ${budget.toFixed(2)} ns for logic`,
    { where, hint: SLOWER },
  );
}

function isConstant(module: Module, id: number): boolean {
  return module.wires[id]?.cell.op === "constant";
}
