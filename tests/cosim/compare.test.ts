import { describe, expect, it } from "vitest";
import { compareOutputs, type OutputClock } from "../../src/cosim/compare.js";
import { contractOf } from "../../src/cosim/cosimulate.js";
import { mergeComparisons } from "../../src/cosim/merge.js";
import { buildStimulus } from "../../src/cosim/stimulus.js";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { readGolden } from "../support/golden.js";
import { interpretStimulus, lowerAt, randomEvents } from "../support/stream.js";

const fixed = parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny");
const lowered = lowerAt(fixed, 3);
const contract = contractOf(lowered, "mask");
const { latency, interval } = contract;
const { events, expected } = randomEvents(fixed, 24, 3);
const stimulus = buildStimulus(contract.input, interval, events, latency + interval + 4, 3);
const recorded = interpretStimulus(lowered, stimulus);

/** The comparison of what `edit` makes of the record. */
function compare(
  edit: (clocks: OutputClock[]) => readonly OutputClock[] = (clocks) => clocks,
  promised = contract as { latency: number; interval: number },
) {
  return compareOutputs(contract.output, "mask", promised, stimulus.starts, expected, edit([...recorded]));
}

const IDLE: OutputClock = { valid: false, first: false, data: "" };
/** The clock at which an event's first beat comes out. */
const outOf = (event: number) => (stimulus.starts[event] as number) + latency;

describe("comparing a record with what was promised", () => {
  it("finds equal what is equal, and counts", () => {
    expect(compare()).toEqual({
      events: 24,
      bitsCompared: 24 * 8,
      bitsDiffering: 0,
      differences: [],
      latencies: [latency],
      intervals: [interval],
      protocol: [],
      equal: true,
    });
  });

  it("names event, output, element and bit of a flipped bit", () => {
    const clock = outOf(2);
    const flipped = compare((clocks) => {
      const data = (Number.parseInt(clocks[clock]?.data as string, 16) ^ 0b1000).toString(16);
      clocks[clock] = { ...(clocks[clock] as OutputClock), data };
      return clocks;
    });
    // Bit 3 of a beat of three columns of two rows: column 1, row 1.
    const wanted = Number(expected[2]?.[5]);
    expect(flipped).toMatchObject({ equal: false, bitsDiffering: 1, protocol: [] });
    expect(flipped.differences).toEqual([
      { event: 2, output: "mask", index: [1, 1, 0], bit: 0, expected: wanted, found: 1 - wanted },
    ]);
  });

  it("sees through bits that belong to no element of a last beat", () => {
    const clock = outOf(1) + interval - 1;
    const junk = compare((clocks) => {
      const data = (Number.parseInt(clocks[clock]?.data as string, 16) ^ 0b111100).toString(16);
      clocks[clock] = { ...(clocks[clock] as OutputClock), data };
      return clocks;
    });
    expect(junk.equal).toBe(true);
  });

  it("detects outputs that come a clock late or early", () => {
    const late = compare((clocks) => [IDLE, ...clocks]);
    expect(late).toMatchObject({ equal: false, latencies: [latency + 1], bitsDiffering: 0, protocol: [] });
    const early = compare((clocks) => [...clocks.slice(1), IDLE]);
    expect(early).toMatchObject({ equal: false, latencies: [latency - 1] });
  });

  it("does not take an undefined valid for an idle clock", () => {
    const undefinedValid = compare((clocks) => {
      clocks[0] = { ...IDLE, unknown: true };
      return clocks;
    });
    expect(undefinedValid).toMatchObject({
      equal: false,
      protocol: ["clock 0: out_valid or out_first is undefined"],
    });
  });

  it("does not compare an expected value by its lowest bits only", () => {
    const wide = expected.map((event) => event.map((k) => Number(k) + 2));
    const { equal, bitsDiffering, protocol } = compareOutputs(
      contract.output,
      "mask",
      contract,
      stimulus.starts,
      wide.map((event) => Int32Array.from(event)),
      recorded,
    );
    expect({ equal, bitsDiffering }).toEqual({ equal: false, bitsDiffering: 0 });
    expect(protocol[0]).toMatch(/^event 0: [23] is expected at \[0, 0, 0\], which has 1 bits$/);
  });

  it("is not equal when nothing was compared", () => {
    expect(compareOutputs(contract.output, "mask", contract, [], [], [])).toMatchObject({
      events: 0,
      equal: false,
    });
  });

  it("detects a latency that varies", () => {
    const gap = stimulus.starts.findIndex(
      (start, i) => i > 0 && start > (stimulus.starts[i - 1] as number) + interval,
    );
    expect(gap).toBeGreaterThan(0);
    const out = outOf(gap) - 1;
    const varying = compare((clocks) => [...clocks.slice(0, out), ...clocks.slice(out + 1), IDLE]);
    expect(varying.equal).toBe(false);
    expect(varying.latencies).toEqual([latency, latency - 1]);
  });

  it("detects a wrong interval", () => {
    expect(compare((c) => c, { latency, interval: interval + 1 }).equal).toBe(false);
    const stretched = compare((clocks) => [...clocks.slice(0, outOf(1)), IDLE, ...clocks.slice(outOf(1))]);
    expect(stretched.equal).toBe(false);
    expect(stretched.intervals).toContain(interval + 1);
  });

  it("detects a missing event", () => {
    const missing = compare((clocks) => clocks.map((c, i) => (i >= outOf(23) ? IDLE : c)));
    expect(missing.equal).toBe(false);
    expect(missing.protocol[0]).toBe("24 events went in, 23 came out");
    const silent = compare((clocks) => clocks.map(() => IDLE));
    expect(silent).toMatchObject({ equal: false, bitsCompared: 0 });
    expect(compare(() => []).equal).toBe(false);
  });

  it("detects an extra valid, an extra event and a record that ends early", () => {
    const extra = compare((clocks) => [...clocks, { valid: true, first: false, data: "00" }]);
    expect(extra.protocol).toEqual([`clock ${recorded.length} is marked valid but belongs to no event`]);
    const another = compare((clocks) => [...clocks, { valid: true, first: true, data: "00" }]);
    expect(another.protocol[0]).toBe("24 events went in, 25 came out");
    expect(compare((clocks) => clocks.slice(0, outOf(23) + 1)).equal).toBe(false);
  });

  it("detects a beat that is not valid, and first in the wrong place", () => {
    const at = outOf(3) + 1;
    const dropped = compare((clocks) => clocks.map((c, i) => (i === at ? { ...c, valid: false } : c)));
    expect(dropped.protocol).toContain("event 3: beat 1 is not marked valid");
    const marked = compare((clocks) => clocks.map((c, i) => (i === at ? { ...c, first: true } : c)));
    expect(marked.equal).toBe(false);
    expect(marked.protocol).toContain("event 3: beat 1 has out_first = 1");
  });

  it("detects undefined bits, which a simulator of four values shows as x", () => {
    const undefinedBits = compare((clocks) =>
      clocks.map((c, i) => (i === outOf(0) ? { ...c, data: "x0" } : c)),
    );
    expect(undefinedBits.equal).toBe(false);
    expect(undefinedBits.protocol).toContain("event 0: beat 0 holds undefined bits: x0");
  });

  it("keeps the first differences only, and counts all", () => {
    const inverted = compare((clocks) =>
      clocks.map((c) => ({ ...c, data: (Number.parseInt(c.data || "0", 16) ^ 0x3f).toString(16) })),
    );
    expect(inverted).toMatchObject({ bitsDiffering: 192, equal: false });
    expect(inverted.differences.length).toBe(20);
  });

  it("merges runs, numbering events on and keeping the first differences", () => {
    const good = compare();
    const bad = compare((clocks) =>
      clocks.map((c) => ({ ...c, data: (Number.parseInt(c.data || "0", 16) ^ 0x3f).toString(16) })),
    );
    const merged = mergeComparisons([good, bad, bad]);
    expect(merged).toMatchObject({ events: 72, bitsCompared: 576, bitsDiffering: 384, equal: false });
    expect(merged.differences[0]?.event).toBe(24);
    expect(merged.differences.length).toBe(20);
    expect(mergeComparisons([good, good])).toMatchObject({
      equal: true,
      latencies: [latency],
      intervals: [interval],
    });
  });
});

