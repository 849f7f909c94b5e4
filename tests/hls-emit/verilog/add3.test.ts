import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packagePath } from "../../../src/cli/package.js";
import { buildSimulator, type SimulatorName } from "../../../src/cosim/simulators.js";
import { templatesOf } from "../../../src/hls-emit/verilog/index.js";
import { addersOf } from "../../../src/ir/circuit/adders.js";
import type { Module } from "../../../src/ir/circuit/circuit.js";
import { intervalBits, typeRange } from "../../../src/ir/fixed-point.js";
import { ModuleBuilder, type Term } from "../../../src/lower/module-builder.js";
import { clampSignal, reluSignal } from "../../../src/lower/round.js";
import { TARGETS, type Target } from "../../../src/lower/target.js";
import { interpretCircuit } from "../../../src/sim/circuit.js";
import { circuitOf } from "../../support/circuit.js";
import { withFolder, writeVerilog } from "../../support/firmware.js";
import { Random } from "../../support/random.js";
import { hasTool, runTool } from "../../support/tools.js";

const HAS_ICARUS = hasTool("iverilog", "-V");
const HAS_YOSYS = hasTool("yosys", "-V");
const template = (name: string) => packagePath(`templates/verilog/${name}`);
const GENERIC = template("l1c_add3.v");
const STRUCTURAL = template("ultrascale/l1c_add3.v");
const MODELS = [template("sim/LUT6_2.v"), template("sim/CARRY8.v")];

/** Random sums of three, of operands up to `widest` bits, side by side in one module. */
function randomSums(seed: number, count: number, widest: number): Module {
  const random = new Random(seed);
  const builder = new ModuleBuilder();
  const types = random.array(6, () => {
    const width = random.integer(1, widest);
    return { width, signed: random.chance(0.4) };
  });
  const port = builder.input(
    "in_data",
    types.reduce((sum, { width }) => sum + width, 0),
  );
  let low = 0;
  const inputs = types.map(({ width, signed }) => {
    const signal = builder.slice(port, low, typeRange({ signed, width, integer: width }), "x");
    low += width;
    return signal;
  });
  // Inverted bits, which the adders invert themselves.
  inputs.push(...inputs.slice(0, 4).map((signal, i) => builder.offset(signal, i % 2 === 0)));
  // Bits that are 0 where a number is negative: gates, which the adders have in their LUTs; inverted ones too.
  const gated = inputs.slice(0, 6).map((signal) => reluSignal(builder, signal));
  // And bits that are 1 where it is too large: saturation, with the other gate or without it.
  const saturated = [...inputs.slice(0, 6), ...gated.slice(0, 2)].map((signal) => {
    const half = 1n << BigInt(Math.max(0, intervalBits(signal.range).width - 2));
    return clampSignal(builder, signal, { lo: random.chance(0.5) ? 0n : -half, hi: half - 1n });
  });
  const forced = [...gated, ...saturated];
  inputs.push(...forced, ...forced.slice(0, 8).map((signal) => builder.offset(signal, true)));
  inputs.push(builder.constant(5n), builder.constant(-(1n << BigInt(widest - 1))));
  const term = (negative: boolean): Term => ({
    signal: random.pick(inputs),
    shift: random.chance(0.5) ? 0 : random.integer(0, widest),
    negative,
  });
  const sums = random.array(count, () =>
    builder.sum([term(false), ...random.array(random.chance(0.3) ? 1 : 2, () => term(random.chance(0.4)))]),
  );
  return builder.finish("sums", [], [{ name: "out_data", signal: builder.concat(sums) }]);
}

