import type { WriterFunction } from "ts-morph";
import { sizeOf } from "../../../ir/tensor.js";
import type { Elements } from "../../elements.js";
import { convert, literalList } from "../expressions.js";
import type { Layer, LayerCode, LayerEmitter, Operand } from "../layer.js";
import { type Axis, STRIDED_TEXT, stridedIndices, stridesOf } from "../strided.js";
import { constant } from "../tables.js";

/** Elements that are read at the indices of some axes of the input and written one after the other. */
function readStrided(
  layer: Layer<"transpose"> | Layer<"slice"> | Layer<"expand">,
  start: number,
  axes: readonly Axis[],
): LayerCode {
  const { node, inputs, elements, name } = layer;
  const [input] = inputs;
  const from = name("from");
  return {
    helpers: [STRIDED_TEXT],
    tables: [constant(from, stridedIndices(start, axes), "Where each element comes from.")],
    body: (writer) => {
      const value = convert(`input[${from}[i]]`, input.elements, elements);
      writer.writeLine(`for (let i = 0; i < ${sizeOf(node.shape)}; i++) output[i] = ${value};`);
    },
  };
}

/** A loop that copies an array element by element. */
function copyLoop({ array, elements: from }: Operand, size: number, to: string, elements: Elements) {
  return `for (let i = 0; i < ${size}; i++) output[${to}] = ${convert(`${array}[i]`, from, elements)};`;
}

export const reshape: LayerEmitter<"reshape"> = ({ node, inputs: [input], elements }) => ({
  tables: [],
  body: (writer) => {
    writer.writeLine(copyLoop(input, sizeOf(node.shape), "i", elements));
  },
});

export const transpose: LayerEmitter<"transpose"> = (layer) => {
  const strides = stridesOf(layer.inputs[0].node.shape);
  const { permutation, shape } = layer.node;
  return readStrided(
    layer,
    0,
    permutation.map((axis, i) => ({ size: shape[i], stride: strides[axis] })),
  );
};

export const slice: LayerEmitter<"slice"> = (layer) => {
  const strides = stridesOf(layer.inputs[0].node.shape);
  const { starts, steps, shape } = layer.node;
  const start = starts.reduce((sum, n, axis) => sum + n * strides[axis], 0);
  return readStrided(
    layer,
    start,
    shape.map((size, axis) => ({ size, stride: steps[axis] * strides[axis] })),
  );
};

export const expand: LayerEmitter<"expand"> = (layer) => {
  const { shape } = layer.inputs[0].node;
  const strides = stridesOf(shape);
  const missing = layer.node.shape.length - shape.length;
  return readStrided(
    layer,
    0,
    layer.node.shape.map((size, axis) => {
      const own = axis - missing;
      return { size, stride: own < 0 || shape[own] === 1 ? 0 : strides[own] };
    }),
  );
};

export const pad: LayerEmitter<"pad"> = ({ node, inputs: [input], elements, name }) => {
  const strides = stridesOf(node.shape);
  const start = node.before.reduce((sum, n, axis) => sum + n * strides[axis], 0);
  const axes = input.node.shape.map((size, axis) => ({ size, stride: strides[axis] }));
  const to = name("to");
  return {
    helpers: [STRIDED_TEXT],
    tables: [constant(to, stridedIndices(start, axes), "Where each element goes; zeros stay around them.")],
    body: (writer) => {
      writer.writeLine(copyLoop(input, sizeOf(input.node.shape), `${to}[i]`, elements));
    },
  };
};

export const concat: LayerEmitter<"concat"> = ({ node, inputs, elements }) => {
  const inner = (operand: Operand) => sizeOf(operand.node.shape.slice(node.axis));
  const outer = sizeOf(node.shape.slice(0, node.axis));
  const body: WriterFunction = (writer) => {
    if (outer > 1) {
      writer.writeLine("let at = 0;");
      writer.write(`for (let n = 0; n < ${outer}; n++)`).block(() => {
        for (const operand of inputs) {
          const size = inner(operand);
          const start = size === 1 ? "n" : `n * ${size}`;
          const value = convert(`${operand.array}[i]`, operand.elements, elements);
          const loop = `for (let i = ${start}, end = i + ${size}; i < end; i++, at++)`;
          writer.writeLine(`${loop} output[at] = ${value};`);
        }
      });
      return;
    }
    let start = 0;
    for (const operand of inputs) {
      writer.writeLine(copyLoop(operand, inner(operand), start === 0 ? "i" : `${start} + i`, elements));
      start += inner(operand);
    }
  };
  return { tables: [], body };
};

export const gather: LayerEmitter<"gather"> = ({ node, inputs: [input], elements, name }) => {
  const { axis, indices } = node;
  const { shape } = input.node;
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const table = name("indices");
  // Negative indices count from the end.
  const counted = indices.map((n) => BigInt(n < 0 ? n + shape[axis] : n));
  return {
    tables: [constant(table, literalList(counted, "int32"), `The indices along axis ${axis}.`)],
    body: (writer) => {
      writer.write(`for (let n = 0, at = 0; n < ${outer}; n++)`).block(() => {
        writer.write(`for (let t = 0; t < ${indices.length}; t++)`).block(() => {
          writer.writeLine(`const start = (n * ${shape[axis]} + ${table}[t]) * ${inner};`);
          const value = convert("input[i]", input.elements, elements);
          writer.writeLine(`for (let i = start; i < start + ${inner}; i++, at++) output[at] = ${value};`);
        });
      });
    },
  };
};
