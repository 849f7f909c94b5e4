import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../src/cli/build-directory.js";
import { runCli } from "../support/cli.js";
import { fixtureUrl } from "../support/keras-fixture.js";

const MODEL = fileURLToPath(fixtureUrl("shared.keras"));
const BYTES = readFileSync(MODEL);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "l1c-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const compile = (...args: readonly string[]) => runCli("compile", MODEL, "-o", at("build"), ...args);
/** Everything in the test's folder, temporary files too. */
const left = () => readdirSync(folder).sort();

async function compileWith(yaml: string) {
  writeFileSync(at("l1c.yaml"), yaml);
  const result = await compile("-c", at("l1c.yaml"));
  if (result.code !== 0) expect(left()).toEqual(["l1c.yaml"]);
  return result;
}

describe("l1c compile", () => {
  it("writes a whole build with a manifest of what lies there, and nothing beside it", async () => {
    const { code, stdout, stderr } = await compile("--columns", "3");
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("compiling") });
    expect(stdout).toMatch(/latency \d+ cycles .* interval 2 cycles/);
    expect(left()).toEqual(["build"]);
    const manifest = JSON.parse(readFileSync(at("build/manifest.json"), "utf8"));
    expect(manifest).toMatchObject({
      name: "shared",
      model: { sha256: sha256(BYTES) },
      stream: { columns: 3, last: 1, beats: 2 },
      inputs: [{ name: "x", shape: [4, 4, 2] }],
      outputs: [{ name: "a_head", shape: [4, 4, 1] }],
    });
    for (const { path, bytes, sha256: sum } of manifest.files) {
      const content = readFileSync(at(`build/${path}`));
      expect([path, content.length, sha256(content)]).toEqual([path, bytes, sum]);
    }
    // A build is as open as the folders that the user makes.
    expect(statSync(at("build")).mode & 0o777).toBe(0o777 & ~process.umask());
  });

  it("prints exactly one JSON object on stdout with --json, also for a mistake", async () => {
    const good = await compile("--json");
    expect(good.stdout.trimEnd().split("\n").length).toBe(1);
    expect(JSON.parse(good.stdout)).toMatchObject({ output: at("build"), top: "shared" });
    const bad = await compile("--json", "--columns", "9");
    expect(bad.code).toBe(2);
    expect(JSON.parse(bad.stdout).error).toContain("a beat of 9 columns does not fit");
    expect(bad.stdout.trimEnd().split("\n").length).toBe(1);
  });

  it("replaces an older build, whole", async () => {
    await compile();
    writeFileSync(at("build/verilog/stale.v"), "");
    const manifest = JSON.parse(readFileSync(at("build/manifest.json"), "utf8"));
    manifest.files.push({ path: "verilog/stale.v", bytes: 0, sha256: sha256("") });
    writeFileSync(at("build/manifest.json"), JSON.stringify(manifest));
    expect((await compile("--columns", "2")).code).toBe(0);
    expect(existsSync(at("build/verilog/stale.v"))).toBe(false);
    expect(left()).toEqual(["build"]);
  });

  it("makes the folders above the build, and a module's name of the file's", async () => {
    writeFileSync(at("3 nets!.keras"), BYTES);
    expect((await runCli("compile", at("3 nets!.keras"), "-o", at("a/b/c"))).code).toBe(0);
    const manifest = JSON.parse(readFileSync(at("a/b/c/manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ name: "_3_nets_", top: "_3_nets_" });
  });

  it("reads l1c.yaml beside the model, and lets options override it", async () => {
    writeFileSync(at("net.keras"), BYTES);
    writeFileSync(at("l1c.yaml"), "clock_mhz: 100\nstream: { columns: 2 }\nname: my_net\n");
    const { code, stderr } = await runCli("compile", at("net.keras"), "-o", at("build"), "--columns", "4");
    expect([code, stderr]).toEqual([0, expect.stringContaining(`with ${at("l1c.yaml")}`)]);
    const manifest = JSON.parse(readFileSync(at("build/manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ name: "my_net", top: "my_net", clock_mhz: 100, stream: { columns: 4 } });
    expect(manifest.config.sha256).toBe(sha256(readFileSync(at("l1c.yaml"))));
  });
});

describe("l1c compile refuses, with exit code 2, a message and nothing left behind:", () => {
  const expectMistake = (result: { code: number; stderr: string }, ...parts: readonly string[]) => {
    for (const part of parts) expect(result.stderr).toContain(part);
    expect(result.stderr).not.toContain("internal error");
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.code).toBe(2);
  };

  it("a model that is not there, empty, cut off or no model", async () => {
    const model = async (bytes: Uint8Array, name = "m.keras") => {
      writeFileSync(at(name), bytes);
      const result = await runCli("compile", at(name), "-o", at("build"));
      expect(left()).toEqual([name]);
      rmSync(at(name));
      return result;
    };
    expectMistake(await runCli("compile", at("none.keras"), "-o", at("build")), "none.keras: cannot be read");
    expectMistake(await runCli("compile", folder, "-o", at("build")), "it is a folder, not a file");
    expectMistake(await model(new Uint8Array()), "m.keras: the file is empty");
    expectMistake(await model(BYTES.subarray(0, BYTES.length / 2)), "m.keras");
    expectMistake(await model(BYTES.subarray(0, 3)), "m.keras");
    expectMistake(await model(new TextEncoder().encode("hello")), "m.keras");
    expectMistake(await model(BYTES, "l1c.yaml"), "l1c.yaml");
  });

  it("columns and a clock out of range", async () => {
    for (const columns of ["0", "-1", "5", "1.5", "many"])
      expectMistake(await compile("--columns", columns), "columns");
    expectMistake(
      await compile("--columns", "5"),
      "a beat of 5 columns does not fit an image of 4",
      "1 to 4",
    );
    for (const clock of ["0", "-3", "2000"]) expectMistake(await compile("--clock-mhz", clock), "clock_mhz");
    expectMistake(await compile("--clock-mhz", "fast"), "--clock-mhz: what is given is no number");
    for (const cycles of ["0", "-1", "1.5"])
      expectMistake(await compile("--latency-cycles", cycles), "latency.cycles");
    for (const bits of ["0", "-5", "2.5"])
      expectMistake(await compile("--block-ram-from", bits), "tables.block_ram_from");
    for (const ns of ["0", "-2"]) expectMistake(await compile("--latency-ns", ns), "latency.ns");
    expect(left()).toEqual([]);
  });

  it("primitives that the device does not have, and edges in each clock for what is no graph", async () => {
    const none = "target: xc7vx690t has no CARRY8, which 'ultrascale' takes";
    writeFileSync(at("old.yaml"), "device: xc7vx690t\ntarget: ultrascale\n");
    expectMistake(await compile("-c", at("old.yaml")), `old.yaml: ${none}`);
    writeFileSync(at("old.yaml"), "device: xc7vx690t\n");
    expectMistake(await compile("-c", at("old.yaml"), "--target", "ultrascale"), `command line: ${none}`);
    writeFileSync(at("old.yaml"), "device: foo\ntarget: ultrascale\n");
    expectMistake(await compile("-c", at("old.yaml")), "device: Invalid option");
    rmSync(at("old.yaml"));
    expectMistake(
      await compile("--edges-per-clock", "2"),
      "graph.edges_per_clock: edges come a few in each clock",
    );
    expect(left()).toEqual([]);
  });

  it("a clock to be sought without a latency, or that no clock meets", async () => {
    const seek = (...more: string[]) => compile("--clock-mhz", "auto", ...more);
    expectMistake(await seek(), "clock_mhz: a clock is sought for a latency");
    expectMistake(await seek("--latency-ns", "2"), "latency.ns: no clock meets 2 ns: ");
    expectMistake(
      await seek("--latency-ns", "60", "--latency-cycles", "1"),
      "no clock meets 60 ns: it takes more than 1 cycles",
    );
    expectMistake(await seek("--latency-cycles", "1"), "latency.cycles: it takes ");
    expect(left()).toEqual([]);
    expectMistake(await compileWith("clock_mhz: automatic"), "above 0 and at most 1000, or auto");
    const { code, stdout, stderr } = await seek("--latency-ns", "60");
    expect(code).toBe(0);
    expect(stderr).toMatch(/clock: [\d.]+ MHz for the latency/);
    const { clock_mhz, latency, config } = JSON.parse(readFileSync(at("build/manifest.json"), "utf8"));
    expect(latency.ns).toBeLessThanOrEqual(60);
    expect(stdout).toContain(`at ${clock_mhz} MHz`);
    expect(config.values.clock_mhz).toBe("auto");
  });

  it("a latency that the clock does not allow, in cycles or ns, from the configuration or the command line", async () => {
    expectMistake(await compile("--latency-cycles", "1"), "latency: it takes ", "1 are allowed");
    expectMistake(await compile("--latency-ns", "6.3"), "at this clock, 2 are allowed", "clock_mhz");
    expect(left()).toEqual([]);
    expectMistake(await compileWith("latency: { ns: 3.2 }"), "1 are allowed");
    expectMistake(await compileWith("latency: { cycle: 3 }"), "cycle");
    writeFileSync(at("l1c.yaml"), "latency: { cycles: 1 }\n");
    const { code, stdout } = await compile("-c", at("l1c.yaml"), "--latency-cycles", "40");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /worst stage: clock \d+ from its window, in layer '.*': [\d.]+ ns of 3.125 ns \(slack [\d.]+ ns\)/,
    );
    const { stages, config } = JSON.parse(readFileSync(at("build/manifest.json"), "utf8"));
    expect(config.values.latency).toEqual({ cycles: 40 });
    for (const stage of stages) expect(stage.worst_path_ns + stage.slack_ns).toBeCloseTo(3.125, 6);
  });

  it("options and commands that do not exist, and no command at all", async () => {
    expectMistake(await compile("--colums", "2"), "colums", "l1c --help");
    expectMistake(await runCli("compil", MODEL), "compil", "l1c --help");
    expectMistake(await runCli(), "Name a command");
    expectMistake(await runCli("compile"), "l1c --help");
    expect(left()).toEqual([]);
  });

  it("a folder that cannot be written to", async () => {
    writeFileSync(at("file"), "");
    expectMistake(await runCli("compile", MODEL, "-o", at("file")), "is a file, not a folder");
    expectMistake(
      await runCli("compile", MODEL, "-o", at("file/build")),
      "cannot be",
      "Choose another folder with -o",
    );
    expectMistake(await runCli("compile", MODEL, "-o", "/proc/l1c/build"), "cannot be written");
    expect(left()).toEqual(["file"]);
    if (process.getuid?.() !== 0) {
      mkdirSync(at("closed"), { mode: 0o500 });
      expectMistake(await runCli("compile", MODEL, "-o", at("closed/build")), "no permission");
      chmodSync(at("closed"), 0o700);
    }
  });

  it("a folder that holds something else, even with a manifest.json of its own", async () => {
    mkdirSync(at("build"));
    writeFileSync(at("build/thesis.tex"), "years of work");
    const message = "is not empty and is no build of l1c, so it is not replaced";
    expectMistake(await compile(), message);
    for (const manifest of [
      '{ "name": "my web app" }',
      "no json",
      "null",
      '{ "tool": { "name": "other" } }',
    ]) {
      writeFileSync(at("build/manifest.json"), manifest);
      expectMistake(await compile(), message);
    }
    expect(readFileSync(at("build/thesis.tex"), "utf8")).toBe("years of work");
    expect(left()).toEqual(["build"]);
  });

  it('no name for the folder, as -o "$UNSET" gives it, and leaves the working folder alone', async () => {
    const before = process.cwd();
    mkdirSync(at("work"));
    writeFileSync(at("work/thesis.tex"), "years of work");
    process.chdir(at("work"));
    try {
      expectMistake(await runCli("compile", MODEL, "-o", ""), "-o: no value is given");
    } finally {
      process.chdir(before);
    }
    expect(readFileSync(at("work/thesis.tex"), "utf8")).toBe("years of work");
    expect(left()).toEqual(["work"]);
  });

  it("a configuration that is not there, no YAML or too clever", async () => {
    expectMistake(await compile("-c", at("none.yaml")), "none.yaml: cannot be read: there is no such file");
    expectMistake(await compileWith("a: [1, 2"), "l1c.yaml: is no YAML");
    expectMistake(await compileWith("name: *nobody"), "l1c.yaml: is no YAML");
    expectMistake(await compileWith("a: 1\na: 2"), "l1c.yaml: is no YAML");
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]", "b: &b [*a, *a, *a, *a, *a, *a, *a, *a]"];
    bomb.push("c: &c [*b, *b, *b, *b, *b, *b, *b, *b]", "d: [*c, *c, *c, *c, *c, *c, *c, *c]");
    expectMistake(await compileWith(bomb.join("\n")), "l1c.yaml: ");
    expectMistake(await compileWith("just words"), "l1c.yaml: (whole file)");
    expectMistake(await compileWith("- 1\n- 2"), "l1c.yaml: (whole file)");
  });

  it.each([
    ["nam: x", "nam"],
    ["name: ''", "name: is empty: give a name, or leave it out"],
    ["name: 7", "name: "],
    ["name: ../../x y", "name: '../../x y' cannot name the top module; '_x_y' can"],
    ["name: my net", "name: 'my net' cannot name the top module; 'my_net' can"],
    ["name: 3layers", "'_3layers' can"],
    ["name: module", "'module_' can"],
    ["name: l1c_testbench", "'l1c_testbench_2' can"],
    ["name: LUT6_2", "'LUT6_2_2' can"],
    ["name: é", "name: 'é' cannot name the top module; take letters a to z, digits and single underscores"],
    [`name: ${"n".repeat(101)}`, "name: has 101 characters, 100 are allowed"],
    ...["clk", "rst", "in_valid", "in_first", "out_valid", "out_first"].map((port): [string, string] => [
      `name: ${port}`,
      `name: '${port}' cannot name the top module; '${port}_2' can`,
    ]),
    ["name: in_x", "name: 'in_x' cannot name the top module: a signal in it has this name"],
    ["name: out_a_head", "name: 'out_a_head' cannot name the top module: a signal in it has this name"],
    ["output: { name: ../x }", "output.name: should be letters, digits and _"],
    ["clock_mhz: fast", "clock_mhz: "],
    ["clock_mhz: 0", "clock_mhz: "],
    ["clock_mhz: 1001", "clock_mhz: "],
    ["clock_mhz: .nan", "clock_mhz: "],
    ["device: xc2064", "device: "],
    ["output: 0.5", "output: "],
    ["output: { threshold: high }", "output.threshold: "],
    ["output: { threshold: .inf }", "output.threshold: "],
    ["output: { name: '' }", "output.name: "],
    ["output: { level: 1 }", "level"],
    ["inputs: [x]", "inputs: "],
    ["inputs: { x: fixed<8,3> }", "inputs.x: "],
    [
      "inputs: { x: { type: 'fixed<8,3>' } }",
      "inputs.x.type: types stand by themselves: types: { NAME: TYPE }",
    ],
    ["types: { x: int8 }", "types.x: should be a type such as fixed<8,3>"],
    ["types: { x: 'fixed<99999999,3>' }", "types.x: has more than 1024 bits"],
    ["types: { x: 'fixed<8,99999999>' }", "types.x: has more than 1024 bits"],
    [
      "types: { y: 'fixed<8,3>' }",
      "types: y: the model has no node of this name\n  Types can be given for 'x'",
    ],
    ["architecture: serial", "architecture: "],
    ["architecture: parallel\nstream: { columns: 2 }", "stream: parallel firmware takes the whole event"],
    ["inputs: { x: { arry: v } }", "arry"],
    ["inputs: { y: { array: v } }", "the model has no input 'y'\n  Its inputs: x."],
    ["stream: 2", "stream: "],
    ["stream: { axis: 2 }", "stream.axis: "],
    ["stream: { columns: 0 }", "stream.columns: "],
    ["stream: { columns: 1.5 }", "stream.columns: "],
    ["stream: { columns: 99 }", "stream.columns: a beat of 99 columns"],
    ["stream: { row: 1 }", "row"],
  ])("the configuration %s", async (yaml, message) => {
    expectMistake(await compileWith(yaml), message);
  });

  it.each(["parallel", "stream", "raster"])("fewer cycles than %s firmware takes", async (architecture) => {
    const bounded = (cycles: number) =>
      compile("--architecture", architecture, "--latency-cycles", String(cycles));
    expectMistake(await bounded(1), "cycles (");
    expect(left()).toEqual([]);
    expect((await bounded(50)).code).toBe(0);
  });

  it("a threshold outside a sigmoid's range is caught, one on logits is taken", async () => {
    expect((await compileWith("output: { threshold: -3.5, name: hit }")).code).toBe(0);
    expect(JSON.parse(readFileSync(at("build/manifest.json"), "utf8")).outputs[0]).toMatchObject({
      name: "hit",
      port: "out_hit",
      types: ["ufixed<1,1>"],
    });
  });
});

describe("l1c compile chooses the architecture", () => {
  const read = () => JSON.parse(readFileSync(at("build/manifest.json"), "utf8"));

  it("by the graph where nothing is asked for, and says why", async () => {
    const chain = await compile();
    expect(chain.stderr).toContain("architecture: stream (a chain of image convolutions)");
    expect(chain.stdout).toContain("shared, 1 column a beat, 4 beats an event");
    expect(read()).toMatchObject({
      architecture: "stream",
      architecture_reason: "a chain of image convolutions",
      stream: { axis: 1, columns: 1, beats: 4, last: 1 },
    });
  });

  it("as it is asked for, the command line before the file", async () => {
    const whole = await compile("--architecture", "parallel");
    expect(whole.stdout).toContain("shared, the whole event in one clock\n");
    expect(read()).toMatchObject({ architecture: "parallel", architecture_reason: "asked for" });
    expect(read().stream).toBeUndefined();
    expect((await compileWith("architecture: stream")).code).toBe(0);
    expect(read()).toMatchObject({ architecture: "stream", stream: { columns: 1 } });
    writeFileSync(at("l1c.yaml"), "stream: { axis: 0, columns: 2 }");
    expect((await compile("-c", at("l1c.yaml"), "--columns", "3")).code).toBe(0);
    expect(read().stream).toEqual({ axis: 0, columns: 3, beats: 2, last: 1 });
    expect((await compile("-c", at("l1c.yaml"), "--architecture", "parallel")).code).toBe(0);
    expect(read()).toMatchObject({ architecture: "parallel" });
  });

  it("and refuses a stream where none is", async () => {
    const both = await compile("--architecture", "parallel", "--columns", "2");
    expect(both).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("stream: parallel firmware takes"),
    });
    const two = fileURLToPath(fixtureUrl("hgq2_dense.keras"));
    const types = ["--type", "s=fixed<8,3>", "--architecture", "stream"];
    expect(await runCli("compile", two, "-o", at("build"), ...types)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("streaming firmware takes one input and gives one output"),
    });
  });
});

