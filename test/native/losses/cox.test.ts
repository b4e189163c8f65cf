// Cox's partial likelihood: by hand, by differences, against every risk set anew, and fits of every penalty.
import fc from "fast-check";
import { Design, Fit, fitMany, fitPath, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure } from "../../support/failures.ts";
import { firstOrder } from "../../support/firstOrder.ts";
import {
  examineRandomFits,
  expectDerivatives,
  fitOf,
  lossAt,
  responseFor,
  someWeights,
  sparsePenalties,
  thinned,
} from "../../support/lossFits.ts";
import { lossFormula } from "../../support/lossFormulas.ts";
import { native } from "../../support/native.ts";
import { plainProblem, survivalOf } from "../../support/problems.ts";
import { Random } from "../../support/random.ts";
import { expectNear, expectSolution } from "../../support/verify.ts";

const loss = "cox";
const random = new Random(6);
const rows = 90;
const censored = responseFor(loss, plainProblem(rows, 5, 3));
const weights = someWeights(rows, random);
const offset = random.normals(rows);
const breslow = Float64Array.of(0);
const efron = Float64Array.of(1);
const ones = new Float64Array(rows).fill(1);

const partial = (z: number[], time: number[], status: number[], parameters = efron, own?: Float64Array) =>
  lossAt({
    loss,
    fitted: Float64Array.from(z),
    y: Float64Array.from([...time, ...status]),
    parameters,
    weights: own,
  }).value * z.length;

describe("by hand", () => {
  const [a, b, c] = [0.3, -1.1, 0.7];
  const e = Math.exp;

  test("two rows: log(1 + the ratio of the hazards), or nothing", () => {
    expectNear(partial([a, b], [1, 2], [1, 1]), Math.log1p(e(b - a)), 1e-15, "first");
    expectNear(partial([a, b], [2, 1], [0, 1]), Math.log1p(e(a - b)), 1e-15, "second");
    expect(partial([a, b], [2, 1], [1, 0])).toBe(0);
  });

  test("three rows, of which two die together", () => {
    const sum = e(a) + e(b) + e(c);
    const both = [0, 1].map((ties) => partial([a, b, c], [2, 2, 3], [1, 1, 0], Float64Array.of(ties)));
    expectNear(both[0] as number, 2 * Math.log(sum) - a - b, 1e-14, "Breslow");
    const half = sum - (e(a) + e(b)) / 2;
    expectNear(both[1] as number, Math.log(sum) + Math.log(half) - a - b, 1e-14, "Efron");
    // The mean weight of those that die times the sum of the logarithms.
    const own = Float64Array.of(1, 2, 0.5);
    const total = e(a) + 2 * e(b) + 0.5 * e(c);
    const later = total - (e(a) + 2 * e(b)) / 2;
    const weighted = 1.5 * (Math.log(total) + Math.log(later)) - a - 2 * b;
    expectNear(partial([a, b, c], [2, 2, 3], [1, 1, 0], efron, own), weighted, 1e-14, "weights");
  });

  test("all die at once: Breslow's term is the same for each", () => {
    expectNear(partial([0, 0, 0], [5, 5, 5], [1, 1, 1], breslow), 3 * Math.log(3), 1e-15, "Breslow");
    expectNear(partial([0, 0, 0], [5, 5, 5], [1, 1, 1]), Math.log(6), 1e-15, "Efron");
  });
});

