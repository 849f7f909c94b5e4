import { UserError } from "../../../../ir/errors.js";
import { perTensor } from "../../../../ir/granular.js";
import { type LayerHandler, onlyInput } from "../handler.js";
import { Nodes } from "../nodes.js";

/** HGQ makes tables of at most so many bits: its LUT_SIZE_LIMITATION. */
const MOST_BITS = 12;

/**
 * UnaryLUT (HGQ/proxy/unary_lut.py), the form that a function has in a proxy model: its input rounded half to even to
 * `kif_in`, wrapping, is the index of a table; an index of a signed input is its two's complement.
 */
export const unaryLut: LayerHandler = (call) => {
  const { config, weights, where } = call;
  const nodes = new Nodes(call);
  const input = onlyInput(call);
  const stated = config.get("kif_in");
  const kif = Array.isArray(stated) ? stated : [];
  const [k, i, f] = kif as readonly number[];
  if (kif.length !== 3 || !kif.every(Number.isSafeInteger) || (k !== 0 && k !== 1)) {
    return config.wrongType("kif_in", "three integers: sign, integer bits, fraction bits");
  }
  const width = k + (i as number) + (f as number);
  if (width < 1 || width > MOST_BITS || Math.abs(f as number) > 64) {
    throw new UserError(`its table has an input of ${width} bits`, {
      where,
      hint: `Supported: 1 to ${MOST_BITS}.`,
    });
  }
  const count = 2 ** width;
  const table = weights.named("table", { what: "table", shape: [count] }, { owner: "", index: 0 });
  const lowest = k === 1 ? -count / 2 : 0;
  const type = { signed: k === 1, width, integer: k + (i as number) };
  const quantizer = { types: perTensor(type), rounding: "RND_CONV", overflow: "WRAP" } as const;
  const index = nodes.map("iq", { op: "quantize", quantizer }, input);
  const inOrder = Array.from({ length: count }, (_, n) => lowest + n);
  const levels = inOrder.slice(1).map((n) => n * 2 ** -(f as number));
  const values = inOrder.map((n) => table.data[n < 0 ? n + count : n] as number);
  const vector = (data: readonly number[]) => ({ shape: [data.length], data });
  return nodes.result(nodes.map("", { op: "steps", levels: vector(levels), values: vector(values) }, index));
};
