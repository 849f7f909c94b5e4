import { z } from "zod";
import type { Fabric } from "../lower/delay.js";
import { NOTHING, type Resources } from "./counts.js";

/** Yosys' names of the families. Virtex-7 is a 7 series device: its LUTs, carries and registers are the same. */
const FAMILIES: Readonly<Record<Fabric, string>> = {
  "ultrascale+": "xcup",
  ultrascale: "xcu",
  "7-series": "xc7",
};

/** What Yosys is to synthesize. */
export interface Synthesis {
  readonly top: string;
  /** Modules that stay modules of their own and are counted by themselves; all others become part of what uses them. */
  readonly blocks: readonly string[];
  /** The Verilog: paths without white space. */
  readonly files: readonly string[];
  readonly fabric: Fabric;
  /** Whether it may use DSPs. */
  readonly dsp?: boolean;
}

/**
 * Yosys' script: flat besides the blocks, without pads and clock buffers, and without DSPs unless asked for; wide functions are LUTs only, not
 * multiplexers of the slice, so that LUTs are comparable. It writes what it counted into `statistics` as JSON.
 */
export function yosysScript(
  { top, blocks, files, fabric, dsp = false }: Synthesis,
  statistics: string,
): string {
  return [
    ...files.map((file) => `read_verilog ${file}`),
    ...blocks.map((block) => `setattr -mod -set keep_hierarchy 1 ${block}`),
    `synth_xilinx -top ${top} -family ${FAMILIES[fabric]} -flatten -noiopad -noclkbuf${dsp ? "" : " -nodsp"} -nowidelut`,
    `tee -q -o ${statistics} stat -json`,
  ].join("; ");
}

/** How each primitive counts. Inverters (INV) are no LUTs: whatever reads or makes the bit takes them in. */
const COUNTS: Readonly<Record<string, Partial<Resources>>> = {
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((inputs) => [`LUT${inputs}`, { lut: 1 }])),
  LUT6_2: { lut: 1 },
  SRL16E: { srl: 1 },
  SRLC16E: { srl: 1 },
  SRLC32E: { srl: 1 },
  // Memories by the LUTs that they are made of (AMD UG574).
  ...Object.fromEntries(
    Object.entries({ RAM32M: 4, RAM64M: 4, RAM32M16: 8, RAM64M8: 8, RAM32X16DR8: 8, RAM64X8SW: 8 }).map(
      ([name, lut]) => [name, { lut }],
    ),
  ),
  ...Object.fromEntries(
    [32, 64, 128, 256, 512].flatMap((words) => [
      [`RAM${words}X1S`, { lut: Math.ceil(words / 64) }],
      [`RAM${words}X1D`, { lut: 2 * Math.ceil(words / 64) }],
    ]),
  ),
  ...Object.fromEntries(["FDRE", "FDSE", "FDCE", "FDPE"].map((name) => [name, { ff: 1 }])),
  CARRY4: { carry: 1 },
  CARRY8: { carry: 2 },
  DSP48E1: { dsp: 1 },
  DSP48E2: { dsp: 1 },
  RAMB36E1: { bram: 1 },
  RAMB36E2: { bram: 1 },
  RAMB18E1: { bram: 0.5 },
  RAMB18E2: { bram: 0.5 },
};

const STATISTICS = z.object({
  modules: z.record(z.string(), z.object({ num_cells_by_type: z.record(z.string(), z.number()) })),
});

/** What `stat -json` counted in each module by itself, by name; undefined when the text is no such statistics. */
export function readStatistics(text: string): ReadonlyMap<string, Resources> | undefined {
  const statistics = STATISTICS.safeParse(parsed(text));
  if (!statistics.success) return undefined;
  return new Map(
    Object.entries(statistics.data.modules).map(([name, { num_cells_by_type: cells }]) => {
      const total = { ...NOTHING } as { -readonly [K in keyof Resources]: number };
      for (const [cell, number] of Object.entries(cells)) {
        for (const [key, each] of Object.entries(COUNTS[cell] ?? {}))
          total[key as keyof Resources] += each * number;
      }
      return [name.replace(/^\\/, ""), total];
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
