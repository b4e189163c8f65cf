import fc from "fast-check";
import { type Penalty, penaltyFromJSON } from "flipside";
import type { Parameters } from "./formulas.ts";

/** A penalty as data, so that fast-check prints and shrinks it. */
export interface PenaltySpec {
  readonly name: string;
  readonly parameters: Parameters;
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Log-uniform. */
const decades = (min: number, max: number) =>
  between(Math.log10(min), Math.log10(max)).map((exponent) => 10 ** exponent);

const parameters: Record<string, fc.Arbitrary<Parameters>> = {
  l1: fc.constant({}),
  lp: fc.record({ p: fc.oneof(between(0.2, 1), between(1.05, 1.9), fc.constantFrom(0.5, 1, 1.5)) }),
  logSum: fc.record({ epsilon: decades(0.01, 5) }),
  logSumSquares: fc.record({ epsilon: decades(0.001, 5) }),
  mcp: fc.record({ a: fc.oneof(between(1.1, 6), between(0.3, 1.1), fc.constant(3)) }),
  scad: fc.record({ a: fc.oneof(between(2.05, 8), fc.constant(3.7)) }),
  elasticNet: fc.record({ alpha: fc.oneof(between(0.05, 1), fc.constantFrom(0.5, 1)) }),
  standout: fc.constant({}),
  variationalDropout: fc.constant({}),
  variationalDropoutApprox: fc.constant({}),
  hardConcrete: fc.oneof(
    fc.constant({ beta: 2 / 3, gamma: -0.1, zeta: 1.1 }),
    fc.constantFrom(
      { beta: 0.5, gamma: -0.2, zeta: 1.05 },
      { beta: 1, gamma: -0.05, zeta: 1.3 },
      { beta: 0.8, gamma: -0.3, zeta: 1.2 },
    ),
  ),
};

/** Penalties of one name from all over their range. */
export function penaltiesNamed(name: string): fc.Arbitrary<PenaltySpec> {
  const arbitrary = parameters[name];
  if (arbitrary === undefined) throw new Error(`the tests have no parameters for ${name}`);
  return arbitrary.map((chosen) => ({ name, parameters: chosen }));
}

/** Any penalty that is a sum over the coefficients. */
export function separablePenalties(): fc.Arbitrary<PenaltySpec> {
  return fc.constantFrom(...Object.keys(parameters)).chain(penaltiesNamed);
}

export function makePenalty(spec: PenaltySpec): Penalty {
  return penaltyFromJSON(spec);
}
