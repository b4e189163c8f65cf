// Closed forms and reference solutions of penalties with factors, bounds and groups.
import { type Fit, type FitOptions, fitPath, fitSync, type Penalty, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { examineStructured } from "../../structured.ts";
import { plainProblem, problemOf } from "../../support/problems.ts";

const soft = (z: number, t: number) => Math.sign(z) * Math.max(0, Math.abs(z) - t);

/** n rows of p columns with X'X = n I: a Hadamard matrix without its first column. */
function orthonormal(p: number) {
  const n = 16;
  const sign = (i: number, j: number) => {
    let bits = 0;
    for (let k = i & j; k > 0; k >>= 1) bits += k & 1;
    return bits % 2 === 0 ? 1 : -1;
  };
  const x = Array.from({ length: n }, (_, i) => Array.from({ length: p }, (_, j) => sign(i, j + 1)));
  const y = x.map((row, i) => row.reduce((sum, v, j) => sum + (v * (j + 1)) / 4, 0) + 0.3 * Math.sin(i * i));
  const mean = y.reduce((sum, v) => sum + v, 0) / n;
  const z = Array.from(
    { length: p },
    (_, j) => x.reduce((sum, row, i) => sum + (row[j] as number) * ((y[i] as number) - mean), 0) / n,
  );
  return { x, y, z };
}

function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(wanted.length);
  for (let j = 0; j < wanted.length; ++j) {
    const [a, b] = [actual[j] as number, wanted[j] as number];
    expect(Math.abs(a - b), `entry ${j}: ${a} and ${b}`).toBeLessThanOrEqual(tolerance * (1 + Math.abs(b)));
  }
}

const run = (problem: Parameters<typeof fitSync>[0], options: FitOptions): Fit => {
  const one = fitSync(problem, options);
  expect(one.reason).toBe("tolerance");
  return one;
};

