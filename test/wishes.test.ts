// The table of wishes in README.md: each line runs as it stands there, and does what its row says.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as flipside from "flipside";
import { describe, expect, test } from "vitest";
import { root } from "./support/child.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const between = (pattern: RegExp) => pattern.exec(readme)?.[1] ?? "";
const data = between(/<!-- wishes data -->\s*```js\n([\s\S]*?)\n```/);
const lines = new Map(
  [
    ...between(/<!-- wishes -->([\s\S]*?)<!-- \/wishes -->/).matchAll(/^\| ([^|]+) \| .* \| `(.+)` \|$/gm),
  ].map((match) => [match[1] as string, match[2] as string] as const),
);

type Run = (...library: unknown[]) => Promise<unknown>;
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...text: string[]) => Run;

/** The value of some code after the data of the table. */
function run(code: string): Promise<unknown> {
  return new AsyncFunction(...Object.keys(flipside), `${data}\nreturn ${code};`)(...Object.values(flipside));
}

async function answer<Value>(wish: string, wrap = "await LINE"): Promise<Value> {
  const line = lines.get(wish);
  if (line === undefined) throw new Error(`no line for ${wish}`);
  return (await run(wrap.replace("LINE", () => line))) as Value;
}

const checks: Record<string, (wish: string) => Promise<void>> = {
  "weights with MCP and SCAD": async (wish) => {
    const weighted = await answer<flipside.Fit>(wish);
    expect(weighted.converged).toBe(true);
    // Rows that count two or three times, given two or three times.
    const repeated = "(v) => v.flatMap((value, i) => Array(weights[i]).fill(value))";
    const same = (await run(
      `fitSync({ x: (${repeated})(x), y: (${repeated})(y) }, { penalty: penalties.scad(), lambda: 0.1 })`,
    )) as flipside.Fit;
    expectClose(weighted.coefficients, same.coefficients, 1e-7);
    const without = (await run(
      "fitSync({ x, y }, { penalty: penalties.scad(), lambda: 0.1 })",
    )) as flipside.Fit;
    expect(Math.abs((weighted.coefficients[0] ?? 0) - (without.coefficients[0] ?? 0))).toBeGreaterThan(1e-5);
    expect(
      (await answer<flipside.Fit>(wish, "await LINE".replace("LINE", lineWith(wish, "scad", "mcp"))))
        .converged,
    ).toBe(true);
  },
  "cross-validation for any penalty": async (wish) => {
    const validated = await answer<flipside.CrossValidation>(wish);
    expect(validated.lambdas).toHaveLength(20);
    expect(validated.lambda1se).toBeGreaterThanOrEqual(validated.lambdaMin);
    const values: Record<string, number> = { p: 0.5, epsilon: 0.1, k: 2, tau: 1, alpha: 0.5 };
    for (const { name, kind, parameters } of flipside.catalogue) {
      const given = parameters.map((one) => [one.name, one.default ?? values[one.name]]);
      const of = kind === "penalty" ? "penalties" : "strategies";
      const penalty = `${of}.${name}(${JSON.stringify(Object.fromEntries(given))})`;
      const one = (await run(
        `crossValidate({ x, y }, { penalty: ${penalty}, lambdaCount: 3, folds: 3 })`,
      )) as flipside.CrossValidation;
      expect([name, one.mean.every(Number.isFinite)]).toEqual([name, true]);
    }
  },
  "sparse X with MCP": async (wish) => {
    const { coefficients, converged } = await answer<flipside.Fit>(wish);
    const dense = "x.map((_, i) => [[0, 5, 7].includes(i) ? 1 : 0, i === 5 ? 2 : 0])";
    const same = (await run(
      `fit({ x: ${dense}, y }, { penalty: penalties.mcp(), lambda: 0.001 })`,
    )) as flipside.Fit;
    expect(converged).toBe(true);
    expectClose(coefficients, same.coefficients, 1e-7);
  },
  "no compiling at the first fit": async (wish) => {
    expect((await answer<flipside.Fit>(wish)).converged).toBe(true);
  },
  "convergence warnings one can act on": async (wish) => {
    const warnings = await answer<readonly { code: string; message: string }[]>(wish);
    const [first] = warnings.filter(({ code }) => code === "NOT_CONVERGED");
    expect(first?.message).toContain("maxIterations");
  },
  "progress and interruption": async (wish) => {
    const seen = await answer<unknown[]>(wish, "(await LINE, seen)");
    expect(Array.isArray(seen)).toBe(true);
    const outcome = answer(wish, "(stop.abort(), await LINE)");
    await expect(outcome).rejects.toMatchObject({ code: "ABORTED" });
  },
  "reproducible folds": async (wish) => {
    const [first, second] = [await answer<Int32Array>(wish), await answer<Int32Array>(wish)];
    expect(first).toEqual(second);
    expect([...new Set(first)].sort((a, b) => a - b)).toEqual([...Array(10).keys()]);
    expect(await answer<Int32Array>(wish, `await ${lineWith(wish, "seed: 7", "seed: 8")}`)).not.toEqual(
      first,
    );
  },
  "weights and offsets in cross-validation": async (wish) => {
    const both = await answer<flipside.CrossValidation>(wish);
    for (const spoilt of ["weights", "offset"]) {
      const other = await answer<flipside.CrossValidation>(
        wish,
        `await ${lineWith(wish, `, ${spoilt}`, "")}`,
      );
      expect([...other.mean]).not.toEqual([...both.mean]);
    }
  },
  "penalty factors": async (wish) => {
    const skglm = await answer<flipside.Fit>(wish);
    const ncvreg = await answer<flipside.Fit>(wish, `await ${lineWith(wish, '"skglm"', '"ncvreg"')}`);
    for (const one of [skglm, ncvreg]) {
      expect(one.converged).toBe(true);
      expect(one.coefficients[7]).toBe(0);
      expect(one.coefficients[0]).not.toBe(0);
    }
  },
  "objective conventions": async (wish) => {
    const glmnet = await answer<{ objective: number }>(wish);
    const paper = await answer<{ objective: number }>(wish, `await ${lineWith(wish, '"glmnet"', '"paper"')}`);
    expect(glmnet.objective).toBeCloseTo(paper.objective, 12);
    const skglm = await answer<{ objective: number }>(wish, `await ${lineWith(wish, '"glmnet"', '"skglm"')}`);
    // Its columns are not standardised.
    expect(Math.abs(skglm.objective - paper.objective)).toBeGreaterThan(1e-3);
  },
};

function lineWith(wish: string, from: string, to: string): string {
  const line = lines.get(wish) ?? "";
  expect(line).toContain(from);
  return line.replace(from, to);
}

function expectClose(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, j) => {
    expect(Math.abs(value - (expected[j] as number))).toBeLessThan(tolerance);
  });
}

describe("the wishes in README.md", () => {
  test("are all checked", () => {
    expect([...lines.keys()].sort()).toEqual(Object.keys(checks).sort());
  });
  for (const [wish, check] of Object.entries(checks)) {
    test(wish, () => check(wish));
  }
});
