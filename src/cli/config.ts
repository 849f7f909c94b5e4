import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { DEVICES, deviceOf } from "../estimate/devices.js";
import { UserError } from "../ir/errors.js";
import { type FixedType, OVERFLOWS, ROUNDINGS } from "../ir/fixed-point.js";
import { FASTEST } from "../lower/clock.js";
import { MULTIPLIERS } from "../lower/dsp.js";
import { EFFORTS } from "../lower/effort.js";
import { ITERATIONS } from "../lower/graph/index.js";
import { ARCHITECTURES } from "../lower/lowered.js";
import { topModuleName } from "../lower/names.js";
import { TARGETS, targetOf } from "../lower/target.js";
import { systemError } from "./files.js";

/** The widest input type, and the farthest binary point. */
const MAX_BITS = 1024;

export const TYPE_TEXT = z
  .string()
  .regex(/^u?fixed<\s*\d+\s*,\s*-?\d+\s*>$/, "should be a type such as fixed<8,3> or ufixed<1,1>")
  .refine((text) => {
    const { width, integer } = readType(text);
    return !(width > MAX_BITS || Math.abs(integer) > MAX_BITS);
  }, `has more than ${MAX_BITS} bits`);

/** The longest name: files carry it with a layer's name behind it. */
export const LONGEST_NAME = 100;

/** The name of a firmware is that of its top module, so that no message, file or page shows another. */
const FIRMWARE_NAME = z.string().superRefine((name, context) => {
  const message = problemOfName(name);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

/** Why a firmware cannot have this name. */
function problemOfName(name: string): string | undefined {
  if (name === "") return "is empty: give a name, or leave it out";
  if (name.length > LONGEST_NAME) return `has ${name.length} characters, ${LONGEST_NAME} are allowed`;
  const possible = topModuleName(name);
  if (possible === name) return undefined;
  const instead = /[A-Za-z]/.test(possible)
    ? `'${possible}' can`
    : "take letters a to z, digits and single underscores";
  return `'${name}' cannot name the top module; ${instead}`;
}

/** How calibration chooses the type of a tensor. */
const QUANTIZER = z.strictObject({
  bits: z.number().int().positive().optional(),
  /** One type for the whole tensor, or one per channel. */
  per: z.enum(["tensor", "channel"]).optional(),
  /** What the type covers. */
  range: z
    .union([
      z.enum(["maximum", "least_squared_error"]),
      z.strictObject({ percentile: z.number().positive().max(100) }),
    ])
    .optional(),
});
const LAYER_QUANTIZER = QUANTIZER.extend({ type: TYPE_TEXT.optional() });

/** `l1c.yaml`: everything about a firmware that is not in the model file. */
export const CONFIG = z
  .strictObject({
    /** The name of the firmware's top module; the model file's by default. */
    name: FIRMWARE_NAME.optional(),
    /** In MHz; `auto` seeks one for the latency. */
    clock_mhz: z
      .union([z.number().positive().max(FASTEST), z.literal("auto")], {
        error: `should be a clock in MHz, above 0 and at most ${FASTEST}, or auto`,
      })
      .default(320),
    device: z.enum(DEVICES.map(({ name }) => name) as [string, ...string[]]).default("xcvu13p"),
    /** How long cheaper adder graphs are looked for. */
    effort: z.literal(EFFORTS).optional(),
    /** The most latency that is allowed, in cycles, in ns or both. */
    latency: z
      .strictObject({ cycles: z.number().int().positive().optional(), ns: z.number().positive().optional() })
      .optional(),
    /** The form of the Verilog's primitives; by default that of the device's fabric. */
    target: z.enum(TARGETS).optional(),
    /** What products of two live values are made of. */
    multipliers: z.enum(MULTIPLIERS).optional(),
    tables: z
      .strictObject({
        /** Tables of more than six inputs and at least so many bits are in block RAM. */
        block_ram_from: z.number().int().positive().optional(),
      })
      .optional(),
    output: z
      .strictObject({
        /** The name of the output, where a threshold is set. */
        name: z
          .string()
          .max(LONGEST_NAME)
          .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "should be letters, digits and _, not beginning with a digit")
          .default("mask"),
        /** The output becomes a bit: 1 where the model's output is at least this. */
        threshold: z.number().optional(),
      })
      .prefault({}),
    /** By input of the model: the array of the event file that feeds it. */
    inputs: z
      .record(
        z.string(),
        z.strictObject({
          array: z.string().optional(),
          type: z.never({ error: "types stand by themselves: types: { NAME: TYPE }" }).optional(),
        }),
      )
      .default({}),
    /** By node of the model: types that the model does not fix, of inputs, functions and softmaxes. */
    types: z.record(z.string(), TYPE_TEXT).default({}),
    /** How `--calibrate` quantizes a float model. */
    quantize: z
      .strictObject({
        weights: QUANTIZER.optional(),
        activations: QUANTIZER.optional(),
        rounding: z.enum(ROUNDINGS).optional(),
        overflow: z.enum(OVERFLOWS).optional(),
        equalize: z.boolean().optional(),
        /** By node of the model. */
        layers: z
          .record(
            z.string(),
            z.strictObject({ weights: LAYER_QUANTIZER.optional(), activations: LAYER_QUANTIZER.optional() }),
          )
          .optional(),
      })
      .optional(),
    /** The largest graph that a graph network takes, and which of its inputs hold what; smaller graphs are padded. */
    graph: z
      .strictObject({
        nodes: z.number().int().positive(),
        edges: z.number().int().positive(),
        /** [nodes, features]. */
        node_features: z.string().default("x"),
        /** [edges, features], where the model has any. */
        edge_features: z.string().optional(),
        /** [2, edges]: sender and receiver of each edge. */
        edge_index: z.string().default("edge_index"),
        /** Edges that come in a clock, P. */
        edges_per_clock: z.number().int().positive().optional(),
        /** Nodes that come in a clock: a power of two, or all of them; by default as few as take no longer than the edges. */
        nodes_per_clock: z.number().int().positive().optional(),
        /** Whether iterations with the same weights share hardware, or have their own; by default they have. */
        iterations: z.enum(ITERATIONS).optional(),
      })
      .optional(),
    /**
     * The whole event in one clock, an image by columns or pixel by pixel, or a graph by its edges and nodes; chosen by the
     * model where neither this nor `stream` stands.
     */
    architecture: z.enum(ARCHITECTURES).optional(),
    stream: z
      .strictObject({
        /** The axis of the image (0 rows, 1 columns) along which it streams. */
        axis: z.union([z.literal(0), z.literal(1)]).default(1),
        /** Columns of a beat, P. */
        columns: z.number().int().positive().default(1),
      })
      .optional(),
  })
  .superRefine(({ device, target }, context) => {
    if (target !== "ultrascale" || targetOf(deviceOf(device).fabric) === target) return;
    const message = `${device} has no CARRY8, which 'ultrascale' takes: leave target out, or set it to generic`;
    context.addIssue({ code: "custom", path: ["target"], message });
  })
  .superRefine(({ architecture, stream }, context) => {
    if (architecture === undefined || architecture === "stream" || stream === undefined) return;
    const takes = {
      parallel: "parallel firmware takes the whole event in one clock",
      raster: "raster firmware takes a pixel in each clock",
      graph: "graph firmware takes edges and nodes in each clock",
    };
    const message = `${takes[architecture]}: leave stream out, or set architecture: stream`;
    context.addIssue({ code: "custom", path: ["stream"], message });
  });
export type Config = z.infer<typeof CONFIG>;

/** Reads the text of a configuration. Throws a UserError that names the file. */
async function readConfigText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    throw new UserError(`cannot be read: ${systemError(error)}`, { where: path });
  });
}

