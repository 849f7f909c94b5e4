import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeNpz } from "../../src/events/npz-write.js";
import { runCli, writeNpy } from "../support/cli.js";
import { fixtureUrl } from "../support/keras-fixture.js";
import { Random } from "../support/random.js";
import { hasTool } from "../support/tools.js";

const MODEL = fileURLToPath(fixtureUrl("shared.keras"));
const HAS_ICARUS = hasTool("iverilog", "-V");

let folder: string;
const TMPDIR = process.env.TMPDIR;
const at = (name: string) => join(folder, name);

/** Numbers around the range of the inputs, multiples of 1/16 and others, for `events` images of 4 × 4 × 2. */
function images(events: number): Float64Array {
  const random = new Random(3);
  return Float64Array.from({ length: events * 32 }, () => random.integer(-8, 40) / random.pick([16, 10]));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "l1c-cosim-test-"));
  mkdirSync(at("tmp"));
  process.env.TMPDIR = at("tmp");
  writeNpy(at("events.npy"), [40, 4, 4, 2], images(40));
  writeNpy(at("shape.npy"), [3, 4, 2, 4], images(3));
  writeNpy(at("none.npy"), [0, 4, 4, 2], new Float64Array(0));
  writeNpy(at("nan.npy"), [1, 4, 4, 2], images(1).fill(Number.NaN));
  const parts: Uint8Array[] = [];
  const block = (data: Float64Array) =>
    ({ dtype: "float64", shape: [2, 4, 4, 2], blocks: () => [data] }) as const;
  await writeNpz({ write: async (bytes) => void parts.push(bytes.slice()) }, [
    { name: "a", ...block(images(2)) },
    { name: "b", ...block(images(2)) },
  ]);
  writeFileSync(at("two.npz"), Buffer.concat(parts));
  expect((await runCli("compile", MODEL, "-o", at("build"), "--columns", "3")).code).toBe(0);
});
afterAll(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  rmSync(folder, { recursive: true, force: true });
});

/** A copy of the build in which `edit` has changed a file. */
function broken(name: string, file: string, edit: (text: string) => string): string {
  cpSync(at("build"), at(name), { recursive: true });
  const path = join(at(name), file);
  const text = readFileSync(path, "utf8");
  expect(edit(text)).not.toBe(text);
  writeFileSync(path, edit(text));
  return at(name);
}

/** What the commands left in the folder for temporary files. */
const temporaries = () => readdirSync(at("tmp"));