/** Plays random and extreme inputs through the Verilog of a module, and compares with the interpreter. */
async function expectEqual(module: Module, simulator: SimulatorName, target: Target, seed: number) {
  const circuit = circuitOf(module);
  const [input, output] = [module.wires[0]?.width as number, module.wires.at(-1)?.width as number];
  await withFolder(async (folder) => {
    const top = [
      "module bench (input wire clk, input wire rst, input wire in_valid, input wire in_first,",
      `  input wire [${input - 1}:0] in_data, output wire out_valid, output wire out_first, output wire [${output - 1}:0] out_data);`,
      "  /* verilator lint_off UNUSED */",
      "  assign out_valid = in_valid; assign out_first = in_first;",
      "  sums s (.in_data(in_data), .out_data(out_data));",
      "endmodule",
    ];
    writeFileSync(join(folder, "bench.v"), `${top.join("\n")}\n`);
    const firmware = {
      top: "bench",
      files: [join(folder, "bench.v"), ...writeVerilog(circuit, folder, undefined, target)],
      ports: {
        inputs: [{ port: "in_data", width: input }],
        outputs: [{ port: "out_data", width: output }],
      },
      lut: 0,
    };
    const player = await buildSimulator(simulator, firmware, folder);
    const random = new Random(seed);
    const stimuli = [0n, (1n << BigInt(input)) - 1n, ...random.array(500, () => random.bits(input))];
    const [stimulus, record] = [join(folder, "in.txt"), join(folder, "out.txt")];
    const hex = (data: bigint) => data.toString(16).padStart(Math.ceil(input / 4), "0");
    writeFileSync(stimulus, stimuli.map((data) => `11 ${hex(data)}\n`).join(""));
    await player.play(stimulus, record, seed);
    const found = readFileSync(record, "utf8").trimEnd().split("\n");
    const interpreter = interpretCircuit(circuit);
    const expected = stimuli.map((data) => interpreter.step({ in_data: data }, false).out_data);
    expect(found.map((line) => BigInt(`0x${line.slice(3)}`))).toEqual(expected);
  });
}

describe("sums of two and three, some gated, in Verilog equal those of the cycle interpreter", () => {
  it.each(TARGETS)("in Verilator: %s", async (target) => {
    await expectEqual(randomSums(1, 12, 9), "verilator", target, 1);
    await expectEqual(randomSums(2, 4, 40), "verilator", target, 2);
  });
  it.runIf(HAS_ICARUS).each(TARGETS)("in Icarus Verilog: %s", async (target) => {
    await expectEqual(randomSums(3, 30, 9), "iverilog", target, 3);
    await expectEqual(randomSums(4, 4, 70), "iverilog", target, 4);
  });
});

describe("the gates of random sums", () => {
  it("are in adders of two and of three: of ReLUs, of saturation from above and of both", () => {
    const kinds = [1, 2, 3, 4].flatMap((seed) =>
      [...addersOf(randomSums(seed, 12, 9))].flatMap(([{ cell }, { bits }]) =>
        bits.flat().flatMap(({ gate }) => {
          if (gate === undefined) return [];
          const controls = [gate.shut && "shut", gate.set && "set"].filter(
            (control) => control !== undefined,
          );
          return [`${cell.op === "add3" ? 3 : 2} ${controls.join(" ")}`];
        }),
      ),
    );
    expect(new Set(kinds)).toEqual(
      new Set(["2 shut", "2 set", "2 shut set", "3 shut", "3 set", "3 shut set"]),
    );
  });
});

const PLAIN = { NEGATE_B: 0, NEGATE_C: 0, TOP_IS_CARRY: 0 };
interface Form {
  readonly NEGATE_B: number;
  readonly NEGATE_C: number;
  readonly TOP_IS_CARRY: number;
  /** The lowest bits of each operand that it has not, and those above that it has; all where they are not stated. */
  readonly live?: readonly (readonly [number, number])[];
  /** For each operand, the bits that are inverted of those that it has. */
  readonly inverted?: readonly [bigint, bigint, bigint];
}

/** All signs, with and without a highest bit that is a carry; operands that have only some of the bits. */
const FORMS: readonly Form[] = [
  { NEGATE_B: 0, NEGATE_C: 0, TOP_IS_CARRY: 0 },
  { NEGATE_B: 1, NEGATE_C: 0, TOP_IS_CARRY: 0 },
  { NEGATE_B: 0, NEGATE_C: 1, TOP_IS_CARRY: 0 },
  { NEGATE_B: 1, NEGATE_C: 1, TOP_IS_CARRY: 0 },
  { NEGATE_B: 0, NEGATE_C: 0, TOP_IS_CARRY: 1 },
  {
    ...PLAIN,
    live: [
      [0, 3],
      [2, 2],
      [1, 9],
    ],
  },
  {
    ...PLAIN,
    live: [
      [1, 4],
      [0, 9],
      [2, 3],
    ],
  },
  {
    ...PLAIN,
    live: [
      [3, 9],
      [0, 2],
      [1, 5],
    ],
  },
  {
    ...PLAIN,
    live: [
      [0, 9],
      [3, 1],
      [0, 0],
    ],
  },
  {
    NEGATE_B: 1,
    NEGATE_C: 0,
    TOP_IS_CARRY: 0,
    live: [
      [1, 3],
      [0, 9],
      [2, 4],
    ],
  },
  { ...PLAIN, inverted: [0x1a5n, 0x1f0n, 0x0c3n] },
  { NEGATE_B: 1, NEGATE_C: 1, TOP_IS_CARRY: 0, inverted: [0x0f3n, 0x155n, 0x1ffn] },
  {
    ...PLAIN,
    live: [
      [0, 3],
      [2, 4],
      [1, 9],
    ],
    inverted: [0x1ffn, 0x154n, 0x0f2n],
  },
];

