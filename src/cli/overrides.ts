import { UserError } from "../ir/errors.js";
import type { Asked } from "../lower/choose.js";
import type { Multipliers } from "../lower/dsp.js";
import type { Effort } from "../lower/effort.js";
import type { Iterations } from "../lower/graph/index.js";
import type { Target } from "../lower/target.js";
import { type Config, checkConfig } from "./config.js";
import { checkCount } from "./count.js";

/** What the command line may ask for above the configuration of a compilation. */
export interface Overrides {
  readonly type: string | readonly string[] | undefined;
  readonly architecture: Config["architecture"];
  readonly columns: number | undefined;
  readonly "clock-mhz": number | "auto" | undefined;
  readonly threshold: number | undefined;
  readonly target?: Target | undefined;
  readonly multipliers?: Multipliers | undefined;
  readonly "block-ram-from"?: number | undefined;
  readonly effort?: Effort | undefined;
  readonly "latency-cycles"?: number | undefined;
  readonly "latency-ns"?: number | undefined;
  readonly "edges-per-clock"?: number | undefined;
  readonly "nodes-per-clock"?: number | undefined;
  readonly iterations?: Iterations | undefined;
}

/** A configuration with what the command line asks for above it. Throws a UserError where that is none. */
export function override(config: Config, options: Overrides): Config {
  const { architecture, columns } = options;
  const { stream: configured, graph, ...rest } = config;
  // What is asked for on the command line stands above the file: other firmware has no stream, and takes no edges in turn.
  const asks = (one: Config["architecture"]) => architecture === undefined || architecture === one;
  const kept = asks("stream") ? configured : undefined;
  const stream = columns !== undefined ? { ...configured, columns } : kept;
  const turns = { edges_per_clock: undefined, nodes_per_clock: undefined, iterations: undefined };
  const [cycles, ns] = [options["latency-cycles"], options["latency-ns"]];
  // A bound on the command line takes the place of all that the file has.
  const latency = cycles === undefined && ns === undefined ? config.latency : { cycles, ns };
  return checkConfig(
    {
      ...rest,
      clock_mhz: options["clock-mhz"] ?? config.clock_mhz,
      architecture: architecture ?? config.architecture,
      ...(stream !== undefined && { stream }),
      ...(graph !== undefined && { graph: asks("graph") ? graph : { ...graph, ...turns } }),
      target: options.target ?? config.target,
      multipliers: options.multipliers ?? config.multipliers,
      tables:
        options["block-ram-from"] === undefined
          ? config.tables
          : { block_ram_from: options["block-ram-from"] },
      ...(latency !== undefined && { latency }),
      ...(options.effort !== undefined && { effort: options.effort }),
      types: { ...config.types, ...typesOf(options.type) },
      output: { ...config.output, threshold: options.threshold ?? config.output.threshold },
    },
    "command line",
  );
}

/** How many edges and nodes of a graph come in a clock, whether or not the file says how large graphs are. */
export function itemsPerClock({ graph }: Config, options: Overrides): NonNullable<Asked["itemsPerClock"]> {
  for (const name of ["edges-per-clock", "nodes-per-clock"] as const) {
    const given = options[name];
    if (given !== undefined) checkCount(name, given);
  }
  const edges = options["edges-per-clock"] ?? graph?.edges_per_clock;
  const nodes = options["nodes-per-clock"] ?? graph?.nodes_per_clock;
  return { ...(edges !== undefined && { edges }), ...(nodes !== undefined && { nodes }) };
}

/** The types that options NODE=TYPE give. */
function typesOf(given: string | readonly string[] | undefined): Record<string, string> {
  const pairs = (given === undefined ? [] : [given].flat()).map((text): [string, string] => {
    // A node's name may hold an equals sign, a type does not.
    const at = text.lastIndexOf("=");
    if (at < 1)
      throw new UserError(`'${text}' is no NODE=TYPE`, {
        where: "--type",
        hint: "Give a node and its type: --type 'x=fixed<16,6>'.",
      });
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const twice = pairs.find(([name], i) => pairs.findIndex(([other]) => other === name) !== i);
  if (twice !== undefined)
    throw new UserError(`'${twice[0]}' has two types`, { where: "--type", hint: "Give it one." });
  return Object.fromEntries(pairs);
}
