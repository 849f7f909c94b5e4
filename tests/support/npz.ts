import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";

export interface NpzArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

/** Reads the float32 and uint8 arrays of an .npz fixture that numpy wrote. For fixtures only: it trusts the file. */
export function readFixtureNpz(url: URL): ReadonlyMap<string, NpzArray> {
  const members = Object.entries(unzipSync(readFileSync(url)));
  return new Map(members.map(([name, bytes]) => [name.replace(/\.npy$/, ""), parse(bytes, name)]));
}

function parse(bytes: Uint8Array, name: string): NpzArray {
  const headerLength = bytes[8] + 256 * bytes[9];
  const start = 10 + headerLength;
  const header = new TextDecoder().decode(bytes.subarray(10, start));
  const type = /'(<f4|\|u1)'/.exec(header)?.[1];
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (
    bytes[6] !== 1 ||
    type === undefined ||
    !header.includes("'fortran_order': False") ||
    shape === undefined
  ) {
    throw new Error(`${name}: not a float32 or uint8 array of npy version 1: ${header}`);
  }
  return {
    shape: shape
      .split(",")
      .filter((n) => n.trim() !== "")
      .map(Number),
    data: type === "<f4" ? new Float32Array(bytes.slice(start).buffer) : bytes.slice(start),
  };
}

/** The rows of an array whose first axis counts events. */
export function eventsOf({ shape, data }: NpzArray): readonly Float64Array[] {
  const size = data.length / shape[0];
  return Array.from({ length: shape[0] }, (_, n) =>
    Float64Array.from(data.subarray(n * size, (n + 1) * size)),
  );
}
