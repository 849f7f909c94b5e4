import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packagePath } from "../../../src/cli/package.js";
import { buildSimulator, type SimulatorName } from "../../../src/cosim/simulators.js";
import { emitVerilog, templatesOf } from "../../../src/hls-emit/verilog/index.js";
import type { Circuit, Module, Wire } from "../../../src/ir/circuit/circuit.js";
import { interpretCircuit, type PortValues } from "../../../src/sim/circuit.js";
import { withFolder } from "../../support/firmware.js";
import {
  FLAGS,
  LINES,
  lineCircuit,
  primitiveCircuit,
  RASTERS,
  randomFlags,
  randomPushes,
  randomResets,
  WAVES,
  waveCircuit,
} from "../../support/primitives.js";
import { Random } from "../../support/random.js";
import { hasTool } from "../../support/tools.js";

interface Part {
  readonly circuit: Circuit;
  /** The inputs of each clock. */
  play(resets: readonly boolean[], seed: number): readonly PortValues[];
}

const flags = (period: number) => (resets: readonly boolean[], seed: number) =>
  randomFlags(period, true, resets.length, seed).map((first) => ({ in_first: BigInt(first) }));

/** Every primitive and what they are together, under names of their own. */
const PARTS: readonly Part[] = [
  ...LINES.map((line) => ({
    circuit: lineCircuit(line),
    play: (resets: readonly boolean[], seed: number) => randomPushes(line, resets, seed),
  })),
  ...RASTERS.map((raster) => ({
    circuit: primitiveCircuit({ raster }),
    play: flags(raster.rows * raster.rowPeriod),
  })),
  ...FLAGS.map((flag) => ({ circuit: primitiveCircuit({ flag }), play: flags(flag.cycles) })),
  ...WAVES.map((wave) => ({
    circuit: waveCircuit(wave),
    play: (resets: readonly boolean[], seed: number) => {
      const period = Math.max(wave.cycles, wave.raster.rows * wave.raster.rowPeriod);
      const random = new Random(seed);
      return randomFlags(period, false, resets.length, seed).map((first) => ({
        in_first: BigInt(first),
        in_data: random.bits(wave.bits),
      }));
    },
  })),
].map((part, i) => ({ ...part, circuit: renamed(part.circuit, `part${i}`) }));

function renamed({ modules }: Circuit, name: string): Circuit {
  return { name, modules: modules.map((module) => ({ ...module, name })) };
}

interface Field {
  readonly name: string;
  readonly low: number;
  readonly width: number;
}

const INPUTS = fieldsOf(({ wires }) => wires.filter(({ cell }) => cell.op === "input"), 1);
const OUTPUTS = fieldsOf(
  ({ wires, outputs }) => outputs.map(({ name, wire }) => ({ name, width: (wires[wire] as Wire).width })),
  0,
);
const widthOf = (fields: readonly (readonly Field[])[]) => {
  const last = fields.at(-1)?.at(-1) as Field;
  return last.low + last.width;
};

/** Where the ports of each part lie side by side, from bit `low` on. */
function fieldsOf(
  ports: (module: Module) => readonly { readonly name: string; readonly width: number }[],
  low: number,
): readonly (readonly Field[])[] {
  let next = low;
  return PARTS.map(({ circuit }) =>
    ports(circuit.modules[0] as Module).map(({ name, width }) => {
      next += width;
      return { name, low: next - width, width };
    }),
  );
}

const pack = (fields: readonly Field[], values: PortValues) =>
  fields.reduce((all, { name, low }) => all | ((values[name] as bigint) << BigInt(low)), 0n);