describe("at fitted values", () => {
  test.each([{}, { weights }, { weights, offset }])("case %#: the formula and derivatives", (options) => {
    for (const parameters of [breslow, efron]) {
      const fitted = random.normals(rows).map((z) => 2 * z);
      const given = { loss, fitted, y: censored.y, parameters, ...options } as const;
      const at = lossAt(given);
      const z = fitted.map((value, i) => value + (options.offset?.[i] ?? 0));
      const own = options.weights ?? ones;
      const wanted = lossFormula(loss, [...parameters])(z, censored.y, own);
      expectNear(at.value, wanted.loss, 1e-13, "value");
      at.residual.forEach((r, i) => {
        const error = Math.abs(r - (own[i] as number) * (wanted.residual[i] as number));
        expect(error).toBeLessThan(1e-12);
      });
      expectDerivatives(given, random);
      const balance = at.residual.reduce((sum, r) => sum + r, 0);
      expect(Math.abs(balance)).toBeLessThan(1e-12);
      expect(at.intercept).toBe(0);
    }
  });

  test("without ties Breslow is Efron; a shift changes nothing; Breslow takes a weight of 2 as two rows", () => {
    const fitted = random.normals(rows);
    const y = Float64Array.from(censored.y);
    y.set(random.normals(rows));
    const [one, two] = [breslow, efron].map((parameters) => lossAt({ loss, fitted, y, parameters }).value);
    expectNear(one as number, two as number, 1e-14, "without ties");
    for (const parameters of [breslow, efron]) {
      const at = lossAt({ loss, fitted, y: censored.y, parameters, weights });
      const moved = lossAt({ loss, fitted: fitted.map((z) => z + 64), y: censored.y, parameters, weights });
      expectNear(moved.value, at.value, 1e-12, "shift");
    }
    const double = (values: Float64Array) => [...values, values[4] as number];
    const heavier = ones.map((_, i) => (i === 4 ? 2 : 1));
    const sum = partial(
      [...fitted],
      [...censored.y.slice(0, rows)],
      [...censored.y.slice(rows)],
      breslow,
      heavier,
    );
    const again = partial(
      double(fitted),
      double(censored.y.slice(0, rows)),
      double(censored.y.slice(rows)),
      breslow,
    );
    expectNear(again, sum, 1e-13, "twice");
  });

  test("hazards over 700 orders of magnitude: no risk set is lost, nothing is NaN", () => {
    const fitted = Float64Array.of(800, 300, 0, -500, -800);
    const y = Float64Array.of(1, 2, 3, 4, 5, 1, 1, 1, 1, 1);
    const falling = lossAt({ loss, fitted, y, direction: random.normals(5) });
    expect(falling.value).toBeGreaterThanOrEqual(0);
    expect(falling.value).toBeLessThan(1e-100);
    const rising = lossAt({ loss, fitted: fitted.slice().reverse(), y, direction: random.normals(5) });
    expectNear(rising.value * 5, 1600 + 1300 + 800 + 500, 1e-14, "value");
    for (const at of [falling, rising]) {
      for (const value of [...at.residual, ...at.curvature, ...at.image]) expect(value).not.toBeNaN();
    }
  });

  test("deviance: 0 at the best that there can be, else twice the difference", () => {
    const time = [3, 3, 1, 2];
    const status = [1, 1, 1, 0];
    const y = Float64Array.from([...time, ...status]);
    for (const parameters of [breslow, efron]) {
      const at = (z: number[]) => native.lossDeviance({ loss, z: Float64Array.from(z), y, parameters });
      expect(at([0, 0, 60, 0])).toBeLessThan(1e-13);
      const log = (z: number[]) => partial(z, time, status, parameters);
      expectNear(at([1, 2, 3, 4]), 2 * (log([1, 2, 3, 4]) - log([0, 0, 60, 0])), 1e-12, "deviance");
    }
  });
});

