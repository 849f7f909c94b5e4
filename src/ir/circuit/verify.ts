import { InternalError } from "../errors.js";
import { type Circuit, cellOperands, type Module, moduleLatency, type Wire, type WireId } from "./circuit.js";
import { lookUp, PRIMITIVES, type Primitive, primitiveName, together } from "./primitives.js";

/** What instances of the modules so far are from outside, by name. */
type Modules = Map<string, Primitive>;

/**
 * Checks a circuit: names, order, widths of ports, and that every wire's cycle follows from what drives it. A
 * violation is a bug of the compiler and throws an InternalError.
 */
export function verifyCircuit(circuit: Circuit): void {
  const modules: Modules = new Map();
  for (const module of circuit.modules) {
    if (modules.has(module.name)) throw new InternalError(`two modules are named '${module.name}'`);
    verifyModule(module, modules);
    modules.set(module.name, fromOutside(module));
  }
  if (circuit.modules.length === 0) throw new InternalError("a circuit has at least one module");
}

function verifyModule(module: Module, modules: Modules): void {
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
    verifyCell(wire, id, module, modules, fail);
  });
  for (const { name, wire } of module.outputs) {
    const source = module.wires[wire];
    if (source === undefined)
      throw new InternalError(`module '${module.name}': output '${name}' has no wire`);
    if (source.cell.op !== "constant" && source.cycle !== moduleLatency(module)) {
      throw new InternalError(
        `module '${module.name}': output '${name}' comes in another cycle than the others`,
      );
    }
  }
}

function verifyCell(
  wire: Wire,
  id: WireId,
  module: Module,
  modules: Modules,
  fail: (message: string) => InternalError,
): void {
  const { cell } = wire;
  const wireAt = (id: number) => module.wires[id] as Wire;
  const timed = cellOperands(cell)
    .map(wireAt)
    .filter((operand) => operand.cell.op !== "constant");
  switch (cell.op) {
    case "input":
      if (wire.cycle !== 0) throw fail("should be in cycle 0");
      return;
    case "constant":
      if (wire.cycle !== 0) throw fail("should be in cycle 0");
      if (!fits(cell.value, wire)) throw fail(`does not hold ${cell.value}`);
      return;
    case "register":
      if (!sameKind(wireAt(cell.source), wire)) throw fail("is not as wide or signed as what it registers");
      if (timed.some((operand) => operand.cycle + 1 !== wire.cycle)) throw fail("a register adds one cycle");
      return;
    case "ahead":
      if (!sameKind(wireAt(cell.source), wire)) throw fail("is not as wide or signed as what it is ahead of");
      if (timed.some((operand) => operand.cycle + cell.by !== wire.cycle))
        throw fail(`should be ${cell.by} cycles after its source`);
      if (wire.cycle < 0) throw fail("comes before the module's inputs");
      return;
    case "port":
      verifyPort(wire, id, module, modules, fail);
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
    case "atleast":
      if (wire.width !== 1 || wire.signed) throw fail("is not one unsigned bit");
      if (!fits(cell.level, wireAt(cell.a))) throw fail("compares with a level that its operand cannot have");
      break;
    case "add":
    case "sub":
    case "mul":
    case "shift":
      // Their widths follow from intervals, which a circuit does not hold: lower/linear/proof.ts proves them.
      break;
  }
  if (timed.some((operand) => operand.cycle !== wire.cycle)) throw fail("reads wires of other cycles");
}

function verifyPort(
  wire: Wire,
  id: WireId,
  module: Module,
  modules: Modules,
  fail: (message: string) => InternalError,
): void {
  if (wire.cell.op !== "port") return;
  const { port } = wire.cell;
  const instance = module.instances[wire.cell.instance];
  if (instance === undefined) throw fail("belongs to no instance");
  const { of } = instance;
  const what = "module" in of ? `module '${of.module}'` : `a ${primitiveName(of)}`;
  const known = "module" in of ? modules.get(of.module) : lookUp(PRIMITIVES, of);
  if (known === undefined) throw fail(`instance '${instance.name}' is of an unknown ${what}`);
  const { inputs, outputs, cycle, problem } = known;
  if (problem !== undefined) throw fail(`instance '${instance.name}': ${problem}`);
  const given = new Map(instance.inputs.map((input) => [input.port, input.wire]));
  for (const input of inputs) {
    const source = given.get(input.port);
    if (source === undefined) throw fail(`instance '${instance.name}' leaves '${input.port}' open`);
    if (!(source < id)) throw fail(`instance '${instance.name}' reads a wire that comes later`);
    if ((module.wires[source] as Wire).width !== input.width) throw fail(`'${input.port}' has another width`);
  }
  const output = outputs.find((other) => other.port === port);
  if (output === undefined) throw fail(`${what} has no output '${port}'`);
  if (output.width !== wire.width) throw fail(`should be ${output.width} bits wide`);
  const due = cycle((name) => {
    const source = module.wires[given.get(name) ?? -1];
    return source?.cell.op === "constant" ? undefined : source?.cycle;
  });
  if (typeof due === "string") throw fail(`instance '${instance.name}' ${due}`);
  if (wire.cycle !== due) throw fail(`comes in another cycle than ${due}`);
}

function fromOutside(module: Module): Primitive {
  const inputs = module.wires.filter(({ cell }) => cell.op === "input");
  const latency = moduleLatency(module);
  return {
    problem: undefined,
    inputs: inputs.map(({ name, width }) => ({ port: name, width })),
    outputs: module.outputs.map(({ name, wire }) => ({
      port: name,
      width: (module.wires[wire] as Wire).width,
    })),
    cycle: together(
      inputs.map(({ name }) => name),
      latency,
    ),
  };
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
