import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packagePath } from "../../../src/cli/package.js";
import { withFolder } from "../../support/firmware.js";
import { Random } from "../../support/random.js";
import { hasTool, runTool } from "../../support/tools.js";

const template = (name: string) => packagePath(`templates/verilog/${name}`);
const GENERIC = [template("l1c_add3.v")];
const STRUCTURAL = ["ultrascale/l1c_add3.v", "sim/LUT6_2.v", "sim/CARRY8.v"].map(template);
const NAMES = ["a", "b", "c"];
const COUNT = 60;

/** An adder of two or three operands, random in all its parameters, in a module of its own. */
function randomAdder(random: Random): string {
  const width = random.pick([1, 2, 3, 4, 5, 9, 10]);
  const ones = (1n << BigInt(width)) - 1n;
  const three = random.chance(0.6);
  // No operand reaches the highest bit, and one the bit below.
  const topIsCarry = width > 1 && random.chance(0.3);
  const negative = [false, ...[true, three].map((may) => may && !topIsCarry && random.chance(0.3))];
  const live = NAMES.map((_, k) => {
    if (k === 2 && !three) return 0n;
    if (topIsCarry) return random.bits(Math.max(0, width - (k === 0 ? 1 : 2)));
    if (negative[k] || random.chance(0.3)) return ones;
    // A constant has zeros anywhere.
    if (random.chance(0.2)) return random.bits(width);
    const low = random.integer(0, width - 1);
    const high = random.integer(low, width - 1);
    return ((1n << BigInt(high + 1)) - 1n) & ~((1n << BigInt(low)) - 1n);
  });
  const inverted = live.map((mask) => (random.chance(0.5) ? random.bits(width) & mask : 0n));
  const [shuts, sets] = [live, live].map((masks) => masks.map((mask) => random.bits(width) & mask)) as [
    bigint[],
    bigint[],
  ];
  // A LUT with two outputs has five inputs.
  let saved = negative[1] && negative[2] ? 1 : 0;
  for (let bit = 0; bit < width; bit++) {
    const at = (masks: readonly bigint[]) =>
      masks.reduce((sum, mask) => sum + Number((mask >> BigInt(bit)) & 1n), 0);
    while (saved + at(live) + at(shuts) + at(sets) > 5) {
      const [k, masks] = [random.integer(0, 2), random.pick([shuts, sets])];
      masks[k] = (masks[k] as bigint) & ~(1n << BigInt(bit));
    }
    saved = saved + at(live) > 2 ? 1 : 0;
  }
  const literal = (mask: bigint) => `${width}'h${mask.toString(16)}`;
  const masks = NAMES.flatMap((name, k) => [
    `.LIVE_${name.toUpperCase()}(${literal(live[k] as bigint)})`,
    `.SHUTS_${name.toUpperCase()}(${literal(shuts[k] as bigint)})`,
    `.SETS_${name.toUpperCase()}(${literal(sets[k] as bigint)})`,
    `.INVERT_${name.toUpperCase()}(${literal(inverted[k] as bigint)})`,
  ]);
  const signs = [
    `.TOP_IS_CARRY(${Number(topIsCarry)})`,
    `.NEGATE_B(${Number(negative[1])})`,
    `.NEGATE_C(${Number(negative[2])})`,
  ];
  const ports = NAMES.flatMap((name, k) => [
    `.${name}(${name} & ${literal(live[k] as bigint)})`,
    `.shut_${name}(shut_${name}), .set_${name}(set_${name})`,
  ]);
  return [
    `module adder (input [${width - 1}:0] a, b, c, shut_a, shut_b, shut_c, set_a, set_b, set_c, output [${width - 1}:0] sum);`,
    `  l1c_gated_add3 #(.WIDTH(${width}), ${[...signs, ...masks].join(", ")}) x (${ports.join(", ")}, .sum(sum));`,
    "endmodule",
    "",
  ].join("\n");
}

/** Yosys' proof that both forms of the adder in a file are the same. */
function proof(file: string, structural: readonly string[]): readonly string[] {
  const side = (name: string, files: readonly string[]) => [
    `read_verilog ${file} ${files.join(" ")}`,
    ...["hierarchy -check -top adder", "proc", "flatten", "opt_clean -purge"],
    ...[`rename adder ${name}`, `design -stash ${name}`],
  ];
  return [
    ...side("gold", GENERIC),
    ...side("gate", structural),
    ...[
      "design -copy-from gold gold",
      "design -copy-from gate gate",
      "miter -equiv -flatten gold gate miter",
    ],
    ...["sat -verify -prove trigger 0 miter", "design -reset"],
  ];
}

describe.runIf(hasTool("yosys", "-V"))("both forms of l1c_gated_add3", () => {
  it("are equivalent for all inputs: proven by Yosys for random parameters", () =>
    withFolder((folder) => {
      const random = new Random(1);
      const script = Array.from({ length: COUNT }, (_, i) => {
        writeFileSync(join(folder, `adder${i}.v`), randomAdder(random));
        return proof(`adder${i}.v`, STRUCTURAL);
      });
      writeFileSync(join(folder, "script.ys"), `${script.flat().join("\n")}\n`);
      const { code, output } = runTool("yosys", ["-s", "script.ys"], folder);
      expect(code, output.slice(-2000)).toBe(0);
      expect(output.match(/SAT proof finished - no model found: SUCCESS!/g)).toHaveLength(COUNT);
    }));

  it.each([
    ["what sets a bit", "INPUTS >> 32 * AT_SET_A", "INPUTS >> 32 * AT_SHUT_A"],
    ["what shuts it", "~({32{SHUTS[1]}} & INPUTS >> 32 * AT_SHUT_B)", "{32{1'b1}}"],
    ["the gate of a bit alone", "~(SHUTS & {shut_c", "~(SETS & {shut_c"],
  ])("are told apart by that proof when %s is wrong", (_, right, wrong) =>
    withFolder((folder) => {
      const [adder, ...models] = STRUCTURAL as [string, ...string[]];
      const text = readFileSync(adder, "utf8");
      expect(text).toContain(right);
      writeFileSync(join(folder, "wrong.v"), text.replace(right, wrong));
      const random = new Random(1);
      const found = Array.from({ length: COUNT }, (__, i) => {
        writeFileSync(join(folder, `adder${i}.v`), randomAdder(random));
        return proof(`adder${i}.v`, ["wrong.v", ...models]);
      }).some((script) =>
        runTool("yosys", ["-p", script.join("; ")], folder).output.includes("proof did fail!"),
      );
      expect(found).toBe(true);
    }),
  );
});