/** All parts side by side under one top module, so that one build tests them all; bit 0 of in_data is a reset. */
const TOP = [
  "module parts (input wire clk, input wire rst, input wire in_valid, input wire in_first,",
  `  input wire [${widthOf(INPUTS) - 1}:0] in_data, output wire out_valid, output wire out_first,`,
  `  output wire [${widthOf(OUTPUTS) - 1}:0] out_data);`,
  "  assign out_valid = in_valid;",
  "  assign out_first = in_first;",
  ...PARTS.map((_, i) => {
    const connect = (fields: readonly Field[], port: string) =>
      fields.map(({ name, low, width }) => `.${name}(${port}[${low + width - 1}:${low}])`);
    const ports = [
      ...connect(INPUTS[i] as readonly Field[], "in_data"),
      ...connect(OUTPUTS[i] as readonly Field[], "out_data"),
    ];
    return `  part${i} p${i} (.clk(clk), .rst(rst | in_data[0]), ${ports.join(", ")});`;
  }),
  "endmodule",
  "",
].join("\n");

/** The outputs of all parts by what they are. */
function describeOutputs(packed: bigint): readonly string[] {
  return PARTS.flatMap(({ circuit }, i) =>
    (OUTPUTS[i] as readonly Field[]).map(({ name, low, width }) => {
      const of = circuit.modules[0]?.instances.map((instance) => JSON.stringify(instance.of));
      return `${of}: ${name} = ${BigInt.asUintN(width, packed >> BigInt(low))}`;
    }),
  );
}

async function expectEqualParts(simulator: SimulatorName): Promise<void> {
  await withFolder(async (folder) => {
    const own = [{ name: "parts.v", text: TOP }, ...PARTS.flatMap(({ circuit }) => emitVerilog(circuit))];
    for (const { name, text } of own) writeFileSync(join(folder, name), text);
    const templates = [
      ...new Set(PARTS.flatMap(({ circuit }) => templatesOf(circuit, "generic").map(({ name }) => name))),
    ];
    expect(templates.toSorted()).toEqual(["l1c_flag.v", "l1c_line.v", "l1c_raster.v"]);
    const player = await buildSimulator(
      simulator,
      {
        top: "parts",
        files: [
          ...own.map(({ name }) => join(folder, name)),
          ...templates.map((name) => packagePath(`templates/verilog/${name}`)),
        ],
        ports: {
          inputs: [{ port: "in_data", width: widthOf(INPUTS) }],
          outputs: [{ port: "out_data", width: widthOf(OUTPUTS) }],
        },
        lut: 0,
      },
      folder,
    );
    for (let seed = 1; seed <= 4; seed++) {
      const resets = randomResets(1500, seed);
      const inputs = PARTS.map(({ play }, i) => play(resets, 100 * seed + i));
      const [stimulus, record] = [join(folder, "in.txt"), join(folder, "out.txt")];
      const digits = Math.ceil(widthOf(INPUTS) / 4);
      const lines = resets.map((reset, clock) => {
        const fields = INPUTS.map((part, i) => pack(part, inputs[i]?.[clock] as PortValues));
        const data = fields.reduce((all, field) => all | field, BigInt(reset));
        return `10 ${data.toString(16).padStart(digits, "0")}\n`;
      });
      writeFileSync(stimulus, lines.join(""));
      await player.play(stimulus, record, seed);
      const found = readFileSync(record, "utf8").trimEnd().split("\n");
      expect(found.length).toBe(resets.length);
      const interpreters = PARTS.map(({ circuit }) => interpretCircuit(circuit));
      resets.forEach((reset, clock) => {
        const expected = interpreters.map((interpreter, i) =>
          pack(OUTPUTS[i] as readonly Field[], interpreter.step(inputs[i]?.[clock] as PortValues, reset)),
        );
        const shown = found[clock]?.slice(3) ?? "";
        if (/[xz]/.test(shown) || BigInt(`0x${shown}`) !== expected.reduce((all, part) => all | part))
          expect(describeOutputs(BigInt(`0x${shown}`)), `seed ${seed}, clock ${clock}`).toEqual(
            describeOutputs(expected.reduce((all, part) => all | part)),
          );
      });
    }
  });
}

describe("l1c_line.v, l1c_raster.v and l1c_flag.v equal those of the cycle interpreter in every clock", () => {
  it("in Verilator", () => expectEqualParts("verilator"));
  it.runIf(hasTool("iverilog", "-V"))("in Icarus Verilog", () => expectEqualParts("iverilog"));
});
