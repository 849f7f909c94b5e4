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
const contract = contractOf(lowered);
const { latency, interval } = contract;
const { events, expected } = randomEvents(fixed, 24, 3);
const stimulus = buildStimulus(contract.inputs, interval, events, latency + interval + 4, 3);
const recorded = interpretStimulus(lowered, stimulus);

/** The comparison of what `edit` makes of the record. */
function compare(
  edit: (clocks: OutputClock[]) => readonly OutputClock[] = (clocks) => clocks,
  promised = contract as { latency: number; interval: number },
) {
  return compareOutputs(contract.outputs, promised, stimulus.starts, expected, edit([...recorded]));
}

const IDLE: OutputClock = { valid: false, first: false, data: [""] };
/** The digits of a clock with the bits of `mask` the other way round. */
const flip = (clock: OutputClock | undefined, mask: number) =>
  (Number.parseInt(clock?.data[0] || "0", 16) ^ mask).toString(16);
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
      const data = [flip(clocks[clock], 0b1000)];
      clocks[clock] = { ...(clocks[clock] as OutputClock), data };
      return clocks;
    });
    // Bit 3 of a beat of three columns of two rows: column 1, row 1.
    const wanted = Number(expected[2]?.[0]?.[5]);
    expect(flipped).toMatchObject({ equal: false, bitsDiffering: 1, protocol: [] });
    expect(flipped.differences).toEqual([
      { event: 2, output: "mask", index: [1, 1, 0], bit: 0, expected: wanted, found: 1 - wanted },
    ]);
  });

  it("sees through bits that belong to no element of a last beat", () => {
    const clock = outOf(1) + interval - 1;
    const junk = compare((clocks) => {
      const data = [flip(clocks[clock], 0b111100)];
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
    const wide = expected.map(([event]) => Array.from(event as ArrayLike<bigint>, (k) => Number(k) + 2));
    const { equal, bitsDiffering, protocol } = compareOutputs(
      contract.outputs,
      contract,
      stimulus.starts,
      wide.map((event) => [Int32Array.from(event)]),
      recorded,
    );
    expect({ equal, bitsDiffering }).toEqual({ equal: false, bitsDiffering: 0 });
    expect(protocol[0]).toMatch(
      /^event 0: [23] is expected at \[0, 0, 0\] of output 'mask', which has 1 bits$/,
    );
  });

  it("is not equal when nothing was compared", () => {
    expect(compareOutputs(contract.outputs, contract, [], [], [])).toMatchObject({
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
    const extra = compare((clocks) => [...clocks, { valid: true, first: false, data: ["00"] }]);
    expect(extra.protocol).toEqual([`clock ${recorded.length} is marked valid but belongs to no event`]);
    const another = compare((clocks) => [...clocks, { valid: true, first: true, data: ["00"] }]);
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
      clocks.map((c, i) => (i === outOf(0) ? { ...c, data: ["x0"] } : c)),
    );
    expect(undefinedBits.equal).toBe(false);
    expect(undefinedBits.protocol).toContain("event 0: beat 0 holds undefined bits: x0");
  });

  it("keeps the first differences only, and counts all", () => {
    const inverted = compare((clocks) => clocks.map((c) => ({ ...c, data: [flip(c, 0x3f)] })));
    expect(inverted).toMatchObject({ bitsDiffering: 192, equal: false });
    expect(inverted.differences.length).toBe(20);
  });

  it("merges runs, numbering events on and keeping the first differences", () => {
    const good = compare();
    const bad = compare((clocks) => clocks.map((c) => ({ ...c, data: [flip(c, 0x3f)] })));
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
    const { clocks: played, starts } = buildStimulus(contract.inputs, interval, many, 9, 1);
    const clocks = [...played];
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
    expect(new Set(idle.map(({ data }) => data[0])).size).toBeGreaterThan(idle.length / 2);
  });

  it.each([1, 3, 5, 13, 33, 64, 70])("never sets bits beyond a port of %i bits", (width) => {
    const fields = [{ low: 0, width, signed: false }];
    const packing = {
      kind: "stream",
      shape: [1, 2, 1],
      along: 1,
      columns: 1,
      last: 1,
      fields,
      siteBits: width,
    } as const;
    const stimulus = buildStimulus(
      [{ name: "x", shape: packing.shape, packing }],
      2,
      [[[1n, 0n]], [[0n, 1n]]],
      40,
      7,
    );
    const clocks = [...stimulus.clocks];
    for (const {
      data: [data],
    } of clocks) {
      expect(data.length).toBe(Math.ceil(width / 4));
      expect(BigInt(`0x${data}`) >> BigInt(width)).toBe(0n);
    }
    const ones = clocks
      .filter(({ valid }) => !valid)
      .reduce((all, { data }) => all | BigInt(`0x${data[0]}`), 0n);
    expect(ones).toBe((1n << BigInt(width)) - 1n);
  });

  it("is the same for the same seed", () => {
    const build = (seed: number) => buildStimulus(contract.inputs, interval, events, 5, seed);
    const clocks = (seed: number) => [...build(seed).clocks];
    expect(clocks(4)).toEqual(clocks(4));
    expect(clocks(4)).not.toEqual(clocks(8));
    expect(build(4).starts).not.toEqual(build(8).starts);
  });
});

describe("images pixel by pixel", () => {
  /** Two images of 2 × 2 and 1 × 2 pixels of two elements, in events of 6 beats. */
  const port = (name: string, rows: number, rowPeriod: number, columnPeriod: number) =>
    ({
      name,
      shape: [2, rows, 2],
      packing: {
        kind: "raster",
        shape: [2, rows, 2],
        axes: [1, 2],
        rowPeriod,
        columnPeriod,
        beats: 6,
        fields: [
          { low: 0, width: 3, signed: true },
          { low: 3, width: 5, signed: false },
        ],
      },
    }) as const;
  const outputs = [port("fine", 2, 3, 1), port("coarse", 1, 6, 2)];
  const PROMISED = { latency: 1, interval: 6 };
  // Channel by channel; the first channel of three bits, the other one of five.
  const values = [
    [1n, 2n, 3n, -4n, 10n, 11n, 12n, 13n],
    [-1n, 0n, 31n, 0n],
  ];
  const beats = [
    ["51", "ff"],
    ["5a", "xx"],
    ["xX", "00"],
    ["63", "zz"],
    ["6c", "xx"],
    ["xx", "77"],
  ];
  const record = (
    edit: (beat: number, port: number, digits: string) => string = (_, __, digits) => digits,
  ) => [
    IDLE,
    ...beats.map((data, beat) => ({
      valid: true,
      first: beat === 0,
      data: data.map((digits, p) => edit(beat, p, digits)),
    })),
  ];
  const compare = (edit?: Parameters<typeof record>[0]) =>
    compareOutputs(outputs, PROMISED, [0], [values], record(edit));

  it("are compared in the beats that carry pixels; the others may be undefined", () => {
    expect(compare()).toMatchObject({ equal: true, bitsCompared: 4 * 8 + 2 * 8, latencies: [1] });
  });

  it("differ at an index in the tensor's own order of axes", () => {
    const { differences, equal } = compare((beat, p, digits) =>
      beat === 4 && p === 0 ? "68" : beat === 2 && p === 1 ? "08" : digits,
    );
    expect(equal).toBe(false);
    expect(differences).toEqual([
      { event: 0, output: "coarse", index: [1, 0, 1], bit: 0, expected: 0, found: 1 },
      { event: 0, output: "fine", index: [0, 1, 1], bit: 2, expected: 1, found: 0 },
    ]);
  });

  it("are undefined in a beat that carries a pixel", () => {
    expect(compare((beat, p, digits) => (beat === 3 && p === 0 ? "6x" : digits)).protocol[0]).toBe(
      "event 0: beat 3 holds undefined bits: 6x",
    );
  });

  it("make no more work than their beats, however many", () => {
    const side = 256;
    const shape = [side, side, 1] as const;
    const fields = [{ low: 0, width: 8, signed: false }];
    const axes = [0, 1] as const;
    const big = {
      name: "x",
      shape,
      packing: { kind: "raster", shape, axes, rowPeriod: side, columnPeriod: 1, beats: side * side, fields },
    } as const;
    const event = [Int32Array.from({ length: side * side }, (_, i) => (i * 31) & 255)];
    const played = buildStimulus([big], side * side, [event, event], 2, 1);
    function* echo(): Generator<OutputClock> {
      for (const { valid, first, data } of played.clocks) yield { valid, first: valid && first, data };
    }
    const promised = { latency: 0, interval: side * side };
    expect(compareOutputs([big], promised, played.starts, [event, event], echo())).toMatchObject({
      equal: true,
      bitsCompared: 2 * 8 * side * side,
      intervals: [side * side],
    });
  }, 20_000);
});

describe("several ports of any rank", () => {
  const PARALLEL = { latency: 2, interval: 1 };
  /** A tensor in one beat, its elements of these widths side by side. */
  const port = (name: string, shape: readonly number[], widths: readonly number[], signed = true) => {
    let low = 0;
    const fields = widths.map((width) => {
      const field = { low, width, signed };
      low += width;
      return field;
    });
    return { name, shape, packing: { kind: "parallel", fields } } as const;
  };
  const outputs = [
    port("scalar", [], [7]),
    port("wide", [3], [70, 0, 1]),
    port("deep", [2, 1, 2, 2], new Array(8).fill(2), false),
  ];
  const values = [[-64n], [-(2n ** 69n), 0n, -1n], [0, 1, 2, 3, 3, 2, 1, 0].map(BigInt)];
  const hex = ["40", (2n ** 69n + 2n ** 70n).toString(16), "1be4"];
  const clocks = (data: readonly string[], count = 2): readonly OutputClock[] => [
    ...Array.from({ length: 2 }, () => IDLE),
    ...Array.from({ length: count }, () => ({ valid: true, first: true, data })),
  ];
  const compare = (data: readonly string[]) =>
    compareOutputs(outputs, PARALLEL, [0, 1], [values, values], clocks(data));

  it("are compared bit by bit, each by its own name and index", () => {
    expect(compare(hex)).toMatchObject({ equal: true, bitsCompared: 2 * (7 + 71 + 16), intervals: [1] });
    const { differences, bitsDiffering, equal } = compare(["41", hex[1] as string, "0be4"]);
    expect([equal, bitsDiffering]).toEqual([false, 4]);
    expect(differences.slice(0, 2)).toEqual([
      { event: 0, output: "scalar", index: [], bit: 0, expected: 0, found: 1 },
      { event: 0, output: "deep", index: [1, 0, 1, 0], bit: 0, expected: 1, found: 0 },
    ]);
  });

  it("are undefined one by one", () => {
    expect(compare([hex[0] as string, hex[1] as string, "xbe4"]).protocol[0]).toBe(
      "event 0: beat 0 holds undefined bits: xbe4",
    );
  });

  it("share the beats of an event in a stimulus, each with junk of its own in idle clocks", () => {
    const inputs = [outputs[0], outputs[1], port("nothing", [4], [0, 0, 0, 0])] as const;
    const event = [values[0], values[1], [0n, 0n, 0n, 0n]] as readonly bigint[][];
    const stimulus = buildStimulus(inputs, 1, Array(50).fill(event), 30, 5);
    const [played, starts] = [[...stimulus.clocks], stimulus.starts];
    for (const start of starts) {
      const { valid, first, data } = played[start] as (typeof played)[number];
      expect([valid, first, data[0], data[1]]).toEqual([true, true, hex[0], hex[1]]);
    }
    // The port that holds nothing has one bit, which is junk in events too.
    expect(new Set(starts.map((start) => played[start]?.data[2]))).toEqual(new Set(["0", "1"]));
    const idle = played.filter(({ valid }) => !valid).map(({ data }) => data.join(" "));
    expect(new Set(idle).size).toBe(idle.length);
  });
});
