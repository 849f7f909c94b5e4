import { InternalError } from "../errors.js";
import { type Circuit, cellOperands, type Module, moduleLatency, type Wire, type WireId } from "./circuit.js";
import { lookUp, PRIMITIVES, primitiveName } from "./primitives/index.js";
import type { Primitive, PrimitivePort } from "./primitives/primitive.js";

/** What an instance sees of a module; `after` is the cycle of an output in the module. */
interface Outside extends Omit<Primitive, "outputs" | "cycle"> {
  readonly outputs: readonly (PrimitivePort & { readonly after?: number })[];
  /** The cycle of the instance's cycle 0, undefined where all inputs are constants; of a primitive, that of its outputs. */
  cycle(at: (port: string) => number | undefined): number | string | undefined;
}

/** What instances of the modules so far are from outside, by name. */
type Modules = Map<string, Outside>;

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
  const top = circuit.modules.at(-1);
  if (top === undefined) throw new InternalError("a circuit has at least one module");
  verifyTop(top);
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
    for (const operand of cellOperands(wire.cell)) {
      if (!(operand < id) && wire.cell.op !== "register") throw fail("reads a wire that comes later");
      if (module.wires[operand] === undefined) throw fail("reads a wire that does not exist");
    }
    verifyCell(wire, id, module, modules, fail);
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
    case "dspout":
      if (!sameKind(wireAt(cell.a), wire)) throw fail("is not as wide or signed as its product");
      if (!isProduct(cell.a, module)) throw fail("reads no product of a DSP");
      break;
    case "ramout":
      if (!sameKind(wireAt(cell.a), wire)) throw fail("is not as wide or signed as its table");
      if (!isRamRegister(cell.a, module)) throw fail("reads no register of a table in block RAM");
      break;
    case "atleast":
      if (wire.width !== 1 || wire.signed) throw fail("is not one unsigned bit");
      if (!fits(cell.level, wireAt(cell.a))) throw fail("compares with a level that its operand cannot have");
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
  const known: Outside | undefined = "module" in of ? modules.get(of.module) : lookUp(PRIMITIVES, of);
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
  const start = cycle((name) => {
    const source = module.wires[given.get(name) ?? -1];
    return source?.cell.op === "constant" ? undefined : source?.cycle;
  });
  if (typeof start === "string") throw fail(`instance '${instance.name}' ${start}`);
  // An instance of constants is the same in every cycle, but has one for all its outputs.
  const due = (start ?? startOf(wire.cell.instance, module, outputs)) + (output.after ?? 0);
  if (wire.cycle !== due) throw fail(`comes in another cycle than ${due}`);
}

/** A module as an instance sees it: its ports have cycles of their own. */
function fromOutside(module: Module): Outside {
  const inputs = module.wires.filter(({ cell }) => cell.op === "input");
  return {
    problem: undefined,
    inputs: inputs.map(({ name, width }) => ({ port: name, width })),
    outputs: module.outputs.map(({ name, wire }) => {
      const { width, cycle } = module.wires[wire] as Wire;
      return { port: name, width, after: cycle };
    }),
    cycle: (at) => {
      const starts = new Set(
        inputs.flatMap(({ name, cycle }) => {
          const given = at(name);
          return given === undefined ? [] : [given - cycle];
        }),
      );
      return starts.size > 1 ? "takes inputs of different cycles" : [...starts][0];
    },
  };
}

/** The cycle of an instance's cycle 0, by the first of its outputs. */
function startOf(index: number, module: Module, outputs: Outside["outputs"]): number {
  const first = module.wires.find(({ cell }) => cell.op === "port" && cell.instance === index);
  const output = outputs.find(({ port }) => first?.cell.op === "port" && first.cell.port === port);
  return (first?.cycle ?? 0) - (output?.after ?? 0);
}

function fits(value: bigint, { width, signed }: Wire): boolean {
  return value === (signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value));
}

/** Whether a wire is the product of a DSP's multiplier, or a register of it. */
function isProduct(id: WireId, module: Module): boolean {
  const { cell } = module.wires[id] as Wire;
  if (cell.op === "register") return !cell.reset && cell.source < id && isProduct(cell.source, module);
  return cell.op === "mul" && cell.dsp;
}

/** Whether a wire is a register of a table in block RAM, or one behind it. */
function isRamRegister(id: WireId, module: Module): boolean {
  const { cell } = module.wires[id] as Wire;
  if (cell.op !== "register" || cell.reset || cell.source >= id) return false;
  const source = (module.wires[cell.source] as Wire).cell;
  return (source.op === "table" && source.ram) || isRamRegister(cell.source, module);
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