describe("fits", () => {
  test.each(sparsePenalties)("$name: random problems, stationary by the checker's account", (penalty) => {
    examineRandomFits(loss, penalty, { parameters: fc.constantFrom([0], [1]) });
  });

  test.each(firstOrder)("$name: the same stationarity", ({ options, tolerance }) => {
    for (const penalty of [penalties.l1(), penalties.mcp()]) {
      for (const data of [censored, { ...censored, weights, offset }]) {
        for (const ties of ["breslow", "efron"] as const) {
          const given = { penalty, lambda: 0.03, loss, cox: { ties }, ...options } as const;
          const fit = fitSync(survivalOf(data), given);
          expectSolution(fit, data, { tolerance });
          expect(fit.intercept).toBe(0);
        }
      }
    }
  });

  test("of every storage, with few solves over the working set", () => {
    const data = { ...responseFor(loss, thinned(plainProblem(rows, 200, 5), 0.15, 2)), weights };
    for (const penalty of sparsePenalties) {
      const options = { penalty, lambda: 0.05, loss, parameters: [1] } as const;
      const { fit: wanted } = fitOf(data, options);
      expect(wanted.iterations).toBeLessThan(200);
      for (const [layout, single] of [
        ["columnMajor", true],
        ["compressedColumns", false],
        ["compressedColumns", true],
      ] as const) {
        const { fit, verdict } = fitOf(data, { ...options, layout, single });
        expect(fit.reason).toBe("tolerance");
        expect(verdict.stationarity).toBeLessThanOrEqual(1e-8);
      }
    }
  });

  test("a path, fitMany with a prepared Design, JSON and predictions", async () => {
    const { x, y } = survivalOf(censored);
    const path = await fitPath({ x, y, weights }, { penalty: penalties.l1(), loss, lambdaCount: 10 });
    expect(path.converged).toBe(true);
    expect(path.fits[0]?.nonzero).toBe(0);
    expect(path.fits.at(-1)?.nonzero).toBe(5);
    const design = await Design.prepare(x, { weights, loss });
    const specs = path.fits.map(({ lambda }) => ({ y, penalty: penalties.l1(), lambda }));
    const many = await fitMany(design, specs, { loss });
    many.forEach((fit, k) => {
      expectNear(fit.objective, path.fits[k]?.objective as number, 1e-9, "objective");
      expectSolution(fit, { ...censored, weights });
    });
    const last = many.at(-1) as Fit;
    const again = Fit.fromJSON(JSON.stringify(last));
    expect(again.lossParameters).toEqual([1]);
    const z = last.linearPredictor([1, 0, 0, 0, 0])[0] as number;
    expect(z).toBe(last.coefficients[0]);
    expect(again.predict([1, 0, 0, 0, 0])[0]).toBe(Math.exp(z));
  });

  test("one event among the censored: as good as one choice among those at risk", () => {
    const y = new Float64Array(2 * rows);
    y.fill(1, 0, rows);
    y[rows + 3] = 1;
    const data = { ...censored, y };
    const fit = fitSync(survivalOf(data), { penalty: penalties.l1(), lambda: 1e-3, loss });
    expectSolution(fit, data);
    const none = fitSync(survivalOf(data), { penalty: penalties.l1(), lambda: 1, loss });
    expectNear(none.lossValue, Math.log(rows) / rows, 1e-13, "loss of none");
  });

  test("a response that is none is refused", () => {
    const { x, y } = survivalOf(censored);
    const options = { penalty: penalties.l1(), lambda: 0.1, loss } as const;
    const fitOnce = (bad: unknown) => () => fitSync({ x, y: bad as typeof y }, options);
    expectFailure(fitOnce(y.time), "INVALID_ARGUMENT", "y must be an object with time, status");
    expectFailure(fitOnce({ time: y.time }), "INVALID_ARGUMENT", "y.status must be");
    expectFailure(
      fitOnce({ ...y, status: y.status.map(() => 0) }),
      "OUT_OF_RANGE",
      "y.status must be 1 in at",
    );
    expectFailure(
      fitOnce({ ...y, status: y.status.map(() => 2) }),
      "OUT_OF_RANGE",
      "y.status[0] must be 0 or 1",
    );
    expectFailure(fitOnce({ ...y, time: y.time.slice(1) }), "LENGTH_MISMATCH", "y.time must have 90 entries");
  });
});
