import { LAYERS, PARTITIONS } from "../physics/muon/geometry.js";
import type { Manifest } from "./manifest.js";

/** Whether a build marks the hits of muon chamber images: one image of partitions × strips × layers in, a mask out. */
export function isChamber({ inputs, outputs }: Pick<Manifest, "inputs" | "outputs">): boolean {
  const [input] = inputs;
  const [output] = outputs;
  if (input === undefined || output === undefined || inputs.length + outputs.length !== 2) return false;
  const [rows, , channels] = input.shape;
  return rows === PARTITIONS && channels === LAYERS && output.shape.join() === input.shape.join();
}
