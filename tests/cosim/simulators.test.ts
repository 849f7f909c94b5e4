import { describe, expect, it } from "vitest";
import { UserError } from "../../src/ir/errors.js";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { typeRange } from "../../src/ir/fixed-point.js";
import { runPasses } from "../../src/passes/index.js";
import { compareByVerilog } from "../support/firmware.js";
import { readGolden } from "../support/golden.js";
import { lowerWhole } from "../support/parallel.js";
import { RANDOM_CHAIN, type RandomFixedOptions, randomFixed } from "../support/random-fixed.js";
import { lowerAt } from "../support/stream.js";
import { hasTool } from "../support/tools.js";

/** `npm run test:slow` builds many more networks. */
const SLOW = process.env.SLOW === "1";
const HAS_ICARUS = hasTool("iverilog", "-V");

const EQUAL = { protocol: [], differences: [], equal: true };
const IMAGE: Partial<RandomFixedOptions> = { ...RANDOM_CHAIN, layers: [1, 2], image: [2, 7, 2] };

/** A random chain whose streamed axis has `length` positions at least. */
function chain(seed: number, along: 0 | 1, length: number, options: Partial<RandomFixedOptions>) {
  for (let s = seed; ; s += 1000) {
    const fixed = randomFixed(s, options);
    if ((fixed.nodes[0]?.shape[along] as number) >= length) return fixed;
  }
}

interface Case {
  readonly name: string;
  readonly seed: number;
  readonly along: 0 | 1;
  /** Positions of the streamed axis, at least, and columns of a beat; 0 means all. */
  readonly length: number;
  readonly columns: number;
  readonly options?: Partial<RandomFixedOptions>;
  readonly megahertz?: number;
}

const CASES: readonly Case[] = [
  { name: "one column a beat", seed: 1, along: 1, length: 4, columns: 1 },
  { name: "beats that do not divide the image", seed: 2, along: 1, length: 5, columns: 3, megahertz: 700 },
  {
    name: "the whole image a beat, along its rows",
    seed: 3,
    along: 0,
    length: 3,
    columns: 0,
    options: { image: [4, 3, 2] },
  },
  {
    name: "numbers and ports of more than 64 bits, signed outputs",
    seed: 6,
    along: 1,
    length: 3,
    columns: 2,
    options: {
      layers: [1, 1],
      inputBits: 70,
      weightBits: 20,
      granularities: ["tensor"],
      image: [2, 4, 1],
      kernel: [1, 3],
    },
  },
];

describe("firmware in Verilator equals the reference simulator", () => {
  it.each(CASES.slice(1))("$name", async ({ seed, along, length, columns, options, megahertz }) => {
    const raw = chain(seed, along, length, { ...IMAGE, ...options });
    const fixed = seed % 2 === 0 ? raw : runPasses(raw);
    const all = fixed.nodes[0]?.shape[along] as number;
    const lowered = lowerAt(fixed, columns === 0 ? all : columns, along, megahertz);
    const found = await compareByVerilog(fixed, lowered, { simulator: "verilator", count: 60, seed });
    expect(found).toMatchObject(EQUAL);
    expect(found.latencies).toEqual([lowered.latency]);
    expect(found.intervals).toEqual([lowered.interval]);
  });

  it("one column a beat, with names that Verilog, SystemVerilog or C++ reserve", async () => {
    const text = readGolden("verilog/tiny/fixed.l1c")
      .replace('"tiny"', '"class"')
      .replaceAll("%hits", '%"a//b__c"')
      .replaceAll("%conv", '%"checker"')
      .replaceAll("%head", '%"twice@1"')
      .replaceAll("%relu", '%"twice_1"')
      .replace("return mask", "return valid");
    const fixed = parseFixed(text, "named");
    const found = await compareByVerilog(fixed, lowerAt(fixed, 1), {
      simulator: "verilator",
      count: 10,
      seed: 1,
    });
    expect(found).toMatchObject(EQUAL);
  });

  it.runIf(SLOW).each(Array.from({ length: 40 }, (_, i) => i + 100))("random chain %i", async (seed) => {
    const along = (seed % 2) as 0 | 1;
    const fixed = runPasses(randomFixed(seed, RANDOM_CHAIN));
    const all = fixed.nodes[0]?.shape[along] as number;
    const lowered = lowerAt(fixed, 1 + (seed % all), along, seed % 3 === 0 ? 600 : 320);
    const found = await compareByVerilog(fixed, lowered, { simulator: "verilator", count: 100, seed });
    expect(found).toMatchObject(EQUAL);
  });
});

