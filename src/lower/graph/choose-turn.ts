import type { WireId } from "../../ir/circuit/circuit.js";
import type { StructureBuilder } from "../structure-builder.js";

/** Clocks from the values of those that take turns to the one that is taken: a register. */
export const CHOICE = 1;

/** One that takes turns: in cycle `begin`, what it brought a {@link CHOICE} before is taken. */
export interface Turn {
  readonly begin: number;
  /** Whether its items are there, in the cycle in which it brings them. */
  readonly valid: () => WireId;
}

/** A turn and the wire that it brings. */
export interface Bringing extends Turn {
  readonly wire: WireId;
}

/** The wire of the one whose turn it is, a {@link CHOICE} before cycle `base`; at other times that of any. */
export function chooseTurn(
  builder: StructureBuilder,
  name: string,
  turns: readonly Bringing[],
  base: number,
): WireId {
  const [first, ...others] = turns as readonly [Bringing, ...Bringing[]];
  const moved = (wire: WireId, { begin }: Turn, what: string) => builder.ahead(what, wire, base - begin);
  return others.reduce(
    (chosen, turn, i) => {
      const own = `${name}_turn${i + 2}`;
      const valid = moved(turn.valid(), turn, `${own}_valid`);
      return builder.mux(`${own}_or_before`, valid, moved(turn.wire, turn, own), chosen);
    },
    moved(first.wire, first, `${name}_turn1`),
  );
}

/** A bit that is 1 in the cycles from `base` on in which what any of these brings is taken. */
export function anyTurn(
  builder: StructureBuilder,
  name: string,
  turns: readonly Turn[],
  base: number,
): WireId {
  const bits = turns.map((turn, i) => builder.ahead(`${name}_turn${i + 1}`, turn.valid(), base - turn.begin));
  const any = builder.atLeast(`${name}_any`, builder.concat(`${name}_turns`, bits), 1n);
  return builder.register(name, any, true);
}
