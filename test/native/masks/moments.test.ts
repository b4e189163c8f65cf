// The exact moments of masks against closed forms, quadrature and draws.
import { describe, expect, test } from "vitest";
import type { Floats, MaskRequest, NativePenalty } from "../../../binding.js";
import { failureOf } from "../../support/failures.ts";
import {
  cancelled,
  type Kind,
  kinds,
  type MaskNumbers,
  maskNumbers,
  maskOf,
  onWorker,
  parametersOf,
} from "../../support/maskOperations.ts";
import { handleOf, native } from "../../support/native.ts";
import { bisect, panels } from "../../support/quadrature.ts";

interface Source {
  parameter?: Floats | undefined;
  penalty?: NativePenalty;
}

function requestOf(numbers: MaskNumbers, source: Source = {}) {
  const { count } = numbers;
  const [mean, variance] = [new Float64Array(count).fill(NaN), new Float64Array(count).fill(NaN)];
  return { numbers: maskNumbers(numbers), ...source, mean, variance };
}

function momentsOf(numbers: Omit<MaskNumbers, "count">, values: number[], penalty?: NativePenalty) {
  const parameter = Float64Array.from(values);
  const given = requestOf(
    { count: values.length, ...numbers },
    penalty ? { parameter, penalty } : { parameter },
  );
  native.maskMoments(given);
  return Array.from(given.mean, (mean, i) => ({ mean, variance: given.variance[i] as number }));
}

const near = (value: number, wanted: number, tolerance: number) =>
  expect(Math.abs(value - wanted), `${value} for ${wanted}`).toBeLessThanOrEqual(
    tolerance * Math.abs(wanted),
  );

test("scaled Bernoulli: 1 and (1 - alpha) / alpha", () => {
  expect(momentsOf({}, [0, 5e-324, 1e-300, 0.25, 0.5, 1 - 2 ** -53, 1])).toEqual([
    { mean: 0, variance: 0 },
    { mean: 1, variance: Infinity },
    { mean: 1, variance: 1 / 1e-300 },
    { mean: 1, variance: 3 },
    { mean: 1, variance: 1 },
    { mean: 1, variance: 2 ** -53 / (1 - 2 ** -53) },
    { mean: 1, variance: 0 },
  ]);
});

test("unscaled Bernoulli: alpha and alpha (1 - alpha)", () => {
  expect(momentsOf({ kind: "unscaledBernoulli" }, [0, 1e-300, 0.25, 1])).toEqual([
    { mean: 0, variance: 0 },
    { mean: 1e-300, variance: 1e-300 },
    { mean: 0.25, variance: 0.1875 },
    { mean: 1, variance: 0 },
  ]);
});

test("Gaussian: 1 and sigma^2", () => {
  expect(momentsOf({ kind: "gaussian" }, [0, 1e-9, 3, Infinity])).toEqual([
    { mean: 1, variance: 0 },
    { mean: 1, variance: 1e-9 * 1e-9 },
    { mean: 1, variance: 9 },
    { mean: 0, variance: 0 },
  ]);
});

