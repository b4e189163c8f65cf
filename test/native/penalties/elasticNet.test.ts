// The elastic net of every penalty: against its definition, by differences, and by a search for the supremum.
import fc from "fast-check";
import { type Penalty, penalties, penaltyFromJSON, sampleMask, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../../support/failures.ts";
import { separableNames } from "../../support/formulas.ts";
import { makePenalty, penaltiesNamed } from "../../support/penaltyArbitraries.ts";
import { check } from "../../support/property.ts";
import { expectNear } from "../../support/verify.ts";

const decades = (from: number, to: number) =>
  fc.double({ min: from, max: to, noNaN: true }).map((exponent) => 10 ** exponent);
const shares = fc.oneof(fc.double({ min: 0.05, max: 1, noNaN: true }), fc.constantFrom(0.5, 1));
const inners = separableNames.filter((name) => name !== "elasticNet");

describe.each(inners)("around %s", (name) => {
  const nets = fc.tuple(penaltiesNamed(name), shares).map(([spec, alpha]) => {
    const inner = makePenalty(spec);
    return { alpha, inner, net: penalties.elasticNet({ alpha, penalty: inner }) };
  });

  test("omega is alpha omega(w; alpha lambda) + (1 - alpha) w²/2", () => {
    check(
      100,
      fc.property(nets, decades(-4, 2), decades(-3, 1), ({ alpha, inner, net }, w, lambda) => {
        const terms = [alpha * inner.omega(w, alpha * lambda), ((1 - alpha) * w * w) / 2] as const;
        const size = Math.abs(terms[0]) + terms[1];
        expect(Math.abs(net.omega(w, lambda) - (terms[0] + terms[1]))).toBeLessThanOrEqual(1e-14 * size);
      }),
    );
  });

  test("omega' = w / etaHat, by differences", () => {
    check(
      60,
      fc.property(nets, decades(-2, 1), decades(-2, 1), ({ net }, w, lambda) => {
        const step = 1e-5 * w;
        const slope = (net.omega(w + step, lambda) - net.omega(w - step, lambda)) / (2 * step);
        const size = Math.abs(net.omega(w, lambda)) / w;
        const wanted = w / net.etaHat(w, lambda);
        // A kink within the step moves the difference by its own size at most.
        const near = Math.abs(w / net.etaHat(w * 1.00002, lambda) - w / net.etaHat(w * 0.99998, lambda));
        expect(Math.abs(slope - wanted)).toBeLessThanOrEqual(1e-8 * wanted + 1e-9 * size + 2 * near);
      }),
    );
  });

  test("the dual is the supremum of 2 omega - w²/eta, and infinite beyond 1 / (1 - alpha)", () => {
    check(
      40,
      fc.property(nets, decades(-2, 1), decades(-2, 0.5), ({ alpha, net }, at, lambda) => {
        const eta = net.etaHat(at, lambda);
        fc.pre(eta > 1e-6 && eta < 1e6);
        let most = -Infinity;
        for (let k = -300; k <= 300; ++k) {
          const w = at * 10 ** (k / 100);
          most = Math.max(most, 2 * net.omega(w, lambda) - (w * w) / eta);
        }
        const f = net.dual(eta, lambda);
        const size = Math.abs(f) + (at * at) / eta + Math.abs(2 * net.omega(at, lambda));
        expect(f).toBeGreaterThanOrEqual(most - 1e-9 * size);
        expect(f).toBeLessThanOrEqual(most + 1e-9 * size + (1e-4 * (at * at)) / eta);
        if (alpha < 1) expect(net.dual(1.001 / (1 - alpha), lambda)).toBe(Infinity);
      }),
    );
  });

  test("the proximal step is the best of a grid", () => {
    check(
      60,
      fc.property(nets, decades(-2, 1), decades(-1, 1), decades(-2, 1), ({ net }, z, curvature, lambda) => {
        const value = (t: number) => 0.5 * curvature * (t - z) ** 2 + lambda * net.omega(t, lambda);
        const t = net.prox(z, { lambda, curvature });
        let least = value(0);
        for (let k = 1; k <= 2000; ++k) least = Math.min(least, value((k / 2000) * z));
        const size = Math.abs(value(0)) + Math.abs(value(z));
        expect(value(t)).toBeLessThanOrEqual(least + 1e-8 * size);
      }),
    );
  });

  test("keep probabilities, one by one and many at a time, and masks with their variance", () => {
    check(
      40,
      fc.property(nets, decades(-3, 1), decades(-2, 1), ({ alpha, inner, net }, w, lambda) => {
        const eta = net.etaHat(w, lambda);
        const keep = eta === Infinity ? 1 : eta / (eta + lambda);
        expectNear(net.keepProbability(w, lambda), keep, 1e-13, "keep probability");
        const variance = (alpha * lambda) / inner.etaHat(w, alpha * lambda) + lambda * (1 - alpha);
        expect(Math.abs(lambda / eta - variance)).toBeLessThanOrEqual(1e-12 * variance);
        expectNear(net.keepProbability([w, -w], lambda)[1] as number, 1 / (1 + variance), 1e-12, "keep");
      }),
    );
    const net = penalties.elasticNet({
      alpha: 0.5,
      penalty: makePenalty(fc.sample(penaltiesNamed(name), { seed: 1, numRuns: 1 })[0] as never),
    });
    const count = 20_000;
    const weights = new Float64Array(count).fill(0.7);
    const mask = sampleMask({ kind: "bernoulli", penalty: net, weights, lambda: 0.4, seed: 3 });
    const kept = mask.reduce((sum: number, s: number) => sum + (s !== 0 ? 1 : 0), 0) / count;
    const alpha = net.keepProbability(0.7, 0.4);
    expect(Math.abs(kept - alpha)).toBeLessThanOrEqual(5 * Math.sqrt((alpha * (1 - alpha)) / count) + 1e-12);
  });
});

describe("by itself", () => {
  test("alpha 1 is the inner penalty, alpha 0 is ridge", () => {
    const ridge = penalties.elasticNet({ alpha: 0, penalty: penalties.lp({ p: 0.5 }) });
    expect([ridge.omega(3), ridge.etaHat(3), ridge.etaHat(0), ridge.dual(1), ridge.dual(1.01)]).toEqual([
      4.5,
      1,
      1,
      0,
      Infinity,
    ]);
    expect(ridge.prox(3, { lambda: 2, curvature: 1 })).toBeCloseTo(1, 15);
    expect(ridge.convex).toBe(true);
    expect(ridge.keepProbability(2, 3)).toBeCloseTo(0.25, 15);
    const mcp = penalties.mcp();
    const all = penalties.elasticNet({ alpha: 1, penalty: mcp });
    for (const w of [0, 0.3, 2, 100]) {
      expect(all.omega(w, 0.5)).toBe(mcp.omega(w, 0.5));
      expect(all.etaHat(w, 0.5)).toBe(mcp.etaHat(w, 0.5));
      expect(all.dual(w, 0.5)).toBe(mcp.dual(w, 0.5));
      expect(all.prox(w, { lambda: 0.5 })).toBe(mcp.prox(w, { lambda: 0.5 }));
    }
  });

  test("what it says of itself, and its JSON", () => {
    const mcp = penalties.mcp({ a: 2 });
    const net = penalties.elasticNet({ alpha: 0.25, penalty: mcp });
    expect([net.name, net.kind, net.separable, net.convex, net.monotone]).toEqual([
      "elasticNet",
      "penalty",
      true,
      false,
      true,
    ]);
    expect(net.inner).toBe(mcp);
    expect(net.parameters).toEqual({ alpha: 0.25 });
    const json = JSON.stringify(net);
    expect(JSON.parse(json).penalty).toEqual(JSON.parse(JSON.stringify(mcp)));
    const back = penaltyFromJSON(json);
    expect(back.toJSON()).toEqual(net.toJSON());
    expect(back.omega(0.3, 0.5)).toBe(net.omega(0.3, 0.5));
    const lasso = penalties.elasticNet({ alpha: 0.25 });
    expect([lasso.inner?.name, lasso.convex]).toEqual(["l1", true]);
    expect(penaltyFromJSON(lasso.toJSON()).omega(2)).toBe(lasso.omega(2));
  });

  test("a penalty from functions inside", () => {
    const own = penalties.fromPenalty((w) => Math.log1p(w / 0.5), {
      derivative: (w) => 1 / (w + 0.5),
      name: "mine",
    });
    const net = penalties.elasticNet({ alpha: 0.5, penalty: own });
    const known = penalties.elasticNet({ alpha: 0.5, penalty: penalties.logSum({ epsilon: 0.5 }) });
    for (const w of [0, 0.01, 0.7, 4]) {
      expectNear(net.etaHat(w, 0.3), known.etaHat(w, 0.3), 1e-6, "etaHat");
      expectNear(net.prox(w, { lambda: 0.3 }), known.prox(w, { lambda: 0.3 }), 1e-6, "prox");
    }
    expect(net.tabulation).toBe(own.tabulation);
    expect(penaltyFromJSON(net.toJSON()).etaHat(0.7, 0.3)).toBe(net.etaHat(0.7, 0.3));
  });

  test("bad input", () => {
    const make = loose(penalties.elasticNet);
    expectFailure(() => make(), "INVALID_ARGUMENT", "alpha must be");
    expectFailure(() => make({ alpha: 1.1 }), "OUT_OF_RANGE", "alpha must be");
    expectFailure(() => make({ alpha: 0.5, penalty: "l1" }), "INVALID_ARGUMENT", "penalty must be a Penalty");
    for (const penalty of [strategies.ard(), strategies.hardThreshold({ k: 2 })]) {
      expectFailure(() => make({ alpha: 0.5, penalty }), "UNSUPPORTED", "penalty must be one that is a sum");
    }
    const net: Penalty = penalties.elasticNet({ alpha: 0.5 });
    expectFailure(
      () => make({ alpha: 0.5, penalty: net }),
      "UNSUPPORTED",
      "penalty must be one that has no ridge",
    );
    const nested = { name: "elasticNet", parameters: { alpha: 0.5 } };
    expectFailure(
      () => penaltyFromJSON({ ...nested, penalty: nested }),
      "UNSUPPORTED",
      "penalty.penalty.name must be another",
    );
    expectFailure(
      () => penaltyFromJSON({ ...nested, penalty: 1 }),
      "INVALID_ARGUMENT",
      "penalty.penalty must be an object",
    );
  });
});