describe.runIf(HAS_ICARUS)("firmware in Icarus Verilog equals the reference simulator", () => {
  it.each(CASES)("$name", async ({ seed, along, length, columns, options, megahertz }) => {
    const fixed = chain(seed + 50, along, length, { ...IMAGE, ...options });
    const all = fixed.nodes[0]?.shape[along] as number;
    const lowered = lowerAt(fixed, columns === 0 ? all : columns, along, megahertz);
    expect(await compareByVerilog(fixed, lowered, { simulator: "iverilog", count: 60, seed })).toMatchObject(
      EQUAL,
    );
  });

  it("and is told apart when one bit of one table is wrong", async () => {
    const fixed = parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny");
    let edits = 0;
    const found = await compareByVerilog(fixed, lowerAt(fixed, 3), {
      simulator: "iverilog",
      count: 60,
      seed: 1,
      edit: (name, text) =>
        name !== "tiny_conv_site.v"
          ? text
          : text.replace(/(T0_B1 = 32'h)([0-9a-f]+)/, (_, head, hex) => {
              edits++;
              return `${head}${(Number.parseInt(hex, 16) ^ 0x10).toString(16)}`;
            }),
    });
    expect(edits).toBe(1);
    expect(found).toMatchObject({ equal: false, protocol: [], latencies: [lowerAt(fixed, 3).latency] });
    expect(found.bitsDiffering).toBeGreaterThan(0);
  });

  it("for many random chains", async () => {
    for (let seed = 1; seed <= (SLOW ? 400 : 40); seed++) {
      const along = (seed % 2) as 0 | 1;
      const raw = randomFixed(seed, RANDOM_CHAIN);
      const fixed = seed % 3 === 0 ? raw : runPasses(raw);
      const all = fixed.nodes[0]?.shape[along] as number;
      const lowered = lowerAt(fixed, 1 + (seed % all), along, seed % 4 === 0 ? 600 : 320);
      const found = await compareByVerilog(fixed, lowered, { simulator: "iverilog", count: 30, seed });
      expect(found, `seed ${seed}`).toMatchObject(EQUAL);
    }
  });
});

/** A random graph of any operators with two inputs at least and two outputs, which lowers whole. */
function wholeGraph(seed: number) {
  for (let s = seed; ; s += 1000) {
    const fixed = randomFixed(s, {
      layers: [3, 6],
      image: [3, 3, 2],
      inputBits: 5,
    });
    if (fixed.nodes.filter(({ op }) => op === "input").length < 2) continue;
    try {
      return { fixed, lowered: lowerWhole(fixed) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
}

describe("parallel firmware of several inputs and outputs equals the reference simulator", () => {
  it.runIf(HAS_ICARUS).each(Array.from({ length: SLOW ? 100 : 12 }, (_, i) => i + 1))(
    "in Icarus Verilog: random graph %i",
    async (seed) => {
      const { fixed, lowered } = wholeGraph(seed);
      const found = await compareByVerilog(fixed, lowered, { simulator: "iverilog", count: 40, seed });
      expect(found).toMatchObject({ ...EQUAL, latencies: [lowered.latency], intervals: [1] });
    },
  );

  it.each(SLOW ? [1, 2, 3, 4, 5, 6, 7, 8] : [1])("in Verilator: random graph %i", async (seed) => {
    const { fixed, lowered } = wholeGraph(seed);
    const found = await compareByVerilog(fixed, lowered, { simulator: "verilator", count: 300, seed });
    expect(found).toMatchObject({ ...EQUAL, latencies: [lowered.latency], intervals: [1] });
  });

  it("through a port of so many bits that a line of the stimulus is longer than 1 MiB", async () => {
    const [elements, width] = [100, 48_000];
    const type = { signed: false, width, integer: width };
    const input = {
      op: "input",
      name: "x",
      inputs: [],
      shape: [elements],
      types: { per: "tensor", items: [type] },
      ranges: { per: "tensor", items: [typeRange(type)] },
      rounding: "RND",
      overflow: "SAT",
    } as const;
    const fixed: Fixed = { name: "wide", nodes: [input], outputs: [{ name: "y", value: "x" }] };
    const lowered = lowerWhole(fixed);
    const found = await compareByVerilog(fixed, lowered, {
      simulator: "verilator",
      count: 3,
      seed: 1,
      lut: 0,
    });
    expect(found).toMatchObject({ ...EQUAL, bitsCompared: 3 * elements * width });
  });
});
