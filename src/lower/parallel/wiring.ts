import type { WireId } from "../../ir/circuit/circuit.js";
import { type Interval, intervalBits } from "../../ir/fixed-point.js";
import { StructureBuilder } from "../structure-builder.js";

/** Where a number lies in a wire. */
export interface WireField {
  readonly wire: WireId;
  readonly low: number;
  readonly width: number;
  readonly signed: boolean;
}

/** One element of a tensor in a module: a constant, or a number in a wire. */
export interface WiredElement {
  readonly range: Interval;
  /** Missing for a constant: an element whose bounds are equal. */
  readonly at?: WireField;
}

/** An element brought to `width` bits. */
export interface Part {
  readonly element: WiredElement;
  readonly width: number;
}

/**
 * A module of instances and wires between them. It takes numbers out of wires and lays them side by side.
 */
export class Wiring {
  readonly builder = new StructureBuilder();
  private readonly constants = new Map<string, WireId>();
  private count = 0;

  /** Elements side by side, all of one cycle, the first one lowest; undefined where they have no bits. */
  pack(parts: readonly Part[]): WireId | undefined {
    const pieces: Piece[] = [];
    for (const { element, width } of parts) {
      if (width === 0) continue;
      const next = pieceOf(element, width);
      const joined = join(pieces.at(-1), next);
      if (joined === undefined) pieces.push(next);
      else pieces[pieces.length - 1] = joined;
    }
    if (pieces.length === 0) return undefined;
    const wires = pieces.map((piece) => this.wireOf(piece));
    return wires.length === 1 ? wires[0] : this.builder.concat(this.fresh("w"), wires);
  }

  /** Elements side by side, each on the bits of its field; undefined where they have none. */
  packFields(
    elements: readonly WiredElement[],
    fields: readonly Pick<WireField, "width">[],
  ): WireId | undefined {
    return this.pack(elements.map((element, i) => ({ element, width: fields[i]?.width as number })));
  }

  constant(value: bigint, width: number): WireId {
    const key = `${BigInt.asUintN(width, value)}/${width}`;
    const known = this.constants.get(key) ?? this.builder.constant(this.fresh("k"), value, width);
    this.constants.set(key, known);
    return known;
  }

  private wireOf(piece: Piece): WireId {
    if (piece.kind === "constant") return this.constant(piece.value, piece.width);
    const { wire, low, kept, width } = piece;
    if (kept < width) return this.builder.extend(this.fresh("e"), wire, low, kept, piece.signed, width);
    if (low === 0 && width === this.builder.widthOf(wire)) return wire;
    return this.builder.slice(this.fresh("s"), wire, low, width);
  }

  /** A name that no wire has. */
  fresh(prefix: string): string {
    return `${prefix}${this.count++}`;
  }
}

type Piece =
  | { readonly kind: "constant"; readonly value: bigint; readonly width: number }
  | {
      readonly kind: "bits";
      readonly wire: WireId;
      readonly low: number;
      /** Bits that are taken; up to `width` the sign or zeros follow. */
      readonly kept: number;
      readonly width: number;
      readonly signed: boolean;
    };

function pieceOf({ range, at }: WiredElement, width: number): Piece {
  if (at === undefined) return { kind: "constant", value: BigInt.asUintN(width, range.lo), width };
  return {
    kind: "bits",
    wire: at.wire,
    low: at.low,
    kept: Math.min(at.width, width),
    width,
    signed: at.signed,
  };
}

/** Two pieces as one, where they lie side by side already. */
function join(a: Piece | undefined, b: Piece): Piece | undefined {
  if (a === undefined || a.kind !== b.kind) return undefined;
  if (a.kind === "constant" && b.kind === "constant")
    return { ...a, value: a.value | (b.value << BigInt(a.width)), width: a.width + b.width };
  if (a.kind === "constant" || b.kind === "constant") return undefined;
  const whole = a.kept === a.width && b.kept === b.width;
  if (!whole || a.wire !== b.wire || a.low + a.width !== b.low) return undefined;
  return { ...a, kept: a.kept + b.kept, width: a.width + b.width };
}

/** Fields for numbers side by side, the first one lowest, each on the bits that its bounds need. */
export function fieldsOf(ranges: readonly Interval[]): {
  readonly fields: readonly Omit<WireField, "wire">[];
  readonly bits: number;
} {
  let bits = 0;
  const fields = ranges.map((range) => {
    const { signed, width } = range.lo === range.hi ? { signed: false, width: 0 } : intervalBits(range);
    const field = { low: bits, width, signed };
    bits += width;
    return field;
  });
  return { fields, bits };
}
