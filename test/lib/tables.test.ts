// A penalty from functions in a solver that asks for its dual at every step: the dual has a table of its own there.
import { fitSync, type Penalty, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure } from "../support/failures.ts";
import { plainProblem, problemOf } from "../support/problems.ts";

const problem = problemOf(plainProblem(60, 12));
const lambda = 0.1;

const builtIn: readonly Penalty[] = [
  penalties.l1(),
  penalties.lp({ p: 0.5 }),
  penalties.lp({ p: 1.5 }),
  penalties.logSum({ epsilon: 0.3 }),
  penalties.logSumSquares({ epsilon: 0.3 }),
  strategies.standout(),
];

describe("etaTrick with a caller's own functions", () => {
  test.each(builtIn.map((penalty) => [penalty.name, JSON.stringify(penalty.parameters), penalty] as const))(
    "%s %s ends where the built-in penalty ends, and so do its fits at other lambdas",
    (_, __, penalty) => {
      const own = penalties.fromPenalty((w) => penalty.omega(w));
      const scaled = penalties.fromKeepProbability((w) => penalty.keepProbability(w));
      const solve = (chosen: Penalty, at: number) =>
        fitSync(problem, { penalty: chosen, lambda: at, solver: "etaTrick" });
      for (const at of [lambda, lambda / 3]) {
        // standout depends on lambda, a function that is given as a penalty does not.
        if (penalty.name !== "standout") {
          const [mine, reference] = [solve(own, at), solve(penalty, at)];
          expect(mine.converged).toBe(true);
          expect(mine.objective / reference.objective).toBeCloseTo(1, 9);
        }
      }
      // As a strategy, at lambda = 1, the only lambda at which all kinds agree.
      const [mine, reference] = [solve(scaled, 1), solve(penalty, 1)];
      expect(mine.converged).toBe(true);
      // Its omega begins at 0.
      expect(mine.objective).toBeCloseTo(reference.objective - 12 * penalty.omega(0), 7);
    },
  );

  test("a strategy whose penalty would be infinite is refused", () => {
    // etaHat falls like w² at 0: its omega is the integral of 1/w.
    expectFailure(
      () => penalties.fromKeepProbability((w) => (w * w) / (w * w + 0.1 * w + 0.01)),
      "UNBOUNDED",
      "omega must be finite near 0, but its slope grows like w^-1.00 there",
    );
  });
});
