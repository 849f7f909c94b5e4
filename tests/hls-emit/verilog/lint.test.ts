import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packagePath } from "../../../src/cli/package.js";
import { primitiveArguments } from "../../../src/hls-emit/verilog/module.js";
import type { Circuit } from "../../../src/ir/circuit/circuit.js";
import {
  type PrimitiveOf,
  primitiveModule,
  primitiveName,
} from "../../../src/ir/circuit/primitives/index.js";
import { parseFixed } from "../../../src/ir/fixed/text.js";
import { runPasses } from "../../../src/passes/index.js";
import { withFolder, writeVerilog } from "../../support/firmware.js";
import { readGolden } from "../../support/golden.js";
import {
  FLAGS,
  GATHERS,
  LINES,
  RASTERS,
  SCATTERS,
  WAVES,
  type Wave,
  waveCircuit,
} from "../../support/primitives.js";
import { RANDOM_CHAIN, randomFixed } from "../../support/random-fixed.js";
import { lowerAt } from "../../support/stream.js";
import { hasTool, runTool } from "../../support/tools.js";
import { WINDOWS } from "../../support/window.js";

const HAS_ICARUS = hasTool("iverilog", "-V");
const HAS_YOSYS = hasTool("yosys", "-V");

const tiny = parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny");
const random = (seed: number) => runPasses(randomFixed(seed, { ...RANDOM_CHAIN, image: [2, 5, 2] }));

const CIRCUITS: readonly (readonly [string, Circuit])[] = [
  ["tiny, one column a beat", lowerAt(tiny, 1).circuit],
  ["tiny, three columns a beat, one in the last", lowerAt(tiny, 3).circuit],
  ["tiny, the whole image a beat, 500 MHz", lowerAt(tiny, 4, 1, 500).circuit],
  ["tiny along its rows", lowerAt(tiny, 1, 0).circuit],
  ["an image in a line, with rasters and a flag", waveCircuit(WAVES[2] as Wave)],
  ...[11, 12, 13, 14, 15, 16].map(
    (seed) => [`random chain ${seed}`, lowerAt(random(seed), 1).circuit] as const,
  ),
];

const topOf = (circuit: Circuit) => circuit.modules.at(-1)?.name as string;

/** Runs a tool on the Verilog of a circuit and expects it to say nothing at all. */
function expectSilent(
  circuit: Circuit,
  command: string,
  args: (files: readonly string[]) => readonly string[],
) {
  return withFolder((folder) => {
    const { code, output } = runTool(command, args(writeVerilog(circuit, folder)), folder);
    expect(output).toBe("");
    expect(code).toBe(0);
  });
}

const verilator = (top: string) => (files: readonly string[]) => [
  "--lint-only",
  "-Wall",
  "--top-module",
  top,
  ...files,
];
const icarus = (top: string) => (files: readonly string[]) => [
  "-g2005",
  "-Wall",
  "-t",
  "null",
  "-s",
  top,
  ...files,
];
const yosys = (top: string) => (files: readonly string[]) => [
  ...["-q", "-p"],
  `${files.map((file) => `read_verilog ${file};`).join(" ")} hierarchy -check -top ${top}; proc; check -assert`,
];

describe("the emitted Verilog is read without a warning", () => {
  it.each(CIRCUITS)("by Verilator -Wall: %s", (_, circuit) =>
    expectSilent(circuit, "verilator", verilator(topOf(circuit))),
  );
  it.runIf(HAS_ICARUS).each(CIRCUITS)("by Icarus -g2005 -Wall: %s", (_, circuit) =>
    expectSilent(circuit, "iverilog", icarus(topOf(circuit))),
  );
  it.runIf(HAS_YOSYS).each(CIRCUITS)("by Yosys: %s", (_, circuit) =>
    expectSilent(circuit, "yosys", yosys(topOf(circuit))),
  );
});

const TEMPLATES: readonly PrimitiveOf[] = [
  ...WINDOWS.map((window) => ({ window })),
  ...LINES.map((line) => ({ line })),
  ...RASTERS.map((raster) => ({ raster })),
  ...FLAGS.map((flag) => ({ flag })),
  ...GATHERS.map((gather) => ({ gather })),
  ...SCATTERS.map((scatter) => ({ scatter })),
];

describe("the templates are read without a warning", () => {
  const top = (of: PrimitiveOf) => primitiveModule(primitiveName(of));
  const template = (of: PrimitiveOf) => packagePath(`templates/verilog/${top(of)}.v`);
  const expectSilence = (command: string, args: readonly string[], folder = ".") => {
    const { code, output } = runTool(command, args, folder);
    expect(output).toBe("");
    expect(code).toBe(0);
  };

  it.each(TEMPLATES)("by Verilator -Wall: %j", (of) => {
    const values = primitiveArguments(of).map(([name, value]) => `-G${name}=${value}`);
    expectSilence("verilator", ["--lint-only", "-Wall", "--top-module", top(of), ...values, template(of)]);
  });

  it.runIf(HAS_ICARUS).each(TEMPLATES)("by Icarus: %j", (of) => {
    const values = primitiveArguments(of).map(([name, value]) => `-P${top(of)}.${name}=${value}`);
    expectSilence("iverilog", ["-g2005", "-Wall", "-t", "null", "-s", top(of), ...values, template(of)]);
  });

  it.runIf(HAS_YOSYS)("by Yosys, all of them", () =>
    withFolder((folder) => {
      const script = TEMPLATES.map((of) => {
        const chosen = primitiveArguments(of).map(([name, value]) => `-chparam ${name} ${value}`);
        return `read_verilog ${template(of)}; hierarchy -check -top ${top(of)} ${chosen.join(" ")}; proc; check -assert; design -reset`;
      });
      writeFileSync(join(folder, "script.ys"), `${script.join("\n").replaceAll("; ", "\n")}\n`);
      expectSilence("yosys", ["-q", "-s", "script.ys"], folder);
    }),
  );
});
