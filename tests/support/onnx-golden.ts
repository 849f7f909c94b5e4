import { readFileSync } from "node:fs";

/** A model with what its own framework computed, from tests/fixtures/onnx/make.py. */
export interface OnnxGolden {
  readonly name: string;
  readonly model: string;
  readonly events: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

export const onnxGoldens: readonly OnnxGolden[] = JSON.parse(
  readFileSync(new URL("../fixtures/onnx/goldens.json", import.meta.url), "utf8"),
);

/** The bytes of the model with this name. */
export function readOnnxGolden(name: string): Uint8Array {
  const golden = onnxGoldens.find((one) => one.name === name);
  if (golden === undefined) throw new Error(`goldens.json has no '${name}'`);
  return Uint8Array.from(Buffer.from(golden.model, "base64"));
}
