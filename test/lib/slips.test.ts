// Two slips that are known to have been made do not satisfy omega = 1/2 min over eta of w²/eta + f; our duals do.
import { penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { bruteDual, bruteOmega } from "../support/roundTrip.ts";

const epsilons = [0.05, 1, 4];
const etas = [0.02, 0.3, 1, 3, 40];

/** A sign that is wrong: - epsilon / eta. */
const wrongSquares = (epsilon: number) => (eta: number) =>
  2 * eta >= epsilon ? 2 * Math.log(2 * eta) - 2 - epsilon / eta : 2 * Math.log(epsilon);

/** The second term doubled: 2 (log - ...) for 2 log - .... */
const wrongLogSum = (epsilon: number) => (eta: number) => {
  const r = Math.sqrt(epsilon * epsilon + 4 * eta);
  return 2 * (Math.log((r + epsilon) / 2) - (r - epsilon) ** 2 / (4 * eta));
};

const cases = [
  {
    name: "log(w² + epsilon)",
    make: (epsilon: number) => penalties.logSumSquares({ epsilon }),
    omega: (epsilon: number) => (w: number) => Math.log(w * w + epsilon),
    wrong: wrongSquares,
    // Where eta is below epsilon / 2 both are constant.
    differs: (epsilon: number, eta: number) => 2 * eta > epsilon,
  },
  {
    name: "log(w + epsilon)",
    make: (epsilon: number) => penalties.logSum({ epsilon }),
    omega: (epsilon: number) => (w: number) => Math.log(w + epsilon),
    wrong: wrongLogSum,
    differs: () => true,
  },
];

describe.each(cases)("$name", ({ make, omega, wrong, differs }) => {
  test("its dual is sup over w of 2 omega - w²/eta; the slip is not", () => {
    for (const epsilon of epsilons) {
      for (const eta of etas) {
        const brute = bruteDual(omega(epsilon), eta);
        const size = 1 + Math.abs(brute);
        expect(Math.abs(make(epsilon).dual(eta) - brute)).toBeLessThan(1e-9 * size);
        const fromValues = penalties.fromPenalty(omega(epsilon)).dual(eta);
        expect(Math.abs(fromValues - brute)).toBeLessThan(1e-8 * size);
        if (differs(epsilon, eta)) {
          expect(Math.abs(wrong(epsilon)(eta) - brute)).toBeGreaterThan(1e-4 * size);
        }
      }
    }
  });

  test("omega is 1/2 min over eta of w²/eta + f; with the slip it is another function", () => {
    for (const epsilon of epsilons) {
      for (const w of [0.2, 1, 6]) {
        const wanted = omega(epsilon)(w);
        const ours = bruteOmega((eta) => make(epsilon).dual(eta), w);
        expect(Math.abs(ours - wanted)).toBeLessThan(1e-9 * (1 + Math.abs(wanted)));
        const theirs = bruteOmega(wrong(epsilon), w);
        expect(Math.abs(theirs - wanted)).toBeGreaterThan(1e-4 * (1 + Math.abs(wanted)));
      }
    }
  });
});
