import { describe, expect, it } from "vitest";
import type { Resources } from "../../src/estimate/counts.js";
import { estimateResources } from "../../src/estimate/resources.js";
import { diagramAnds } from "../../src/estimate/rewritten.js";
import { ModuleBuilder, type Signal } from "../../src/lower/module-builder.js";
import { lowerPick } from "../../src/lower/pick.js";
import { circuitOf, inputSignal } from "../support/circuit.js";
import { countedByYosys } from "../support/synthesize.js";
import { hasTool } from "../support/tools.js";

/** Milliseconds for one run of Yosys on a busy machine. */
const TIMEOUT = 180_000;

const unsigned = (bits: number) => ({ lo: 0n, hi: (1n << BigInt(bits)) - 1n });

/** f at 2^inputs steps of a sixteenth of its domain, in units of the last of `bits` bits. */
function entriesOf(f: (x: number) => number, inputs: number, bits: number): readonly bigint[] {
  const most = 2 ** bits - 1;
  return Array.from({ length: 2 ** inputs }, (_, k) =>
    BigInt(Math.min(most, Math.round(2 ** bits * f((16 * k) / 2 ** inputs)))),
  );
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(x < 8 ? -x : 16 - x));
const exponential = (x: number) => Math.exp(-x / 2);
const reciprocal = (x: number) => 1 / (1 + x);

const TABLES = [sigmoid, exponential, reciprocal].flatMap((f) =>
  [7, 8, 9].map((inputs) => [f.name, inputs, entriesOf(f, inputs, 8)] as const),
);
const ROWS = [8, 16, 20, 28, 32, 48, 64];
const ROW_BITS = 6;

type Build = (builder: ModuleBuilder) => Signal;
const module = (name: string, build: Build) => {
  const builder = new ModuleBuilder();
  const signal = build(builder);
  return circuitOf(builder.finish(name, [], [{ name: "out", signal }]));
};

const tables = TABLES.map(([what, inputs, entries]) =>
  module(`${what}_${inputs}`, (builder) =>
    builder.table(inputSignal(builder, "a", inputs, unsigned(inputs)), entries),
  ),
);
const picks = ROWS.map((rows) =>
  module(`rows_${rows}`, (builder) => {
    const values = Array.from({ length: rows }, (_, i) =>
      inputSignal(builder, `r${i}`, ROW_BITS, unsigned(ROW_BITS)),
    );
    const bits = Math.ceil(Math.log2(rows));
    return lowerPick(builder, inputSignal(builder, "index", bits, unsigned(bits)), values);
  }),
);

describe("what rewriting adds", () => {
  it.runIf(hasTool("yosys", "-V"))(
    "to tables and to selections of rows is what Yosys finds",
    async () => {
      const counted = await countedByYosys([...tables, ...picks], "ultrascale");
      const off = ({ name, ...rest }: (typeof tables)[number]) => {
        const { lut } = estimateResources({ name, ...rest }, "ultrascale").get(name) as Resources;
        return lut / (counted.get(name) as Resources).lut - 1;
      };
      const [ofTables, ofPicks] = [tables.map(off), picks.map(off)];
      const where = JSON.stringify({ ofTables, ofPicks });
      // One by itself is up to chance in Yosys, but not many of them.
      for (const error of ofTables) expect(Math.abs(error), where).toBeLessThan(0.35);
      expect(Math.abs(mean(ofTables)), where).toBeLessThan(0.08);
      for (const error of ofPicks) expect(Math.abs(error), where).toBeLessThan(0.2);
      expect(Math.abs(mean(ofPicks)), where).toBeLessThan(0.05);
    },
    TIMEOUT,
  );

  it("counts the ANDs of a decision diagram once, also of inverses", () => {
    const table = (f: (k: number) => boolean) => Array.from({ length: 128 }, (_, k) => BigInt(f(k)));
    const all = table((k) => k === 127);
    const parity = table((k) => k.toString(2).replaceAll("0", "").length % 2 === 1);
    expect(diagramAnds(all, 1)).toBe(6);
    expect(diagramAnds(parity, 1)).toBe(18);
    expect(
      diagramAnds(
        table((k) => k > 63),
        1,
      ),
    ).toBe(0);
    const twice = all.map((bit) => bit + 2n * (1n - bit));
    expect(diagramAnds(twice, 2)).toBe(6);
    expect(diagramAnds(twice, 1)).toBe(6);
  });

  it("leaves tables of six inputs and selections of sixteen rows as they are", () => {
    const entries = Array.from({ length: 64 }, (_, k) => BigInt((k * k) % 32));
    const table = module("six", (builder) =>
      builder.table(inputSignal(builder, "a", 6, unsigned(6)), entries),
    );
    expect(estimateResources(table).get("six")?.lut).toBeLessThanOrEqual(5);
    expect(estimateResources(picks[1] as (typeof picks)[number]).get("rows_16")?.lut).toBe(5 * ROW_BITS);
  });
});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