describe("hard concrete", () => {
  const sigmoid = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
  const shapes = [
    { beta: 2 / 3, gamma: -0.1, zeta: 1.1 },
    { beta: 0.2, gamma: -0.5, zeta: 1.5 },
    { beta: 5, gamma: -0.01, zeta: 1.01 },
    { beta: 20, gamma: -1, zeta: 2 },
  ];

  /**
   * Over l = logit u, which has the density sigmoid'. Beyond lower s is 0 and beyond upper it is 1. For the half where
   * most of s is 1 the moments are those of 1 - s, whose shape is that of s turned round.
   */
  function quadrature(theta: number, { beta, gamma, zeta }: (typeof shapes)[0]) {
    const turned = theta > 0;
    const location = turned ? -theta : theta;
    const [low, high] = turned ? [1 - zeta, 1 - gamma] : [gamma, zeta];
    const lower = beta * Math.log(-low / high) - location;
    const upper = beta * Math.log((1 - low) / (high - 1)) - location;
    const { at, weight } = panels(lower, upper, Math.ceil(2 * (upper - lower) * Math.max(1, 1 / beta)));
    const integral = (f: (s: number) => number) =>
      at.reduce(
        (sum, l, k) => {
          const s = low + (high - low) * sigmoid((l + location) / beta);
          return sum + (weight[k] as number) * sigmoid(l) * sigmoid(-l) * f(s);
        },
        f(0) * sigmoid(lower) + f(1) * sigmoid(-upper),
      );
    const mean = integral((s) => s);
    return { mean: turned ? 1 - mean : mean, variance: integral((s) => (s - mean) ** 2) };
  }

  const thetas = [-700, -300, -30, -5, -1, -0.1, 0, 0.3, 2, 5, 30, 300, 700];

  test.each(shapes)("moments with $beta, $gamma, $zeta", (shape) => {
    momentsOf({ kind: "hardConcrete", ...shape }, thetas).forEach(({ mean, variance }, i) => {
      const wanted = quadrature(thetas[i] as number, shape);
      near(mean, wanted.mean, 1e-12);
      near(variance, wanted.variance, 1e-12);
    });
  });

  test("always 0, always 1, and what is beyond the range of a double", () => {
    const [never, always, under, over] = momentsOf({ kind: "hardConcrete" }, [
      -Infinity,
      Infinity,
      -1e9,
      1e9,
    ]);
    expect([never, under]).toEqual(Array(2).fill({ mean: 0, variance: 0 }));
    expect([always, over]).toEqual(Array(2).fill({ mean: 1, variance: 0 }));
  });

  test("with a penalty: the one whose variance is lambda / etaHat relative to its squared mean", () => {
    const w = [0.1, 0.7, 1, 4, 30];
    const shape = shapes[0] as (typeof shapes)[0];
    momentsOf({ kind: "hardConcrete", lambda: 0.5 }, w, handleOf("l1")).forEach(({ mean, variance }, i) => {
      const relative = 0.5 / (w[i] as number);
      near(variance / mean ** 2, relative, 1e-9);
      const theta = bisect(-30, 30, (x) => {
        const at = quadrature(x, shape);
        return at.variance / at.mean ** 2 > relative;
      });
      near(mean, quadrature(theta, shape).mean, 1e-9);
    });
  });
});

describe("with a penalty the variance is lambda / etaHat", () => {
  const w = [0, 1e-200, 1e-9, 0.3, -2, 1e9, 1e150];

  test.each(["bernoulli", "gaussian"] as const)("%s", (kind) => {
    momentsOf({ kind, lambda: 0.7 }, w, handleOf("logSum", 0.5)).forEach(({ mean, variance }, i) => {
      const size = Math.abs(w[i] as number);
      expect(mean).toBe(size === 0 ? 0 : 1);
      near(variance, size === 0 ? 0 : 0.7 / size / (size + 0.5), 1e-14);
    });
  });

  test("unscaled Bernoulli, relative to alpha^2", () => {
    momentsOf({ kind: "unscaledBernoulli", lambda: 0.7 }, w, handleOf("l1")).forEach(
      ({ mean, variance }, i) => {
        const size = Math.abs(w[i] as number);
        near(mean, size / (size + 0.7), 1e-14);
        near(variance, (size / (size + 0.7)) * (0.7 / (size + 0.7)), 1e-14);
      },
    );
  });

  test("at lambda = 0 and beyond the last knee of mcp all is kept", () => {
    for (const kind of Object.keys(kinds) as Kind[]) {
      const kept = { mean: 1, variance: 0 };
      expect(momentsOf({ kind, lambda: 0 }, [0, 3], handleOf("l1"))).toEqual([kept, kept]);
      expect(momentsOf({ kind, lambda: 0.5 }, [5], handleOf("mcp", 3))).toEqual([kept]);
    }
  });

  test("of the norms of units", () => {
    const weights = Float32Array.from({ length: 35 }, (_, i) => i - 11.5);
    const structure = { rows: 5, columns: 7, unitRows: 2, unitColumns: 3 };
    const source = { parameter: weights, penalty: handleOf("l1") };
    const given = requestOf({ count: 9, lambda: 0.7, ...structure }, source);
    native.maskMoments(given);
    given.variance.forEach((variance, unit) => {
      const inUnit = (_: number, k: number) =>
        Math.floor(k / 7 / 2) === Math.floor(unit / 3) && Math.floor((k % 7) / 3) === unit % 3;
      near(variance, 0.7 / Math.hypot(...weights.filter(inUnit)), 1e-14);
    });
  });
});

