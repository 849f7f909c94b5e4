/** One digit of a signed-digit number: ±2^shift. */
export interface Digit {
  readonly shift: number;
  readonly negative: boolean;
}

/**
 * The canonical signed-digit form of an integer: the fewest nonzero digits ±2^i, no two of them adjacent (Reitwiesner,
 * "Binary Arithmetic", Advances in Computers 1, 1960).
 */
export function csdDigits(value: bigint): readonly Digit[] {
  const digits: Digit[] = [];
  let rest = value;
  for (let shift = 0; rest !== 0n; shift++) {
    if ((rest & 1n) === 1n) {
      const negative = (rest & 3n) === 3n;
      digits.push({ shift, negative });
      rest += negative ? 1n : -1n;
    }
    rest >>= 1n;
  }
  return digits;
}
