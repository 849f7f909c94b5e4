import type { FunctionKind } from "../../ir/model/model.js";
import { exactRatio, ONE, type Ratio, ratio, times } from "../../ir/ratio.js";
import { decimalOf, decimals } from "./decimals.js";
import { normalDistribution, normalDistributionDouble } from "./normal.js";
import type { KnownValue, RealFunction } from "./real-function.js";

const ZERO: Ratio = { n: 0n, d: 1n };
const HALF: Ratio = { n: 1n, d: 2n };

/** Beyond ±200, e^−|x| (times x) is below 10^−60. */
const FAR = 200n;
/** The same for the normal distribution's tail and for the hyperbolic tangent's approximation of it. */
const FAR_NORMAL = 18n;

/** e^x beyond this has more digits than anyone wants. */
const LARGEST_EXPONENT = 10_000n;

const exactly = (exact: Ratio): KnownValue => ({ exact });
const below = (near: Ratio): KnownValue => ({ near, side: -1n });
const above = (near: Ratio): KnownValue => ({ near, side: 1n });
const isBeyond = ({ n, d }: Ratio, bound: bigint) => n > bound * d;
const isBefore = ({ n, d }: Ratio, bound: bigint) => n < -bound * d;

/** Digits that x − 1 or e^x − 1 lose near their zero, or that a large argument needs more. */
function lostDigits({ n, d }: Ratio): number {
  if (n === 0n) return 0;
  const bits = (k: bigint) => (k < 0n ? -k : k).toString(2).length;
  return Math.abs(bits(n) - bits(d)) * 0.31 + 2;
}

const sigmoidDouble = (x: number) => 1 / (1 + Math.exp(-x));

/** The rational square root, if there is one. */
function exactRoot({ n, d }: Ratio): Ratio | undefined {
  const reduced = ratio(n, d);
  const [top, bottom] = [integerRoot(reduced.n), integerRoot(reduced.d)];
  return top * top === reduced.n && bottom * bottom === reduced.d ? { n: top, d: bottom } : undefined;
}

function integerRoot(k: bigint): bigint {
  if (k < 2n) return k;
  let x = 1n << BigInt(Math.ceil(k.toString(2).length / 2));
  for (;;) {
    const next = (x + k / x) / 2n;
    if (next >= x) return x;
    x = next;
  }
}

function elu(alpha: number, gamma: number): RealFunction {
  const [a, g] = [exactRatio(alpha), exactRatio(gamma)];
  return {
    known: (x) => {
      if (x.n >= 0n) return exactly(times(x, g));
      const factor = times(a, g);
      if (factor.n === 0n) return exactly(ZERO);
      const limit = { n: -factor.n, d: factor.d };
      if (isBefore(x, FAR)) return factor.n > 0n ? above(limit) : below(limit);
      return undefined;
    },
    decimal: (x, digits) => {
      const context = decimals(digits + lostDigits(x));
      return decimalOf(context, x)
        .exp()
        .minus(1)
        .times(decimalOf(context, times(a, g)));
    },
    double: (x) => gamma * (x >= 0 ? x : alpha * Math.expm1(x)),
    increasing: alpha > 0 && gamma > 0,
    bends: [0],
  };
}

/** Of x times a gate that rises from 0 to 1: just below x, and just below 0, where the gate is that near its ends. */
function gateLimits(far: bigint): RealFunction["known"] {
  return (x) => {
    if (x.n === 0n) return exactly(ZERO);
    if (isBeyond(x, far)) return below(x);
    return isBefore(x, far) ? below(ZERO) : undefined;
  };
}

const TANH_SCALE = 0.044715;

/**
 * The functions. That all values but the known ones are irrational follows, for arguments that are rational, from the
 * theorems of Lindemann and Weierstrass and of Siegel and Shidlovskii (erf); so rounding is decided by enough digits.
 */
