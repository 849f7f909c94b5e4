import { strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { bytesSource, memorySink } from "../../src/events/bytes.js";
import { crc32 } from "../../src/events/zip-format.js";
import { readZipDirectory, readZipEntry } from "../../src/events/zip-read.js";
import { writeZip, type ZipMember } from "../../src/events/zip-write.js";
import { UserError } from "../../src/ir/errors.js";

/** Compressible and incompressible bytes, more than one block of the deflater. */
const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i < 150_000 ? 0 : (i * 2654435761) >>> 13));
const member = (name: string, bytes: Uint8Array, size = bytes.length): ZipMember => ({
  name,
  size,
  *chunks() {
    for (let i = 0; i < bytes.length; i += 70_001) yield bytes.subarray(i, i + 70_001);
  },
});

async function write(...members: readonly ZipMember[]): Promise<Uint8Array> {
  const sink = memorySink();
  await writeZip(sink, members);
  return sink.bytes();
}

async function readAll(bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  const source = bytesSource("x.zip", bytes);
  const all: Record<string, Uint8Array> = {};
  for (const entry of await readZipDirectory(source)) {
    const sink = memorySink();
    for await (const piece of readZipEntry(source, entry)) await sink.write(piece);
    all[entry.name] = sink.bytes();
  }
  return all;
}

describe("crc32", () => {
  it("has the standard's check value, whole or in pieces", () => {
    const text = strToU8("123456789");
    expect(crc32(text)).toBe(0xcbf43926);
    expect(crc32(text.subarray(3), crc32(text.subarray(0, 3)))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });
});

describe("archives", () => {
  it("are read by another reader", async () => {
    const bytes = await write(member("a.npy", content), member("empty", new Uint8Array()));
    expect(unzipSync(bytes)).toEqual({ "a.npy": content, empty: new Uint8Array() });
  });

  it("come back as they were, ZIP64 members too", async () => {
    // A member that may pass 4 GiB is written as ZIP64, whatever it turns out to hold.
    const bytes = await write(member("small", content), member("big", content, 2 ** 33));
    expect(await readAll(bytes)).toEqual({ small: content, big: content });
  });

  it("of another writer are read, stored or deflated", async () => {
    for (const level of [0, 6] as const) {
      expect(await readAll(zipSync({ "x/y": content, z: strToU8("z") }, { level }))).toEqual({
        "x/y": content,
        z: strToU8("z"),
      });
    }
  });

  it("are the same bytes each time", async () => {
    expect(await write(member("a", content))).toEqual(await write(member("a", content)));
  });

  it("truncated anywhere are refused", async () => {
    const bytes = await write(member("a", content.subarray(149_000)), member("b", strToU8("b")));
    for (let cut = 1; cut < bytes.length; cut += 1 + (bytes.length >> 6)) {
      await expect(readAll(bytes.subarray(0, bytes.length - cut))).rejects.toThrow(UserError);
    }
  });

  it("with one bit turned over are refused or unchanged", async () => {
    const small = Uint8Array.from({ length: 500 }, (_, i) => (i * i) >> 3);
    const good = await write(member("a", small));
    let refused = 0;
    for (let bit = 0; bit < good.length * 8; bit += 7) {
      const bad = good.slice();
      bad[bit >> 3] ^= 1 << (bit & 7);
      try {
        const read = await readAll(bad);
        // A name, a time or an unused field may change; the content never does without notice.
        for (const found of Object.values(read)) expect(found).toEqual(small);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(good.length / 4);
  });
});
