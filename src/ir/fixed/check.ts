import { UserError } from "../errors.js";
import { type FixedType, type Interval, printType, sameUnit } from "../fixed-point.js";
import { type Granular, granularLength, zipGranular } from "../granular.js";
import { isZero } from "../interval.js";
import { sizeOf, type Tensor } from "../tensor.js";
import type { FixedValue } from "./fixed.js";

/** Checks that a granular property has as many items as a tensor of this shape needs; `where` says whose it is. */
export function verifyLength(granular: Granular<unknown>, shape: readonly number[], where: string): void {
  const expected = granularLength(granular.per, shape);
  if (granular.items.length !== expected) {
    throw new UserError(`should be ${expected} per ${granular.per}, found ${granular.items.length}`, {
      where,
    });
  }
}

/** Checks that a tensor holds as many numbers as its shape says. */
export function verifyTensor({ shape, data }: Tensor<unknown>, what: string, where: string): void {
  if (data.length !== sizeOf(shape)) {
    throw new UserError(`${data.length} numbers for a ${what} [${shape.join(", ")}]`, { where });
  }
}

/** The one shape of all inputs. Throws a UserError when they differ. */
export function equalShapes(
  node: { readonly name: string; readonly op: string },
  inputs: readonly FixedValue[],
): readonly number[] {
  const [first, ...others] = inputs as [FixedValue, ...FixedValue[]];
  const other = others.find(({ shape }) => shape.join() !== first.shape.join());
  if (other !== undefined) {
    throw new UserError(
      `${node.op} takes values of one shape, found [${first.shape.join(", ")}] and [${other.shape.join(", ")}]`,
      { where: `node '${node.name}'`, hint: "expand brings a value to a larger shape." },
    );
  }
  return first.shape;
}

/** A type and a proven range: what decides a unit. A value that is always 0 is 0 in every unit. */
export interface Typed {
  readonly type: FixedType;
  readonly range: Interval;
}

/** Type and range of each item of a value. */
export function typedItems({ shape, types, ranges }: FixedValue): Granular<Typed> {
  return zipGranular(shape, [types, ranges], (type, range): Typed => ({ type, range }));
}

/**
 * A type with the unit that all of these have; values that are always 0 fit any. Throws a UserError that names the
 * node when two units differ.
 */
export function unitType(items: readonly Typed[], name: string): FixedType {
  let found: Typed | undefined;
  for (const item of items) {
    if (found === undefined || item.type === found.type || sameUnit(item.type, found.type)) {
      if (found === undefined || isZero(found.range)) found = item;
    } else if (isZero(found.range)) {
      found = item;
    } else if (!isZero(item.range)) {
      throw new UserError(
        `its operands ${printType(found.type)} and ${printType(item.type)} count in different units`,
        {
          where: `node '${name}'`,
          hint: "affine with an integer multiplier brings a value to a finer unit.",
        },
      );
    }
  }
  return (found as Typed).type;
}