describe("l1c cosim", () => {
  it("finds the firmware of a real model equal, with one JSON object on stdout", async () => {
    const { code, stdout, stderr } = await runCli(
      "cosim",
      at("build"),
      "--events",
      at("events.npy"),
      "--json",
    );
    expect(stderr).toContain("building the firmware in Verilator");
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ equal: true, events: 40, bitsDiffering: 0, protocol: [] });
    expect(result.bitsCompared).toBeGreaterThan(40 * 16);
    expect([result.latencies, result.intervals]).toEqual([
      [result.promised.latency],
      [result.promised.interval],
    ]);
    expect(stdout.trimEnd().split("\n").length).toBe(1);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(at("build/results/cosim.json"), "utf8"))).toEqual(result);
    expect(temporaries()).toEqual([]);
  });

  it("builds in a folder of plain names, wherever the build lies", async () => {
    cpSync(at("build"), at('my "bäuild" $x'), { recursive: true });
    const args = ["--events", at("events.npy"), "--limit", "2"];
    const { code, stdout } = await runCli("cosim", at('my "bäuild" $x'), ...args);
    expect(stdout).toMatch(/^EQUAL/m);
    expect(code).toBe(0);
  });

  it.skipIf(!HAS_ICARUS)("finds a raster of plain Verilog equal in Icarus Verilog", async () => {
    const options = ["--architecture", "raster", "--target", "generic", "--effort", "3"];
    expect((await runCli("compile", MODEL, "-o", at("raster"), ...options)).code).toBe(0);
    const verilog = readdirSync(at("raster/verilog"));
    expect(verilog).not.toContain("sim");
    const run = await runCli("cosim", at("raster"), "--events", at("events.npy"), "--simulator", "iverilog");
    expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
    expect(run.stdout).toContain("EQUAL: every bit, latency and interval");
  });

  it("names output, event and bit of a constant broken in the emitted Verilog, with exit code 1", async () => {
    const build = broken("constant", "verilog/shared_a_head_site.v", (text) =>
      text.replace(
        /(= \d+'h)([0-9a-f]+)( [-+])/,
        (_, head, hex, tail) => `${head}${(Number.parseInt(hex, 16) ^ 1).toString(16)}${tail}`,
      ),
    );
    const { code, stdout } = await runCli("cosim", build, "--events", at("events.npy"), "--limit", "5");
    expect(stdout).toMatch(/^event 0: output 'a_head'\[0, 0, 0\] bit 0: simulator [01], firmware [01]$/m);
    expect(stdout).toMatch(/^bits differing: [1-9]/m);
    expect(stdout).toMatch(/^DIFFERENT$/m);
    expect(code).toBe(1);
  });

  it.runIf(HAS_ICARUS)("finds a weight broken, and a latency of one cycle more", async () => {
    const cosim = (build: string) =>
      runCli("cosim", build, "--events", at("events.npy"), "--simulator", "iverilog");
    const good = await cosim(at("build"));
    expect(good.stdout).toMatch(/^EQUAL: every bit, latency and interval$/m);
    expect(good.code).toBe(0);
    const one = await runCli(
      "cosim",
      at("build"),
      "--events",
      at("events.npy"),
      "--simulator",
      "iverilog",
      "--limit",
      "1",
    );
    expect(one.stdout).toMatch(
      /interval promised 2 cycles, measured not measured\nEQUAL: every bit and latency; two events/,
    );
    const weight = broken("weight", "verilog/shared_twice_site.v", (text) =>
      text.replace(/(wire \[\d+:0\] a\d+ = .*) \+ /, "$1 - "),
    );
    const wrong = await cosim(weight);
    expect(wrong.stdout).toContain("output 'a_head'[");
    expect(wrong.code).toBe(1);
    const late = broken("late", "manifest.json", (text) =>
      text.replace(/"cycles": (\d+)/, (_, cycles) => `"cycles": ${Number(cycles) - 1}`),
    );
    const latency = await cosim(late);
    expect(latency.stdout).toMatch(/bits differing: 0\nlatency {2}promised (\d+) cycles, measured \d+/);
    expect(latency.code).toBe(1);
  });

  it.runIf(HAS_ICARUS)("shows what a simulator says of Verilog that it refuses", async () => {
    const build = broken("syntax", "verilog/shared.v", (text) => text.replace("endmodule", "endmodul"));
    const { code, stderr } = await runCli(
      "cosim",
      build,
      "--events",
      at("events.npy"),
      "--simulator",
      "iverilog",
    );
    expect(stderr).toContain("iverilog: ended with exit code");
    expect(stderr).toContain("shared.v");
    expect(code).toBe(2);
  });
});

