import { UserError } from "../../ir/errors.js";
import { sizeOf } from "../../ir/tensor.js";
import type { ModelSource } from "../source.js";
import { Attributes } from "./attributes.js";
import { axesWithoutBatch, Builder, MOST_ELEMENTS } from "./builder.js";
import { Call } from "./call.js";
import { dtypeOf } from "./dtype.js";
import type { External } from "./external.js";
import type { Graph, GraphNode } from "./graph.js";
import { OPERATORS, operatorNames } from "./operators/index.js";
import { REFUSED } from "./operators/refused.js";
import type { TensorProto, ValueInfoProto } from "./proto/onnx_pb.js";
import { readTensor } from "./tensor-proto.js";
import { type Live, nodeShape, type Value } from "./values.js";

/** What building gives, before it is cleaned up. */
export interface Built {
  readonly builder: Builder;
  readonly outputs: readonly { readonly name: string; readonly value: string }[];
}

/** An input of the model as the file declares it; a length that is not fixed is undefined. */
export interface Declared {
  readonly info: ValueInfoProto;
  readonly shape: readonly (number | undefined)[];
  /** Whether the axes are all the event's, because whoever asks for the model gave their lengths. */
  readonly whole: boolean;
}

/** Throws a UserError that names the first node whose operator is not supported. */
export function checkOperators(graph: Graph): void {
  for (const node of graph.nodes) handlerOf(node);
}

function handlerOf({ kind, proto, where }: GraphNode) {
  const handler = OPERATORS.get(kind);
  if (handler !== undefined) return handler;
  const domain = proto.domain === "" ? "of ONNX" : `of domain '${proto.domain.slice(0, 60)}'`;
  const reason = REFUSED.get(kind);
  const because = reason === undefined ? "" : `: ${reason}`;
  throw new UserError(`the operator '${proto.opType.slice(0, 60)}' ${domain} is not supported${because}`, {
    where,
    hint: `Supported: ${operatorNames()}.`,
  });
}

/** The inputs of the graph that are no initializers. Throws a UserError on what is no tensor of fixed shape. */
export function declaredInputs(
  { proto }: Graph,
  file: string,
  shapes: ModelSource["shapes"] = {},
): readonly Declared[] {
  const initial = new Set(proto.initializer.map(({ name }) => name));
  const names = new Set<string>();
  const inputs: Declared[] = [];
  for (const info of proto.input) {
    if (initial.has(info.name)) continue;
    const where = `${file}: input '${info.name.slice(0, 100)}'`;
    if (names.has(info.name) || info.name === "") {
      throw new UserError(info.name === "" ? "it has no name" : "two inputs have this name", { where });
    }
    names.add(info.name);
    const type = info.type?.value;
    if (type?.case !== "tensorType") throw new UserError("it is no tensor", { where });
    const { shape } = type.value;
    if (shape === undefined) {
      throw new UserError("the file does not state its shape", {
        where,
        hint: "Export the model with fixed shapes; only the batch may vary.",
      });
    }
    const lengths = shape.dim.map(({ value }) =>
      value.case === "dimValue" ? Number(value.value) : undefined,
    );
    const declared = lengths.map((n) => (n !== undefined && n <= 0 ? undefined : n));
    const given = Object.hasOwn(shapes, info.name) ? shapes[info.name] : undefined;
    const joined = given === undefined ? declared : joinShapes(declared, given, where);
    inputs.push({ info, shape: joined, whole: given !== undefined });
  }
  const unknown = Object.keys(shapes).find((name) => !names.has(name));
  if (unknown !== undefined) {
    throw new UserError(`the model has no input '${unknown}'`, {
      where: file,
      hint: `Its inputs are ${[...names].map((name) => `'${name}'`).join(", ")}.`,
    });
  }
  // Shapes are given without a batch, so an open axis of another input is none either.
  const open = inputs.find(({ shape, whole }) => !whole && shape.length > 0 && shape[0] === undefined);
  if (open !== undefined && Object.keys(shapes).length > 0) {
    const { name } = open.info;
    throw new UserError("the length of its axis 0 is not fixed, and nothing says what it is", {
      where: `${file}: input '${name.slice(0, 100)}'`,
      hint: `Of a graph network, l1c.yaml names every input, e.g. graph: { edge_features: ${name} }.`,
    });
  }
  return inputs;
}

/** The lengths of the file, with the given ones where it has none. Throws a UserError where they contradict each other. */
function joinShapes(
  declared: readonly (number | undefined)[],
  given: readonly (number | undefined)[],
  where: string,
): readonly (number | undefined)[] {
  const show = (shape: readonly (number | undefined)[]) => `[${shape.map((n) => n ?? "?").join(", ")}]`;
  const fits = declared.every((n, axis) => n === undefined || (given[axis] ?? n) === n);
  if (declared.length !== given.length || !fits) {
    throw new UserError(`its shape is ${show(declared)} in the file, but ${show(given)} is asked for`, {
      where,
    });
  }
  return declared.map((n, axis) => n ?? given[axis]);
}

