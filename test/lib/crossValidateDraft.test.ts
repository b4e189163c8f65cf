// The fits of folds with few digits, in single precision where that suffices: against the same folds to a small tolerance.
import { crossValidate, type Penalty, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { Random } from "../support/random.ts";

const rows = 150;
const columns = 60;

/** Row by row: column j is `shift` of its deviations away from 0, and its deviation is unit(j). */
function problemOf(shift: number, unit: (j: number) => number, weighted: boolean) {
  const random = new Random(11);
  const data = Float64Array.from({ length: rows * columns }, (_, at) => {
    const j = at % columns;
    return j === 7 ? 3 : unit(j) * (shift + random.normal());
  });
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const signal = [1, 12, 23].reduce((sum, j) => {
      return sum + (data[i * columns + j] as number) / unit(j) - shift;
    }, 0);
    return 100 + signal + random.normal();
  });
  const weights = weighted ? Float64Array.from({ length: rows }, (_, i) => 1 + (i % 3)) : undefined;
  return { x: { data, rows, columns }, y, weights };
}

async function expectNear(
  problem: ReturnType<typeof problemOf>,
  penalty: Penalty,
  standardize: boolean,
): Promise<void> {
  const options = { penalty, standardize, folds: 5, lambdaCount: 30, lambdaRatio: 0.05, keep: true };
  const usual = await crossValidate(problem, options);
  const exact = await crossValidate(problem, { ...options, convergence: { tolerance: 1e-9 } });
  expect(usual.converged).toBe(true);
  expect(usual.lambdas).toEqual(exact.lambdas);
  const least = Math.min(...exact.mean);
  expect(least).toBeLessThan(0.5 * (exact.mean[0] as number));
  usual.mean.forEach((mean, l) => {
    const difference = Math.abs(mean - (exact.mean[l] as number));
    expect(difference / (exact.standardError[l] as number)).toBeLessThan(0.05);
  });
}

describe("the curve is that of exact fits", () => {
  const units: [string, number, (j: number) => number][] = [
    ["columns of one size", 0, () => 1],
    ["columns far from 0", 1e6, () => 1],
    ["columns of many sizes", 10, (j) => 10 ** ((j % 13) - 6)],
    ["large columns", 0, () => 1e9],
    ["small columns", 0, () => 1e-9],
  ];
  for (const [name, shift, unit] of units) {
    for (const weighted of [false, true]) {
      test(`${name}${weighted ? ", weighted" : ""}`, async () => {
        const problem = problemOf(shift, unit, weighted);
        await expectNear(problem, penalties.l1(), true);
        if (unit(0) === unit(1)) await expectNear(problem, penalties.l1(), false);
      });
    }
  }
  test("of an elastic net, whose moves are less than its violations", async () => {
    await expectNear(
      problemOf(0, () => 1, false),
      penalties.elasticNet({ alpha: 0.3 }),
      true,
    );
  });
});
