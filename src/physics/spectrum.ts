import { UserError } from "../ir/errors.js";

/** Spectrum of the transverse momentum between `min` and `max`, GeV. */
export type Spectrum =
  /** dN/dpT constant. */
  | { readonly kind: "flat"; readonly min: number; readonly max: number }
  /** dN/d(1/pT) constant, that is dN/dpT ∝ pT^-2: even in the bend. */
  | { readonly kind: "inverse"; readonly min: number; readonly max: number }
  /** dN/dpT ∝ pT^-index. */
  | { readonly kind: "power"; readonly min: number; readonly max: number; readonly index: number }
  /** dN/dpT ∝ exp(-pT / scale). */
  | { readonly kind: "exponential"; readonly min: number; readonly max: number; readonly scale: number };

export const SPECTRUM_KINDS = ["flat", "inverse", "power", "exponential"] as const;

/** Refuses a spectrum that cannot be sampled, or that reaches below `lowest`, GeV. */
export function checkSpectrum(spectrum: Spectrum, lowest: number): void {
  const { min, max } = spectrum;
  if (!(min >= lowest && max >= min && Number.isFinite(max))) {
    throw new UserError(`the pT range ${min}…${max} GeV is not usable`, {
      where: "spectrum",
      hint: `Choose ${lowest} ≤ minimum ≤ maximum.`,
    });
  }
  if (spectrum.kind === "power" && !Number.isFinite(spectrum.index)) {
    throw new UserError(`the power law's index must be a number, not ${spectrum.index}`, {
      where: "spectrum",
    });
  }
  if (spectrum.kind === "exponential" && !(spectrum.scale > 0 && Number.isFinite(spectrum.scale))) {
    throw new UserError(`the exponential's scale must be positive, not ${spectrum.scale}`, {
      where: "spectrum",
    });
  }
}

/** pT in GeV at quantile u in [0, 1): the inverse of the cumulative distribution. */
export function ptAt(spectrum: Spectrum, u: number): number {
  const { min, max } = spectrum;
  switch (spectrum.kind) {
    case "flat":
      return min + u * (max - min);
    case "inverse":
      return 1 / (1 / min + u * (1 / max - 1 / min));
    case "power": {
      const k = 1 - spectrum.index;
      if (Math.abs(k) < 1e-9) return min * (max / min) ** u;
      // pT^k is flat; scaled by min to stay in range for any index.
      return min * (1 + u * ((max / min) ** k - 1)) ** (1 / k);
    }
    case "exponential":
      return min - spectrum.scale * Math.log1p(u * Math.expm1(-(max - min) / spectrum.scale));
  }
}