/** A module of one adder whose operands, where its highest bit is a carry, keep below it as they promise. */
function adder(width: number, { live, inverted, ...form }: Form): string {
  const ones = (count: number) => (1n << BigInt(count)) - 1n;
  const masks = live?.map(([low, count]) => ones(Math.min(width, low + count)) & ~ones(Math.min(width, low)));
  const stated = Object.fromEntries(
    (masks ?? []).map((mask, i) => [`LIVE_${"ABC"[i]}`, `${width}'h${mask.toString(16)}`]),
  );
  // Bits that an operand has not are not inverted.
  const flips = (inverted ?? []).map((bits, i) => bits & ones(width) & (masks?.[i] ?? ones(width)));
  const turned = Object.fromEntries(
    flips.map((mask, i) => [`INVERT_${"ABC"[i]}`, `${width}'h${mask.toString(16)}`]),
  );
  const all = { WIDTH: width, ...form, ...stated, ...turned };
  const parameters = Object.entries(all).map(([key, value]) => `.${key}(${value})`);
  const operand = (name: string, zeros: number, index: number) => {
    if (masks !== undefined) return `${name} & ${width}'h${(masks[index] as bigint).toString(16)}`;
    return form.TOP_IS_CARRY === 1 && zeros > 0 ? `{${zeros}'b0, ${name}[${width - 1 - zeros}:0]}` : name;
  };
  const [a, b, c] = [operand("a", 1, 0), operand("b", 2, 1), operand("c", 2, 2)];
  return [
    `module adder (input [${width - 1}:0] a, b, c, output [${width - 1}:0] sum);`,
    `  l1c_add3 #(${parameters.join(", ")}) x (.a(${a}), .b(${b}), .c(${c}), .sum(sum));`,
    "endmodule",
    "",
  ].join("\n");
}

