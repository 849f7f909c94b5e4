import { UserError } from "../../errors.js";
import { type FixedType, OVERFLOWS, printType, ROUNDINGS, typeRange } from "../../fixed-point.js";
import { atElement, finest, type Granular, granularLength } from "../../granular.js";
import { within } from "../../interval.js";
import type { Attributes } from "../../text/document.js";
import { asIntervals, type Reader } from "../../text/read.js";
import { write } from "../../text/write.js";
import type { Quantizer } from "../model.js";

/** A quantizer as attributes of the text. */
export function writeQuantizer(quantizer: Quantizer): Attributes {
  return {
    types: write.types(quantizer.types),
    rounding: quantizer.rounding,
    overflow: quantizer.overflow,
    ...(quantizer.limits && { limits: write.intervals(quantizer.limits) }),
  };
}

export function readQuantizer(reader: Reader): Quantizer {
  const quantizer = {
    types: reader.types("types"),
    rounding: reader.oneOf("rounding", ROUNDINGS),
    overflow: reader.oneOf("overflow", OVERFLOWS),
  };
  if (!reader.has("limits")) return quantizer;
  return { ...quantizer, limits: asIntervals(reader.value("limits"), `${reader.where}: limits`) };
}

/** The quantizer of a constant as an attribute `key`, left out where there is none. */
export function writeOptional(key: string, quantizer: Quantizer | undefined): Attributes {
  return quantizer === undefined ? {} : { [key]: { record: writeQuantizer(quantizer) } };
}

export function readOptional(reader: Reader, key: string): Quantizer | undefined {
  return reader.has(key) ? readQuantizer(reader.record(key)) : undefined;
}

/** Checks that a quantizer fits a tensor of this shape and that its limits lie within its types. */
export function verifyQuantizer(
  { types, overflow, limits }: Quantizer,
  shape: readonly number[],
  where: string,
) {
  verifyLength("types", types, shape, where);
  for (const type of types.items) verifyType(type, where);
  if (limits === undefined) return;
  if (overflow !== "SAT") throw new UserError(`limits need overflow SAT, found ${overflow}`, { where });
  verifyLength("limits", limits, shape, where);
  const channels = shape.at(-1) ?? 1;
  for (let e = 0; e < granularLength(finest(types, limits), shape); e++) {
    const type = atElement(types, e, channels);
    const limit = atElement(limits, e, channels);
    if (limit.lo > limit.hi || !within(limit, typeRange(type))) {
      throw new UserError(`limits ${limit.lo}..${limit.hi} do not lie within ${printType(type)}`, { where });
    }
  }
}

function verifyLength(
  what: string,
  granular: Granular<unknown>,
  shape: readonly number[],
  where: string,
): void {
  const expected = granularLength(granular.per, shape);
  if (granular.items.length === expected) return;
  throw new UserError(`${what} per ${granular.per} should be ${expected}, found ${granular.items.length}`, {
    where,
  });
}

function verifyType(type: FixedType, where: string): void {
  const whole = Number.isSafeInteger(type.width) && Number.isSafeInteger(type.integer) && type.width >= 0;
  const scaled = type.scale === undefined || (type.scale.n > 0n && type.scale.d > 0n);
  if (!whole || !scaled) throw new UserError(`${printType(type)} is no type`, { where });
}
