import type { Fabric } from "../lower/delay.js";
import { NOTHING, type Resources } from "./counts.js";

/** Yosys' names of the families. Virtex-7 is a 7 series device: its LUTs, carries and registers are the same. */
const FAMILIES: Readonly<Record<Fabric, string>> = {
  "ultrascale+": "xcup",
  ultrascale: "xcu",
  "7-series": "xc7",
};

/**
 * The script with which Yosys synthesizes a module of some Verilog files: flat, without pads, clock buffers and DSPs; wide
 * functions are LUTs only, not multiplexers of the slice, so that LUTs are comparable. It writes what it counted into
 * `statistics` as JSON.
 */
export function yosysScript(
  files: readonly string[],
  top: string,
  fabric: Fabric,
  statistics: string,
): string {
  return [
    ...files.map((file) => `read_verilog ${file}`),
    `synth_xilinx -top ${top} -family ${FAMILIES[fabric]} -flatten -noiopad -noclkbuf -nodsp -nowidelut`,
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

/** What `stat -json` counted; undefined when the text is no such statistics. */
export function readStatistics(text: string): Resources | undefined {
  const cells = cellsOf(text);
  if (cells === undefined) return undefined;
  const total = { ...NOTHING } as { -readonly [K in keyof Resources]: number };
  for (const [name, number] of Object.entries(cells)) {
    for (const [key, each] of Object.entries(COUNTS[name] ?? {}))
      total[key as keyof Resources] += each * number;
  }
  return total;
}

function cellsOf(text: string): Readonly<Record<string, number>> | undefined {
  try {
    const value = JSON.parse(text) as {
      readonly design?: { readonly num_cells_by_type?: Readonly<Record<string, number>> };
    };
    return value.design?.num_cells_by_type;
  } catch {
    return undefined;
  }
}
