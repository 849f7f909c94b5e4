import {
  type FunctionDeclarationStructure,
  Project,
  type StatementStructures,
  StructureKind,
  type WriterFunction,
} from "ts-morph";
import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { nodesByName } from "../../ir/graph.js";
import { hullOf } from "../../ir/interval.js";
import { sizeOf } from "../../ir/tensor.js";
import { type Elements, elementsFor } from "../elements.js";
import { type Port, portsOf } from "../simulator.js";
import { BLOCK_TEXT } from "./block-text.js";
import { ARRAY_TYPE, copyAll, describeRanges, describeTypes, newArray } from "./expressions.js";
import { header } from "./header.js";
import type { LayerOp } from "./layer.js";
import { Names } from "./names.js";
import { layerEmitter } from "./operators/index.js";
import { constant } from "./tables.js";

type Statements = readonly (StatementStructures | string | WriterFunction)[];

/** A node in the module: the function that computes it, the local that holds its value, the sites of its value. */
interface Emitted {
  readonly node: FixedNode;
  readonly elements: Elements;
  readonly id: string;
  readonly local: string;
  readonly sites: string;
}

/**
 * Writes a Fixed graph as a golden model: one standalone TypeScript module, without imports, to read, to keep and to
 * run. In its order: what it is, its ports, one function per layer with its tables, `trace` and `run`.
 */
export function emitTypeScript(fixed: Fixed): string {
  const names = new Names();
  const emitted = new Map<string, Emitted>();
  for (const node of fixed.nodes) {
    const id = names.unique(node.name);
    const elements = elementsFor(hullOf(node.ranges));
    const makesSites = node.op === "input" || node.op === "conv2d";
    const sites = makesSites ? names.unique(`${id}Sites`) : (emitted.get(node.inputs[0]) as Emitted).sites;
    emitted.set(node.name, { node, elements, id, local: names.unique(`${id}Values`), sites });
  }
  const layers: (StatementStructures | string)[] = [];
  const settle: string[] = [];
  for (const entry of emitted.values()) {
    if (entry.node.op === "input") layers.push(...emitInput(entry, names, settle));
    else layers.push(...emitLayer(entry, emitted, names, settle));
  }
  const statements: Statements = [
    ...header(fixed),
    ...portStatements(fixed),
    ...layers,
    traceFunction(fixed, [...emitted.values()]),
    runFunction(fixed),
    inputFunction(),
    BLOCK_TEXT,
    ...settleStatements(fixed, settle),
  ];
  const project = new Project({ useInMemoryFileSystem: true });
  const file = project.createSourceFile("model.ts", { statements: [...statements] });
  return file.getFullText();
}

/** The value of a node in the event at rest. */
function valueAtRest({ node, elements }: Pick<Emitted, "node" | "elements">): string {
  return `(values[${JSON.stringify(node.name)}] as ${ARRAY_TYPE[elements]})`;
}

/** The lines of a comment that no name can end. */
function asComment(lines: readonly string[]): string {
  return `\n${lines.join("\n")}`.replaceAll("*/", "* /");
}

/** The function that finds the sites where an input differs from rest. */
function emitInput(
  { node, elements, id, sites }: Emitted,
  names: Names,
  settle: string[],
): readonly StatementStructures[] {
  const channels = node.shape.at(-1) ?? 1;
  const size = sizeOf(node.shape);
  const rest = names.unique(`${id}Rest`);
  settle.push(copyAll(rest, valueAtRest({ node, elements }), elements));
  return [
    constant(rest, newArray(elements, size), "The input at rest."),
    constant(sites, `allSites(${size / channels})`),
    {
      kind: StructureKind.Function,
      name: id,
      isExported: true,
      docs: [
        asComment([
          `${JSON.stringify(node.name)} = input`,
          `[${node.shape.join(", ")}] ${describeTypes(node.types)}, integers ${describeRanges(node.ranges)}`,
          "Finds the sites where an event is.",
        ]),
      ],
      parameters: [{ name: "input", type: ARRAY_TYPE[elements] }],
      returnType: ARRAY_TYPE[elements],
      statements: [
        `const stale = beginSites(${sites});`,
        (writer) => {
          writer.write(`for (let site = 0, i = 0; i < ${size}; site++)`).block(() => {
            writer.write(`for (let c = 0; c < ${channels}; c++, i++)`).block(() => {
              writer.writeLine(`if (input[i] !== ${rest}[i]) touchSite(${sites}, site);`);
            });
          });
        },
        `endSites(${sites}, stale);`,
        "return input;",
      ],
    },
  ];
}

/** The tables of a layer and its function. Appends to `settle` what it remembers of the event at rest. */
function emitLayer(
  { node, elements, id, sites }: Emitted,
  emitted: ReadonlyMap<string, Emitted>,
  names: Names,
  settle: string[],
): readonly (StatementStructures | string)[] {
  const operands = node.inputs.map((name) => emitted.get(name) as Emitted);
  const output = names.unique(`${id}Output`);
  const code = layerEmitter(node.op as LayerOp)({
    node: node as never,
    inputs: operands,
    elements,
    sites,
    name: (suffix) => names.unique(`${id} ${suffix}`),
  });
  settle.push(...(code.settle?.(valueAtRest(operands[0])) ?? []));
  const comment = [
    `${JSON.stringify(node.name)} = ${node.op}(${node.inputs.map((name) => JSON.stringify(name)).join(", ")})`,
    `[${node.shape.join(", ")}] ${describeTypes(node.types)}, integers ${describeRanges(node.ranges)}`,
    ...(code.comment === undefined ? [] : [code.comment]),
  ];
  const layer: FunctionDeclarationStructure = {
    kind: StructureKind.Function,
    name: id,
    isExported: true,
    docs: [asComment(comment)],
    parameters: [
      { name: "input", type: ARRAY_TYPE[operands[0].elements] },
      { name: "sites", type: "Sites" },
    ],
    returnType: ARRAY_TYPE[elements],
    statements: [`const output = ${output};`, code.body, "return output;"],
  };
  return [...code.tables, constant(output, newArray(elements, sizeOf(node.shape))), layer];
}

function portStatements(fixed: Fixed): readonly StatementStructures[] {
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

function traceFunction(fixed: Fixed, emitted: readonly Emitted[]): FunctionDeclarationStructure {
  const locals = new Map(emitted.map(({ node, local }) => [node.name, local]));
  const sites = new Map(emitted.map((entry) => [entry.node.name, entry.sites]));
  let input = 0;
  const lines = emitted.map(({ node, elements, id, local }) =>
    node.op === "input"
      ? `const ${local} = ${id}(inputArray(inputs[${input++}], values) as ${ARRAY_TYPE[elements]});`
      : `const ${local} = ${id}(${node.inputs.map((name) => `${locals.get(name)}, ${sites.get(name)}`).join(", ")});`,
  );
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

function runFunction(fixed: Fixed): FunctionDeclarationStructure {
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

function inputFunction(): FunctionDeclarationStructure {
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
function settleStatements(fixed: Fixed, settle: readonly string[]): Statements {
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
