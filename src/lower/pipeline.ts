import { cellOperands, type Module, mapOperands, type Wire, type WireId } from "../ir/circuit/circuit.js";
import { UserError } from "../ir/errors.js";
import { cellDelay, type DelayModel } from "./delay.js";

/** When a wire settles: the clock cycle and the time within it, in ns after the clock edge. */
export interface Arrival {
  readonly cycle: number;
  readonly time: number;
}

export interface PipelineOptions {
  /** The clock period in ns. */
  readonly period: number;
  readonly delays: DelayModel;
  /** The delay in ns between the registers before the module and its inputs: what comes before it in the same clock. */
  readonly inputDelay: number;
}

/** A pipelined module and the longest register-to-register path that the delay model sees in it, in ns. */
export interface Pipelined {
  readonly module: Module;
  readonly worstPath: number;
  /** When the latest output settles, counted from the cycle of the inputs. */
  readonly arrival: Arrival;
}

const SLOWER = "Ask for a slower clock (clock_mhz).";

/**
 * Inserts registers into a combinational module: every cell starts as early as it can, and moves to the next cycle when
 * it would end after the clock period. Operands that are ready earlier wait in registers; all outputs come in one cycle.
 * Throws a UserError when a single cell is slower than the period.
 */
export function pipeline(module: Module, { period, delays, inputDelay }: PipelineOptions): Pipelined {
  const budget = period - delays.register;
  if (inputDelay > budget) {
    throw new UserError(
      `its inputs come after ${inputDelay.toFixed(2)} ns, one clock has ${budget.toFixed(2)} ns for logic`,
      { where: `module '${module.name}'`, hint: SLOWER },
    );
  }
  const wires: Wire[] = [];
  const arrivals: Arrival[] = [];
  const moved: WireId[] = [];
  const delayed = new Map<string, WireId>();
  let worst = 0;

  /** The new wire that carries old wire `id` in `cycle`. */
  const at = (id: WireId, cycle: number): WireId => {
    const original = moved[id] as WireId;
    const wire = wires[original] as Wire;
    if (wire.cell.op === "constant") return original;
    let current = original;
    for (let c = wire.cycle + 1; c <= cycle; c++) {
      const key = `${original}@${c}`;
      const known = delayed.get(key);
      if (known === undefined) {
        wires.push({
          ...wire,
          name: `${wire.name}_c${c}`,
          cycle: c,
          cell: { op: "register", source: current, reset: false },
        });
        delayed.set(key, wires.length - 1);
      }
      current = known ?? wires.length - 1;
    }
    return current;
  };

  module.wires.forEach((wire, id) => {
    const operands = cellOperands(wire.cell).filter(
      (operand) => module.wires[operand]?.cell.op !== "constant",
    );
    const delay = cellDelay(wire.cell, wire.width, (operand) => module.wires[operand] as Wire, delays);
    if (delay > budget) {
      throw new UserError(
        `a ${wire.width}-bit '${wire.cell.op}' takes ${delay.toFixed(2)} ns, one clock has ${budget.toFixed(2)} ns for logic`,
        {
          where: `module '${module.name}'`,
          hint: SLOWER,
        },
      );
    }
    const start = operands.reduce((latest: Arrival, operand) => later(latest, arrivals[operand] as Arrival), {
      cycle: 0,
      time: 0,
    });
    const fits = start.time + delay <= budget;
    const cycle = fits ? start.cycle : start.cycle + 1;
    const time = wire.cell.op === "input" ? inputDelay : fits ? start.time + delay : delay;
    const cell = mapOperands(wire.cell, (operand) => at(operand, cycle));
    arrivals[id] = { cycle, time };
    worst = Math.max(worst, time);
    moved[id] = wires.length;
    wires.push({ ...wire, cycle: wire.cell.op === "constant" ? 0 : cycle, cell });
  });

  const last = Math.max(0, ...module.outputs.map(({ wire }) => (wires[moved[wire] as WireId] as Wire).cycle));
  const outputs = module.outputs.map(({ name, wire }) => ({ name, wire: at(wire, last) }));
  // An output that waits for the others comes out of a register.
  const time = module.outputs.reduce((latest, { wire }) => {
    const { cycle, time } = arrivals[wire] as Arrival;
    return wires[moved[wire] as WireId]?.cell.op !== "constant" && cycle === last
      ? Math.max(latest, time)
      : latest;
  }, 0);
  return {
    module: { ...module, wires, outputs },
    worstPath: worst + delays.register,
    arrival: { cycle: last, time },
  };
}

function later(a: Arrival, b: Arrival): Arrival {
  return b.cycle > a.cycle || (b.cycle === a.cycle && b.time > a.time) ? b : a;
}
