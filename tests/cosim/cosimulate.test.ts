import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contractOf, cosimulate } from "../../src/cosim/cosimulate.js";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { withFolder } from "../support/firmware.js";
import { readGolden } from "../support/golden.js";
import { lowerAt, randomEvents } from "../support/stream.js";

const fixed = parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny");
const contract = contractOf(lowerAt(fixed, 3));
const { events, expected } = randomEvents(fixed, 300, 1);

/** Co-simulates with a simulator that does `play` instead of its work. */
const cosimulateBy = (folder: string, play: (stimulus: string, record: string) => void) =>
  cosimulate(
    contract,
    { play: async (stimulus, record) => play(stimulus, record) },
    events,
    expected,
    folder,
    1,
  );

describe("cosimulate says which file", () => {
  it.runIf(existsSync("/dev/full"))("cannot be written on a full disk", () =>
    withFolder(async (folder) => {
      symlinkSync("/dev/full", join(folder, "stimulus.txt"));
      const failing = cosimulateBy(folder, () => {});
      await expect(failing).rejects.toMatchObject({
        name: "UserError",
        where: join(folder, "stimulus.txt"),
        message: expect.stringContaining("no space left"),
        hint: expect.stringContaining("TMPDIR"),
      });
    }),
  );

  it("a simulator did not write, or wrote as something else", () =>
    withFolder(async (folder) => {
      const record = join(folder, "record.txt");
      const error = { name: "UserError", where: record, message: expect.stringContaining("cannot be read") };
      await expect(cosimulateBy(folder, () => {})).rejects.toMatchObject(error);
      await expect(cosimulateBy(folder, () => mkdirSync(record))).rejects.toMatchObject(error);
    }));

  it("and compares what is there, be it empty", () =>
    withFolder(async (folder) => {
      const result = await cosimulateBy(folder, (_, record) => writeFileSync(record, ""));
      expect(result).toMatchObject({ equal: false });
    }));
});
