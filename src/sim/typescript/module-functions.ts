import {
  type FunctionDeclarationStructure,
  type StatementStructures,
  StructureKind,
  type WriterFunction,
} from "ts-morph";
import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { nodesByName } from "../../ir/graph.js";
import { hullOf } from "../../ir/interval.js";
import { sizeOf } from "../../ir/tensor.js";
import type { Elements } from "../elements.js";
import { type Port, portsOf } from "../simulator.js";
import { ARRAY_TYPE, newArray } from "./expressions.js";
import { constant } from "./tables.js";

/** A node in the module: the function that computes it, the local that holds its value, the sites of its value. */
export interface Emitted {
  readonly node: FixedNode;
  readonly elements: Elements;
  readonly id: string;
  readonly local: string;
  /** Undefined where the value is computed as a whole. */
  readonly sites: string | undefined;
}

/** The ports of the module. */
export function portStatements(fixed: Fixed): readonly StatementStructures[] {
  const ports = portsOf(fixed);
  const list =
    (ports: readonly Port[]): WriterFunction =>
    (writer) => {
      writer.write("[").newLine();
      for (const { name, shape, elements } of ports) {
        const text = `name: ${JSON.stringify(name)}, shape: [${shape.join(", ")}], elements: "${elements}"`;
        writer.writeLine(`  { ${text} },`);
      }
      writer.write("]");
    };
  return [
    { ...constant("inputs", list(ports.inputs), "What run takes.", "readonly Port[]"), isExported: true },
    { ...constant("outputs", list(ports.outputs), "What run gives.", "readonly Port[]"), isExported: true },
    { ...constant("nodes", list(ports.nodes), "What trace gives.", "readonly Port[]"), isExported: true },
  ];
}

/** All values of one event. */
export function traceFunction(fixed: Fixed, emitted: readonly Emitted[]): FunctionDeclarationStructure {
  const locals = new Map(emitted.map(({ node, local }) => [node.name, local]));
  let input = 0;
  const sitesOf = new Map(emitted.map(({ node, sites }) => [node.name, sites]));
  const lines = emitted.map(({ node, elements, id, local, sites }) => {
    if (node.op === "input")
      return `const ${local} = ${id}(inputArray(inputs[${input++}], values) as ${ARRAY_TYPE[elements]});`;
    const parameters = node.inputs.map((name) => locals.get(name));
    if (sites !== undefined) parameters.push(sitesOf.get(node.inputs[0]));
    return `const ${local} = ${id}(${parameters.join(", ")});`;
  });
  return {
    kind: StructureKind.Function,
    name: "trace",
    isExported: true,
    docs: ["The integers of every node for one event, by node name. The arrays hold until the next call."],
    parameters: [{ name: "values", type: "Values" }],
    returnType: "Values",
    statements: [
      ...lines,
      (writer) => {
        writer
          .write("return")
          .space()
          .inlineBlock(() => {
            for (const { name } of fixed.nodes)
              writer.writeLine(`${JSON.stringify(name)}: ${locals.get(name)},`);
          });
        writer.write(";");
      },
    ],
  };
}

/** The outputs of one event. */
export function runFunction(fixed: Fixed): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    name: "run",
    isExported: true,
    docs: ["The integers of the outputs for one event, by output name. The arrays hold until the next call."],
    parameters: [{ name: "values", type: "Values" }],
    returnType: "Values",
    statements: [
      "const all = trace(values);",
      (writer) => {
        writer
          .write("return")
          .space()
          .inlineBlock(() => {
            for (const { name, value } of fixed.outputs) {
              writer.writeLine(`${JSON.stringify(name)}: all[${JSON.stringify(value)}],`);
            }
          });
        writer.write(";");
      },
    ],
  };
}

/** Checks an input. */
export function inputArrayFunction(): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    name: "inputArray",
    parameters: [
      { name: "port", type: "Port" },
      { name: "values", type: "Values" },
    ],
    returnType: "Values[string]",
    statements: [
      "const size = sizeOf(port);",
      "const array = values[port.name];",
      (writer) => {
        writer.write("if (array?.length !== size)").block(() => {
          writer.writeLine(`const found = array === undefined ? "none" : String(array.length);`);
          writer.writeLine(
            `throw new RangeError("input " + port.name + " takes " + String(size) + " integers, found " + found);`,
          );
        });
      },
      "return array;",
    ],
  };
}

/** Runs the event at rest and remembers it in the layers that compute differences from it. */
export function settleStatements(
  fixed: Fixed,
  settle: readonly string[],
): readonly (StatementStructures | string)[] {
  if (settle.length === 0) return [];
  const inputs = portsOf(fixed).inputs.map(({ name, shape, elements }) => {
    const { lo, hi } = hullOf((nodesByName(fixed).get(name) as FixedNode).ranges);
    const rest = lo > 0n ? lo : hi < 0n ? hi : 0n;
    const fill = rest === 0n ? "" : `.fill(${rest}${elements === "bigint" ? "n" : ""})`;
    return `${JSON.stringify(name)}: ${newArray(elements, sizeOf(shape))}${fill}`;
  });
  return [
    {
      kind: StructureKind.Function,
      name: "settle",
      docs: ["Runs the event at rest, which the layers then compute every event's difference from."],
      returnType: "void",
      statements: [`const values = trace({ ${inputs.join(", ")} });`, ...settle],
    },
    "settle();",
  ];
}
