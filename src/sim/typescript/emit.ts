import {
  type FunctionDeclarationStructure,
  Project,
  type StatementStructures,
  StructureKind,
  type WriterFunction,
} from "ts-morph";
import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { hullOf } from "../../ir/interval.js";
import { sizeOf } from "../../ir/tensor.js";
import { type Elements, elementsFor } from "../elements.js";
import { BLOCK_TEXT } from "./block-text.js";
import { ARRAY_TYPE, copyAll, describeRanges, describeTypes, newArray } from "./expressions.js";
import { header } from "./header.js";
import type { LayerOp } from "./layer.js";
import {
  type Emitted,
  inputArrayFunction,
  portStatements,
  runFunction,
  settleStatements,
  traceFunction,
} from "./module-functions.js";
import { Names } from "./names.js";
import { layerEmitter } from "./operators/index.js";
import { sparseNodes } from "./sparsity.js";
import { constant } from "./tables.js";

type Statements = readonly (StatementStructures | string | WriterFunction)[];

/**
 * Writes a Fixed graph as a golden model: one standalone TypeScript module, without imports, to read, to keep and to
 * run. In its order: what it is, its ports, one function per layer with its tables, `trace` and `run`.
 */
export function emitTypeScript(fixed: Fixed): string {
  const names = new Names();
  const sparse = sparseNodes(fixed);
  const emitted = new Map<string, Emitted>();
  for (const node of fixed.nodes) {
    const id = names.unique(node.name);
    const elements = elementsFor(hullOf(node.ranges));
    const makesSites = node.op === "input" || node.op === "conv2d";
    const ownSites = () =>
      makesSites ? names.unique(`${id}Sites`) : (emitted.get(node.inputs[0]) as Emitted).sites;
    const sites = sparse.has(node.name) ? ownSites() : undefined;
    emitted.set(node.name, { node, elements, id, local: names.unique(`${id}Values`), sites });
  }
  const layers: (StatementStructures | string)[] = [];
  const settle: string[] = [];
  const helpers = new Set<string>();
  for (const entry of emitted.values()) {
    if (entry.node.op === "input") layers.push(...emitInput(entry, names, settle));
    else layers.push(...emitLayer(entry, emitted, names, { settle, helpers }));
  }
  const statements: Statements = [
    ...header(fixed),
    ...portStatements(fixed),
    ...helpers,
    ...layers,
    traceFunction(fixed, [...emitted.values()]),
    runFunction(fixed),
    inputArrayFunction(),
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
  const comment = [
    `${JSON.stringify(node.name)} = input`,
    `[${node.shape.join(", ")}] ${describeTypes(node.types)}, integers ${describeRanges(node.ranges)}`,
  ];
  if (sites === undefined)
    return [{ ...inputFunction(id, elements, comment), statements: ["return input;"] }];
  const rest = names.unique(`${id}Rest`);
  settle.push(copyAll(rest, valueAtRest({ node, elements }), elements));
  return [
    constant(rest, newArray(elements, size), "The input at rest."),
    constant(sites, `allSites(${size / channels})`),
    {
      ...inputFunction(id, elements, [...comment, "Finds the sites where an event is."]),
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

function inputFunction(
  id: string,
  elements: Elements,
  comment: readonly string[],
): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    name: id,
    isExported: true,
    docs: [asComment(comment)],
    parameters: [{ name: "input", type: ARRAY_TYPE[elements] }],
    returnType: ARRAY_TYPE[elements],
  };
}

/** The tables of a layer and its function. Adds what it remembers of the event at rest, and the helpers that it calls. */
function emitLayer(
  { node, elements, id, sites }: Emitted,
  emitted: ReadonlyMap<string, Emitted>,
  names: Names,
  module: { readonly settle: string[]; readonly helpers: Set<string> },
): readonly (StatementStructures | string)[] {
  const arrays = parameterNames(node);
  const operands = node.inputs.map((name, n) => ({ ...(emitted.get(name) as Emitted), array: arrays[n] }));
  const output = names.unique(`${id}Output`);
  const code = layerEmitter(node.op as LayerOp)({
    node: node as never,
    inputs: operands,
    elements,
    sites,
    name: (suffix) => names.unique(`${id} ${suffix}`),
  });
  if (code.settle !== undefined) module.settle.push(...code.settle(valueAtRest(operands[0])));
  for (const helper of code.helpers ?? []) module.helpers.add(helper);
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
      ...operands.map((operand) => ({ name: operand.array, type: ARRAY_TYPE[operand.elements] })),
      ...(sites === undefined ? [] : [{ name: "sites", type: "Sites" }]),
    ],
    returnType: ARRAY_TYPE[elements],
    statements: [
      `const output = ${output};`,
      ...(code.body === undefined ? [] : [code.body]),
      "return output;",
    ],
  };
  const initial = code.initial ?? newArray(elements, sizeOf(node.shape));
  return [...code.tables, constant(output, initial), layer];
}

/** What a layer's function calls its inputs. */
function parameterNames({ op, inputs }: FixedNode): readonly string[] {
  if (op === "select") return ["condition", "yes", "no"];
  if (op === "index_select" || op === "scatter") return ["input", "index"];
  if (inputs.length === 1) return ["input"];
  return inputs.length === 2 && op !== "concat" ? ["left", "right"] : inputs.map((_, n) => `part${n + 1}`);
}