describe("an orthonormal design", () => {
  const { x, y, z } = orthonormal(9);
  const groups = [0, 0, 0, 1, 1, 1, 2, 2, 2];
  const norm = (g: number) => Math.hypot(...z.filter((_, j) => groups[j] === g));

  test("group lasso: the norm of each group is soft thresholded", () => {
    for (const lambda of [0.1, 0.8, 2]) {
      const fit = run({ x, y }, { penalty: penalties.l1(), lambda, groups });
      const wanted = z.map((v, j) => v * Math.max(0, 1 - lambda / norm(groups[j] as number)));
      expectClose(fit.coefficients, wanted, 1e-10);
      expect(fit.solver).toBe("blocks");
    }
  });

  test("group MCP: firm thresholding of the norm", () => {
    const [lambda, a] = [0.7, 2.5];
    const fit = run({ x, y }, { penalty: penalties.mcp({ a }), lambda, groups });
    const firm = (r: number) => (r > a * lambda ? r : Math.max(0, r - lambda) / (1 - 1 / a));
    const wanted = z.map((v, j) => (v / norm(groups[j] as number)) * firm(norm(groups[j] as number)));
    expectClose(fit.coefficients, wanted, 1e-10);
  });

  test("factors, and the two conventions of them", () => {
    const factors = [2, 2, 2, 0.5, 0.5, 0.5, 1, 1, 1];
    const [lambda, a] = [0.4, 3];
    const l1 = run({ x, y }, { penalty: penalties.l1(), lambda, groups, penaltyFactors: factors });
    expectClose(
      l1.coefficients,
      z.map((v, j) => v * Math.max(0, 1 - (lambda * (factors[j] as number)) / norm(groups[j] as number))),
      1e-10,
    );
    // Of MCP(t, a) with weight s: the norm is (r - s) / (1 - s / (a t)) up to a t.
    const shrink = (r: number, s: number, t: number) =>
      r > a * t ? r : Math.max(0, r - s) / (1 - s / (a * t));
    const fits = (["ncvreg", "skglm"] as const).map((factorConvention) => {
      const options = { penalty: penalties.mcp({ a }), lambda, penaltyFactors: factors, factorConvention };
      const fit = run({ x, y }, { ...options, groups });
      const wanted = z.map((v, j) => {
        const [r, m] = [norm(groups[j] as number), factors[j] as number];
        return (v / r) * shrink(r, m * lambda, factorConvention === "ncvreg" ? m * lambda : lambda);
      });
      expectClose(fit.coefficients, wanted, 1e-10);
      return fit;
    });
    const apart = (fits[0] as Fit).coefficients.map(
      (v, j) => v - ((fits[1] as Fit).coefficients[j] as number),
    );
    expect(Math.max(...apart.map(Math.abs))).toBeGreaterThan(0.01);
    const other = run(
      { x, y },
      { penalty: penalties.l1(), lambda, groups, penaltyFactors: factors, factorConvention: "skglm" },
    );
    expect([...other.coefficients]).toEqual([...l1.coefficients]);
  });

  test("signs in a group: the positive part, then shrunk", () => {
    const lambda = 0.3;
    const turned = z.map((_, j) => (j % 2 === 0 ? -1 : 1));
    const xs = x.map((row) => row.map((v, j) => v * (turned[j] as number)));
    const zs = z.map((v, j) => v * (turned[j] as number));
    const fit = run({ x: xs, y }, { penalty: penalties.l1(), lambda, groups, bounds: { lower: 0 } });
    const part = zs.map((v) => Math.max(0, v));
    const size = (g: number) => Math.hypot(...part.filter((_, j) => groups[j] === g));
    const wanted = part.map((v, j) => v * Math.max(0, 1 - lambda / size(groups[j] as number)));
    expectClose(fit.coefficients, wanted, 1e-10);
  });

  test("boxes cut what the proximal step gives", () => {
    const lambda = 0.2;
    const fit = run({ x, y }, { penalty: penalties.l1(), lambda, bounds: { lower: -0.1, upper: 0.9 } });
    expectClose(
      fit.coefficients,
      z.map((v) => Math.min(0.9, Math.max(-0.1, soft(v, lambda)))),
      1e-10,
    );
  });

  test("eta and keep probability are those of the group's mask", () => {
    const lambda = 0.4;
    const m = [2, 2, 2, 0.5, 0.5, 0.5, 0, 0, Infinity];
    const own = [0, 0, 0, 1, 1, 1, 2, 3, 4];
    for (const factorConvention of ["ncvreg", "skglm"] as const) {
      const penalty = penalties.mcp();
      const fit = run({ x, y }, { penalty, lambda, groups: own, penaltyFactors: m, factorConvention });
      const r = (g: number) => Math.hypot(...fit.coefficients.filter((_, j) => own[j] === g));
      for (let j = 0; j < 6; ++j) {
        const factor = m[j] as number;
        const at = factorConvention === "ncvreg" ? factor * lambda : lambda;
        const eta = penalty.etaHat(r(own[j] as number), at) / factor;
        expect(fit.eta[j]).toBeCloseTo(eta, 12);
        expect(fit.keepProbability[j]).toBeCloseTo(eta === Infinity ? 1 : eta / (eta + lambda), 12);
        // The variance of the mask times the coefficient is the pull of the penalty.
        const pull = factor * lambda * (r(own[j] as number) / penalty.etaHat(r(own[j] as number), at) || 0);
        const w = fit.coefficients[j] as number;
        const share = r(own[j] as number) === 0 ? 0 : w / r(own[j] as number);
        expect((lambda / (fit.eta[j] as number)) * w || 0).toBeCloseTo(pull * share, 12);
      }
      expect([...fit.eta.slice(6)]).toEqual([Infinity, Infinity, 0]);
      expect([...fit.keepProbability.slice(6)]).toEqual([1, 1, 0]);
      expect(fit.coefficients[8]).toBe(0);
    }
  });
});

