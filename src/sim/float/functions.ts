import erfc from "@stdlib/math-base-special-erfc";
import type { FunctionKind, ModelFunction } from "../../ir/model/model.js";

type Parameters = Readonly<Record<string, number>>;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const elu = (x: number, { alpha }: Parameters) => (x >= 0 ? x : alpha * Math.expm1(x));

/** The formulas of `FUNCTIONS`, in forms that neither overflow nor cancel. */
const FORMULAS: { readonly [kind in FunctionKind]: (x: number, parameters: Parameters) => number } = {
  sigmoid,
  tanh: Math.tanh,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  elu,
  selu: (x, parameters) => parameters.gamma * elu(x, parameters),
  // Φ(x) = erfc(−x / √2) / 2 keeps its digits where 1 + erf(x / √2) would cancel.
  gelu: (x) => 0.5 * x * erfc(-x * Math.SQRT1_2),
  // (1 + tanh u) / 2 = sigmoid(2 u), for the same reason.
  gelu_tanh: (x) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)),
  silu: (x) => x * sigmoid(x),
  mish: (x) => x * Math.tanh(softplus(x)),
};

/** A function of the Model language in float64. */
export function floatFunction({ kind, parameters }: ModelFunction): (x: number) => number {
  const formula = FORMULAS[kind];
  return (x) => formula(x, parameters);
}
