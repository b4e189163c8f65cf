// Lambdas at the ends of the range of doubles: every solver ends, within its iterations, and says how.
import { FlipsideError, fitSync, type Penalty, penalties, type SolverName, strategies } from "flipside";
import { describe, expect, test } from "vitest";

const x = { data: Float64Array.of(1, 2, 0, 4, -1, 2, 3, 3, 1, 0, 5, 2), rows: 4, columns: 3 };
const responses = { squared: [1, 2, 3, 5], logistic: [0, 1, 1, 0.5] };
const chosen: readonly Penalty[] = [
  penalties.l1(),
  penalties.lp({ p: 0.5 }),
  penalties.logSum({ epsilon: 0.1 }),
  penalties.mcp(),
  penalties.scad(),
  strategies.standout(),
  strategies.variationalDropout(),
];
const lambdas = [5e-324, 1e-310, 1e-300, 1e-150, 1e150, 1e308];
const starts = [undefined, [1, 0, 1], [1e-320, 1e100, 0]];

describe.each(["reweighted", "proximal", "etaTrick", "direct", "dropout"] as const)(
  "%s",
  (solver: SolverName) => {
    test.each(chosen.map((penalty) => [penalty.name, penalty] as const))("%s", (_, penalty) => {
      let fits = 0;
      for (const loss of ["squared", "logistic"] as const) {
        for (const lambda of lambdas) {
          for (const start of starts) {
            for (const standardize of [true, false]) {
              const options = { penalty, lambda, loss, solver, start, standardize };
              try {
                const fit = fitSync(
                  { x, y: responses[loss] },
                  { ...options, convergence: { maxIterations: 20 } },
                );
                expect(fit.iterations).toBeLessThanOrEqual(20);
                expect(fit.coefficients.every(Number.isFinite)).toBe(true);
                ++fits;
              } catch (error) {
                expect(error).toBeInstanceOf(FlipsideError);
                expect((error as FlipsideError).code).toMatch(/^(UNSUPPORTED|NUMERIC)$/);
              }
            }
          }
        }
      }
      expect(fits).toBeGreaterThan(20);
    });
  },
);
