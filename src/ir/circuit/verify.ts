import { InternalError } from "../errors.js";
import {
  type Circuit,
  cellOperands,
  type Instance,
  type Module,
  moduleLatency,
  type WindowParameters,
  type Wire,
  windowLatency,
  windowWidth,
} from "./circuit.js";

/**
 * Checks a circuit: names, order, widths of ports, and that every wire's cycle follows from what drives it. A
 * violation is a bug of the compiler and throws an InternalError.
 */
export function verifyCircuit(circuit: Circuit): void {
  const modules = new Map<string, Module>();
  for (const module of circuit.modules) {
    if (modules.has(module.name)) throw new InternalError(`two modules are named '${module.name}'`);
    verifyModule(module, modules);
    modules.set(module.name, module);
  }
  const top = circuit.modules.at(-1);
  if (top === undefined) throw new InternalError("a circuit has at least one module");
  verifyTop(top);
}

function verifyModule(module: Module, modules: ReadonlyMap<string, Module>): void {
  // Wires, instances and output ports share one space of names, as they do in Verilog.
  const names = new Set<string>();
  for (const { name } of [...module.instances, ...module.outputs]) {
    if (names.has(name)) throw new InternalError(`module '${module.name}': two things are named '${name}'`);
    names.add(name);
  }
  module.wires.forEach((wire, id) => {
    const fail = (message: string) =>
      new InternalError(`module '${module.name}', wire '${wire.name}': ${message}`);
    if (names.has(wire.name)) throw fail("two wires have this name");
    names.add(wire.name);
    if (wire.width < 1) throw fail("a wire has at least one bit");
    for (const operand of cellOperands(wire.cell))
      if (!(operand < id)) throw fail("reads a wire that comes later");
    verifyCell(wire, module, modules, fail);
  });
  for (const { name, wire } of module.outputs) {
    if (module.wires[wire] === undefined)
      throw new InternalError(`module '${module.name}': output '${name}' has no wire`);
  }
}

/** All inputs of the firmware come in cycle 0, all its outputs in one cycle. */
function verifyTop(top: Module): void {
  const late = top.wires.find(({ cell, cycle }) => cell.op === "input" && cycle !== 0);
  if (late !== undefined)
    throw new InternalError(`module '${top.name}', wire '${late.name}': should be in cycle 0`);
  for (const { name, wire } of top.outputs) {
    const { cell, cycle } = top.wires[wire] as Wire;
    if (cell.op !== "constant" && cycle !== moduleLatency(top))
      throw new InternalError(
        `module '${top.name}': output '${name}' comes in another cycle than the others`,
      );
  }
}

function verifyCell(
  wire: Wire,
  module: Module,
  modules: ReadonlyMap<string, Module>,
  fail: (message: string) => InternalError,
): void {
  const { cell } = wire;
  const wireAt = (id: number) => module.wires[id] as Wire;
  const timed = cellOperands(cell)
    .map(wireAt)
    .filter((operand) => operand.cell.op !== "constant");
  switch (cell.op) {
    case "input":
      if (wire.cycle < 0) throw fail("comes before cycle 0");
      return;
    case "constant":
      if (wire.cycle !== 0) throw fail("should be in cycle 0");
      if (!fits(cell.value, wire)) throw fail(`does not hold ${cell.value}`);
      return;
    case "register":
      if (!sameKind(wireAt(cell.source), wire)) throw fail("is not as wide or signed as what it registers");
      if (timed.some((operand) => operand.cycle + 1 !== wire.cycle)) throw fail("a register adds one cycle");
      return;
    case "port":
      verifyPort(wire, module, modules, fail);
      return;
    case "slice": {
      const source = wireAt(cell.source);
      if (cell.low < 0 || cell.low + wire.width > source.width) throw fail("slices bits that do not exist");
      break;
    }
    case "concat": {
      const width = cell.parts.reduce((sum, part) => sum + wireAt(part).width, 0);
      if (width !== wire.width) throw fail(`is ${wire.width} bits wide, its parts ${width}`);
      break;
    }
    case "table":
      if (wireAt(cell.index).signed) throw fail("has a signed index");
      if (!cell.entries.every((entry) => fits(entry, wire))) throw fail("does not hold all of its entries");
      if (cell.entries.length !== 2 ** wireAt(cell.index).width) throw fail("has not one entry per index");
      break;
    case "mux":
      if (wireAt(cell.select).width !== 1) throw fail("selects by more than one bit");
      if (wireAt(cell.select).signed) throw fail("selects by a signed bit");
      if (![cell.yes, cell.no].every((id) => holdsAll(wire, wireAt(id))))
        throw fail("does not hold all that it chooses from");
      break;
    case "choose": {
      const index = wireAt(cell.index);
      if (index.signed || index.width !== 2 || cell.options.length !== 4)
        throw fail("does not choose from four wires by two bits");
      if (!cell.options.every((id) => holdsAll(wire, wireAt(id))))
        throw fail("does not hold all that it chooses from");
      break;
    }
    case "offset":
      if (wire.signed || wire.width !== wireAt(cell.a).width)
        throw fail("is not unsigned and as wide as its operand");
      break;
    case "atleast":
      if (wire.width !== 1 || wire.signed) throw fail("is not one unsigned bit");
      break;
    case "add":
    case "sub":
    case "add3":
    case "mul":
    case "shift":
      // Their widths follow from intervals, which a circuit does not hold: lower/linear/proof.ts proves them.
      break;
  }
  if (timed.some((operand) => operand.cycle !== wire.cycle)) throw fail("reads wires of other cycles");
}

