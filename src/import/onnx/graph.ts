import { UserError } from "../../ir/errors.js";
import type { GraphProto, ModelProto, NodeProto } from "./proto/onnx_pb.js";

/** A node of the file. */
export interface GraphNode {
  readonly proto: NodeProto;
  /** File and node, for errors. */
  readonly where: string;
  /** `Conv`, `qonnx>Quant`: domains that mean the same have one name. */
  readonly kind: string;
  /** The version of the operator set that the file states for the node's domain. */
  readonly opset: number;
}

/** The graph of a file: the nodes that its outputs need, each after its inputs. */
export interface Graph {
  readonly proto: GraphProto;
  readonly nodes: readonly GraphNode[];
}

const DOMAINS: ReadonlyMap<string, string> = new Map([
  ["", ""],
  ["ai.onnx", ""],
  ["qonnx.custom_op.general", "qonnx"],
  ["finn.custom_op.general", "qonnx"],
  ["onnx.brevitas", "qonnx"],
  ["finn", "qonnx"],
  ["qonnx", "qonnx"],
  ["qonnx.custom_op.channels_last", "channels_last"],
  ["finn.custom_op.channels_last", "channels_last"],
  ["com.microsoft", "microsoft"],
]);

/** The operators of QONNX, which some exporters leave without a domain. */
const QONNX_TYPES = new Set(["Quant", "IntQuant", "BipolarQuant", "Trunc", "MultiThreshold"]);

/** Operator sets up to this one are known. */
const NEWEST_OPSET = 28;

/** Orders the graph. Throws a UserError that names the node on contradictions: circles, missing and double values. */
export function readGraph(model: ModelProto, file: string): Graph {
  const proto = model.graph as GraphProto;
  if (proto.sparseInitializer.length > 0) {
    const name = proto.sparseInitializer[0]?.values?.name ?? "";
    throw new UserError(`the initializer '${name}' is sparse, which is not supported`, {
      where: file,
      hint: "Store it as a dense tensor.",
    });
  }
  const opsets = readOpsets(model, file);
  const functions = new Set(model.functions.map(({ domain, name }) => `${domain}>${name}`));
  const nodes = proto.node.map((node, n) => readNode(node, n, opsets, functions, file));
  return { proto, nodes: sortNodes(proto, nodes, file) };
}

function readOpsets(model: ModelProto, file: string): ReadonlyMap<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, version } of model.opsetImport) {
    const name = DOMAINS.get(domain) ?? domain;
    opsets.set(name, Math.max(Number(version), opsets.get(name) ?? 0));
  }
  const version = opsets.get("");
  if (version !== undefined && (version < 1 || version > NEWEST_OPSET)) {
    throw new UserError(`the operator set ${version} of ONNX is not known`, {
      where: file,
      hint: `Known are 1 to ${NEWEST_OPSET}; onnx.version_converter converts others.`,
    });
  }
  return opsets;
}

function readNode(
  proto: NodeProto,
  index: number,
  opsets: ReadonlyMap<string, number>,
  functions: ReadonlySet<string>,
  file: string,
): GraphNode {
  const { opType, domain } = proto;
  const label = proto.name || proto.output.find((name) => name !== "") || String(index);
  const where = `${file}: node '${label.slice(0, 100)}' (${opType.slice(0, 60)})`;
  if (functions.has(`${domain}>${opType}`)) {
    throw new UserError("it calls a function that the model defines, which is not supported", {
      where,
      hint: "Inline the model's functions first: onnx.inliner.inline_local_functions.",
    });
  }
  const known = domain === "" && QONNX_TYPES.has(opType) ? "qonnx" : DOMAINS.get(domain);
  const prefix = known ?? domain;
  return {
    proto,
    where,
    kind: prefix === "" ? opType : `${prefix}>${opType}`,
    opset: opsets.get(known === "channels_last" ? "" : prefix) ?? opsets.get("") ?? 1,
  };
}

/** The nodes that the outputs need, each after its inputs. */
function sortNodes(graph: GraphProto, nodes: readonly GraphNode[], file: string): readonly GraphNode[] {
  const makers = new Map<string, GraphNode>();
  const given = new Set([...graph.input, ...graph.initializer].map(({ name }) => name));
  for (const node of nodes) {
    for (const output of node.proto.output) {
      if (output === "") continue;
      if (makers.has(output) || given.has(output)) {
        throw new UserError(`the value '${output}' is defined twice`, { where: node.where });
      }
      makers.set(output, node);
    }
  }
  const state = new Map<GraphNode, "open" | "done">();
  const sorted: GraphNode[] = [];
  // A walk with its own stack: graphs may be deeper than JavaScript's.
  const visit = (start: GraphNode) => {
    const stack: { node: GraphNode; next: number }[] = [{ node: start, next: 0 }];
    if (state.has(start)) return;
    state.set(start, "open");
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as { node: GraphNode; next: number };
      const inputs = top.node.proto.input;
      if (top.next >= inputs.length) {
        state.set(top.node, "done");
        sorted.push(top.node);
        stack.pop();
        continue;
      }
      const name = inputs[top.next++] as string;
      if (name === "" || given.has(name)) continue;
      const maker = makers.get(name);
      if (maker === undefined) {
        throw new UserError(`its input '${name}' does not exist`, { where: top.node.where });
      }
      if (state.get(maker) === "open") {
        throw new UserError("its input depends on its own output", { where: maker.where });
      }
      if (!state.has(maker)) {
        state.set(maker, "open");
        stack.push({ node: maker, next: 0 });
      }
    }
  };
  for (const { name } of graph.output) {
    const maker = makers.get(name);
    if (maker !== undefined) visit(maker);
    else if (!given.has(name)) {
      throw new UserError(`the output '${name}' is computed by no node`, { where: file });
    }
  }
  return sorted;
}
