import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packagePath } from "../../../src/cli/package.js";
import { buildSimulator, type SimulatorName } from "../../../src/cosim/simulators.js";
import { emitVerilog, templatesOf } from "../../../src/hls-emit/verilog/index.js";
import { type Circuit, type Module, resetClocks, type Wire } from "../../../src/ir/circuit/circuit.js";
import { interpretCircuit, type PortValues } from "../../../src/sim/circuit.js";
import { withFolder } from "../../support/firmware.js";
import {
  FLAGS,
  GATHERS,
  gatherCircuit,
  LINES,
  lineCircuit,
  primitiveCircuit,
  RASTERS,
  randomFlags,
  randomGathering,
  randomPushes,
  randomResets,
  randomScattering,
  SCATTERS,
  scatterCircuit,
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

/** Primitives whose resets may be as short as they like, and what they are together. */
const SMALL: readonly Part[] = named([
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
]);

/** Primitives that hold tables of items. */
const TABLES: readonly Part[] = named([
  ...GATHERS.map((gather) => ({
    circuit: gatherCircuit(gather),
    play: (resets: readonly boolean[], seed: number) => randomGathering(gather, resets, seed),
  })),
  ...SCATTERS.map((scatter) => ({
    circuit: scatterCircuit(scatter),
    play: (resets: readonly boolean[], seed: number) => randomScattering(scatter, resets, seed),
  })),
]);

/** Parts under names of their own. */
function named(parts: readonly Part[]): readonly Part[] {
  return parts.map(({ circuit: { modules }, play }, i) => {
    const name = `part${i}`;
    return { circuit: { name, modules: modules.map((module) => ({ ...module, name })) }, play };
  });
}

interface Field {
  readonly name: string;
  readonly low: number;
  readonly width: number;
}

/** Where the ports of parts lie in one word of inputs, above the bit for a reset, and in one of outputs. */
function layoutOf(parts: readonly Part[]) {
  return {
    inputs: fieldsOf(parts, ({ wires }) => wires.filter(({ cell }) => cell.op === "input"), 1),
    outputs: fieldsOf(
      parts,
      ({ wires, outputs }) => outputs.map(({ name, wire }) => ({ name, width: (wires[wire] as Wire).width })),
      0,
    ),
  };
}

const widthOf = (fields: readonly (readonly Field[])[]) => {
  const last = fields.at(-1)?.at(-1) as Field;
  return last.low + last.width;
};

/** Where the ports of each part lie side by side, from bit `low` on. */
function fieldsOf(
  parts: readonly Part[],
  ports: (module: Module) => readonly { readonly name: string; readonly width: number }[],
  low: number,
): readonly (readonly Field[])[] {
  let next = low;
  return parts.map(({ circuit }) =>
    ports(circuit.modules[0] as Module).map(({ name, width }) => {
      next += width;
      return { name, low: next - width, width };
    }),
  );
}

const pack = (fields: readonly Field[], values: PortValues) =>
  fields.reduce((all, { name, low }) => all | ((values[name] as bigint) << BigInt(low)), 0n);

/** All parts side by side under one top module, so that one build tests them all; bit 0 of in_data is a reset. */
function topOf(inputs: readonly (readonly Field[])[], outputs: readonly (readonly Field[])[]): string {
  return [
    "module parts (input wire clk, input wire rst, input wire in_valid, input wire in_first,",
    `  input wire [${widthOf(inputs) - 1}:0] in_data, output wire out_valid, output wire out_first,`,
    `  output wire [${widthOf(outputs) - 1}:0] out_data);`,
    "  assign out_valid = in_valid;",
    "  assign out_first = in_first;",
    ...inputs.map((_, i) => {
      const connect = (fields: readonly Field[], port: string) =>
        fields.map(({ name, low, width }) => `.${name}(${port}[${low + width - 1}:${low}])`);
      const ports = [
        ...connect(inputs[i] as readonly Field[], "in_data"),
        ...connect(outputs[i] as readonly Field[], "out_data"),
      ];
      return `  part${i} p${i} (.clk(clk), .rst(rst | in_data[0]), ${ports.join(", ")});`;
    }),
    "endmodule",
    "",
  ].join("\n");
}

/** The outputs of all parts by what they are. */
function describeOutputs(
  parts: readonly Part[],
  outputs: readonly (readonly Field[])[],
  packed: bigint,
): readonly string[] {
  return parts.flatMap(({ circuit }, i) =>
    (outputs[i] as readonly Field[]).map(({ name, low, width }) => {
      const of = circuit.modules[0]?.instances.map((instance) => JSON.stringify(instance.of));
      return `${of}: ${name} = ${BigInt.asUintN(width, packed >> BigInt(low))}`;
    }),
  );
}

async function expectEqualParts(simulator: SimulatorName, parts: readonly Part[]): Promise<void> {
  const layout = layoutOf(parts);
  const shortest = Math.max(...parts.map(({ circuit }) => resetClocks(circuit)));
  await withFolder(async (folder) => {
    const own = [
      { name: "parts.v", text: topOf(layout.inputs, layout.outputs) },
      ...parts.flatMap(({ circuit }) => emitVerilog(circuit)),
    ];
    for (const { name, text } of own) writeFileSync(join(folder, name), text);
    const templates = [
      ...new Set(parts.flatMap(({ circuit }) => templatesOf(circuit, "generic").map(({ name }) => name))),
    ];
    const player = await buildSimulator(
      simulator,
      {
        top: "parts",
        files: [
          ...own.map(({ name }) => join(folder, name)),
          ...templates.map((name) => packagePath(`templates/verilog/${name}`)),
        ],
        ports: {
          inputs: [{ port: "in_data", width: widthOf(layout.inputs) }],
          outputs: [{ port: "out_data", width: widthOf(layout.outputs) }],
        },
        resetClocks: shortest,
        lut: 0,
      },
      folder,
    );
    for (let seed = 1; seed <= 4; seed++) {
      const resets = randomResets(1500, seed, shortest);
      const inputs = parts.map(({ play }, i) => play(resets, 100 * seed + i));
      const [stimulus, record] = [join(folder, "in.txt"), join(folder, "out.txt")];
      const digits = Math.ceil(widthOf(layout.inputs) / 4);
      const lines = resets.map((reset, clock) => {
        const fields = layout.inputs.map((part, i) => pack(part, inputs[i]?.[clock] as PortValues));
        const data = fields.reduce((all, field) => all | field, BigInt(reset));
        return `10 ${data.toString(16).padStart(digits, "0")}\n`;
      });
      writeFileSync(stimulus, lines.join(""));
      await player.play(stimulus, record, seed);
      const found = readFileSync(record, "utf8").trimEnd().split("\n");
      expect(found.length).toBe(resets.length);
      const interpreters = parts.map(({ circuit }) => interpretCircuit(circuit));
      resets.forEach((reset, clock) => {
        const expected = interpreters.map((interpreter, i) =>
          pack(
            layout.outputs[i] as readonly Field[],
            interpreter.step(inputs[i]?.[clock] as PortValues, reset),
          ),
        );
        const shown = found[clock]?.slice(3) ?? "";
        if (/[xz]/.test(shown) || BigInt(`0x${shown}`) !== expected.reduce((all, part) => all | part))
          expect(
            describeOutputs(parts, layout.outputs, BigInt(`0x${shown}`)),
            `seed ${seed}, clock ${clock}`,
          ).toEqual(
            describeOutputs(
              parts,
              layout.outputs,
              expected.reduce((all, part) => all | part),
            ),
          );
      });
    }
  });
}

describe.each([
  ["l1c_line.v, l1c_raster.v and l1c_flag.v", SMALL],
  ["l1c_gather.v and l1c_scatter.v", TABLES],
])("%s equal those of the cycle interpreter in every clock", (_, parts) => {
  it("in Verilator", () => expectEqualParts("verilator", parts));
  it.runIf(hasTool("iverilog", "-V"))("in Icarus Verilog", () => expectEqualParts("iverilog", parts));
});
