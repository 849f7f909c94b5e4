import { type EmittedFile, emitVerilog, type Template, templatesOf } from "./hls-emit/verilog/index.js";
import { importModel } from "./import/index.js";
import type { ModelSource } from "./import/source.js";
import type { Circuit, Module } from "./ir/circuit/circuit.js";
import { printCircuit } from "./ir/circuit/text.js";
import { UserError } from "./ir/errors.js";
import type { Fixed } from "./ir/fixed/fixed.js";
import { printFixed } from "./ir/fixed/text.js";
import type { FixedType } from "./ir/fixed-point.js";
import type { Model } from "./ir/model/model.js";
import { printModel } from "./ir/model/text.js";
import type { Note } from "./ir/note.js";
import { type Asked, type Choice, chooseArchitecture } from "./lower/choose.js";
import { type SoughtClock, seekClock } from "./lower/clock.js";
import type { DelayModel } from "./lower/delay.js";
import { type SearchOptions, searchOptionsOf } from "./lower/effort.js";
import { lower } from "./lower/index.js";
import type { Lowered } from "./lower/lowered.js";
import type { Target } from "./lower/target.js";
import { runPasses } from "./passes/index.js";
import { modelToFixed } from "./quantize/index.js";
import { emitTypeScript } from "./sim/typescript/emit.js";
import { transpile } from "./sim/typescript/transpile.js";

export interface CompileOptions extends Asked, SearchOptions {
  /** The name of the firmware. */
  readonly name: string;
  /** The clock in MHz; `auto` seeks one for the latency (lower/clock.ts). */
  readonly clockMHz: number | "auto";
  /** The delay model of the device's fabric. */
  readonly delays: DelayModel;
  /** The most latency, in cycles and in ns; by default parallel firmware takes the fewest cycles that its clock allows. */
  readonly latency?: { readonly cycles?: number; readonly ns?: number };
  /** The form of the Verilog's primitives. */
  readonly target: Target;
  readonly threshold?: { readonly level: number; readonly name: string };
  /** The largest graph of a graph network. */
  readonly graph?: { readonly nodes: number; readonly edges: number };
  /** Gives a float model quantizers. */
  readonly calibrate?: (model: Model) => Promise<Model>;
  /** Types that the model does not fix, by node. */
  readonly types?: Readonly<Record<string, FixedType>>;
}

/** Everything that compiling gives, as values: nothing is written. */
export interface Compiled {
  readonly model: Model;
  readonly fixed: Fixed;
  readonly lowered: Lowered;
  /** The clock that it is for. */
  readonly clockMHz: number;
  /** Which firmware was made, and why. */
  readonly choice: Choice;
  /** What the user should know although nothing was refused. */
  readonly notes: readonly Note[];
  /** The three levels as text, the Verilog and the golden model, by path in the build directory. */
  readonly files: readonly EmittedFile[];
  /** The templates that the Verilog instantiates. */
  readonly templates: readonly Template[];
}

/**
 * The phases of the compiler, in order:
 *
 *   bytes ──import──▶ Model ──quantize──▶ Fixed ──passes──▶ Fixed ──lower──▶ Circuit ──emit──▶ Verilog
 *                                                              └──emit──▶ TypeScript golden model
 *
 * Throws a UserError for whatever does not fit, with the node that does not.
 */
export async function compile(source: ModelSource, options: CompileOptions): Promise<Compiled> {
  const imported = await importModel(source);
  const named = { ...imported.model, name: options.name };
  const model = options.calibrate === undefined ? named : await options.calibrate(named);
  const { types, threshold, graph } = options;
  const quantized = modelToFixed(model, { types, threshold, graph });
  const fixed = runPasses(quantized.fixed);
  const choice = chooseArchitecture(fixed, options);
  const lowerAt = (megahertz: number, cycles: number | undefined) =>
    lower(fixed, {
      ...choice,
      ...{ period: 1000 / megahertz, delays: options.delays },
      ...(cycles !== undefined && { cycles }),
      ...searchOptionsOf(options),
    });
  const { megahertz: clockMHz, lowered } = firmwareFor(options, choice, lowerAt);
  checkTopName(lowered.circuit);
  const golden = emitTypeScript(fixed);
  const files = [
    { name: "model.l1c", text: printModel(model) },
    { name: "fixed.l1c", text: printFixed(fixed) },
    { name: "circuit.l1c", text: printCircuit(lowered.circuit) },
    ...emitVerilog(lowered.circuit).map(({ name, text }) => ({ name: `verilog/${name}`, text })),
    { name: "simulator/golden.ts", text: golden },
    { name: "simulator/golden.js", text: transpile(golden) },
  ];
  const notes = [...imported.notes, ...quantized.notes, ...(lowered.notes ?? [])];
  const templates = templatesOf(lowered.circuit, options.target);
  return { model, fixed, lowered, clockMHz, choice, notes, files, templates };
}

/** Verilator takes no top module with a signal of its own name, and signals have the names of inputs and layers. */
function checkTopName({ modules }: Circuit): void {
  const { name, wires, instances, outputs } = modules.at(-1) as Module;
  if (![...wires, ...instances, ...outputs].some((signal) => signal.name === name)) return;
  throw new UserError(`'${name}' cannot name the top module: a signal in it has this name`, {
    where: "name",
    hint: "Choose another name in l1c.yaml.",
  });
}

/** The firmware for the clock that is given, or for one that is sought. */
function firmwareFor(
  { clockMHz, latency }: CompileOptions,
  { architecture }: Choice,
  lowerAt: (megahertz: number, cycles: number | undefined) => Lowered,
): SoughtClock {
  if (clockMHz !== "auto") {
    const cycles = mostCycles(latency, 1000 / clockMHz);
    return { megahertz: clockMHz, lowered: lowerAt(clockMHz, cycles) };
  }
  // Only parallel firmware changes with the cycles that it may take; of the others the seeker sees how many they are.
  return seekClock(latency ?? {}, (megahertz, cycles) =>
    lowerAt(megahertz, architecture === "parallel" ? cycles : undefined),
  );
}

/** The cycles that a bound on the latency leaves; undefined without one. */
function mostCycles(latency: CompileOptions["latency"], period: number): number | undefined {
  if (latency?.cycles === undefined && latency?.ns === undefined) return undefined;
  // A latency of just so many periods is one, whatever the division of decimals says.
  const fitting =
    latency.ns === undefined ? Number.POSITIVE_INFINITY : Math.floor(latency.ns / period + 1e-9);
  return Math.min(latency.cycles ?? Number.POSITIVE_INFINITY, fitting);
}
