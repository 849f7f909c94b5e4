import type { CodeBlockWriter, StatementStructures } from "ts-morph";
import type { Interval } from "../../../ir/fixed-point.js";
import { hull } from "../../../ir/interval.js";
import { type Elements, elementsFor } from "../../elements.js";
import { convert, literal, literalRows } from "../expressions.js";
import { constant } from "../tables.js";

/** Integers times a constant matrix, plus a bias. */
export interface Matrix {
  readonly inputs: number;
  readonly outputs: number;
  /** (inputs, outputs), row-major. */
  readonly weights: readonly bigint[];
  readonly bias: readonly bigint[];
  /** What each input holds. */
  readonly ranges: readonly Interval[];
}

/** Below this share of weights that are not zero, only those are listed. */
const SPARSE_SHARE = 0.4;
/** Sums that one pass over the inputs adds up: each input is read once for all of them. */
const SUMS = 4;

/**
 * How sums are held. Int32 arithmetic wraps, and a sum modulo 2^32 does not depend on what its parts did: it suffices
 * that the result fits. Doubles do not wrap: every weight, product and partial sum must fit.
 */
export function matrixArithmetic({ outputs, weights, bias, ranges }: Matrix, result: Elements): Elements {
  if (result === "int32") return "int32";
  const sums = bias.map((b) => ({ lo: b < 0n ? b : 0n, hi: b > 0n ? b : 0n }));
  let all: Interval = { lo: 0n, hi: 0n };
  weights.forEach((weight, k) => {
    if (weight === 0n) return;
    const { lo, hi } = hull(ranges[Math.floor(k / outputs)], { lo: 0n, hi: 0n });
    const sum = sums[k % outputs];
    sum.lo += weight > 0n ? weight * lo : weight * hi;
    sum.hi += weight > 0n ? weight * hi : weight * lo;
    all = hull(hull(all, { lo, hi }), { lo: weight, hi: weight });
  });
  return elementsFor(sums.reduce<Interval>(hull, all)) === "bigint" ? "bigint" : "float64";
}

/** An integer in the arithmetic of sums; for int32 it may stand modulo 2^32. */
export function asTerm(expression: string, from: Elements, kind: Elements): string {
  if (kind === "int32" && from === "bigint") return `Number(BigInt.asIntN(32, ${expression}))`;
  return convert(expression, from, kind);
}

export interface MatrixText {
  readonly comment: string;
  readonly tables: readonly StatementStructures[];
  /**
   * Lines that write the outputs to `output` from index `at` on. They read the inputs from array `source`, whose
   * elements are `from`, at index `start` and after.
   */
  readonly write: (
    writer: CodeBlockWriter,
    at: string,
    source: { readonly array: string; readonly from: Elements; readonly start: string },
  ) => void;
}

/** Writes the product with a matrix: loops over tables, of all weights or of those that are not zero. */
export function matrixText(
  matrix: Matrix,
  kind: Elements,
  elements: Elements,
  name: (suffix: string) => string,
): MatrixText {
  const { inputs, outputs, bias } = matrix;
  const held = (k: bigint) => (kind === "int32" ? BigInt.asIntN(32, k) : k);
  // An input that is always 0 has no weight worth holding, be it beyond all doubles.
  const weights = matrix.weights.map((weight, k) => {
    const { lo, hi } = matrix.ranges[Math.floor(k / outputs)];
    return lo === 0n && hi === 0n ? 0n : held(weight);
  });
  const used = weights.filter((weight) => weight !== 0n).length;
  const biasTable = name("bias");
  const tables: StatementStructures[] = [
    constant(biasTable, literalRows(bias.map(held), kind), "The bias of each output."),
  ];
  const comment = `${used} weights; sums in ${kind}.`;
  const add = (sum: string, term: string, weight: string) =>
    kind === "int32"
      ? `${sum} = (${sum} + Math.imul(${term}, ${weight})) | 0;`
      : `${sum} += ${term} * ${weight};`;
  const finish = (sum: string) => convert(sum, kind, elements);

  if (used < SPARSE_SHARE * weights.length || inputs === 0) {
    const [starts, places, list] = [name("starts"), name("places"), name("weights")];
    const order: number[] = [];
    const begins: bigint[] = [0n];
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) if (weights[i * outputs + o] !== 0n) order.push(i * outputs + o);
      begins.push(BigInt(order.length));
    }
    const inputOf = order.map((k) => BigInt(Math.floor(k / outputs)));
    tables.push(
      constant(starts, literalRows(begins, "int32"), "Where the weights of each output start."),
      constant(places, literalRows(inputOf, "int32"), "The inputs of the weights that are not zero."),
      constant(
        list,
        literalRows(
          order.map((k) => weights[k]),
          kind,
        ),
      ),
    );
    return {
      comment,
      tables,
      write: (writer, at, { array, from, start }) => {
        const index = plus(start, `${places}[t]`);
        writer.write(`for (let o = 0, t = 0; o < ${outputs}; o++)`).block(() => {
          writer.writeLine(`const end = ${starts}[o + 1];`);
          writer.writeLine(`let sum = ${biasTable}[o];`);
          const line = add("sum", asTerm(`${array}[${index}]`, from, kind), `${list}[t]`);
          writer.writeLine(`for (; t < end; t++) ${line}`);
          writer.writeLine(`output[${plus(at, "o")}] = ${finish("sum")};`);
        });
      },
    };
  }

  const list = name("weights");
  const order: bigint[] = [];
  const whole = outputs - (outputs % SUMS);
  const blocks = Array.from({ length: Math.ceil(outputs / SUMS) }, (_, b) => b * SUMS);
  for (const o of blocks) {
    for (let i = 0; i < inputs; i++)
      order.push(...weights.slice(i * outputs + o, i * outputs + Math.min(o + SUMS, outputs)));
  }
  tables.push(
    constant(
      list,
      literalRows(order, kind),
      `Weights, ${SUMS} outputs at a time: for each input those of the ${SUMS} outputs.`,
    ),
  );
  const block = (
    writer: CodeBlockWriter,
    sums: number,
    at: string,
    source: Parameters<MatrixText["write"]>[2],
  ) => {
    for (let s = 0; s < sums; s++) writer.writeLine(`let sum${s} = ${biasTable}[${plus("o", s)}];`);
    const { array, from, start } = source;
    const end = /^\d+$/.test(start) ? `${Number(start) + inputs}` : `${start} + ${inputs}`;
    writer.write(`for (let i = ${start}; i < ${end}; i++, t += ${sums})`).block(() => {
      writer.writeLine(`const k = ${asTerm(`${array}[i]`, from, kind)};`);
      for (let s = 0; s < sums; s++) writer.writeLine(add(`sum${s}`, "k", `${list}[${plus("t", s)}]`));
    });
    for (let s = 0; s < sums; s++) writer.writeLine(`output[${plus(at, "o", s)}] = ${finish(`sum${s}`)};`);
  };
  return {
    comment,
    tables,
    write: (writer, at, source) => {
      writer.writeLine("let o = 0;").writeLine("let t = 0;");
      if (whole > 0) {
        writer.write(`for (; o < ${whole}; o += ${SUMS})`).block(() => block(writer, SUMS, at, source));
      }
      if (whole < outputs) block(writer, outputs - whole, at, source);
    },
  };
}

/** A sum of expressions without the zeros. */
function plus(...terms: readonly (string | number)[]): string {
  return terms.filter((term) => term !== 0 && term !== "0").join(" + ");
}

/** The zero of an arithmetic. */
export function zeroOf(kind: Elements): string {
  return literal(0n, kind);
}