describe.runIf(HAS_YOSYS)("both forms of l1c_add3", () => {
  it("are equivalent for all inputs: proven by Yosys for widths up to 9", () =>
    withFolder((folder) => {
      const script: string[] = [];
      for (const width of [1, 2, 3, 4, 7, 8, 9]) {
        FORMS.forEach((form, i) => {
          if (form.TOP_IS_CARRY === 1 && width < 3) return;
          const file = `adder_${width}_${i}.v`;
          writeFileSync(join(folder, file), adder(width, form));
          const side = (name: string, files: readonly string[]) => [
            `read_verilog ${file} ${files.join(" ")}`,
            "hierarchy -check -top adder",
            "proc",
            "flatten",
            "opt_clean -purge",
            `rename adder ${name}`,
            `design -stash ${name}`,
          ];
          script.push(
            ...side("gold", [GENERIC]),
            ...side("gate", [STRUCTURAL, ...MODELS]),
            "design -copy-from gold gold",
            "design -copy-from gate gate",
            "miter -equiv -flatten gold gate miter",
            "sat -verify -prove trigger 0 miter",
            "design -reset",
          );
        });
      }
      writeFileSync(join(folder, "script.ys"), `${script.join("\n")}\n`);
      const { code, output } = runTool("yosys", ["-s", "script.ys"], folder);
      expect(code, output.slice(-2000)).toBe(0);
      expect(output.match(/SAT proof finished - no model found: SUCCESS!/g)).toHaveLength(89);
    }));

  it("are told apart by that proof when a LUT's contents are wrong", () =>
    withFolder((folder) => {
      writeFileSync(join(folder, "adder.v"), adder(4, FORMS[1] as Form));
      const wrong = readFileSync(STRUCTURAL, "utf8").replace("> 2'd1", "> 2'd2");
      writeFileSync(join(folder, "wrong.v"), wrong);
      const side = (name: string, files: readonly string[]) =>
        `read_verilog adder.v ${files.join(" ")}; hierarchy -top adder; proc; flatten; opt_clean -purge; rename adder ${name}; design -stash ${name};`;
      const prove = (files: readonly string[]) =>
        `${side("gold", [GENERIC])} ${side("gate", [...files, ...MODELS])} design -copy-from gold gold; design -copy-from gate gate; miter -equiv -flatten gold gate miter; sat -verify -prove trigger 0 miter`;
      expect(runTool("yosys", ["-q", "-p", prove([STRUCTURAL])], folder).code).toBe(0);
      expect(runTool("yosys", ["-q", "-p", prove(["wrong.v"])], folder).code).not.toBe(0);
    }));

  /** LUTs of an adder of three operands of `bits` bits each, after synthesis for UltraScale+. */
  const luts = (bits: number, file: string) =>
    withFolder((folder) => {
      const width = bits + 2;
      const operands = ["a", "b", "c"].map((name) => `.${name}({2'b0, ${name}})`);
      writeFileSync(
        join(folder, "adder.v"),
        `module adder (input [${bits - 1}:0] a, b, c, output [${width - 1}:0] sum); l1c_add3 #(.WIDTH(${width})) x (${operands.join(", ")}, .sum(sum)); endmodule\n`,
      );
      const synth = "synth_xilinx -top adder -family xcup -flatten -noiopad -noclkbuf -nodsp -nowidelut";
      const { output } = runTool("yosys", ["-p", `read_verilog adder.v ${file}; ${synth}; stat`], folder);
      const [, statistics] = output.split(/Printing statistics\.(?![\s\S]*Printing statistics)/);
      const counts = [...(statistics as string).matchAll(/^\s+(LUT[1-6](?:_2)?|CARRY8)\s+(\d+)$/gm)];
      return Object.fromEntries(counts.map(([, cell, count]) => [cell, Number(count)]));
    });

  it("take 2 W LUTs in plain Verilog and W + 2 in LUT6_2 and CARRY8, which synthesis keeps", async () => {
    expect(await luts(8, GENERIC)).toEqual({ LUT2: 16 });
    expect(await luts(8, STRUCTURAL)).toEqual({ LUT6_2: 10, CARRY8: 2 });
  });
});

describe("the templates of a target", () => {
  const circuit = circuitOf(randomSums(1, 3, 4));
  it.each<[Target, readonly string[]]>([
    ["generic", ["l1c_add3.v"]],
    ["ultrascale", ["l1c_add3.v", "sim/LUT6_2.v", "sim/CARRY8.v"]],
  ])("%s", (target, names) => {
    expect(templatesOf(circuit, target).map(({ name }) => name)).toEqual(names);
  });

  it("are read without a warning by Verilator and Icarus Verilog", () => {
    const forms = [1, 8, 9].flatMap((WIDTH) =>
      FORMS.filter(({ live, inverted }) => live === undefined && inverted === undefined).map((form) => ({
        WIDTH,
        ...form,
      })),
    );
    for (const parameters of forms.filter(({ WIDTH, TOP_IS_CARRY }) => WIDTH > TOP_IS_CARRY)) {
      const values = Object.entries(parameters);
      for (const files of [[GENERIC], [STRUCTURAL, ...MODELS]]) {
        const verilator = ["--lint-only", "-Wall", "--top-module", "l1c_add3"];
        const chosen = values.map(([key, value]) => `-G${key}=${value}`);
        expect(runTool("verilator", [...verilator, ...chosen, ...files], ".")).toEqual({
          code: 0,
          output: "",
        });
        if (!HAS_ICARUS) continue;
        const icarus = ["-g2005", "-Wall", "-t", "null", "-s", "l1c_add3"];
        const set = values.map(([key, value]) => `-Pl1c_add3.${key}=${value}`);
        expect(runTool("iverilog", [...icarus, ...set, ...files], ".")).toEqual({ code: 0, output: "" });
      }
    }
  });
});
