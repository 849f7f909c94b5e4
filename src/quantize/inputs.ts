import { UserError } from "../ir/errors.js";
import {
  type FixedType,
  intervalBits,
  type Overflow,
  type Rounding,
  sameType,
  typeRange,
} from "../ir/fixed-point.js";
import { atElement, collapse, type Granular, mapGranular, perTensor } from "../ir/granular.js";
import type { Model, ModelInput, ModelNode } from "../ir/model/model.js";
import { isMovement, movementSources } from "../ir/movement.js";
import { sizeOf } from "../ir/tensor.js";
import type { Converter, FixedBuilder } from "./builder.js";

/** How an input's physical values become integers. */
interface InputQuantizer {
  readonly types: Granular<FixedType>;
  readonly rounding: Rounding;
  readonly overflow: Overflow;
}

/**
 * An input takes the type that the configuration gives it (rounded to nearest, saturated), or all of the quantizer that
 * reads it: type, rounding and overflow, so that integers from physical values are those of the model.
 */
export const convertInput: Converter<"input"> = (node, _, builder) => {
  const declared = builder.declaredType(node.name);
  const { types, rounding, overflow }: InputQuantizer =
    declared === undefined
      ? quantizerOfReaders(node, builder)
      : { types: perTensor(declared), rounding: "RND", overflow: "SAT" };
  const { name, inputs, shape } = node;
  const ranges = mapGranular(types, typeRange);
  builder.insert({ op: "input", name, inputs, shape, types, ranges, rounding, overflow });
};

/**
 * What a comparison with 0 needs of its operand, in one bit: rounded down and saturated to −1 … 0, a value keeps whether
 * it is at least 0; rounded up and saturated to 0 … 1, whether it is above.
 */
const SIGN = {
  notNegative: {
    types: perTensor<FixedType>({ signed: true, width: 1, integer: 1 }),
    rounding: "TRN",
    overflow: "SAT",
  },
  positive: {
    types: perTensor<FixedType>({ signed: false, width: 1, integer: 1 }),
    rounding: "CEIL",
    overflow: "SAT",
  },
} as const satisfies Record<string, InputQuantizer>;

/** What quantizers do to each element of a value; undefined where none reads it. */
interface Reading {
  readonly items: readonly (FixedType | undefined)[];
  readonly modes: { readonly rounding: Rounding; readonly overflow: Overflow } | undefined;
}

function quantizerOfReaders(input: ModelInput, builder: FixedBuilder): InputQuantizer {
  const refuse = (message: string): never => {
    throw new UserError(message, {
      where: `input '${input.name}'`,
      hint: `Give its type in l1c.yaml, e.g. types: { ${input.name}: "fixed<16,6>" }.`,
    });
  };
  const direct = directQuantizer(input, builder.model);
  if (direct !== undefined) return direct;
  const { items, modes } = readingOf(input, builder.model, refuse);
  const found = items.find((item) => item !== undefined);
  if (found === undefined || modes === undefined) {
    return refuse("nothing reads it, so the model does not fix its type");
  }
  // An element that no quantizer reads may have any type.
  const types: Granular<FixedType> = { per: "element", items: items.map((item) => item ?? found) };
  const { rounding, overflow } = modes;
  return { types: collapse(types, input.shape, sameType), rounding, overflow };
}

/** The quantizer of an input that only one quantizer reads: its types keep their granularity. */
function directQuantizer(input: ModelInput, model: Model): InputQuantizer | undefined {
  const readers = model.nodes.filter((node) => node.inputs.includes(input.name));
  const [first] = readers;
  const single = readers.length === 1 && !model.outputs.some(({ value }) => value === input.name);
  return single && first?.op === "quantize" ? first.quantizer : undefined;
}

/** How the readers of a node quantize its elements, looking through movements. */
function readingOf(node: ModelNode, model: Model, refuse: (message: string) => never): Reading {
  const size = sizeOf(node.shape);
  const channels = node.shape.at(-1) ?? 1;
  const items: (FixedType | undefined)[] = new Array(size).fill(undefined);
  let modes: Reading["modes"];
  const merge = (e: number, type: FixedType, from: NonNullable<Reading["modes"]>) => {
    const known = items[e];
    const differs =
      modes !== undefined && (modes.rounding !== from.rounding || modes.overflow !== from.overflow);
    if (differs || (known !== undefined && !sameType(known, type))) {
      refuse("its readers quantize it in different ways");
    }
    items[e] = type;
    modes = from;
  };
  if (model.outputs.some(({ value }) => value === node.name)) {
    refuse("it is an output without a quantizer, so the model does not fix its type");
  }
  for (const reader of model.nodes) {
    if (!reader.inputs.includes(node.name)) continue;
    const quantizer = quantizerOf(reader) ?? indexQuantizer(reader, node.name, model);
    if (quantizer !== undefined) {
      for (let e = 0; e < size; e++) merge(e, atElement(quantizer.types, e, channels), quantizer);
    } else if (isMovement(reader)) {
      const behind = readingOf(reader, model, refuse);
      const shapes = reader.inputs.map(
        (name) => (model.nodes.find((other) => other.name === name) as ModelNode).shape,
      );
      const sources = movementSources(reader, shapes);
      for (const [e, type] of behind.items.entries()) {
        const from = sources.input[e] as number;
        if (type === undefined || behind.modes === undefined || reader.inputs[from] !== node.name) continue;
        merge(sources.element[e] as number, type, behind.modes);
      }
    } else {
      refuse(reasonOf(reader, model));
    }
  }
  return { items, modes };
}

/** How a reader quantizes its operand, if it does. */
function quantizerOf(reader: ModelNode): InputQuantizer | undefined {
  if (reader.op === "quantize") return reader.quantizer;
  if (reader.op !== "threshold" || reader.level !== 0) return undefined;
  return reader.strict ? SIGN.positive : SIGN.notNegative;
}

/**
 * A value that a node reads as index only needs the bits of its N rows, and one more number that is no row for padding. An
 * index beyond becomes the largest of the type, which is no row either.
 */
function indexQuantizer(reader: ModelNode, value: string, model: Model): InputQuantizer | undefined {
  if (reader.op !== "index_select" && reader.op !== "scatter") return undefined;
  if (reader.inputs[0] === value) return undefined;
  const values = model.nodes.find(({ name }) => name === reader.inputs[0]) as ModelNode;
  const rows = reader.op === "scatter" ? reader.rows : (values.shape[0] as number);
  const { width } = intervalBits({ lo: 0n, hi: BigInt(rows) });
  return {
    types: perTensor<FixedType>({ signed: false, width, integer: width }),
    rounding: "TRN",
    overflow: "SAT",
  };
}

/** Why a reader does not fix the type of an input. */
function reasonOf(reader: ModelNode, model: Model): string {
  if (reader.op === "threshold") {
    return `'${reader.name}' compares it with ${reader.level}, so the model does not fix its type: one with this value on its grid loses least`;
  }
  if (reader.op === "steps") {
    return `'${reader.name}' compares it with thresholds, so the model does not fix its type: one with these on its grid loses least`;
  }
  const behind = model.nodes.filter(({ inputs }) => inputs.includes(reader.name));
  const [first] = behind;
  if (
    reader.op === "affine" &&
    first !== undefined &&
    behind.every((node) => quantizerOf(node) !== undefined)
  ) {
    return `'${reader.name}' shifts or scales it before '${first.name}' quantizes it, so the model does not fix its type`;
  }
  return `'${reader.name}' reads it without a quantizer, so the model does not fix its type`;
}