/** A configuration and the file that it is from, if there is one. */
export interface ConfigFile {
  readonly file: string | undefined;
  readonly text: string | undefined;
  readonly config: Config;
}

/** The configuration of a model: the file given, else `l1c.yaml` beside the model, else the defaults. */
export async function openConfig(model: string, given: string | undefined): Promise<ConfigFile> {
  const file = given ?? (await configBeside(model));
  const text = file === undefined ? undefined : await readConfigText(file);
  return { file, text, config: parseConfig(text ?? "", file ?? "") };
}

async function configBeside(model: string): Promise<string | undefined> {
  const path = join(dirname(model), "l1c.yaml");
  return stat(path).then(
    () => path,
    () => undefined,
  );
}

/** Parses and checks a configuration. Throws a UserError that names file, key and what it should be. */
export function parseConfig(text: string, path: string): Config {
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    // Most are YAMLParseErrors; aliases without an anchor, or far too many of them, are ReferenceErrors.
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new UserError(`is no YAML: ${reason}`, { where: path });
  }
  return checkConfig(value, path);
}

/** Checks a configuration that is already a value; defaults fill what it leaves out. */
export function checkConfig(value: unknown, path: string): Config {
  const result = CONFIG.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path: key, message }) => `${key.join(".") || "(whole file)"}: ${message}`,
  );
  throw new UserError(problems.join("\n  "), { where: path });
}

/** A type written as `fixed<8,3>`. */
export function readType(text: string): FixedType {
  const [, kind, width, integer] = /^(u?fixed)<\s*(\d+)\s*,\s*(-?\d+)\s*>$/.exec(text) ?? [];
  return { signed: kind === "fixed", width: Number(width), integer: Number(integer) };
}