describe("l1c cosim refuses, with its exit code and a message:", () => {
  const expectMistake = async (code: number, args: readonly string[], ...parts: readonly string[]) => {
    const result = await runCli("cosim", ...args);
    for (const part of parts) expect(result.stderr).toContain(part);
    expect(result.stderr).not.toContain("internal error");
    expect(result.code).toBe(code);
    expect(temporaries()).toEqual([]);
  };
  const events = (name: string) => [at("build"), "--events", at(name)];

  it("events that are not there, of another shape, without values or none", async () => {
    await expectMistake(2, events("missing.npy"), "missing.npy: cannot be opened: there is no such file");
    await expectMistake(2, [at("build"), "--events", folder], "it is not a file");
    await expectMistake(
      2,
      events("shape.npy"),
      "shape.npy: its array",
      "[4, 2, 4], the model takes [4, 4, 2]",
    );
    await expectMistake(2, events("none.npy"), "it holds no events");
    if (HAS_ICARUS)
      await expectMistake(
        2,
        [...events("nan.npy"), "--simulator", "iverilog"],
        "event 0, value 0: NaN is no value",
      );
    await expectMistake(2, [at("build")], "events");
    writeFileSync(at("cut.npy"), readFileSync(at("events.npy")).subarray(0, 500));
    await expectMistake(2, events("cut.npy"), "cut.npy");
    writeFileSync(at("text.npy"), "not numbers");
    await expectMistake(2, events("text.npy"), "text.npy");
  });

  it("a file of several arrays when none is named, and a named one that it lacks", async () => {
    await expectMistake(2, events("two.npz"), "it has no array 'x' for input 'x'", "It holds: a, b.");
    writeFileSync(at("named.yaml"), "inputs: { x: { array: c } }\n");
    await runCli("compile", MODEL, "-o", at("named"), "-c", at("named.yaml"));
    await expectMistake(2, [at("named"), "--events", at("two.npz")], "it has no array 'c' for input 'x'");
  });

  it("a number of events that is none, and a simulator that is none", async () => {
    for (const limit of ["0", "-1", "1.5", "all"])
      await expectMistake(2, [...events("events.npy"), "--limit", limit], "--limit");
    await expectMistake(2, [...events("events.npy"), "--simulator", "vcs"], "vcs");
  });

  it("a simulator that is not installed, with exit code 3 and a hint", async () => {
    const path = process.env.PATH;
    mkdirSync(at("bin"));
    process.env.PATH = at("bin");
    try {
      await expectMistake(
        3,
        events("events.npy"),
        "verilator: it is not installed",
        "apt-get install verilator",
      );
      await expectMistake(
        3,
        [...events("events.npy"), "--simulator", "iverilog"],
        "iverilog: it is not installed",
        "apt-get install iverilog",
      );
      // Verilator needs make and a C++ compiler as well.
      const folders = (path ?? "").split(":");
      for (const tool of ["perl", "verilator", "verilator_bin", "env", "sh"]) {
        const found = folders.map((entry) => join(entry, tool)).find((file) => existsSync(file));
        if (found !== undefined) symlinkSync(found, join(at("bin"), tool));
      }
      await expectMistake(3, events("events.npy"), "make: it is not installed", "apt-get install make g++");
    } finally {
      process.env.PATH = path;
    }
  });

  it("a folder for temporary files where programs cannot work, with the way to another", async () => {
    const before = process.env.TMPDIR;
    mkdirSync(at("my tmp"));
    try {
      process.env.TMPDIR = at("my tmp");
      const hint = "Set the environment variable TMPDIR to another folder";
      await expectMistake(2, events("events.npy"), "my tmp: the path of the folder", "white space", hint);
      process.env.TMPDIR = at("no-tmp");
      await expectMistake(2, events("events.npy"), "no-tmp: no temporary folder can be made there", hint);
    } finally {
      process.env.TMPDIR = before;
    }
  });

  it("a folder that is no build, and a manifest that is damaged", async () => {
    const manifest = (edit: (text: string) => string) => {
      rmSync(at("damaged"), { recursive: true, force: true });
      return [broken("damaged", "manifest.json", edit), "--events", at("events.npy")];
    };
    await expectMistake(
      2,
      [folder, "--events", at("events.npy")],
      "is no build directory: it has no manifest.json",
    );
    await expectMistake(2, [at("nowhere"), "--events", at("events.npy")], "is no build directory");
    await expectMistake(
      2,
      manifest((text) => text.slice(0, 200)),
      "manifest.json: is no JSON",
    );
    await expectMistake(
      2,
      manifest(() => "null"),
      "manifest.json",
    );
    const change = (edit: (m: ReturnType<typeof JSON.parse>) => void) =>
      manifest((text) => {
        const value = JSON.parse(text);
        edit(value);
        return JSON.stringify(value);
      });
    await expectMistake(
      2,
      change((m) => (m.top = 3)),
      "manifest.json: top",
      "Compile the model again",
    );
    await expectMistake(
      2,
      change((m) => delete m.latency),
      "manifest.json: latency",
    );
    await expectMistake(
      2,
      change((m) => (m.inputs = [])),
      "manifest.json: inputs",
    );
    await expectMistake(
      2,
      change((m) => (m.outputs = [])),
      "manifest.json: outputs",
    );
    await expectMistake(
      2,
      change((m) => (m.latency.cycles = 1e15)),
      "manifest.json: latency.cycles",
    );
    await expectMistake(
      2,
      change((m) => (m.interval.cycles = -1)),
      "manifest.json: interval.cycles",
    );
    await expectMistake(
      2,
      change((m) => (m.inputs[0].width = 1.5)),
      "manifest.json: inputs.0.width",
    );
    await expectMistake(
      2,
      change((m) => (m.extra = 1)),
      "extra",
    );
  });

  it.runIf(HAS_ICARUS)("a build where the result cannot be kept", async () => {
    cpSync(at("build"), at("kept"), { recursive: true });
    rmSync(at("kept/results"), { recursive: true, force: true });
    writeFileSync(at("kept/results"), "a file");
    const args = [at("kept"), "--events", at("events.npy"), "--simulator", "iverilog"];
    await expectMistake(2, args, "results/cosim.json: cannot be written");
  });

  it("a build that lacks a file", async () => {
    const without = (name: string, file: string) => {
      cpSync(at("build"), at(name), { recursive: true });
      rmSync(join(at(name), file));
      return [at(name), "--events", at("events.npy")];
    };
    await expectMistake(
      2,
      without("no-verilog", "verilog/shared.v"),
      "shared.v: is missing",
      "Compile the model again",
    );
    await expectMistake(
      2,
      without("no-fixed", "fixed.l1c"),
      "fixed.l1c: cannot be read",
      "Compile the model again",
    );
  });

  it("a golden model that is not the one that was compiled", async () => {
    cpSync(at("build"), at("edited"), { recursive: true });
    appendFileSync(at("edited/simulator/golden.js"), "// edited\n");
    await expectMistake(
      2,
      [at("edited"), "--events", at("events.npy")],
      "golden.js: is not the file that was compiled",
      "Compile the model again",
    );
  });
});