function verifyPort(
  wire: Wire,
  module: Module,
  modules: ReadonlyMap<string, Module>,
  fail: (message: string) => InternalError,
): void {
  if (wire.cell.op !== "port") return;
  const instance = module.instances[wire.cell.instance];
  if (instance === undefined) throw fail("belongs to no instance");
  const inner = "window" in instance.of ? undefined : modules.get(instance.of.module);
  const ports = new Map(
    inner?.wires.flatMap((input) => (input.cell.op === "input" ? [[input.name, input]] : [])),
  );
  // The cycle of the instance's cycle 0.
  const starts = new Set(
    instance.inputs.flatMap(({ port, wire: id }) => {
      const { cell, cycle } = module.wires[id] as Wire;
      return cell.op === "constant" ? [] : [cycle - (ports.get(port)?.cycle ?? 0)];
    }),
  );
  if (starts.size > 1) throw fail(`instance '${instance.name}' takes inputs of different cycles`);
  const [known] = starts;
  if ("window" in instance.of) {
    const start = known ?? 0;
    verifyWindowInputs(instance, instance.of.window, module, fail);
    if (!["out_valid", "out_first", "out_data"].includes(wire.cell.port))
      throw fail(`a window has no output '${wire.cell.port}'`);
    const width = wire.cell.port === "out_data" ? windowWidth(instance.of.window) : 1;
    if (wire.width !== width) throw fail(`should be ${width} bits wide`);
    if (wire.cycle !== start + windowLatency(instance.of.window)) throw fail("comes in another cycle");
    return;
  }
  if (inner === undefined)
    throw fail(`instance '${instance.name}' is of an unknown module '${instance.of.module}'`);
  const { port } = wire.cell;
  const output = inner.outputs.find(({ name }) => name === port);
  if (output === undefined) throw fail(`module '${inner.name}' has no output '${port}'`);
  const source = inner.wires[output.wire] as Wire;
  if (source.width !== wire.width) throw fail("has another width than the port");
  // An instance of constants is the same in every cycle, but has one for all its outputs.
  const start = known ?? startOf(instance, module, inner);
  if (wire.cycle !== start + source.cycle) throw fail("comes in another cycle than the instance's latency");
  for (const input of ports.values()) {
    const given = instance.inputs.find(({ port: name }) => name === input.name);
    if (given === undefined) throw fail(`instance '${instance.name}' leaves '${input.name}' open`);
    if ((module.wires[given.wire] as Wire).width !== input.width)
      throw fail(`'${input.name}' has another width`);
  }
}

/** The cycle of an instance's cycle 0, by the first of its outputs. */
function startOf(instance: Instance, module: Module, inner: Module): number {
  const index = module.instances.indexOf(instance);
  const first = module.wires.find(({ cell }) => cell.op === "port" && cell.instance === index);
  const output = inner.outputs.find(({ name }) => first?.cell.op === "port" && first.cell.port === name);
  return (first?.cycle ?? 0) - (output === undefined ? 0 : (inner.wires[output.wire] as Wire).cycle);
}

function verifyWindowInputs(
  { name, inputs }: Instance,
  { bits, columns }: WindowParameters,
  module: Module,
  fail: (message: string) => InternalError,
): void {
  for (const [port, width] of [
    ["in_valid", 1],
    ["in_first", 1],
    ["in_data", bits * columns],
  ] as const) {
    const given = inputs.find((input) => input.port === port);
    if (given === undefined) throw fail(`instance '${name}' leaves '${port}' open`);
    if ((module.wires[given.wire] as Wire).width !== width) throw fail(`'${port}' has another width`);
  }
}

function fits(value: bigint, { width, signed }: Wire): boolean {
  return value === (signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value));
}

function sameKind(a: Wire, b: Wire): boolean {
  return a.width === b.width && a.signed === b.signed;
}

/** True when `wire` holds every value of `source`; a constant is known. */
function holdsAll(wire: Wire, source: Wire): boolean {
  if (source.cell.op === "constant") return fits(source.cell.value, wire);
  if (wire.signed) return source.signed ? wire.width >= source.width : wire.width > source.width;
  return !source.signed && wire.width >= source.width;
}