describe("what is the same as a plain fit", () => {
  const data = plainProblem(80, 30);
  const problem = problemOf(data);
  const convex: [string, Penalty][] = [
    ["l1", penalties.l1()],
    ["elasticNet", penalties.elasticNet({ alpha: 0.5 })],
    ["lp 3/2", penalties.lp({ p: 1.5 })],
  ];

  test.each(convex)("groups of one and factors of 1 with %s", (_, penalty) => {
    const plain = fitSync(problem, { penalty, lambda: 0.1 });
    const labels = Array.from({ length: 30 }, (_, j) => j);
    for (const own of [
      { groups: labels },
      { penaltyFactors: labels.map(() => 1) },
      { bounds: { lower: -1e6 } },
      { solver: "blocks" as const },
    ]) {
      const fit = run(problem, { penalty, lambda: 0.1, ...own });
      expectClose(fit.coefficients, plain.coefficients, 1e-7);
      expect(Math.abs(fit.objective - plain.objective)).toBeLessThanOrEqual(1e-12 * plain.objective);
      expect(fit.intercept).toBeCloseTo(plain.intercept, 7);
    }
  });

  test("mcp and scad reach the stationary point of the working set from its end", () => {
    for (const penalty of [penalties.mcp(), penalties.scad(), strategies.variationalDropout()]) {
      const plain = fitSync(problem, { penalty, lambda: 0.1 });
      const fit = run(problem, { penalty, lambda: 0.1, solver: "blocks", start: plain.coefficients });
      expectClose(fit.coefficients, plain.coefficients, 1e-7);
    }
  });

  test("a factor m with l1 is a column divided by m", () => {
    const m = Array.from({ length: 30 }, (_, j) => 0.5 + (j % 4));
    const scaled = data.x.map((v, k) => v / (m[k % 30] as number));
    const options = { penalty: penalties.l1(), lambda: 0.2, standardize: false };
    const fit = run(problem, { ...options, penaltyFactors: m });
    const other = run(problemOf({ ...data, x: scaled }), options);
    expectClose(
      fit.coefficients.map((v, j) => v * (m[j] as number)),
      other.coefficients,
      1e-7,
    );
  });

  test("factors 0 and Infinity: not penalised, and not there", () => {
    const m = Array.from({ length: 30 }, (_, j) => (j < 2 ? 0 : j < 10 ? Infinity : 1));
    const fit = run(problem, { penalty: penalties.l1(), lambda: 10, penaltyFactors: m });
    const two = {
      ...data,
      columns: 2,
      x: Float64Array.from({ length: 160 }, (_, k) => data.x[(k >> 1) * 30 + (k & 1)] as number),
    };
    const least = fitSync(problemOf(two), { penalty: penalties.l1(), lambda: 0 });
    expectClose(fit.coefficients.slice(0, 2), least.coefficients, 1e-8);
    expect(fit.nonzero).toBe(2);
    const weak = run(problem, { penalty: penalties.l1(), lambda: 0.01, penaltyFactors: m });
    expect(weak.coefficients.slice(2, 10)).toEqual(new Float64Array(8));
    expect(weak.nonzero).toBeGreaterThan(10);
  });

  test("elastic net with l1: the lasso with sqrt(n (1 - alpha) lambda) I below X", () => {
    const [lambda, alpha, n, p] = [0.3, 0.6, 80, 30];
    const centred = { penalty: penalties.l1(), lambda: alpha * lambda, intercept: false, standardize: false };
    const below = new Float64Array(p * p);
    for (let j = 0; j < p; ++j) below[j * (p + 1)] = Math.sqrt(n * (1 - alpha) * lambda);
    // The mean over n + p rows instead of n.
    const root = Math.sqrt((n + p) / n);
    const long = {
      ...data,
      rows: n + p,
      x: Float64Array.of(...data.x, ...below).map((v) => v * root),
      y: Float64Array.of(...data.y, ...new Float64Array(p)).map((v) => v * root),
    };
    const wanted = fitSync(problemOf(long), centred);
    for (const solver of ["auto", "proximal", "reweighted", "blocks"] as const) {
      const fit = run(problemOf(data), {
        ...centred,
        penalty: penalties.elasticNet({ alpha }),
        lambda,
        solver,
      });
      expectClose(fit.coefficients, wanted.coefficients, 1e-6);
    }
  });
});

describe("bounds", () => {
  const data = plainProblem(30, 6);
  const x = Array.from({ length: 30 }, (_, i) => [...data.x.slice(i * 6, i * 6 + 6)]);
  const y = [...data.y];

  /** Least squares on some columns by normal equations. */
  function least(columns: number[]): number[] {
    const size = columns.length;
    const a = columns.map((j) => [
      ...columns.map((k) => x.reduce((s, row) => s + (row[j] as number) * (row[k] as number), 0)),
      x.reduce((s, row, i) => s + (row[j] as number) * (y[i] as number), 0),
    ]);
    for (let k = 0; k < size; ++k) {
      for (let i = 0; i < size; ++i) {
        if (i === k) continue;
        const share = (a[i]?.[k] as number) / (a[k]?.[k] as number);
        for (let j = k; j <= size; ++j)
          (a[i] as number[])[j] = (a[i]?.[j] as number) - share * (a[k]?.[j] as number);
      }
    }
    return a.map((row, k) => (row[size] as number) / (row[k] as number));
  }

  test("nonnegative least squares is the best of all sets of columns", () => {
    let best = Infinity;
    let wanted: number[] = [];
    for (let set = 0; set < 64; ++set) {
      const columns = [0, 1, 2, 3, 4, 5].filter((j) => (set >> j) & 1);
      const values = least(columns);
      if (values.some((v) => v < 0)) continue;
      const full = [0, 1, 2, 3, 4, 5].map((j) =>
        columns.includes(j) ? (values[columns.indexOf(j)] as number) : 0,
      );
      const loss = x.reduce(
        (s, row, i) => s + ((y[i] as number) - row.reduce((t, v, j) => t + v * (full[j] as number), 0)) ** 2,
        0,
      );
      if (loss < best) [best, wanted] = [loss, full];
    }
    const options = { penalty: penalties.l1(), intercept: false, bounds: { lower: 0 } };
    for (const own of [
      { lambda: 0 },
      { lambda: 1, penaltyFactors: new Float64Array(6) },
      { lambda: 0, standardize: false },
    ]) {
      const fit = run({ x, y }, { ...options, ...own });
      expectClose(fit.coefficients, wanted, 1e-7);
      expect(Math.min(...fit.coefficients)).toBe(0);
    }
  });

  test("no coefficient passes its bound, not by rounding either", () => {
    const upper = 0.1 + 0.2;
    const fit = run({ x, y }, { penalty: penalties.l1(), lambda: 0.001, bounds: { lower: -1 / 3, upper } });
    expect(Math.max(...fit.coefficients)).toBe(upper);
    expect(Math.min(...fit.coefficients)).toBeGreaterThanOrEqual(-1 / 3);
  });

  test("a concave penalty in a box: not the end, if 0 or a place before it is better", () => {
    // One column: h/2 (t - z)^2 + lambda omega(t) over a grid of the box.
    const column = { x: [[1], [-1]], y: [1.2, -1.2] };
    for (const penalty of [
      penalties.logSum({ epsilon: 0.05 }),
      penalties.mcp({ a: 0.5 }),
      penalties.lp({ p: 0.5 }),
    ]) {
      for (const lambda of [0.05, 0.2, 0.4, 0.8]) {
        for (const upper of [0.05, 0.3, 0.7, 1.1, 5]) {
          const fit = run(column, { penalty, lambda, intercept: false, bounds: { upper } });
          const value = (t: number) => 0.5 * (t - 1.2) ** 2 + lambda * penalty.omega(t, lambda);
          let least = Infinity;
          for (let k = 0; k <= 5000; ++k) least = Math.min(least, value((k / 5000) * upper));
          expect(value(fit.coefficients[0] as number)).toBeLessThanOrEqual(least + 1e-9);
        }
      }
    }
  });
});

