import { countWidth } from "../../ir/circuit/primitives/counts.js";
import { type ScatterParameters, scatterRows } from "../../ir/circuit/primitives/scatter.js";
import { LUT_INPUTS } from "../../lower/delay.js";
import { NOTHING } from "../counts.js";
import { type Bit, not, ONE, ZERO } from "../network.js";
import { counters } from "../primitives.js";
import { type IndexedInputs, knownItem } from "./indexed.js";
import type { Logic } from "./logic.js";
import { chosen, extended, field } from "./words.js";

/** A number of a lane, with the bit that tells that it is there where it needs one, and its item. */
interface Arriving {
  readonly number: readonly Bit[];
  readonly item: readonly Bit[];
  readonly known: Bit;
}

/** out_data of templates/verilog/l1c_scatter.v. */
export function scatterBits(logic: Logic, scatter: ScatterParameters, inputs: IndexedInputs): readonly Bit[] {
  const { bits, signed, outBits, maximum, lanes, items, indexBits } = scatter;
  const arriving = Array.from({ length: lanes }, (_, lane): Arriving => {
    const index = field(inputs.index, lane, indexBits);
    const number = field(inputs.data, lane, bits);
    return {
      number: maximum === 1 && signed === 1 ? [...number, ONE] : number,
      item: extended(index, countWidth(items), ZERO),
      known: knownItem(logic, index, items),
    };
  });
  const form = scatterRows(scatter) === 1 ? inRegisters : inMemories;
  return form(logic, scatter, arriving, inputs).flatMap((result) => {
    const number = maximum === 1 ? result.slice(0, bits) : result;
    return extended(number, outBits, fillOf(scatter, number));
  });
}

/** One counter for each that counts to more than 1, all side by side; equal ones are one. */
function counted(logic: Logic, key: string, counts: readonly number[], by: Bit): readonly (readonly Bit[])[] {
  const widths = counts.map((count) => (count > 1 ? countWidth(count) : 0));
  const live = counts.filter((count) => count > 1);
  const all = logic.part(
    `${key} ${counts}`,
    { ...NOTHING, ...counters(live, 0) },
    [by, logic.flipFlops.rst],
    widths.reduce((sum, width) => sum + width, 0),
  );
  return widths.map((width, i) => {
    const low = widths.slice(0, i).reduce((sum, before) => sum + before, 0);
    return all.slice(low, low + width);
  });
}

/** The tree is in front of the accumulators, which are registers. */
function inRegisters(
  logic: Logic,
  scatter: ScatterParameters,
  arriving: readonly Arriving[],
  { push, pop }: IndexedInputs,
): readonly (readonly Bit[])[] {
  const { network } = logic;
  const { items, beats, banks, outBits, maximum, lanes } = scatter;
  const delayed = (bit: Bit, by: number) =>
    Array.from({ length: by }).reduce<Bit>((source) => logic.flipFlops.register(source, true), bit);
  const levels = Math.ceil(Math.log2(lanes));
  const [pushed, popped] = [delayed(push, levels + 1), delayed(pop, levels)];
  const [beat, pushBank] = counted(logic, "beats", [beats, banks], pushed) as [
    readonly Bit[],
    readonly Bit[],
  ];
  const [popBank] = counted(logic, "given", [banks], popped) as [readonly Bit[]];
  const first = not(beat.reduce((any, bit) => network.or(any, bit), ZERO));
  const come = arriving.map(({ number, ...where }) => ({ ...where, number: logic.registered(number) }));
  return Array.from({ length: items }, (_, at) => {
    const leaves = come.map(({ number, item, known }) => {
      const mine = logic.flipFlops.register(network.and(known, isAt(logic, item, at)), false);
      return number.map((bit) => network.and(bit, mine));
    });
    const sum = tree(logic, scatter, leaves);
    const total = maximum === 1 ? sum : extended(sum, outBits, fillOf(scatter, sum));
    const held = Array.from({ length: banks }, () => logic.leaves(total.length));
    const ofBank = (bank: readonly Bit[]) =>
      total.map((_, i) =>
        chosen(
          network,
          bank,
          held.map((bits) => bits[i] as Bit),
        ),
      );
    const kept = ofBank(pushBank).map((bit) => network.and(bit, not(first)));
    const next = beats === 1 ? total : accumulated(logic, scatter, total, kept);
    for (const [k, outputs] of held.entries()) {
      const here = pushBank.length === 0 ? pushed : network.and(pushed, isAt(logic, pushBank, k));
      logic.place({ resources: { ...NOTHING, ff: total.length }, inputs: [here, ...next], outputs });
    }
    return logic.registered(ofBank(popBank));
  });
}

