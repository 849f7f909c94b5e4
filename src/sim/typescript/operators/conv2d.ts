import type { CodeBlockWriter } from "ts-morph";
import type { FixedConv2d, FixedValue } from "../../../ir/fixed/fixed.js";
import { channelHulls, hull } from "../../../ir/interval.js";
import type { Elements } from "../../elements.js";
import { newArray } from "../expressions.js";
import type { LayerEmitter } from "../layer.js";
import { constant } from "../tables.js";
import { asTerm, type Matrix, matrixArithmetic, matrixText, zeroOf } from "./matrix.js";
import { scatter } from "./scatter.js";

/**
 * With sites, a scatter of differences. Else position by position: the patch under the kernel, zeros where it lies over
 * the padding, times a matrix.
 */
export const conv2d: LayerEmitter<"conv2d"> = (layer) => {
  if (layer.sites !== undefined) return scatter(layer);
  const { node, inputs, elements, name } = layer;
  const [input] = inputs;
  const [rows, columns] = node.kernel.shape;
  const [height, width, channels] = input.node.shape;
  const [outHeight, outWidth, outputs] = node.shape;
  const matrix = matrixOf(node, input.node);
  const kind = matrixArithmetic(matrix, elements);
  const text = matrixText(matrix, kind, elements, name);
  const { strides, dilations, pads } = node;
  const comment = `Kernel ${rows} × ${columns}, ${text.comment}`;

  const unpadded = pads.top === 0 && pads.bottom === 0 && pads.left === 0 && pads.right === 0;
  if (rows === 1 && columns === 1 && strides.rows === 1 && strides.columns === 1 && unpadded) {
    const loop = `for (let from = 0, at = 0; at < ${outHeight * outWidth * outputs}; from += ${channels}, at += ${outputs})`;
    const source = { array: "input", from: input.elements, start: "from" };
    return {
      comment,
      tables: text.tables,
      body: (writer) => {
        writer.write(loop).block(() => text.write(writer, "at", source));
      },
    };
  }

  const patch = name("patch");
  const copy = (writer: CodeBlockWriter) => {
    writer.writeLine(`const from = (row * ${width} + column) * ${channels};`);
    const value = asTerm("input[from + c]", input.elements, kind);
    writer.writeLine(`for (let c = 0; c < ${channels}; c++, p++) ${patch}[p] = ${value};`);
  };
  return {
    comment,
    tables: [
      ...text.tables,
      constant(
        patch,
        newArray(patchElements(input.elements, kind), matrix.inputs),
        "What lies under the kernel.",
      ),
    ],
    body: (writer) => {
      writer.write(`for (let y = 0, at = 0; y < ${outHeight}; y++)`).block(() => {
        writer.write(`for (let x = 0; x < ${outWidth}; x++, at += ${outputs})`).block(() => {
          writer.write(`for (let r = 0, p = 0; r < ${rows}; r++)`).block(() => {
            writer.writeLine(`const row = ${position("y", strides.rows, "r", dilations.rows, pads.top)};`);
            writer.write(`for (let q = 0; q < ${columns}; q++)`).block(() => {
              const column = position("x", strides.columns, "q", dilations.columns, pads.left);
              writer.writeLine(`const column = ${column};`);
              if (unpadded) return copy(writer);
              const inside = `row >= 0 && row < ${height} && column >= 0 && column < ${width}`;
              writer.write(`if (${inside})`).block(() => copy(writer));
              writer.write("else").block(() => {
                writer.writeLine(`for (let c = 0; c < ${channels}; c++, p++) ${patch}[p] = ${zeroOf(kind)};`);
              });
            });
          });
          text.write(writer, "at", { array: patch, from: patchElements(input.elements, kind), start: "0" });
        });
      });
    },
  };
};

/** Where a tap reads along one axis. */
export function position(out: string, stride: number, tap: string, dilation: number, pad: number): string {
  const times = (name: string, n: number) => (n === 1 ? name : `${name} * ${n}`);
  return `${times(out, stride)} + ${times(tap, dilation)}${pad === 0 ? "" : ` - ${pad}`}`;
}

/** Sums of doubles may take their terms from 32 bits. */
function patchElements(from: Elements, kind: Elements): Elements {
  return kind === "float64" && from === "int32" ? "int32" : kind;
}

/** The kernel over a patch of all channels: what a group does not read has no weight. */
function matrixOf({ kernel, bias, groups }: FixedConv2d, input: FixedValue): Matrix {
  const [rows, columns, perGroup, outputs] = kernel.shape;
  const channels = perGroup * groups;
  const taps = rows * columns;
  const zero = { lo: 0n, hi: 0n };
  const ofChannel = channelHulls(input.ranges, input.shape).map((range) => hull(range, zero));
  if (groups === 1) {
    const ranges = Array.from({ length: taps * channels }, (_, i) => ofChannel[i % channels]);
    return { inputs: taps * channels, outputs, weights: kernel.data, bias: bias.data, ranges };
  }
  const weights = new Array<bigint>(taps * channels * outputs).fill(0n);
  kernel.data.forEach((weight, k) => {
    const output = k % outputs;
    const tap = Math.floor(k / outputs / perGroup);
    const channel = (Math.floor(k / outputs) % perGroup) + Math.floor((output * groups) / outputs) * perGroup;
    weights[(tap * channels + channel) * outputs + output] = weight;
  });
  const ranges = Array.from({ length: taps * channels }, (_, i) => ofChannel[i % channels]);
  return { inputs: taps * channels, outputs, weights, bias: bias.data, ranges };
}
