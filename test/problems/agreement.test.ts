// Every algorithm reaches the same place: three problems, five penalties. README and bench/results show the table.
import { describe, expect, test } from "vitest";
import { compare } from "../../bench/agreement/compare.ts";
import { agreementPenalties, agreementProblems } from "../../bench/agreement/problems.ts";
import { solverDefaults } from "../../dist/solver.js";

/** How near the objective comes to that of the reweighted solver for a convex penalty, relative. */
const nearness = { reweighted: 0, proximal: 1e-8, accelerated: 1e-8, etaTrick: 1e-5, direct: 1e-3 };

describe.each(agreementProblems())("$name", (problem) => {
  test.each(agreementPenalties)("$name", async (regulariser) => {
    const outcomes = await compare(problem, regulariser);
    for (const { algorithm, difference, stationarity, margin, converged } of outcomes) {
      const solver = algorithm === "accelerated" ? "proximal" : algorithm;
      expect(converged, algorithm).toBe(true);
      if (algorithm === "dropout") {
        expect(margin).toBeGreaterThan(0);
        expect(Math.abs(difference), algorithm).toBeLessThanOrEqual(margin as number);
        continue;
      }
      expect(stationarity, algorithm).toBeLessThanOrEqual(solverDefaults[solver].tolerance);
      if (!regulariser.penalty.convex) continue;
      expect(Math.abs(difference), algorithm).toBeLessThanOrEqual(nearness[algorithm]);
    }
  });
});