test.each(Object.keys(kinds) as Kind[])("of %s masks as they are drawn", (kind) => {
  const count = 100000;
  for (const parameter of [0.2, 0.8, 1]) {
    const [moments] = momentsOf({ kind }, [parameter]) as [{ mean: number; variance: number }];
    const mask = maskOf({ numbers: maskNumbers({ kind, count, parameter }) }, count, Float64Array);
    const draws = Array.from(mask);
    const powers = [1, 2, 4].map(
      (power) => draws.reduce((sum, s) => sum + (s - moments.mean) ** power, 0) / count,
    );
    const [shift, second, fourth] = powers as [number, number, number];
    // 5 standard errors: one in 1.7 million draws of the seed would fail.
    expect(Math.abs(shift)).toBeLessThanOrEqual(5 * Math.sqrt(second / count));
    const error = Math.sqrt(Math.max(0, fourth - second ** 2) / count);
    expect(Math.abs(second - moments.variance)).toBeLessThanOrEqual(5 * error + 1e-12);
  }
});

test.each(Object.keys(kinds) as Kind[])(
  "%s: one parameter, one for each, threads, a worker",
  async (kind) => {
    const count = 5003;
    const parameter = parametersOf(kind, count, Float32Array);
    const before = native.threads();
    native.setThreads(1);
    const wanted = requestOf({ kind, count }, { parameter });
    native.maskMoments(wanted);
    native.setThreads(2);
    const given = requestOf({ kind, count }, { parameter });
    native.maskMoments(given);
    native.setThreads(before);
    expect([given.mean, given.variance]).toEqual([wanted.mean, wanted.variance]);
    const later = requestOf({ kind, count }, { parameter: parameter.slice() });
    const job = onWorker("maskMomentsAsync", later);
    later.parameter?.fill(0.5);
    await job;
    expect([later.mean, later.variance]).toEqual([wanted.mean, wanted.variance]);
    const all = requestOf({ kind, count: 3, parameter: parameter[7] as number });
    native.maskMoments(all);
    expect([...all.mean]).toEqual(Array(3).fill(wanted.mean[7]));
    expect([...all.variance]).toEqual(Array(3).fill(wanted.variance[7]));
  },
);

describe("refuses", () => {
  const failure = (request: object) => failureOf(() => native.maskMoments(request as MaskRequest));

  test.each([
    [
      "bernoulli",
      -0.1,
      "OUT_OF_RANGE",
      "keepProbability must be from 0 to 1, but keepProbability[2600] is -0.1",
    ],
    ["unscaledBernoulli", NaN, "NOT_FINITE", /keepProbability\[2600\] is NaN/],
    ["gaussian", -1, "OUT_OF_RANGE", /standardDeviation\[2600\] is -1/],
    ["hardConcrete", NaN, "NOT_FINITE", /location\[2600\] is NaN/],
  ] as const)("%s of %d", (kind, bad, code, message) => {
    const parameter = new Float64Array(4000).fill(0.5);
    parameter[2600] = bad;
    parameter[3900] = bad;
    expect(failure(requestOf({ kind, count: 4000 }, { parameter }))).toMatchObject({ code, message });
  });

  test("weights that are not finite", () => {
    const source = { parameter: Float64Array.of(1, NaN), penalty: handleOf("l1") };
    expect(failure(requestOf({ count: 2, lambda: 1 }, source))).toMatchObject({
      code: "NOT_FINITE",
      message: /weights\[1\] is NaN/,
    });
  });

  test("arrays that do not fit", () => {
    const given = requestOf({ count: 5 });
    for (const name of ["mean", "variance"] as const) {
      expect(failure({ ...given, [name]: new Float64Array(4) }).code).toBe("LENGTH_MISMATCH");
      expect(failure({ ...given, [name]: new Float32Array(5) }).code).toBe("INVALID_ARGUMENT");
    }
    expect(failure({ ...given, variance: given.mean })).toMatchObject({
      message: "mean must not overlap variance, but does",
    });
  });

  test("to go on after cancel", async () => {
    const count = 100000;
    const given = requestOf(
      { kind: "hardConcrete", count },
      { parameter: parametersOf("gaussian", count, Float64Array) },
    );
    expect(await cancelled("maskMomentsAsync", given)).toMatchObject({ code: "ABORTED" });
  });
});
