import { type WindowParameters, windowLatency } from "../../ir/circuit/primitives/window.js";
import type { CircuitInterpreter, PortValues } from "./interpreter.js";

/** A beat in the window buffer; undefined data are those before the first clock. */
interface HeldBeat {
  readonly valid: boolean;
  readonly first: boolean;
  readonly data: bigint;
}

/** The window buffer from its specification: a list of beats, newest first. */
export class WindowInterpreter implements CircuitInterpreter {
  private readonly window: WindowParameters;
  private readonly centre: number;
  private beats: readonly HeldBeat[];

  constructor(window: WindowParameters) {
    this.window = window;
    this.centre = windowLatency(window) - 1;
    const depth = this.centre + Math.ceil(window.before / window.columns) + 1;
    this.beats = Array.from({ length: depth }, () => ({ valid: false, first: false, data: 0n }));
  }

  step(inputs: PortValues, reset: boolean): PortValues {
    const centre = this.beats[this.centre] as HeldBeat;
    const outputs = {
      out_valid: centre.valid ? 1n : 0n,
      out_first: centre.first ? 1n : 0n,
      out_data: this.columns(),
    };
    const valid = inputs.in_valid === 1n;
    const beat = { valid, first: valid && inputs.in_first === 1n, data: inputs.in_data as bigint };
    const cleared = reset ? this.beats.map(({ data }) => ({ valid: false, first: false, data })) : this.beats;
    const next = reset ? { ...beat, valid: false, first: false } : beat;
    this.beats = [next, ...cleared.slice(0, -1)];
    return outputs;
  }

  private columns(): bigint {
    const { bits: width, columns, last, before, after } = this.window;
    const start = this.eventStart();
    const end = this.eventEnd();
    let packed = 0n;
    for (let q = columns + after - 1; q >= -before; q--) {
      const distance = Math.floor(q / columns);
      const place = q - distance * columns;
      const age = this.centre - distance;
      const beyond = last < columns && age === end && place >= last;
      const inside = age <= start && age >= end && !beyond;
      const data = this.beats[age]?.data ?? 0n;
      const column = inside ? (data >> BigInt(place * width)) & ((1n << BigInt(width)) - 1n) : 0n;
      packed = (packed << BigInt(width)) | column;
    }
    return packed;
  }

  /** The age of the oldest held beat of the centre's event. */
  private eventStart(): number {
    let age = this.centre;
    while (!this.beats[age]?.first && this.beats[age + 1]?.valid) age++;
    return age;
  }

  /** The age of the last beat of the centre's event; −1 when it has not come yet. */
  private eventEnd(): number {
    let age = this.centre;
    while (age > 0) {
      const next = this.beats[age - 1] as HeldBeat;
      if (!next.valid || next.first) return age;
      age--;
    }
    return -1;
  }
}
