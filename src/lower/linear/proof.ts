import { type Cell, offsetOf, type Wire, type WireId } from "../../ir/circuit/circuit.js";
import { InternalError } from "../../ir/errors.js";
import { type Interval, intervalBits } from "../../ir/fixed-point.js";
import type { ModuleBuilder, Signal } from "../module-builder.js";
import type { LinearSum } from "./sum.js";

/** A wire as a linear form over the inputs: Σ coefficients[i] · input[i] + constant. */
interface LinearForm {
  readonly coefficients: ReadonlyMap<WireId, bigint>;
  readonly constant: bigint;
}

/**
 * Proves an adder graph: the linear form of each output equals its row of the matrix, tables are checked over their
 * whole domain, and every wire is wide enough for all values its form can take. Throws an InternalError otherwise.
 */
export function proveSums(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  sums: readonly LinearSum[],
  outputs: readonly Signal[],
): void {
  const ranges = new Map(inputs.map(({ wire, range }) => [wire, range]));
  const forms = new Map<WireId, LinearForm>();
  outputs.forEach((output, row) => {
    const form = formOf(output.wire, builder, ranges, forms);
    const expected = new Map<WireId, bigint>();
    let constant = (sums[row] as LinearSum).bias;
    (sums[row] as LinearSum).weights.forEach((weight, i) => {
      const { wire, range } = inputs[i] as Signal;
      if (range.lo === range.hi) constant += weight * range.lo;
      else if (weight !== 0n) expected.set(wire, (expected.get(wire) ?? 0n) + weight);
    });
    const equal =
      form.constant === constant &&
      form.coefficients.size === [...expected.values()].filter((w) => w !== 0n).length &&
      [...form.coefficients].every(([wire, weight]) => expected.get(wire) === weight);
    if (!equal)
      throw new InternalError(`the adder graph of row ${row} does not compute its row of the matrix`);
  });
}

function formOf(
  wire: WireId,
  builder: ModuleBuilder,
  inputs: ReadonlyMap<WireId, Interval>,
  forms: Map<WireId, LinearForm>,
): LinearForm {
  const known = forms.get(wire);
  if (known !== undefined) return known;
  const signal = builder.wireOf({ wire, range: { lo: 0n, hi: 0n } });
  const form =
    inputs.has(wire) && signal.cell.op !== "constant"
      ? { coefficients: new Map([[wire, 1n]]), constant: 0n }
      : formOfCell(signal.cell, (id) => formOf(id, builder, inputs, forms), builder);
  checkWidth(signal, form, inputs);
  forms.set(wire, form);
  return form;
}

function formOfCell(cell: Cell, form: (wire: WireId) => LinearForm, builder: ModuleBuilder): LinearForm {
  const at = (wire: WireId) => builder.wireOf({ wire, range: { lo: 0n, hi: 0n } });
  switch (cell.op) {
    case "constant":
      return { coefficients: new Map(), constant: cell.value };
    case "add":
      return combine(form(cell.a), 1n << BigInt(cell.shiftA), form(cell.b), 1n << BigInt(cell.shiftB));
    case "sub":
      return combine(form(cell.a), 1n << BigInt(cell.shiftA), form(cell.b), -(1n << BigInt(cell.shiftB)));
    case "add3": {
      const scale = (shift: number, negative: boolean) => (negative ? -1n : 1n) << BigInt(shift);
      const two = combine(
        form(cell.a),
        scale(cell.shiftA, false),
        form(cell.b),
        scale(cell.shiftB, cell.negateB),
      );
      return combine(two, 1n, form(cell.c), scale(cell.shiftC, cell.negateC));
    }
    case "offset": {
      const added = { coefficients: new Map(), constant: offsetOf(at(cell.a), cell.negate) };
      return combine(form(cell.a), cell.negate ? -1n : 1n, added, 1n);
    }
    case "concat":
      return formOfConcat(cell.parts, form, at);
    case "shift":
      if (cell.by < 0) throw new InternalError("an adder graph drops no bits");
      return combine(form(cell.a), 1n << BigInt(cell.by), { coefficients: new Map(), constant: 0n }, 1n);
    case "table": {
      const index = at(cell.index);
      return formOfTable(cell.entries, index.cell.op === "concat" ? index.cell.parts : [cell.index], form);
    }
    default:
      throw new InternalError(`'${cell.op}' is no cell of an adder graph`);
  }
}

/** Unsigned numbers side by side are their sum, each times the weight of its lowest bit. */
function formOfConcat(
  parts: readonly WireId[],
  form: (wire: WireId) => LinearForm,
  at: (wire: WireId) => Wire,
): LinearForm {
  let low = 0;
  return parts.reduce(
    (total: LinearForm, part) => {
      const { signed, width, name } = at(part);
      if (signed) throw new InternalError(`'${name}' has a sign and lies beside other bits`);
      const sum = combine(total, 1n, form(part), 1n << BigInt(low));
      low += width;
      return sum;
    },
    { coefficients: new Map(), constant: 0n },
  );
}

/** A table over bits is linear when every entry is the sum of the weights of its set bits. */
function formOfTable(
  entries: readonly bigint[],
  bits: readonly WireId[],
  form: (wire: WireId) => LinearForm,
): LinearForm {
  const constant = entries[0] as bigint;
  const weights = bits.map((_, bit) => (entries[1 << bit] as bigint) - constant);
  entries.forEach((entry, index) => {
    const sum = weights.reduce(
      (total, weight, bit) => ((index >> bit) & 1 ? total + weight : total),
      constant,
    );
    if (sum !== entry) throw new InternalError("a table of an adder graph is not linear in its bits");
  });
  return bits.reduce((total: LinearForm, bit, i) => combine(total, 1n, form(bit), weights[i] as bigint), {
    coefficients: new Map(),
    constant,
  });
}

function combine(a: LinearForm, scaleA: bigint, b: LinearForm, scaleB: bigint): LinearForm {
  const coefficients = new Map<WireId, bigint>();
  for (const [form, scale] of [
    [a, scaleA],
    [b, scaleB],
  ] as const) {
    for (const [wire, weight] of form.coefficients) {
      const sum = (coefficients.get(wire) ?? 0n) + weight * scale;
      if (sum === 0n) coefficients.delete(wire);
      else coefficients.set(wire, sum);
    }
  }
  return { coefficients, constant: a.constant * scaleA + b.constant * scaleB };
}

function checkWidth(wire: Wire, form: LinearForm, inputs: ReadonlyMap<WireId, Interval>): void {
  let lo = form.constant;
  let hi = form.constant;
  for (const [input, weight] of form.coefficients) {
    const range = inputs.get(input) as Interval;
    lo += weight > 0n ? weight * range.lo : weight * range.hi;
    hi += weight > 0n ? weight * range.hi : weight * range.lo;
  }
  const { signed, width } = intervalBits({ lo, hi });
  const room = wire.signed ? wire.width : wire.width + 1;
  if ((signed && !wire.signed) || (signed ? width : width + 1) > room) {
    throw new InternalError(`wire '${wire.name}' of ${wire.width} bits can overflow: [${lo}, ${hi}]`);
  }
}