describe("the stimulus", () => {
  it("plays every event whole, the first half back to back, with gaps in the second", () => {
    const { events: many } = randomEvents(fixed, 100, 1);
    const { clocks, starts } = buildStimulus(contract.input, interval, many, 9, 1);
    const gaps = starts.slice(1).map((start, i) => start - (starts[i] as number));
    expect(gaps.slice(0, 49).every((gap) => gap === interval)).toBe(true);
    expect(gaps.slice(50).some((gap) => gap > interval)).toBe(true);
    expect(gaps.slice(50).some((gap) => gap === interval)).toBe(true);
    starts.forEach((start) => {
      for (let beat = 0; beat < interval; beat++)
        expect(clocks[start + beat]).toMatchObject({ valid: true, first: beat === 0 });
    });
    expect(clocks.filter(({ valid }) => valid).length).toBe(100 * interval);
    expect(clocks.slice(-9).every(({ valid }) => !valid)).toBe(true);
    // Idle clocks hold junk, in_first among it.
    const idle = clocks.filter(({ valid }) => !valid);
    expect(idle.some(({ first }) => first) && idle.some(({ first }) => !first)).toBe(true);
    expect(new Set(idle.map(({ data }) => data)).size).toBeGreaterThan(idle.length / 2);
  });

  it.each([1, 3, 5, 13, 33, 64, 70])("never sets bits beyond a port of %i bits", (width) => {
    const field = { low: 0, width, signed: false };
    const packing = {
      shape: [1, 2, 1] as const,
      axes: { along: 1, across: 0 } as const,
      layout: { fields: [field], siteBits: width, sites: 1, columnBits: width },
      beat: { columns: 1, last: 1 },
    };
    const { clocks } = buildStimulus(
      packing,
      2,
      [
        [1n, 0n],
        [0n, 1n],
      ],
      40,
      7,
    );
    for (const { data } of clocks) {
      expect(data.length).toBe(Math.ceil(width / 4));
      expect(BigInt(`0x${data}`) >> BigInt(width)).toBe(0n);
    }
    const ones = clocks
      .filter(({ valid }) => !valid)
      .reduce((all, { data }) => all | BigInt(`0x${data}`), 0n);
    expect(ones).toBe((1n << BigInt(width)) - 1n);
  });

  it("is the same for the same seed", () => {
    const build = (seed: number) => buildStimulus(contract.input, interval, events, 5, seed);
    expect(build(4)).toEqual(build(4));
    expect(build(4)).not.toEqual(build(8));
  });
});
