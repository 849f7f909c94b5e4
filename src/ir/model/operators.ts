import { UserError } from "../errors.js";
import { OVERFLOWS, ROUNDINGS } from "../fixed-point.js";
import type { Attributes } from "../text/document.js";
import type { Reader } from "../text/read.js";
import { write } from "../text/write.js";
import type { ModelNodeOf, ModelOp, Pads, Quantizer } from "./model.js";

type Own<Op extends ModelOp> = Omit<ModelNodeOf<Op>, "op" | "name" | "inputs" | "shape">;

/** What the Model language knows of one operator. */
export interface ModelOperator<Op extends ModelOp> {
  readonly arity: number;
  /** The shape of the result; throws a UserError naming the node when the inputs do not fit. */
  readonly shape: (node: ModelNodeOf<Op>, inputs: readonly (readonly number[])[]) => readonly number[];
  readonly write: (node: ModelNodeOf<Op>) => Attributes;
  readonly read: (reader: Reader) => Own<Op>;
}

const same = (_: unknown, [input]: readonly (readonly number[])[]) => input as readonly number[];

export function writePads({ top, bottom, left, right }: Pads): readonly bigint[] {
  return [top, bottom, left, right].map(BigInt);
}

export function readPads(reader: Reader): Pads {
  const pads = reader.counts("pads");
  if (pads.length !== 4 || pads.some((n) => n < 0)) {
    throw new UserError("'pads' are four counts: top, bottom, left, right", { where: reader.where });
  }
  const [top, bottom, left, right] = pads as [number, number, number, number];
  return { top, bottom, left, right };
}

export function writeQuantizer(quantizer: Quantizer): Attributes {
  return { types: write.types(quantizer.types), rounding: quantizer.rounding, overflow: quantizer.overflow };
}

export function readQuantizer(reader: Reader): Quantizer {
  return {
    types: reader.types("types"),
    rounding: reader.oneOf("rounding", ROUNDINGS),
    overflow: reader.oneOf("overflow", OVERFLOWS),
  };
}

/** The shape of a stride-1 convolution; `where` names the node in errors. */
export function conv2dShape(
  input: readonly number[],
  kernel: readonly number[],
  pads: Pads,
  where: string,
): readonly number[] {
  if (input.length !== 3) {
    throw new UserError(`a 2-D convolution takes (rows, columns, channels), found [${input.join(", ")}]`, {
      where,
    });
  }
  const [rows, columns, channels] = input as [number, number, number];
  const [kernelRows, kernelColumns, kernelChannels, outputs] = kernel as [number, number, number, number];
  if (kernelChannels !== channels) {
    throw new UserError(`the kernel takes ${kernelChannels} channels, its input has ${channels}`, { where });
  }
  const shape = [
    rows + pads.top + pads.bottom - kernelRows + 1,
    columns + pads.left + pads.right - kernelColumns + 1,
    outputs,
  ];
  if (shape.some((n) => n < 1)) {
    throw new UserError(`a kernel of ${kernelRows} × ${kernelColumns} does not fit the padded image`, {
      where,
    });
  }
  return shape;
}

/** The operators of the Model language. A missing entry is a type error. */
export const MODEL_OPERATORS: { readonly [Op in ModelOp]: ModelOperator<Op> } = {
  input: { arity: 0, shape: (node) => node.shape, write: () => ({}), read: () => ({}) },
  quantize: {
    arity: 1,
    shape: same,
    write: (node) => writeQuantizer(node.quantizer),
    read: (reader) => ({ quantizer: readQuantizer(reader) }),
  },
  conv2d: {
    arity: 1,
    shape: (node, [input]) =>
      conv2dShape(input as readonly number[], node.kernel.shape, node.pads, `node '${node.name}'`),
    write: (node) => ({
      pads: writePads(node.pads),
      kernel: write.tensor(node.kernel),
      ...(node.kernelQuantizer && { kernel_quantizer: { record: writeQuantizer(node.kernelQuantizer) } }),
      bias: write.tensor(node.bias),
      ...(node.biasQuantizer && { bias_quantizer: { record: writeQuantizer(node.biasQuantizer) } }),
    }),
    read: (reader) => ({
      pads: readPads(reader),
      kernel: reader.realTensor("kernel"),
      kernelQuantizer: reader.has("kernel_quantizer")
        ? readQuantizer(reader.record("kernel_quantizer"))
        : undefined,
      bias: reader.realTensor("bias"),
      biasQuantizer: reader.has("bias_quantizer")
        ? readQuantizer(reader.record("bias_quantizer"))
        : undefined,
    }),
  },
  relu: { arity: 1, shape: same, write: () => ({}), read: () => ({}) },
  sigmoid: { arity: 1, shape: same, write: () => ({}), read: () => ({}) },
  threshold: {
    arity: 1,
    shape: same,
    write: (node) => ({ level: node.level }),
    read: (reader) => ({ level: reader.real("level") }),
  },
};
