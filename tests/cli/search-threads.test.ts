import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { filesFrom } from "../../src/cli/search-code.js";
import { searchThreads } from "../../src/cli/search-threads.js";
import { csdDigits } from "../../src/lower/linear/csd.js";
import type { Network } from "../../src/lower/linear/network.js";
import * as search from "../../src/lower/linear/search.js";
import { transpile } from "../../src/sim/typescript/transpile.js";
import { runCli } from "../support/cli.js";
import { Random } from "../support/random.js";

const SRC = fileURLToPath(new URL("../../src", import.meta.url));

/** A random matrix over inputs of 8 bits. */
function randomNetwork(seed: number, size: number): Network {
  const random = new Random(seed);
  const inputs = random.array(size, () => ({ max: 255, width: 8, depth: 0 }));
  const rows = random.array(size, () => {
    const terms = inputs.flatMap((_, node) =>
      csdDigits(random.bits(7) - 64n).map((digit) => ({ node, ...digit })),
    );
    return { terms, constant: true, depth: Math.ceil(Math.log2(terms.length + 1)) + 1.2 };
  });
  // A row without terms has no tree.
  return { inputs, shared: [], rows: [...rows, { terms: [], constant: true, depth: 0 }] };
}

/** Threads read compiled files, so the programs here are compiled; each runs in a process of its own. */
describe("the search in threads", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "l1c-search-threads-"));
    const roots = ["search-threads", "search-worker"].map((name) => new URL(`file://${SRC}/cli/${name}.js`));
    for (const [path, text] of roots.flatMap((root) => [...filesFrom(root)])) {
      const file = join(folder, path.slice(SRC.length + 1).replace(/\.ts$/, ".js"));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, transpile(text));
    }
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a program that imports what it needs of l1c; it has to end by itself. */
  function program(name: string, text: string, networks: readonly Network[]): readonly unknown[] {
    writeFileSync(join(folder, "networks.json"), JSON.stringify(networks));
    const head = `
      import { readFileSync } from "node:fs";
      import { isDeepStrictEqual } from "node:util";
      import { searchThreads } from "./cli/search-threads.js";
      import { optimize, planBy } from "./lower/linear/search.js";
      const networks = JSON.parse(readFileSync("networks.json", "utf8"));
      const said = [];
      const plain = { run: (network, effort, count) => Array.from({ length: count }, (_, i) => planBy(network, effort, i)) };
    `;
    writeFileSync(join(folder, `${name}.js`), `${head}\n${text}`);
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [`${name}.js`], {
      ...{ cwd: folder, encoding: "utf8", timeout: 120_000 },
    });
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
    return JSON.parse(stdout) as readonly unknown[];
  }

  it("gives the answers of a plain loop, whatever the threads, and lets the program end", () => {
    const networks = [randomNetwork(1, 3), randomNetwork(2, 9)];
    const results = program(
      "equal",
      `
      const results = [];
      for (const threads of [2, 5]) {
        const runner = searchThreads(threads, (line) => said.push(line));
        for (const network of networks) {
          const count = 12;
          const plans = runner.run(network, 2, count);
          results.push(isDeepStrictEqual(plans, plain.run(network, 2, count)));
        }
      }
      process.stdout.write(JSON.stringify([...results, ...said]));
      `,
      networks,
    );
    expect(results).toEqual([true, true, true, true]);
  });

  it("lets worker threads do a share of the work", () => {
    // The thread that asks takes part in nothing.
    const [shared, threads] = ["cli/shared-search.js", "cli/search-threads.js"].map((name) =>
      join(folder, name),
    );
    const [untouched, patient] = [shared, threads].map((file) => readFileSync(file, "utf8"));
    const idle = untouched.replace(/(export function takePart\(.*\) \{)\n/, "$1 if (isMainThread) return;\n");
    expect(idle).not.toBe(untouched);
    writeFileSync(shared, `import { isMainThread } from "node:worker_threads";\n${idle}`);
    // Nor does it lose its patience.
    expect(patient).toContain("leastMs: 10_000");
    writeFileSync(threads, patient.replace("leastMs: 10_000", "leastMs: 1e9"));
    try {
      const found = program(
        "share",
        `
        const { run } = searchThreads(3, (line) => said.push(line));
        const equal = isDeepStrictEqual(run(networks[0], 2, 6), plain.run(networks[0], 2, 6));
        process.stdout.write(JSON.stringify([equal, ...said]));
        `,
        [randomNetwork(4, 12)],
      );
      expect(found).toEqual([true]);
    } finally {
      writeFileSync(shared, untouched);
      writeFileSync(threads, patient);
    }
  });

  it("ends with the error of a plain loop", () => {
    // A shared sum without terms.
    const broken = { ...randomNetwork(5, 12), shared: [[]] };
    const messages = program(
      "errors",
      `
      const messageOf = (run) => { try { run(); return "none"; } catch (error) { return error.name + ": " + error.message; } };
      const { run } = searchThreads(3, (line) => said.push(line));
      const results = [run, plain.run].map((each) => messageOf(() => each(networks[0], 2, 6)));
      process.stdout.write(JSON.stringify([...results, ...said]));
      `,
      [broken],
    );
    expect(messages).toHaveLength(2);
    expect(messages[0]).toBe(messages[1]);
    expect(messages[0]).not.toBe("none");
  });

  it("goes on where its threads cannot work, and says so", () => {
    const worker = join(folder, "cli/search-worker.js");
    const text = readFileSync(worker, "utf8");
    writeFileSync(worker, 'throw new Error("no thread");');
    try {
      const found = program(
        "dead",
        `
        const { run } = searchThreads(2, (line) => said.push(line));
        const equal = isDeepStrictEqual(run(networks[0], 2, 6), plain.run(networks[0], 2, 6));
        setTimeout(() => process.stdout.write(JSON.stringify([equal, ...said])), 1000);
        `,
        [randomNetwork(6, 12)],
      );
      expect(found).toEqual([true, "note: a thread that looked for adder graphs ended: no thread"]);
    } finally {
      writeFileSync(worker, text);
    }
  });
});