describe("the path", () => {
  const data = plainProblem(60, 24);
  const groups = Array.from({ length: 24 }, (_, j) => j >> 2);

  test.each([
    ["l1", penalties.l1()],
    ["mcp", penalties.mcp()],
    ["lp 1/2", penalties.lp({ p: 0.5 })],
  ] as const)("begins where all penalised groups are 0, and not before: %s", async (_, penalty) => {
    const penaltyFactors = groups.map((g) => (g === 1 ? 0 : 1 + (g % 2)));
    const options = { penalty, groups, penaltyFactors };
    const path = await fitPath(problemOf(data), { ...options, lambdaCount: 12, lambdaRatio: 0.05 });
    expect(path.reason).toBe("tolerance");
    const first = path.fits[0] as Fit;
    expect(first.nonzero).toBe(4);
    expect(path.fits.at(-1)?.nonzero).toBeGreaterThan(4);
    const below = run(problemOf(data), { ...options, lambda: first.lambda * 0.999 });
    expect(below.nonzero).toBeGreaterThan(4);
    for (const fit of path.fits) {
      const setting = { penalty: fit.penalty, lambda: fit.lambda, groups, factors: penaltyFactors };
      const { stationarity, objective } = examineStructured(data, setting, fit);
      expect(stationarity).toBeLessThanOrEqual(1e-7 * fit.lambda);
      expect(Math.abs(objective - fit.objective)).toBeLessThanOrEqual(1e-10 * Math.abs(objective));
    }
  });

  test("sign bounds count in the largest lambda", async () => {
    const path = await fitPath(problemOf(data), {
      penalty: penalties.l1(),
      bounds: { lower: 0 },
      lambdaCount: 5,
    });
    const { lambda, nonzero } = path.fits[0] as Fit;
    expect(nonzero).toBe(0);
    const below = run(problemOf(data), {
      penalty: penalties.l1(),
      bounds: { lower: 0 },
      lambda: 0.999 * lambda,
    });
    expect(below.nonzero).toBeGreaterThan(0);
  });
});

test.each([
  ["ridge", penalties.elasticNet({ alpha: 0 }), "squared"],
  ["elastic net", penalties.elasticNet({ alpha: 0.02 }), "squared"],
  ["lp 3/2", penalties.lp({ p: 1.5 }), "logistic"],
] as const)("more columns at work than a Hessian is formed of: %s", (_, penalty, loss) => {
  const made = plainProblem(60, 2400);
  const data = { ...made, y: loss === "logistic" ? made.y.map((v) => (v > 1 ? 1 : 0)) : made.y };
  const groups = Array.from({ length: 2400 }, (_, j) => j >> 2);
  const fit = run(problemOf(data), { penalty, loss, lambda: 0.05, groups });
  const { stationarity } = examineStructured(data, { penalty, loss, lambda: 0.05, groups }, fit);
  expect(stationarity).toBeLessThanOrEqual(1e-7 * 0.05);
  expect(fit.nonzero).toBeGreaterThan(2048 / 2);
});
