import {
  lookUp,
  PRIMITIVES,
  type PrimitiveOf,
  type PrimitiveTable,
} from "../../ir/circuit/primitives/index.js";
import type { Bit } from "../network.js";
import { type CountedPrimitive, primitiveResources } from "../primitives.js";
import { gatherBits } from "./gather.js";
import { indexedInputs } from "./indexed.js";
import type { Logic, Ports } from "./logic.js";
import { scatterBits } from "./scatter.js";
import { windowBits } from "./window.js";

/** What an instance of each kind of primitive gives out, from what comes in. */
const PRIMITIVE_BITS: PrimitiveTable<(logic: Logic, inputs: Ports) => Ports> = {
  window: (window) => (logic, inputs) => windowBits(logic, window, inputs),
  line: (line) => (logic, inputs) => counted(logic, { line }, inputs),
  raster: (raster) => (logic, inputs) => counted(logic, { raster }, inputs),
  flag: (flag) => (logic, inputs) => counted(logic, { flag }, inputs),
  gather: (gather) => (logic, inputs) =>
    new Map([["out_data", gatherBits(logic, gather, indexedInputs(inputs))]]),
  scatter: (scatter) => (logic, inputs) =>
    new Map([["out_data", scatterBits(logic, scatter, indexedInputs(inputs))]]),
};

/** The outputs of a primitive that is placed in a module. */
export function primitiveBits(logic: Logic, of: PrimitiveOf, inputs: Ports): Ports {
  return lookUp(PRIMITIVE_BITS, of)(logic, inputs);
}

/** A primitive that is counted as a whole. */
function counted(logic: Logic, of: CountedPrimitive, connected: Ports): Ports {
  const { inputs, outputs } = lookUp(PRIMITIVES, of);
  const leaves = outputs.map(({ port, width }) => [port, logic.leaves(width)] as const);
  logic.place({
    resources: primitiveResources(of),
    inputs: inputs.flatMap(({ port }) => connected.get(port) as readonly Bit[]),
    outputs: leaves.flatMap(([, bits]) => bits),
  });
  return new Map(leaves);
}
