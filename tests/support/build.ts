import { writeBuild } from "../../src/cli/build-directory.js";
import { checkConfig } from "../../src/cli/config.js";
import { describeBuild } from "../../src/cli/describe-build.js";
import { readTemplate } from "../../src/cli/package.js";
import { emitVerilog, templatesOf } from "../../src/hls-emit/verilog/index.js";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { printFixed } from "../../src/ir/fixed/text.js";
import { emitTypeScript } from "../../src/sim/typescript/emit.js";
import { transpile } from "../../src/sim/typescript/transpile.js";
import { lowerWhole } from "./parallel.js";

/** Writes the build directory of a Fixed graph as parallel firmware, as if it came from a model file. */
export async function buildOf(
  fixed: Fixed,
  folder: string,
  config: { readonly inputs?: Readonly<Record<string, { readonly array: string }>> } = {},
): Promise<void> {
  const lowered = lowerWhole(fixed);
  const golden = emitTypeScript(fixed);
  const templates = templatesOf(lowered.circuit, "generic");
  const files = [
    { path: "fixed.l1c", text: printFixed(fixed) },
    ...emitVerilog(lowered.circuit).map(({ name, text }) => ({ path: `verilog/${name}`, text })),
    ...(await Promise.all(
      templates.map(async ({ name, template }) => ({
        path: `verilog/${name}`,
        text: await readTemplate(template),
      })),
    )),
    { path: "simulator/golden.js", text: transpile(golden) },
  ];
  const model = { name: fixed.name, nodes: [], outputs: [] };
  const choice = { architecture: "parallel", reason: "asked for" } as const;
  const compiled = { model, fixed, lowered, clockMHz: 320, choice, notes: [], files: [], templates };
  const manifest = describeBuild(compiled, files, {
    model: { model: { file: "made.up", sha256: "" }, weights: null, external: [] },
    calibration: null,
    config: { file: undefined, text: undefined, values: checkConfig(config, "test") },
  });
  await writeBuild(folder, files, manifest);
}
