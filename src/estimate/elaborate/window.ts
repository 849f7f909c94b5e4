import { type WindowParameters, windowWidth } from "../../ir/circuit/primitives/window.js";
import { InternalError } from "../../ir/errors.js";
import { type Bit, not, ONE } from "../network.js";
import type { Logic, Ports } from "./logic.js";

/** The window buffer of templates/verilog/l1c_window.v: what comes out, from what comes in. */
export function windowBits(logic: Logic, parameters: WindowParameters, inputs: Ports): Ports {
  const { network, flipFlops } = logic;
  const { bits, columns, last, before, after } = parameters;
  const [past, ahead] = [Math.ceil(before / columns), Math.ceil(after / columns)];
  const looks = last < columns && before + after > 0 ? 1 : 0;
  const depth = past + 1 + ahead + looks;
  const centre = ahead + looks;
  const input = (port: string) => inputs.get(port) as readonly Bit[];
  const [inValid, inFirst] = [input("in_valid")[0] as Bit, input("in_first")[0] as Bit];
  const shifted = (start: Bit, reset: boolean) => {
    const chain: Bit[] = [];
    for (let age = 0; age < depth; age++) chain.push(flipFlops.register(chain[age - 1] ?? start, reset));
    return chain;
  };
  const valid = shifted(inValid, true);
  const first = shifted(network.and(inFirst, inValid), true);
  const data = input("in_data").map((bit) => shifted(bit, false));
  const all = (list: readonly Bit[]) => list.reduce((result, bit) => network.and(result, bit), ONE);
  /** Whether the beat at a distance from the centre belongs to the centre's event. */
  const belongs = (distance: number): Bit => {
    if (distance === 0) return ONE;
    const from = distance < 0 ? centre : centre - distance;
    const span = Math.abs(distance);
    const valids = valid.slice(distance < 0 ? from + 1 : from, (distance < 0 ? from + 1 : from) + span);
    return all([...first.slice(from, from + span).map(not), ...valids]);
  };
  const out: Bit[] = [];
  for (let column = 0; column < before + columns + after; column++) {
    const from = column - before + past * columns;
    const [distance, place] = [Math.floor(from / columns), from % columns];
    const age = centre + past - distance;
    const same = belongs(distance - past);
    const kept =
      looks === 1 && place >= last ? all([same, valid[age - 1] as Bit, not(first[age - 1] as Bit)]) : same;
    for (let i = 0; i < bits; i++) out.push(network.and(data[place * bits + i]?.[age] as Bit, kept));
  }
  if (out.length !== windowWidth(parameters)) throw new InternalError("a window of another width");
  return new Map([
    ["out_valid", [valid[centre] as Bit]],
    ["out_first", [first[centre] as Bit]],
    ["out_data", out],
  ]);
}
