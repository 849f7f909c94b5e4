import { countWidth } from "../../ir/circuit/primitives/counts.js";
import { type GatherParameters, gatherRows } from "../../ir/circuit/primitives/gather.js";
import { NOTHING } from "../counts.js";
import { type Bit, ZERO } from "../network.js";
import { blockRams, counters, LUT_RAM_DEPTH, lutRam } from "../primitives.js";
import { type IndexedInputs, knownItem } from "./indexed.js";
import type { Logic } from "./logic.js";
import { chosen, extended, field } from "./words.js";

/** out_data of templates/verilog/l1c_gather.v. */
export function gatherBits(logic: Logic, gather: GatherParameters, inputs: IndexedInputs): readonly Bit[] {
  const { items, ports, indexBits, reads, banks } = gather;
  const rows = gatherRows(gather);
  const pointer = (key: string, counts: readonly number[], by: Bit) => {
    const live = counts.filter((count) => count > 1);
    const width = live.reduce((sum, count) => sum + countWidth(count), 0);
    if (width === 0) return [];
    return logic.part(
      `${key} ${live}`,
      { ...NOTHING, ...counters(live, 0) },
      [by, logic.flipFlops.rst],
      width,
    );
  };
  // The row or the read is lowest, the bank above.
  const pushAt = pointer("push", [rows, banks], inputs.push);
  const pops = pointer("pop", [reads, banks], inputs.pop);
  const bank = banks > 1 ? pops.slice(-countWidth(banks)) : [];
  const read = rows === 1 ? fromRegisters : fromMemories;
  const ready = { ...inputs, pushAt, bank };
  const itemsOf = read(logic, gather, ready);
  return Array.from({ length: ports }, (_, port) => {
    const index = field(inputs.index, port, indexBits);
    const item = extended(index, countWidth(items), ZERO);
    const known = logic.flipFlops.register(knownItem(logic, index, items), false);
    return logic.registered(logic.flipFlops.where(known, itemsOf(item)));
  }).flat();
}

interface Ready extends IndexedInputs {
  readonly pushAt: readonly Bit[];
  /** The bank that is read. */
  readonly bank: readonly Bit[];
}

/** What chooses an item, up to its last register. */
type Reader = (item: readonly Bit[]) => readonly Bit[];

function fromRegisters(
  logic: Logic,
  { bits, items, banks }: GatherParameters,
  { push, data, pushAt, bank }: Ready,
): Reader {
  const { network } = logic;
  const held =
    banks === 1
      ? logic.part("table", { ...NOTHING, ff: items * bits }, [push, ...data], items * bits)
      : logic.part(
          `banks ${banks}`,
          { ...NOTHING, lut: lutRam(items * bits, banks) },
          [push, ...data, ...pushAt, ...bank],
          items * bits,
        );
  return (item) => {
    const four = logic.registered(item.slice(2));
    return Array.from({ length: bits }, (_, bit) => {
      const fours = Array.from({ length: Math.ceil(items / 4) }, (_, i) => {
        const options = [0, 1, 2, 3].map(
          (at) => (held[(4 * i + at) * bits + bit] as Bit | undefined) ?? ZERO,
        );
        return logic.flipFlops.register(chosen(network, extended(item.slice(0, 2), 2, ZERO), options), false);
      });
      return chosen(network, four, fours);
    });
  };
}

function fromMemories(logic: Logic, gather: GatherParameters, ready: Ready): Reader {
  const { network } = logic;
  const { bits, lanes, banks } = gather;
  const depth = banks * 2 ** countWidth(gatherRows(gather));
  const memory =
    depth > LUT_RAM_DEPTH
      ? { ...NOTHING, bram: blockRams(bits, depth) }
      : { ...NOTHING, lut: lutRam(bits, depth), ff: bits };
  const laneBits = Math.log2(lanes);
  return (item) => {
    const words = Array.from({ length: lanes }, (_, lane) =>
      logic.part(
        `memory ${depth}`,
        memory,
        [
          ready.push,
          ready.pop,
          ...field(ready.data, lane, bits),
          ...ready.pushAt,
          ...item.slice(laneBits),
          ...ready.bank,
        ],
        bits,
      ),
    );
    const lane = logic.registered(item.slice(0, laneBits));
    return Array.from({ length: bits }, (_, bit) =>
      chosen(
        network,
        lane,
        words.map((word) => word[bit] as Bit),
      ),
    );
  };
}