/** Turns the nodes of a graph into a model; `batched` says whether a leading axis of length above 1 is the batch. */
export function buildModel(
  graph: Graph,
  inputs: readonly Declared[],
  external: External,
  file: string,
  batched: boolean,
): Built {
  const builder = new Builder(file);
  const values = new Map<string, Value>();
  readInitializers(graph, values, builder, external, file);
  for (const input of inputs) values.set(input.info.name, readInput(input, builder, file, batched));
  for (const node of graph.nodes) runNode(node, values, builder, external);
  const outputs = graph.proto.output.map(({ name }) => {
    builder.where = `${file}: output '${name.slice(0, 100)}'`;
    builder.base = name;
    const value = values.get(name) ?? builder.refuse(further("it"));
    return {
      name,
      value: outputValue(
        builder,
        value,
        inputs.some(({ whole }) => whole),
      ),
    };
  });
  return { builder, outputs };
}

function readInitializers(
  { proto, nodes }: Graph,
  values: Map<string, Value>,
  builder: Builder,
  external: External,
  file: string,
): void {
  const used = new Set([
    ...nodes.flatMap((node) => node.proto.input),
    ...proto.output.map(({ name }) => name),
  ]);
  const seen = new Set<string>();
  let total = 0;
  for (const tensor of proto.initializer) {
    const where = `${file}: initializer '${tensor.name.slice(0, 100)}'`;
    if (seen.has(tensor.name)) throw new UserError("two initializers have this name", { where });
    seen.add(tensor.name);
    if (!used.has(tensor.name)) continue;
    total += claimedElements(tensor);
    if (total > MOST_ELEMENTS) {
      throw new UserError(`the model has more than ${MOST_ELEMENTS} weights`, { where: file });
    }
    builder.where = where;
    builder.allow(claimedElements(tensor));
    values.set(tensor.name, readTensor(tensor, where, external));
  }
}

function claimedElements({ dims }: TensorProto): number {
  return dims.reduce((product, n) => product * Math.max(Number(n), 0), 1);
}

function readInput(
  { info, shape, whole: given }: Declared,
  builder: Builder,
  file: string,
  batched: boolean,
): Live {
  const where = `${file}: input '${info.name.slice(0, 100)}'`;
  builder.where = where;
  builder.base = info.name;
  const type = info.type?.value;
  const dtype = dtypeOf(type?.case === "tensorType" ? type.value.elemType : 0, where);
  const varying = shape.findIndex((n, axis) => n === undefined && axis > 0);
  if (varying >= 0) {
    throw new UserError(`the length of its axis ${varying} is not fixed`, {
      where,
      hint: "Export the model with fixed shapes; only the batch may vary. Of a graph network, l1c.yaml gives the largest graph, e.g. graph: { nodes: 128, edges: 256 }.",
    });
  }
  const leading = shape[0];
  const isBatch = shape.length > 0 && (leading === undefined || (leading > 1 && batched));
  if (isBatch) builder.batchSize = leading ?? 1;
  const whole = shape.map((n, axis) => (axis === 0 && isBatch ? 1 : (n as number)));
  // A leading 1 is the batch, too: it carries nothing. A graph network for a single edge or node has none.
  const dropped = isBatch || (!given && whole.length > 1 && whole[0] === 1);
  const axes = whole.map((_, axis) => axis).filter((axis) => axis > 0 || !dropped);
  const own = axes.length === 0 ? [-1] : axes;
  if (isBatch && leading !== undefined) {
    builder.note(`the leading axis of length ${leading} is taken as the batch`);
  }
  const name = builder.add({ op: "input" }, [], nodeShape({ axes: own, shape: whole }));
  return {
    kind: "live",
    name,
    dtype,
    shape: whole,
    axes: own,
    batch: isBatch ? 0 : undefined,
  };
}

/** Operators have results that only training or sorting needs, such as the indices of a MaxPool. */
const further = (what: string) =>
  `${what} is a further result of an operator of which only the first is supported`;

function runNode(node: GraphNode, values: Map<string, Value>, builder: Builder, external: External): void {
  const { proto, where, opset } = node;
  builder.where = where;
  builder.base = proto.name || proto.output.find((name) => name !== "") || proto.opType;
  const inputs = proto.input.map((name) => {
    if (name === "") return undefined;
    const value = values.get(name);
    return value ?? builder.refuse(further(`its input '${name}'`));
  });
  const results = handlerOf(node)(
    new Call({
      type: proto.opType,
      domain: proto.domain,
      opset,
      attributes: new Attributes(proto.attribute, where, external),
      inputs,
      outputs: proto.output.length,
      builder,
    }),
  );
  for (const [n, name] of proto.output.entries()) {
    const result = results[n];
    if (name === "" || result === undefined) continue;
    builder.checkSize(result.shape);
    if (sizeOf(result.shape) === 0 && result.kind === "live") builder.refuse("its result has no elements");
    values.set(name, result);
  }
}

/** An output of the graph in the file's order of axes, without the batch; `whole`: no axis of the inputs is one. */
function outputValue(builder: Builder, value: Value, whole: boolean): string {
  const live = builder.live(value);
  if (live.integers !== undefined) {
    builder.refuse(
      "it gives the integers of a QuantizeLinear",
      "Let the model end with DequantizeLinear, so that its outputs are what they stand for.",
    );
  }
  const kept = whole && live.axes.includes(0);
  const axes = kept ? live.shape.map((_, axis) => axis) : axesWithoutBatch(live.shape, live.batch);
  const arranged = builder.arrange(live, axes.length === 0 ? [-1] : axes);
  return arranged.name;
}
