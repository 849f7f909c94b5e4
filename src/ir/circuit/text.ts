import { UserError } from "../errors.js";
import type { Attributes, Block, Statement, Value } from "../text/document.js";
import { parseDocument } from "../text/parse.js";
import { printDocument } from "../text/print.js";
import { Reader } from "../text/read.js";
import {
  type Cell,
  type CellOp,
  type Circuit,
  cellOperands,
  type Instance,
  type Module,
  type Wire,
} from "./circuit.js";
import {
  PRIMITIVE_NAMES,
  PRIMITIVE_PARAMETERS,
  type PrimitiveOf,
  primitiveName,
  primitiveParameters,
} from "./primitives/index.js";
import { verifyCircuit } from "./verify.js";

const CELLS: readonly CellOp[] = [
  "input",
  "constant",
  "slice",
  "concat",
  "add",
  "sub",
  "add3",
  "offset",
  "mul",
  "dspout",
  "shift",
  "atleast",
  "mux",
  "choose",
  "table",
  "ramout",
  "ahead",
  "register",
];

/**
 * Prints a circuit as text that {@link parseCircuit} reads back. The facts of a wire are its signedness and width
 * (`s8`, `u3`) and its cycle (`@2`, as the word `c2`).
 */
export function printCircuit(circuit: Circuit): string {
  return printDocument({ language: "circuit", name: circuit.name, blocks: circuit.modules.map(moduleBlock) });
}

function moduleBlock(module: Module): Block {
  const name = (id: number) => (module.wires[id] as Wire).name;
  const statements: Statement[] = [];
  const placed = new Set<number>();
  for (const wire of module.wires) {
    if (wire.cell.op !== "port") {
      statements.push({
        names: [wire.name],
        facts: facts(wire),
        operation: wire.cell.op,
        operands: cellOperands(wire.cell).map(name),
        attributes: writeCell(wire.cell),
      });
    } else if (!placed.has(wire.cell.instance)) {
      placed.add(wire.cell.instance);
      statements.push(instanceStatement(module, wire.cell.instance));
    }
  }
  return {
    keyword: "module",
    name: module.name,
    attributes: module.comment.length === 0 ? {} : { comment: module.comment },
    statements,
    results: module.outputs.map((output) => ({ name: output.name, value: name(output.wire) })),
  };
}

function facts(wire: Wire): readonly Value[] {
  return [`${wire.signed ? "s" : "u"}${wire.width}`, `c${wire.cycle}`];
}

function instanceStatement(module: Module, index: number): Statement {
  const instance = module.instances[index] as Instance;
  const outputs = module.wires.filter(({ cell }) => cell.op === "port" && cell.instance === index);
  const { of } = instance;
  return {
    names: outputs.map((wire) => wire.name),
    facts: outputs.flatMap(facts),
    operation: "instance",
    operands: instance.inputs.map(({ wire }) => (module.wires[wire] as Wire).name),
    attributes: {
      name: instance.name,
      ...("module" in of ? { module: of.module } : writePrimitive(of)),
      inputs: instance.inputs.map(({ port }) => port),
      outputs: outputs.map(({ cell }) => (cell.op === "port" ? cell.port : "")),
    },
  };
}

function writePrimitive(of: PrimitiveOf): Attributes {
  const record = primitiveParameters(of).map(([name, value]) => [name, BigInt(value)] as const);
  return { [primitiveName(of)]: { record: Object.fromEntries(record) } };
}

function writeCell(cell: Cell): Attributes {
  switch (cell.op) {
    case "constant":
      return { value: cell.value };
    case "slice":
      return { low: BigInt(cell.low) };
    case "add":
    case "sub":
      return cell.shiftA === 0 && cell.shiftB === 0
        ? {}
        : { shifts: [BigInt(cell.shiftA), BigInt(cell.shiftB)] };
    case "add3": {
      const shifts = [cell.shiftA, cell.shiftB, cell.shiftC];
      const sign = (negative: boolean) => (negative ? -1n : 1n);
      return {
        ...(shifts.every((shift) => shift === 0) ? {} : { shifts: shifts.map(BigInt) }),
        ...(cell.negateB || cell.negateC ? { signs: [1n, sign(cell.negateB), sign(cell.negateC)] } : {}),
      };
    }
    case "offset":
      return cell.negate ? { negate: 1n } : {};
    case "shift":
    case "ahead":
      return { by: BigInt(cell.by) };
    case "atleast":
      return { level: cell.level };
    case "table":
      return { entries: cell.entries, ...(cell.ram && { ram: 1n }) };
    case "register":
      return cell.reset ? { reset: 1n } : {};
    case "mul":
      return cell.dsp ? { dsp: 1n } : {};
    case "input":
    case "port":
    case "concat":
    case "dspout":
    case "ramout":
    case "mux":
    case "choose":
      return {};
  }
}

/** Reads the text of a circuit and verifies it. Throws a UserError that names file and line or wire. */
export function parseCircuit(text: string, file: string): Circuit {
  const document = parseDocument(text, file);
  if (document.language !== "circuit") throw new UserError("not the text of a circuit", { where: file });
  const circuit = { name: document.name, modules: document.blocks.map((block) => readModule(block, file)) };
  verifyCircuit(circuit);
  return circuit;
}

