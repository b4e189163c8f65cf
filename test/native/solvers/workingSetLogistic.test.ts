// The working-set solver with logistic loss: against the checker and the proximal solver, for every storage of the
// design, and where there is little to solve.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { examine, type Setting } from "../../optimality.ts";
import { logisticOf } from "../../support/firstOrder.ts";
import { handleOf, type Layout, native, nativeMatrix, requestOf } from "../../support/native.ts";
import { type Data, makeProblem, plainProblem, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";

interface Choice {
  readonly name: string;
  readonly parameters: Record<string, number>;
}

const sparsePenalties: readonly Choice[] = [
  { name: "l1", parameters: {} },
  { name: "mcp", parameters: { a: 3 } },
  { name: "scad", parameters: { a: 3.7 } },
  { name: "logSum", parameters: { epsilon: 0.1 } },
  { name: "lp", parameters: { p: 0.5 } },
  { name: "hardConcrete", parameters: { beta: 2 / 3, gamma: -0.1, zeta: 1.1 } },
  { name: "variationalDropout", parameters: {} },
  { name: "variationalDropoutApprox", parameters: {} },
];

interface Options {
  readonly penalty?: Choice;
  readonly lambda: number;
  readonly intercept?: boolean;
  readonly standardize?: boolean;
  readonly solver?: string;
  readonly layout?: Layout;
  readonly single?: boolean;
  readonly maxIterations?: number;
}

function fitOf(data: Data, options: Options) {
  const penalty = options.penalty ?? (sparsePenalties[0] as Choice);
  const request = requestOf(data, handleOf(penalty.name, ...Object.values(penalty.parameters)), [
    options.lambda,
  ]);
  const [fit] = native.fitSync({
    ...request,
    x: nativeMatrix(data, options.layout ?? "columnMajor", options.single ?? false),
    loss: "logistic",
    solver: options.solver ?? "workingSet",
    intercept: options.intercept ?? true,
    standardize: options.standardize ?? true,
    maxIterations: options.maxIterations ?? 2000,
  });
  if (fit === undefined) throw new Error("no fit");
  const setting: Setting = {
    penalty,
    lambda: options.lambda,
    intercept: options.intercept ?? true,
    standardize: options.standardize ?? true,
    loss: "logistic",
  };
  return { fit, verdict: examine(data, setting, fit) };
}

/** The numbers of a matrix as single precision has them, most of them 0. */
function thinned(data: Data, density: number, seed: number): Data {
  const random = new Random(seed);
  const x = data.x.map((value) => (random.uniform() < density ? Math.fround(value) : 0));
  return { ...data, x };
}

describe("random problems", () => {
  test.each(sparsePenalties)("$name: stationary by the checker's account", (penalty) => {
    const lambdas = fc.constantFrom(0.2, 0.05, 0.01);
    check(
      25,
      fc.property(
        problemSpecs(60),
        lambdas,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (spec, lambda, intercept, standardize, proportions) => {
          const data = logisticOf(makeProblem(spec), proportions);
          const { fit, verdict } = fitOf(data, { penalty, lambda, intercept, standardize });
          expect(fit.reason).toBe("tolerance");
          // Columns far from 0 leave the rounding of their own size in the checker's sums.
          const size = 1 + Math.max(...verdict.curvature.map(Math.sqrt));
          expect(verdict.stationarity).toBeLessThanOrEqual(1e-7 * lambda + 1e-11 * size);
          expect(Math.abs(fit.objective - verdict.objective)).toBeLessThanOrEqual(
            1e-9 * (1 + Math.abs(verdict.objective)),
          );
        },
      ),
    );
  });

  test("l1: the minimum that the proximal solver finds", () => {
    check(
      20,
      fc.property(problemSpecs(40), fc.boolean(), (spec, intercept) => {
        const data = logisticOf(makeProblem({ ...spec, spread: 0 }));
        const options = { lambda: 0.03, intercept };
        const ours = fitOf(data, options).fit;
        const other = fitOf(data, { ...options, solver: "proximal", maxIterations: 100_000 }).fit;
        expect(Math.abs(ours.objective - other.objective)).toBeLessThanOrEqual(1e-9 * (1 + other.objective));
      }),
    );
  });
});

describe("storages", () => {
  const base = thinned(logisticOf(plainProblem(150, 400, 6)), 0.1, 4);
  const random = new Random(2);
  const weights = Float64Array.from({ length: 150 }, () => random.geometric(0.1, 10));

  test.each(sparsePenalties)(
    "$name: the same answer from doubles, floats and compressed columns",
    (penalty) => {
      for (const [intercept, standardize] of [
        [true, true],
        [false, false],
      ] as const) {
        const options = { penalty, lambda: 0.02, intercept, standardize };
        const data = { ...base, weights };
        const { fit: wanted } = fitOf(data, options);
        expect(wanted.reason).toBe("tolerance");
        for (const [layout, single] of [
          ["columnMajor", true],
          ["rowMajor", true],
          ["compressedColumns", false],
          ["compressedColumns", true],
        ] as const) {
          const { fit, verdict } = fitOf(data, { ...options, layout, single });
          expect(fit.reason).toBe("tolerance");
          expect(verdict.stationarity).toBeLessThanOrEqual(1e-7 * options.lambda);
          if (penalty.name !== "l1") continue;
          expect(Math.abs(fit.objective - wanted.objective)).toBeLessThanOrEqual(1e-10);
          fit.coefficients.forEach((w, j) => {
            expect(Math.abs(w - (wanted.coefficients[j] as number))).toBeLessThanOrEqual(1e-5);
          });
        }
      }
    },
  );

  test("squared loss along compressed columns: the minimum of the dense design", () => {
    const data = { ...thinned(plainProblem(150, 400, 6), 0.05, 4), weights };
    for (const intercept of [true, false]) {
      const request = requestOf(data, handleOf("l1"), [0.05]);
      const [dense, sparse] = (["columnMajor", "compressedColumns"] as const).map((layout) => {
        const x = nativeMatrix(data, layout);
        return native.fitSync({ ...request, x, solver: "workingSet", intercept })[0];
      });
      expect([dense?.reason, sparse?.reason]).toEqual(["tolerance", "tolerance"]);
      expect(Math.abs((dense?.objective ?? 0) - (sparse?.objective ?? 1))).toBeLessThanOrEqual(1e-12);
      expect(sparse?.nonzero).toBeGreaterThan(10);
    }
  });

  test("the same bits for any number of threads", () => {
    const before = native.threads();
    const results = [1, 2].map((threads) => {
      native.setThreads(threads);
      return fitOf(base, { lambda: 0.01, layout: "compressedColumns" }).fit.coefficients;
    });
    native.setThreads(before);
    expect(results[0]).toEqual(results[1]);
  });
});

describe("cases with a known answer", () => {
  const labels = logisticOf(plainProblem(60, 5, 7));

  test.each(sparsePenalties)("$name: separable labels end at a stationary point", (penalty) => {
    const y = Float64Array.from({ length: 60 }, (_, i) => ((labels.x[i * 5] as number) > 0 ? 1 : 0));
    for (const lambda of [1e-2, 1e-4]) {
      const { fit, verdict } = fitOf({ ...labels, y }, { penalty, lambda });
      expect(fit.reason).toBe("tolerance");
      expect(verdict.stationarity).toBeLessThanOrEqual(1e-7 * lambda);
    }
  });

  test.each([0, 1])("all labels %i: nothing but the intercept", (value) => {
    const y = labels.y.map(() => value);
    const { fit } = fitOf({ ...labels, y }, { lambda: 0.01 });
    expect(fit).toMatchObject({ nonzero: 0, reason: "tolerance" });
    expect(Math.sign(fit.intercept)).toBe(value === 1 ? 1 : -1);
    expect(fitOf({ ...labels, y }, { lambda: 0.01, intercept: false }).verdict.stationarity).toBeLessThan(
      1e-9,
    );
  });

  test("a large lambda: 0", () => {
    for (const penalty of sparsePenalties) {
      expect(fitOf(labels, { penalty, lambda: 1e4 }).fit).toMatchObject({ nonzero: 0, reason: "tolerance" });
    }
  });

  test("no penalty: a gradient of 0", () => {
    const { fit, verdict } = fitOf(labels, { lambda: 0 });
    expect(fit.reason).toBe("tolerance");
    expect(verdict.stationarity).toBeLessThan(1e-8);
    expect(fit.nonzero).toBe(5);
  });

  test("no penalty and separable labels: few iterations, then it says so", () => {
    const y = Float64Array.from({ length: 60 }, (_, i) => ((labels.x[i * 5] as number) > 0 ? 1 : 0));
    const { fit } = fitOf({ ...labels, y }, { lambda: 0, maxIterations: 50 });
    expect(fit.objective).toBeLessThan(1e-3);
    expect(fit.coefficients.every(Number.isFinite)).toBe(true);
  });

  test("maxIterations is counted and named", () => {
    const { fit } = fitOf(logisticOf(plainProblem(80, 100, 3)), { lambda: 0.005, maxIterations: 2 });
    expect(fit).toMatchObject({ iterations: 2, reason: "maxIterations" });
  });
});