/** The accumulators are memories, of each lane its own, in front of the tree. */
function inMemories(
  logic: Logic,
  scatter: ScatterParameters,
  arriving: readonly Arriving[],
  { push, pop }: IndexedInputs,
): readonly (readonly Bit[])[] {
  const { network } = logic;
  const { rst } = logic.flipFlops;
  const { beats, banks, sumBits, outLanes, maximum } = scatter;
  const rows = scatterRows(scatter);
  const laneBits = Math.log2(outLanes);
  const [, pushBank] = counted(logic, "beats", [beats, banks], push) as [readonly Bit[], readonly Bit[]];
  const [row, popBank] = counted(logic, "rows", [rows, banks], pop) as [readonly Bit[], readonly Bit[]];
  const each = outLanes === 1 ? 1 : 2;
  const reads = arriving.map(({ number, item, known }) => {
    const width = maximum === 1 ? number.length : sumBits;
    const at = logic.registered(item.slice(laneBits));
    const odd = logic.registered(item.slice(0, each - 1));
    const held = Array.from({ length: banks }, (_, k) => {
      const pushed = network.and(push, isAt(logic, pushBank, k));
      const drain = network.or(rst, network.and(pop, isAt(logic, popBank, k)));
      const address = at.map((bit, i) => network.mux(drain, row[i] as Bit, bit));
      const come = logic.registered(logic.flipFlops.where(network.and(pushed, not(rst)), number));
      const outputs = Array.from({ length: outLanes }, () => logic.leaves(width));
      for (let pair = 0; pair < outLanes; pair += each) {
        const old = Array.from({ length: width }, (_, i) =>
          chosen(
            network,
            odd,
            outputs.slice(pair, pair + each).map((bits) => bits[i] as Bit),
          ),
        );
        const kept = old.map((bit) => network.and(bit, not(drain)));
        const wide = extended(come, width, fillOf(scatter, come));
        const next = maximum === 1 ? come : accumulated(logic, scatter, wide, kept);
        const more = maximum === 1 ? greater(logic, scatter, come, old) : ONE;
        for (let result = pair; result < pair + each; result++) {
          const here = network.and(pushed, network.and(known, isAt(logic, item.slice(0, laneBits), result)));
          const write = network.or(drain, network.and(logic.flipFlops.register(here, false), more));
          logic.place({
            resources: { ...NOTHING, lut: onePortRam(width, rows) },
            inputs: [write, ...address, ...next],
            outputs: outputs[result] as readonly Bit[],
          });
        }
      }
      return outputs;
    });
    return Array.from({ length: outLanes }, (_, result) =>
      logic.registered(
        Array.from({ length: width }, (_, i) =>
          chosen(
            network,
            popBank,
            held.map((bank) => bank[result]?.[i] as Bit),
          ),
        ),
      ),
    );
  });
  return Array.from({ length: outLanes }, (_, result) =>
    tree(
      logic,
      scatter,
      reads.map((lane) => lane[result] as readonly Bit[]),
    ),
  );
}

/** LUTs of a memory with one address (RAM32M16, RAM64X1S, RAM128X1S, RAM256X1S: AMD UG574). */
function onePortRam(bits: number, depth: number): number {
  if (depth <= 32) return 8 * Math.ceil(bits / 16);
  return bits * 2 ** (countWidth(depth) - LUT_INPUTS);
}

/** The registers of a tree over all lanes, the last level included. */
function tree(logic: Logic, scatter: ScatterParameters, leaves: readonly (readonly Bit[])[]): readonly Bit[] {
  let level = leaves;
  while (level.length > 1) {
    const next: (readonly Bit[])[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [a, b] = [level[i] as readonly Bit[], level[i + 1]];
      const width = scatter.maximum === 1 ? a.length : Math.min(scatter.outBits, a.length + 1);
      next.push(
        logic.registered(b === undefined ? wider(scatter, a, width) : joined(logic, scatter, a, b, width)),
      );
    }
    level = next;
  }
  return level[0] as readonly Bit[];
}

function joined(
  logic: Logic,
  scatter: ScatterParameters,
  a: readonly Bit[],
  b: readonly Bit[],
  width: number,
): readonly Bit[] {
  if (scatter.maximum === 1) return larger(logic, scatter, a, b);
  return logic.arithmetic.add(wider(scatter, a, width), wider(scatter, b, width), ZERO, false);
}

/** What an accumulator takes in next; Yosys has what it held on the data of the carry chain. */
function accumulated(
  logic: Logic,
  scatter: ScatterParameters,
  number: readonly Bit[],
  kept: readonly Bit[],
): readonly Bit[] {
  return scatter.maximum === 1
    ? larger(logic, scatter, number, kept)
    : logic.arithmetic.add(kept, number, ZERO, false);
}

function larger(
  logic: Logic,
  scatter: ScatterParameters,
  a: readonly Bit[],
  b: readonly Bit[],
): readonly Bit[] {
  const more = greater(logic, scatter, a, b);
  return a.map((bit, i) => logic.network.mux(more, bit, b[i] as Bit));
}

/** Whether one maximum is above another: its sign bit, which may have the bit above that tells of it, counts inverted. */
function greater(
  { arithmetic }: Logic,
  { bits, signed }: ScatterParameters,
  a: readonly Bit[],
  b: readonly Bit[],
): Bit {
  const ordered = (number: readonly Bit[]) =>
    number.map((bit, i) => (signed === 1 && i === bits - 1 ? not(bit) : bit));
  return arithmetic.greater(ordered(a), ordered(b), LUT_INPUTS / 2);
}

function wider(scatter: ScatterParameters, bits: readonly Bit[], width: number): readonly Bit[] {
  return extended(bits, width, fillOf(scatter, bits));
}

function fillOf({ signed }: ScatterParameters, bits: readonly Bit[]): Bit {
  return signed === 1 ? (bits.at(-1) as Bit) : ZERO;
}

/** Whether a number is `value`; of no bits it is. */
function isAt({ network }: Logic, bits: readonly Bit[], value: number): Bit {
  return bits.reduce((all, bit, i) => network.and(all, ((value >> i) & 1) === 1 ? bit : not(bit)), ONE);
}
