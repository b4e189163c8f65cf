// omega, eta-hat and f on grids, from independent quadrature and root finding (test/problems/penalties.json);
// null stands for infinity.
import { readFileSync } from "node:fs";
import { type Penalty, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { HardConcrete } from "../support/hardConcrete.ts";
import { expectNear } from "../support/verify.ts";

interface Moment {
  readonly logA: number;
  readonly mean: number;
  readonly second: number;
  readonly eta: number;
  readonly f: number;
}

interface Reference {
  readonly params: Readonly<Record<string, number>>;
  readonly w: number[];
  readonly omega: number[];
  readonly etaHat: (number | null)[];
  readonly eta?: number[];
  readonly f?: number[];
  readonly moments?: Moment[];
}

const text = readFileSync(new URL("penalties.json", import.meta.url), "utf8");
const references: Record<string, Reference> = JSON.parse(text);

// The file's k1, k2, k3 are constants of the approximation; its lambda is an argument here.
const makers: Record<string, (params: Readonly<Record<string, number>>) => Penalty> = {
  l1: () => penalties.l1(),
  lp: ({ p }) => penalties.lp({ p: p as number }),
  logSum: ({ epsilon }) => penalties.logSum({ epsilon: epsilon as number }),
  logSumSquares: ({ epsilon }) => penalties.logSumSquares({ epsilon: epsilon as number }),
  mcp: ({ a }) => penalties.mcp({ a }),
  scad: ({ a }) => penalties.scad({ a }),
  standout: () => strategies.standout(),
  variationalDropout: () => strategies.variationalDropout(),
  variationalDropoutApprox: () => strategies.variationalDropoutApprox(),
  hardConcrete: ({ beta, gamma, zeta }) => strategies.hardConcrete({ beta, gamma, zeta }),
};

test("every reference has its penalty", () => {
  expect(Object.keys(references).sort()).toEqual(Object.keys(makers).sort());
});

describe.each(Object.entries(references))("%s", (name, reference) => {
  const penalty = makers[name]?.(reference.params) as Penalty;
  const lambda = reference.params.lambda ?? 1;

  test("omega", () => {
    reference.w.forEach((w, i) => {
      expectNear(penalty.omega(w, lambda), reference.omega[i] as number, 1e-9, `omega(${w})`);
      expect(penalty.omega(-w, lambda)).toBe(penalty.omega(w, lambda));
    });
  });

  test("etaHat", () => {
    reference.w.forEach((w, i) => {
      const wanted = reference.etaHat[i] ?? Infinity;
      // The file's own eta-hat of hardConcrete is good to 3e-8 only: see the next test.
      const accuracy = name === "hardConcrete" ? 1e-7 : 1e-9;
      expectNear(penalty.etaHat(w, lambda), wanted, accuracy, `etaHat(${w})`);
    });
  });

  test("dual", () => {
    const pairs = reference.moments ?? reference.f?.map((f, i) => ({ eta: reference.eta?.[i] as number, f }));
    expect(pairs?.length).toBeGreaterThan(0);
    for (const { eta, f } of pairs ?? []) {
      // Where f is 0 the file has what rounding left.
      const error = Math.abs(penalty.dual(eta, lambda) - f);
      expect(error, `dual(${eta})`).toBeLessThanOrEqual(1e-9 * Math.abs(f) + 1e-15);
    }
  });
});

test("etaHat of hardConcrete to 1e-9, by minimising (2) here", () => {
  const mask = new HardConcrete(2 / 3, -0.1, 1.1);
  const penalty = strategies.hardConcrete();
  for (const w of references.hardConcrete?.w ?? []) {
    const { omega, slope } = mask.at(w);
    expectNear(penalty.omega(w), omega, 1e-12, `omega(${w})`);
    expectNear(penalty.etaHat(w), slope === 0 ? Infinity : w / slope, 1e-9, `etaHat(${w})`);
  }
});

test("etaHat of hardConcrete jumps to infinity near w = 0.55", () => {
  const penalty = strategies.hardConcrete();
  expect(penalty.etaHat(0.53)).toBeLessThan(5);
  expect(penalty.etaHat(0.56)).toBe(Infinity);
  expect(penalty.omega(0.56)).toBe(0.5);
});
