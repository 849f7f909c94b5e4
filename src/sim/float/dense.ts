import { type Cell, type Compiled, denseCell } from "./cell.js";

/** The last axis times a matrix (inputs, outputs), plus a bias. */
export function compileDense(input: Cell, kernel: readonly number[], bias: readonly number[]): Compiled {
  const weights = Float64Array.from(kernel);
  const offsets = Float64Array.from(bias);
  const outputs = bias.length;
  const inputs = kernel.length / outputs;
  const rows = input.current.length / inputs;
  const cell = denseCell(rows * outputs);
  const step = () => {
    const { current } = cell;
    for (let row = 0; row < rows; row++) {
      const base = row * outputs;
      current.set(offsets, base);
      for (let i = 0; i < inputs; i++) {
        const x = input.current[row * inputs + i];
        if (x === 0) continue;
        for (let o = 0; o < outputs; o++) current[base + o] += x * weights[i * outputs + o];
      }
    }
  };
  return { cell, step };
}

/** e^x_i / Σ_j e^x_j over rows of `length`; the largest x is subtracted, so that no power overflows. */
export function compileSoftmax(input: Cell, length: number): Compiled {
  const cell = denseCell(input.current.length);
  const step = () => {
    for (let base = 0; base < cell.current.length; base += length) {
      const row = input.current.subarray(base, base + length);
      const result = cell.current.subarray(base, base + length);
      const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      let total = 0;
      for (let i = 0; i < length; i++) total += result[i] = Math.exp(row[i] - largest);
      for (let i = 0; i < length; i++) result[i] /= total;
    }
  };
  return { cell, step };
}
