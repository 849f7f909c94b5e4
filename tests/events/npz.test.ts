import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytesSource, memorySink } from "../../src/events/bytes.js";
import { formatNpyHeader } from "../../src/events/npy.js";
import { openNpy, openNpz } from "../../src/events/npz.js";
import { type NpzArray, writeNpz } from "../../src/events/npz-write.js";
import { openEvents } from "../../src/events/open.js";
import type { EventSource } from "../../src/events/source.js";
import { InternalError, UserError } from "../../src/ir/errors.js";

const fixture = (name: string) =>
  bytesSource(name, new Uint8Array(readFileSync(new URL(`../fixtures/events/${name}`, import.meta.url))));

async function write(arrays: readonly NpzArray[]): Promise<Uint8Array> {
  const sink = memorySink();
  await writeNpz(sink, arrays);
  return sink.bytes();
}

/** (7, 3) int16 counting up, made in uneven blocks; and (7) float64. */
const counting: NpzArray = {
  name: "counting",
  dtype: "int16",
  shape: [7, 3],
  blocks: () => [
    Int16Array.from({ length: 4 }, (_, i) => i),
    Int16Array.from({ length: 17 }, (_, i) => i + 4),
  ],
};
const thirds: NpzArray = {
  name: "thirds",
  dtype: "float64",
  shape: [7],
  blocks: () => [Float64Array.from({ length: 7 }, (_, i) => i / 3)],
};

async function readAll(source: EventSource, names: readonly string[], rows: number) {
  const blocks = [];
  for await (const { start, rows: n, arrays } of source.blocks(names, rows)) {
    blocks.push({
      start,
      rows: n,
      ...Object.fromEntries(Object.entries(arrays).map(([k, v]) => [k, [...v]])),
    });
  }
  return blocks;
}

describe("npz", () => {
  it("comes back in blocks of any size, several arrays in step", async () => {
    const source = await openNpz(bytesSource("x.npz", await write([counting, thirds])));
    expect(source.count).toBe(7);
    expect(source.names).toEqual(["counting", "thirds"]);
    expect([source.shape("counting"), source.shape("thirds")]).toEqual([[3], []]);
    expect([source.dtype("counting"), source.has("thirds"), source.has("fifths")]).toEqual([
      "int16",
      true,
      false,
    ]);
    for (const rows of [1, 3, 7, 100]) {
      const blocks = await readAll(source, ["thirds", "counting"], rows);
      expect(blocks.map((b) => b.start)).toEqual(
        Array.from({ length: Math.ceil(7 / rows) }, (_, i) => i * rows),
      );
      expect(blocks.flatMap((b) => (b as never as { counting: number[] }).counting)).toEqual([
        ...Array(21).keys(),
      ]);
      expect(blocks.flatMap((b) => (b as never as { thirds: number[] }).thirds)[5]).toBe(5 / 3);
    }
  });

  it.each(["numpy_stored.npz", "numpy_deflated.npz"])("of numpy is read: %s", async (name) => {
    const source = await openEvents(fixture(name));
    // The array without axes is no array of events.
    expect(source.names).toEqual(["a", "b", "c", "d"]);
    expect(await readAll(source, ["a", "b", "c", "d"], 3)).toEqual([
      {
        start: 0,
        rows: 3,
        a: Array.from({ length: 18 }, (_, i) => i),
        b: [-1, expect.closeTo(-1 / 3, 15), expect.closeTo(1 / 3, 15)],
        c: [1, 0, 1],
        d: [-(2n ** 62n), -1n, 0n],
      },
      { start: 3, rows: 1, a: [18, 19, 20, 21, 22, 23], b: [1], c: [1], d: [2n ** 53n + 1n] },
    ]);
    expect(source.dtype("c")).toBe("bool");
  });

  it("is refused when a promised array is not there, naming file and array", async () => {
    const source = await openNpz(bytesSource("x.npz", await write([counting])));
    await expect(readAll(source, ["voxels"], 2)).rejects.toMatchObject({
      where: "x.npz",
      message: "there is no array 'voxels'",
      hint: "There are: counting.",
    });
  });

  it("is refused when the arrays have different numbers of events", async () => {
    const bytes = await write([counting, { ...thirds, shape: [6], blocks: () => [new Float64Array(6)] }]);
    await expect(openNpz(bytesSource("x.npz", bytes))).rejects.toThrow(
      "array 'thirds' has 6 events, but array 'counting' has 7",
    );
  });

  it("is refused when it holds no array", async () => {
    await expect(openNpz(bytesSource("x.npz", await write([])))).rejects.toThrow("no array of events");
  });

  it("is never written with other content than promised", async () => {
    await expect(write([{ ...thirds, shape: [8] }])).rejects.toThrow(InternalError);
  });

  it("names file and array when the array is truncated inside a whole archive", async () => {
    const { zipSync } = await import("fflate");
    const npy = Uint8Array.from([...formatNpyHeader("float32", [10, 4]), ...new Uint8Array(100)]);
    await expect(openNpz(bytesSource("x.npz", zipSync({ "v.npy": npy })))).rejects.toMatchObject({
      where: "x.npz: array 'v'",
      message: "shape (10, 4) of float32 needs 288 bytes, not 228",
    });
  });

  it("is closed when the reader stops early", async () => {
    const source = await openNpz(bytesSource("x.npz", await write([counting])));
    for await (const block of source.blocks(["counting"], 2)) {
      expect(block.rows).toBe(2);
      break;
    }
    expect(await readAll(source, ["counting"], 7)).toHaveLength(1);
  });
});