describe("a search with a runner", () => {
  it("chooses among the runner's plans as among its own", () => {
    const network = randomNetwork(7, 6);
    const run = vi.fn((of: Network, effort: 0 | 1 | 2 | 3, count: number) =>
      Array.from({ length: count }, (_, i) => search.planBy(of, effort, i)),
    );
    const found = search.optimize(network, 2, { runner: { run } });
    expect(run).toHaveBeenCalledTimes(1);
    const [, , count] = run.mock.calls[0] as [Network, 2, number];
    const luts = run.mock.results[0]?.value.map(
      (plan: { lut: number } | undefined) => plan?.lut ?? Number.POSITIVE_INFINITY,
    );
    expect(luts).toHaveLength(count);
    expect(found.plan.lut).toBeLessThanOrEqual(Math.min(...luts) + 1e-9);
    // The same network as another text, so that what was found is not remembered: searched by a plain loop.
    const { shared, rows, inputs } = network;
    const other = { rows, inputs, shared };
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(network));
    expect(search.optimize(other, 2)).toEqual(found);
  });

  it("is plain from the sources, which have no compiled worker", () => {
    const network = randomNetwork(8, 12);
    const said: string[] = [];
    const plans = searchThreads(4, (line) => said.push(line)).run(network, 1, 2);
    expect(plans).toEqual([0, 1].map((i) => search.planBy(network, 1, i)));
    expect(said).toEqual([]);
  });
});

describe("l1c compile --threads", () => {
  it.each([["0"], ["1.5"], ["1025"]])("refuses %s threads", async (threads) => {
    const { code, stderr } = await runCli("compile", "model.keras", "--threads", threads);
    expect(code).toBe(2);
    expect(stderr).toContain("--threads: ");
  });
});
