import { UserError } from "../../../ir/errors.js";
import type { Overflow } from "../../../ir/fixed-point.js";
import { type Granular, mapGranular } from "../../../ir/granular.js";
import type { Quantizer } from "../../../ir/model/model.js";
import { type Config, printValue } from "../config.js";
import type { LayerWeights, Variable } from "../weights.js";
import {
  type Bits,
  broadcast,
  collapseTypes,
  fixedType,
  HGQ_ROUNDINGS,
  type HgqRounding,
  roundHalfEven,
} from "./bits.js";

/** A fixed-point quantizer of HGQ2 with its trained bits over a tensor. */
export interface HgqQuantizer {
  readonly bits: Granular<Bits>;
  readonly rounding: HgqRounding;
  readonly overflow: Overflow;
  /** It only rounds: the value neither wraps nor vanishes at zero bits. */
  readonly roundsOnly: boolean;
}

/** HGQ2's overflow modes with a meaning in ap_fixed; the quantizers package adds WRAP_SM, which has none. */
const OVERFLOWS = ["WRAP", "SAT", "SAT_SYM"] as const;
/** Stochastic rounding is for training: at inference the prefix is dropped (quantizers, FixedPointQuantizer). */
const ROUNDING_NAMES = HGQ_ROUNDINGS.flatMap((name) => [name, `S_${name}`]);

export interface QuantizerPlace {
  /** Attribute of the layer that holds the quantizer: `iq`, `kq`, `bq`, `oq`; empty for a Quantizer layer. */
  readonly owner: string;
  /** The shape of what is quantized, without a batch axis. */
  readonly shape: readonly number[];
  /** Whether the stored bits have a batch axis of size 1 in front: for values, not for weights. */
  readonly batched: boolean;
}

/**
 * Reads a quantizer from its QuantizerConfig (hgq/quantizer/config.py) and its variables; undefined for the dummy
 * quantizer, which is the identity. Throws a UserError on kinds and options that have no fixed-point form.
 */
export function readQuantizer(
  serialized: Config,
  weights: LayerWeights,
  place: QuantizerPlace,
): HgqQuantizer | undefined {
  serialized.require("class_name", ["QuantizerConfig"]);
  const config = serialized.object("config");
  const kind = config.require("q_type", ["kbi", "kif", "dummy"]) as "kbi" | "kif" | "dummy";
  config.require("affine", [null], null);
  const shift = scalerExponent(config);
  if (kind === "dummy") return undefined;
  config.require("bw_mapper", [null], null);

  const overflow = upper(config, "overflow_mode", OVERFLOWS) as (typeof OVERFLOWS)[number];
  const rounding = upper(config, "round_mode", ROUNDING_NAMES).replace(/^S_/, "") as HgqRounding;
  return {
    bits: readBits(weights, place, { kind, wrap: overflow === "WRAP", shift }),
    rounding,
    overflow,
    roundsOnly: roundsOnly(config, kind, rounding, overflow),
  };
}

/** The quantizer of a value with `channels` channels: ap_fixed quantization is the same function. */
export function valueQuantizer(
  { bits, rounding, overflow }: HgqQuantizer,
  channels: number,
  where: string,
): Quantizer {
  const { per, items } = mapGranular(bits, (item) => fixedType(item, where));
  // Bits that differ may still be the same type: every type of zero bits is.
  const collapsed = collapseTypes(items, channels);
  return {
    types: per === "channel" && collapsed.per !== "tensor" ? { per, items } : collapsed,
    rounding,
    overflow,
  };
}

function upper(config: Config, key: string, supported: readonly string[]): string {
  const value = config.string(key).toUpperCase();
  if (!supported.includes(value)) config.require(key, supported);
  return value;
}

/**
 * A weight whose quantizer wraps and trains is only rounded at inference: FixedPointQuantizerKIF.call always,
 * FixedPointQuantizerKBI.call where it rounds by RND.
 */
function roundsOnly(config: Config, kind: "kbi" | "kif", rounding: HgqRounding, overflow: Overflow): boolean {
  if (overflow !== "WRAP" || !config.boolean("is_weight") || !config.boolean("trainable")) return false;
  return kind === "kif" || rounding === "RND";
}

/** Quantizer.call divides by the scaler and multiplies afterwards: for 2^n that moves the binary point by n. */
function scalerExponent(config: Config): number {
  const scaler = config.get("scaler") ?? null;
  if (scaler === null) return 0;
  const exponent = typeof scaler === "number" && scaler > 0 ? Math.log2(scaler) : Number.NaN;
  if (!Number.isInteger(exponent) || 2 ** exponent !== scaler) {
    throw new UserError(`'scaler' = ${printValue(scaler)} is not supported`, {
      where: config.where,
      hint: "Supported: null and powers of two.",
    });
  }
  return exponent;
}

/**
 * The stored variables, in Keras' order (trainable first, then in order of creation): KBI b i k, KIF i f k; with WRAP
 * the integer bits do not train: KBI b k i, KIF f k i. All are stored unrounded; f = b − i after rounding.
 */
function readBits(
  weights: LayerWeights,
  { owner, shape, batched }: QuantizerPlace,
  { kind, wrap, shift }: { kind: "kbi" | "kif"; wrap: boolean; shift: number },
): Granular<Bits> {
  const full = batched ? [1, ...shape] : shape;
  const order = kind === "kbi" ? (wrap ? "bki" : "bik") : wrap ? "fki" : "ifk";
  const path = owner === "" ? "quantizer" : `${owner}/quantizer`;
  const read = (name: string, like?: Variable) =>
    weights.variable(path, order.indexOf(name), {
      what: `quantizer variable ${name}`,
      type: name === "k" ? "uint8" : "float32",
      shape:
        like?.shape ??
        ((stored) => stored.length === full.length && stored.every((n, a) => n === 1 || n === full[a])),
      shapeText: `[${full.join(", ")}] or 1 along some axes`,
    });
  const k = read("k");
  const i = read("i", k);
  const other = read(kind === "kbi" ? "b" : "f", k);
  const items = k.data.map((sign, n): Bits => {
    const integer = roundHalfEven(i.data[n]);
    const rest = roundHalfEven(other.data[n]);
    const fraction = kind === "kbi" ? rest - integer : rest;
    return { k: sign === 0 ? 0 : 1, i: integer + shift, f: fraction - shift };
  });
  const stored = batched ? k.shape.slice(1) : k.shape;
  return broadcast(items, stored, shape, (a, b) => a.k === b.k && a.i === b.i && a.f === b.f);
}
