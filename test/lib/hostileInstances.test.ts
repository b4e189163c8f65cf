// Objects that throw when they are asked what they are, where a Fit, a Penalty or a Date belongs.
import { evaluateObjective, fitSync, informationCriteria, penalties, standardErrors } from "flipside";
import { expect, test } from "vitest";
import { expectFailure, expectRejection, loose } from "../support/failures.ts";
import { plainProblem, problemOf } from "../support/problems.ts";

const problem = problemOf(plainProblem(20, 3));
const fit = fitSync(problem, { penalty: penalties.mcp(), lambda: 0.1 });

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test("a revoked Proxy is refused by name", async () => {
  expectFailure(() => loose(fit.card.bind(fit))({ date: revoked() }), "INVALID_ARGUMENT", "date must be");
  await expectRejection(() => loose(informationCriteria)(revoked()), "INVALID_ARGUMENT", "fits");
  await expectRejection(() => loose(informationCriteria)([revoked()]), "INVALID_ARGUMENT", "fits[0] must be");
  await expectRejection(() => loose(standardErrors)(revoked(), problem), "INVALID_ARGUMENT", "fit must be");
  const options = { convention: "paper", penalty: revoked(), lambda: 1, coefficients: [0, 0, 0] };
  expectFailure(() => loose(evaluateObjective)(problem, options), "INVALID_ARGUMENT", "penalty must be");
});

test("so many starts that nobody would wait for them", () => {
  const options = { penalty: penalties.mcp(), lambda: 0.1 };
  expect(fitSync(problem, { ...options, starts: 3 }).record.starts).toBe(3);
  expectFailure(
    () => fitSync(problem, { ...options, starts: 1e9 }),
    "OUT_OF_RANGE",
    "starts must be an integer >= 1 and <= 100000",
  );
});
