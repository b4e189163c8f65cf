// lambda / etaHat and the keep probability of penalties whose etaHat is a rational function, from the formulas of
// theory.md (§4) in exact arithmetic: rounded once, and to any size that a double can have.
import type { Parameters } from "./formulas.ts";

/** variance = numerator / denominator. */
interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const scale = 1n << 1074n;

/** x 2^1074 for finite x >= 0. */
function scaled(x: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const exponent = word >> 52n;
  const fraction = word & ((1n << 52n) - 1n);
  return exponent === 0n ? fraction : (fraction + (1n << 52n)) << (exponent - 1n);
}

const bitLength = (x: bigint) => 4 * x.toString(16).length;

function toNumber({ numerator, denominator }: Ratio): number {
  if (denominator === 0n) return Infinity;
  if (numerator === 0n) return 0;
  const shift = 80 - (bitLength(numerator) - bitLength(denominator));
  const quotient =
    shift >= 0 ? (numerator << BigInt(shift)) / denominator : numerator / (denominator << BigInt(-shift));
  const half = Math.trunc(-shift / 2);
  return Number(quotient) * 2 ** half * 2 ** (-shift - half);
}

type Variance = (w: bigint, lambda: bigint, parameter: bigint) => Ratio;

/** lambda omega' / w where omega' = (a lambda - w) / (d lambda), which ends at w = a lambda. */
function towardsEnd(w: bigint, lambda: bigint, a: bigint, d: bigint): Ratio {
  const gap = a * lambda - w * scale;
  return gap > 0n ? { numerator: gap, denominator: d * w } : { numerator: 0n, denominator: 1n };
}

const variances: Record<string, Variance> = {
  l1: (w, lambda) => ({ numerator: lambda, denominator: w }),
  logSum: (w, lambda, epsilon) => ({ numerator: lambda * scale, denominator: w * (w + epsilon) }),
  logSumSquares: (w, lambda, epsilon) => ({
    numerator: 2n * lambda * scale,
    denominator: w * w + epsilon * scale,
  }),
  mcp: (w, lambda, a) => towardsEnd(w, lambda, a, a),
  scad: (w, lambda, a) =>
    w <= lambda ? { numerator: lambda, denominator: w } : towardsEnd(w, lambda, a, a - scale),
};

export const exactNames = Object.keys(variances);

export function exactMask(name: string, parameters: Parameters, w: number, lambda: number) {
  const variance = variances[name] as Variance;
  const [parameter = 0] = Object.values(parameters);
  const ratio = variance(scaled(Math.abs(w)), scaled(lambda), scaled(parameter));
  const { numerator, denominator } = ratio;
  return {
    variance: toNumber(ratio),
    alpha: toNumber({ numerator: denominator, denominator: numerator + denominator }),
  };
}