const FUNCTIONS: {
  readonly [kind in FunctionKind]: (parameters: Readonly<Record<string, number>>) => RealFunction;
} = {
  sigmoid: () => ({
    known: (x) => {
      if (x.n === 0n) return exactly(HALF);
      if (isBeyond(x, FAR)) return below(ONE);
      return isBefore(x, FAR) ? above(ZERO) : undefined;
    },
    decimal: (x, digits) => {
      const context = decimals(digits);
      return new context(1).div(decimalOf(context, x).neg().exp().plus(1));
    },
    double: sigmoidDouble,
    increasing: true,
    bends: [0],
  }),
  tanh: () => ({
    known: (x) => {
      if (x.n === 0n) return exactly(ZERO);
      if (isBeyond(x, FAR)) return below(ONE);
      return isBefore(x, FAR) ? above({ n: -1n, d: 1n }) : undefined;
    },
    decimal: (x, digits) => {
      const context = decimals(digits + lostDigits(x));
      const square = decimalOf(context, x).times(2).exp();
      return square.minus(1).div(square.plus(1));
    },
    double: Math.tanh,
    increasing: true,
    bends: [0],
  }),
  exp: () => ({
    domain: { text: `up to ${LARGEST_EXPONENT}`, holds: (x) => !isBeyond(x, LARGEST_EXPONENT) },
    known: (x) => (x.n === 0n ? exactly(ONE) : isBefore(x, FAR) ? above(ZERO) : undefined),
    decimal: (x, digits) => decimalOf(decimals(digits + lostDigits(x)), x).exp(),
    double: Math.exp,
    increasing: true,
  }),
  log: () => ({
    domain: { text: "above 0", holds: ({ n }) => n > 0n },
    known: (x) => (x.n === x.d ? exactly(ZERO) : undefined),
    decimal: (x, digits) => {
      // Next to 1 the rounding of x itself counts: as many digits more as x − 1 has zeros.
      const context = decimals(digits + lostDigits(ratio(x.n - x.d, x.d)));
      return decimalOf(context, x).ln();
    },
    double: (x) => (Math.abs(x - 1) < 0.1 ? Math.log1p(x - 1) : Math.log(x)),
    increasing: true,
  }),
  sqrt: () => ({
    domain: { text: "at least 0", holds: ({ n }) => n >= 0n },
    known: (x) => {
      const root = exactRoot(x);
      return root && exactly(root);
    },
    decimal: (x, digits) => decimalOf(decimals(digits), x).sqrt(),
    double: Math.sqrt,
    increasing: true,
  }),
  reciprocal: () => ({
    domain: { text: "other than 0", holds: ({ n }) => n !== 0n },
    known: ({ n, d }) => exactly(ratio(d, n)),
    decimal: (x, digits) => decimalOf(decimals(digits), ratio(x.d, x.n)),
    double: (x) => 1 / x,
    increasing: false,
    decreasing: true,
  }),
  softplus: () => ({
    known: (x) => (isBeyond(x, FAR) ? above(x) : isBefore(x, FAR) ? above(ZERO) : undefined),
    decimal: (x, digits) => {
      // For negative x the digits of 1 + e^x that count begin behind as many zeros.
      const context = decimals(digits + (x.n < 0n ? 90 : 0) + lostDigits(x));
      return decimalOf(context, x).exp().plus(1).ln();
    },
    double: (x) => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))),
    increasing: true,
  }),
  softsign: () => ({
    known: ({ n, d }) => exactly(ratio(n, d + (n < 0n ? -n : n))),
    decimal: ({ n, d }, digits) => decimalOf(decimals(digits), ratio(n, d + (n < 0n ? -n : n))),
    double: (x) => x / (1 + Math.abs(x)),
    increasing: true,
    bends: [0],
  }),
  elu: ({ alpha = 1 }) => elu(alpha, 1),
  selu: ({ alpha = 1, gamma = 1 }) => elu(alpha, gamma),
  gelu: () => ({
    known: gateLimits(FAR_NORMAL),
    decimal: (x, digits) => {
      const context = decimals(digits);
      const value = decimalOf(context, x);
      return value.times(normalDistribution(decimals(digits + 6), value));
    },
    double: (x) => x * normalDistributionDouble(x),
    increasing: false,
    minimum: -0.75179,
    bends: [-Math.SQRT2, Math.SQRT2],
  }),
  gelu_tanh: () => ({
    known: gateLimits(FAR_NORMAL),
    decimal: (x, digits) => {
      const context = decimals(digits + 6);
      const value = decimalOf(context, x);
      const cubic = value.plus(value.pow(3).times(TANH_SCALE));
      const twice = cubic.times(new context(8).div(context.acos(-1)).sqrt());
      return value.div(twice.neg().exp().plus(1));
    },
    double: (x) => x * sigmoidDouble(Math.sqrt(8 / Math.PI) * (x + TANH_SCALE * x ** 3)),
    increasing: false,
    minimum: -0.75246,
    bends: [-1.4185040087908283, 1.4185040087908283],
  }),
  silu: () => ({
    known: gateLimits(FAR),
    decimal: (x, digits) => {
      const context = decimals(digits);
      const value = decimalOf(context, x);
      return value.div(value.neg().exp().plus(1));
    },
    double: (x) => x * sigmoidDouble(x),
    increasing: false,
    minimum: -1.27846,
    bends: [-2.399357280520516, 2.399357280520516],
  }),
  mish: () => ({
    known: gateLimits(FAR),
    decimal: (x, digits) => {
      const context = decimals(digits);
      const value = decimalOf(context, x);
      const e = value.exp();
      const top = e.times(e.plus(2));
      return value.times(top).div(top.plus(2));
    },
    double: (x) => {
      if (x > 100) return x;
      const e = Math.exp(x);
      const top = e * (e + 2);
      return (x * top) / (top + 2);
    },
    increasing: false,
    minimum: -1.19245,
    bends: [-2.256376396360793, 1.4905711794854284],
  }),
};

/** The function of a node. */
export function realFunction(kind: FunctionKind, parameters: Readonly<Record<string, number>>): RealFunction {
  return FUNCTIONS[kind](parameters);
}
