import { InternalError } from "../../ir/errors.js";
import type { Simulator } from "../simulator.js";

/** The address of a JavaScript module that is given as text: importable in Node, its workers and browsers alike. */
export function moduleUrl(javascript: string): string {
  return `data:text/javascript;charset=utf-8,${encodeURIComponent(javascript)}`;
}

/** Loads a golden model from its JavaScript text. Buffers are the module's: one text loaded twice is one simulator. */
export async function loadSimulator(javascript: string): Promise<Simulator> {
  const module: Partial<Simulator> = await import(/* @vite-ignore */ moduleUrl(javascript));
  const { inputs, outputs, nodes, run, trace, runBlock } = module;
  if (!inputs || !outputs || !nodes || !run || !trace || !runBlock)
    throw new InternalError("the text is no golden model");
  return { inputs, outputs, nodes, run, trace, runBlock };
}