describe("l1c compile with types of nodes", () => {
  const two = fileURLToPath(fixtureUrl("hgq2_dense.keras"));
  const compileTwo = (...args: readonly string[]) => runCli("compile", two, "-o", at("build"), ...args);

  it("takes them from options above the file's, and prints what it notes of the model", async () => {
    writeFileSync(at("l1c.yaml"), "types: { s: 'fixed<4,2>', x: 'ufixed<9,3>' }");
    const { code, stdout } = await compileTwo("-c", at("l1c.yaml"), "--type", "s=fixed<8,3>");
    expect(code).toBe(0);
    const manifest = JSON.parse(readFileSync(at("build/manifest.json"), "utf8"));
    const types = Object.fromEntries(
      manifest.inputs.map((port: { name: string; types: string[] }) => [port.name, port.types]),
    );
    expect(types).toEqual({ s: ["fixed<8,3>"], x: ["ufixed<9,3>"] });
    expect(manifest.config.values.types).toEqual({ s: "fixed<8,3>", x: "ufixed<9,3>" });
    expect(stdout).toMatch(/^note: layer 'normed'.*: .*rounded once/m);
    expect(manifest.notes.map(({ where }: { where: string }) => where)).toContain(`${two}: layer 'normed'`);
  });

  it.each([
    [["--type", "s"], "--type: 's' is no NODE=TYPE"],
    [["--type", "=fixed<8,3>"], "--type: '=fixed<8,3>' is no NODE=TYPE"],
    [["--type", "s=int8"], "command line: types.s: should be a type such as fixed<8,3>"],
    [["--type", "s=fixed<8,3>", "--type", "s=fixed<9,3>"], "--type: 's' has two types"],
    [
      ["--type", "q=fixed<8,3>"],
      "types: q: the model has no node of this name\n  Types can be given for 'x', 's'",
    ],
    [[], "input 's': "],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await compileTwo(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(left()).toEqual([]);
  });
});

describe("l1c show", () => {
  it("prints an architecture with weights in a file of their own", async () => {
    const [json, weights] = ["keras2_sequential.json", "keras2_sequential_weights.h5"].map((name) =>
      fileURLToPath(fixtureUrl(name)),
    ) as [string, string];
    expect(await runCli("show", json, "--weights", weights)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^l1c model "keras2_sequential"\n/),
    });
    expect(await runCli("show", json)).toMatchObject({ code: 2, stderr: expect.stringContaining("weights") });
    expect(await runCli("show", json, "--weights", at("none.h5"))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("none.h5: cannot be read"),
    });
  });

  it("prints a model, and each level of a build", async () => {
    expect((await runCli("show", MODEL)).stdout).toMatch(/^l1c model "shared"\n/);
    await compile();
    for (const level of ["model", "fixed", "circuit"]) {
      const { stdout } = await runCli("show", at("build"), "--level", level);
      expect(stdout).toBe(readFileSync(at(`build/${level}.l1c`), "utf8"));
    }
    const { stdout } = await runCli("show", at("build"), "--level", "fixed", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ level: "fixed" });
  });

  it("refuses what is neither, or has no such level", async () => {
    expect(await runCli("show", at("none"))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("cannot be read"),
    });
    expect(await runCli("show", folder)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is no build directory"),
    });
    expect(await runCli("show", MODEL, "--level", "fixed")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("a model file has no fixed level"),
    });
    expect((await runCli("show", MODEL, "--level", "gates")).code).toBe(2);
  });
});
