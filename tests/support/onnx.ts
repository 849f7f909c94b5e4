import { clone, create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from "../../src/import/onnx/proto/onnx_pb.js";

/** Codes of TensorProto.DataType. */
export const FLOAT = 1;
export const INT64 = 7;
export const BOOL = 9;

type Attribute = number | string | readonly number[] | { readonly ints: readonly number[] } | TensorProto;

/** A float attribute whose value happens to be an integer. */
export class Real {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export interface TestNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute | Real>>;
  readonly domain?: string;
  readonly name?: string;
}

export interface TestModel {
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly nodes: readonly TestNode[];
  readonly initializers?: Readonly<Record<string, TensorProto>>;
  readonly outputs?: readonly string[];
  /** Element types of outputs that are no floats. */
  readonly types?: Readonly<Record<string, number>>;
  readonly opset?: number;
  readonly domains?: Readonly<Record<string, number>>;
  /** Lists the initializers as inputs, too, as version 3 of the format does. */
  readonly listed?: boolean;
  /** Changes to the message before it is written. */
  readonly edit?: (model: ModelProto) => void;
}

/** A tensor of float32. */
export function floats(dims: readonly number[], data: readonly number[]): TensorProto {
  const bytes = new Uint8Array(Float32Array.from(data).buffer);
  return create(TensorProtoSchema, { dims: dims.map(BigInt), dataType: FLOAT, rawData: bytes });
}

export function int64s(dims: readonly number[], data: readonly number[]): TensorProto {
  return create(TensorProtoSchema, { dims: dims.map(BigInt), dataType: INT64, int64Data: data.map(BigInt) });
}

/** A tensor of another type in its typed field for small integers. */
export function small(dataType: number, dims: readonly number[], data: readonly number[]): TensorProto {
  return create(TensorProtoSchema, { dims: dims.map(BigInt), dataType, int32Data: [...data] });
}

function attribute(name: string, value: Attribute | Real) {
  const text = (s: string) => new TextEncoder().encode(s);
  if (value instanceof Real) {
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.value });
  }
  if (typeof value === "string") {
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: text(value) });
  }
  if (typeof value === "number") {
    return Number.isInteger(value)
      ? create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) })
      : create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value });
  }
  if ("dims" in value) {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.TENSOR,
      t: clone(TensorProtoSchema, value),
    });
  }
  const list = "ints" in value ? value.ints : (value as readonly number[]);
  return list.every(Number.isInteger)
    ? create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: list.map(BigInt) })
    : create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...list] });
}

function info(name: string, elemType: number, shape: readonly (number | string)[] | undefined) {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: "tensorType",
        value: {
          elemType,
          ...(shape && {
            shape: {
              dim: shape.map((n) => ({
                value:
                  typeof n === "number"
                    ? { case: "dimValue" as const, value: BigInt(n) }
                    : { case: "dimParam" as const, value: n },
              })),
            },
          }),
        },
      },
    },
  });
}

/** The bytes of a model. Without stated outputs, those of the last node are the model's. */
export function onnxBytes(model: TestModel): Uint8Array<ArrayBuffer> {
  const { inputs, nodes, initializers = {}, types = {}, opset = 17, domains = {} } = model;
  const last = nodes[nodes.length - 1];
  const outputs = model.outputs ?? last?.outputs ?? ["y"];
  const proto = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [
      { domain: "", version: BigInt(opset) },
      ...Object.entries(domains).map(([domain, version]) => ({ domain, version: BigInt(version) })),
    ],
    graph: {
      name: "test",
      node: nodes.map(({ type, inputs, outputs = ["y"], attributes = {}, domain = "", name = "" }) =>
        create(NodeProtoSchema, {
          opType: type,
          input: [...inputs],
          output: [...outputs],
          domain,
          name,
          attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
        }),
      ),
      initializer: Object.entries(initializers).map(([name, tensor]) =>
        Object.assign(clone(TensorProtoSchema, tensor), { name }),
      ),
      input: [
        ...Object.entries(inputs).map(([name, shape]) => info(name, FLOAT, shape)),
        ...Object.entries(model.listed ? initializers : {}).map(([name, { dataType, dims }]) =>
          info(name, dataType, dims.map(Number)),
        ),
      ],
      output: outputs.map((name) => info(name, types[name] ?? FLOAT, undefined)),
    },
  });
  model.edit?.(proto);
  return Uint8Array.from(toBinary(ModelProtoSchema, proto));
}