function readModule(block: Block, file: string): Module {
  const wires: Wire[] = [];
  const instances: Instance[] = [];
  const ids = new Map<string, number>();
  const id = (name: string, where: string) => {
    const found = ids.get(name);
    if (found === undefined) throw new UserError(`'${name}' is not defined before it`, { where });
    return found;
  };
  const places = new Map(block.statements.flatMap(({ names }) => names).map((name, place) => [name, place]));
  const later = (name: string, where: string) => {
    const found = places.get(name);
    if (found === undefined) throw new UserError(`'${name}' is not defined`, { where });
    return found;
  };
  for (const statement of block.statements) {
    const where = `${file}: module '${block.name}', wire '${statement.names[0]}'`;
    const reader = new Reader(statement.attributes, where);
    // Only a register may read what comes later.
    const find = statement.operation === "register" ? later : id;
    const operands = statement.operands.map((name) => find(name, where));
    const cells =
      statement.operation === "instance"
        ? readInstance(reader, operands, instances)
        : [readCell(statement.operation as CellOp, operands, reader)];
    statement.names.forEach((name, i) => {
      ids.set(name, wires.length);
      wires.push({ name, ...readFacts(statement.facts, i, where), cell: cells[i] as Cell });
    });
  }
  const reader = new Reader(block.attributes, `${file}: module '${block.name}'`);
  return {
    name: block.name,
    comment: reader.has("comment") ? reader.list("comment").map(String) : [],
    wires,
    instances,
    outputs: block.results.map(({ name, value }) => ({
      name,
      wire: id(value, `${file}: module '${block.name}'`),
    })),
  };
}

function readFacts(
  facts: readonly Value[],
  index: number,
  where: string,
): Pick<Wire, "width" | "signed" | "cycle"> {
  const kind = /^([su])(\d+)$/.exec(String(facts[2 * index]));
  const cycle = /^c(\d+)$/.exec(String(facts[2 * index + 1]));
  if (kind === null || cycle === null)
    throw new UserError("a wire has a kind such as u8 and a cycle such as c0", { where });
  return { signed: kind[1] === "s", width: Number(kind[2]), cycle: Number(cycle[1]) };
}

function readInstance(reader: Reader, operands: readonly number[], instances: Instance[]): readonly Cell[] {
  const ports = reader.list("inputs").map(String);
  instances.push({
    name: reader.word("name"),
    of: readPrimitive(reader) ?? { module: reader.word("module") },
    inputs: operands.map((wire, i) => ({ port: ports[i] ?? "", wire })),
  });
  return reader
    .list("outputs")
    .map((port) => ({ op: "port", instance: instances.length - 1, port: String(port) }));
}

function readPrimitive(reader: Reader): PrimitiveOf | undefined {
  const name = PRIMITIVE_NAMES.find((known) => reader.has(known));
  if (name === undefined) return undefined;
  const record = reader.record(name);
  const parameters = PRIMITIVE_PARAMETERS[name].map((key) => [key, record.count(key)] as const);
  return { [name]: Object.fromEntries(parameters) } as unknown as PrimitiveOf;
}

function readCell(op: CellOp, operands: readonly number[], reader: Reader): Cell {
  const [a, b, c] = operands as [number, number, number];
  switch (op) {
    case "input":
      return { op };
    case "constant":
      return { op, value: reader.integer("value") };
    case "slice":
      return { op, source: a, low: reader.count("low") };
    case "concat":
      return { op, parts: operands };
    case "add":
    case "sub": {
      const [shiftA, shiftB] = reader.has("shifts") ? reader.counts("shifts") : [0, 0];
      return { op, a, shiftA: shiftA ?? 0, b, shiftB: shiftB ?? 0 };
    }
    case "add3": {
      const [shiftA, shiftB, shiftC] = reader.has("shifts") ? reader.counts("shifts") : [0, 0, 0];
      const [, signB, signC] = reader.has("signs") ? reader.integers("signs") : [];
      const [negateB, negateC] = [signB === -1n, signC === -1n];
      return {
        ...{ op, a, shiftA: shiftA ?? 0 },
        ...{ b, shiftB: shiftB ?? 0, negateB },
        ...{ c, shiftC: shiftC ?? 0, negateC },
      };
    }
    case "offset":
      return { op, a, negate: reader.has("negate") };
    case "mul":
      return { op, a, b, dsp: reader.has("dsp") };
    case "dspout":
    case "ramout":
      return { op, a };
    case "shift":
      return { op, a, by: reader.count("by") };
    case "atleast":
      return { op, a, level: reader.integer("level") };
    case "mux":
      return { op, select: a, yes: b, no: c };
    case "choose":
      return { op, index: a, options: operands.slice(1) };
    case "table":
      return { op, index: a, entries: reader.integers("entries"), ram: reader.has("ram") };
    case "ahead":
      return { op, source: a, by: Number(reader.integer("by")) };
    case "register":
      return { op, source: a, reset: reader.has("reset") };
    default:
      throw new UserError(`'${op}' is no cell; cells are ${CELLS.join(", ")}, instance`, {
        where: reader.where,
      });
  }
}