describe("npy", () => {
  it("of numpy is read, its array called 'events'", async () => {
    const source = await openEvents(fixture("numpy.npy"));
    expect([source.count, source.names, source.shape("events")]).toEqual([4, ["events"], [2, 3]]);
    const blocks = await readAll(source, ["events"], 3);
    expect(blocks.flatMap((b) => (b as never as { events: number[] }).events)).toEqual([...Array(24).keys()]);
  });

  it.each([
    ["numpy_fortran.npy", "Fortran order"],
    ["numpy_big_endian.npy", "'>f4' is not supported"],
  ])("%s is refused: %s", async (name, message) => {
    await expect(openEvents(fixture(name))).rejects.toThrow(UserError);
    await expect(openEvents(fixture(name))).rejects.toThrow(message);
  });

  it("truncated, too long or without axes is refused", async () => {
    const whole = Uint8Array.from([...formatNpyHeader("uint8", [4]), 1, 2, 3, 4]);
    await expect(openNpy(bytesSource("x.npy", whole.subarray(0, whole.length - 1)))).rejects.toThrow(
      "needs 132 bytes, not 131",
    );
    await expect(openNpy(bytesSource("x.npy", Uint8Array.from([...whole, 5])))).rejects.toThrow(UserError);
    await expect(openNpy(bytesSource("x.npy", whole.subarray(0, 8)))).rejects.toThrow("ends too early");
    const scalar = Uint8Array.from([...formatNpyHeader("uint8", []), 1]);
    await expect(openNpy(bytesSource("x.npy", scalar))).rejects.toThrow("no axes");
  });
});

describe("openEvents", () => {
  it.each([
    ["nothing", []],
    ["text", [...new TextEncoder().encode("hello, world, this is a text")]],
    ["the start of an archive", [0x50, 0x4b, 3, 4, 1, 2, 3]],
    ["the start of a ROOT file", [0x72, 0x6f, 0x6f, 0x74, 0, 0]],
    ["the start of an array", [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]],
  ])("refuses %s with the file's name", async (_what, bytes) => {
    const opened = openEvents(bytesSource("bad.file", Uint8Array.from(bytes)));
    await expect(opened).rejects.toBeInstanceOf(UserError);
    await expect(opened).rejects.toMatchObject({ where: expect.stringContaining("bad.file") });
  });
});
