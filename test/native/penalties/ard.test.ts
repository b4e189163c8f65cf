import fc from "fast-check";
import { strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { ardEvaluation } from "../../support/ard.ts";
import { matrixOf, plainProblem } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";

function columnsOf({ x, rows, columns }: ReturnType<typeof plainProblem>): Float64Array[] {
  return Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (_, i) => x[i * columns + j] as number),
  );
}

const sizes = fc.record({
  rows: fc.integer({ min: 1, max: 15 }),
  columns: fc.integer({ min: 1, max: 15 }),
  seed: fc.nat(1e6),
  tau: fc.double({ min: 0.1, max: 20, noNaN: true }),
});

describe("ard", () => {
  test("needs a design outside a fit", () => {
    const penalty = strategies.ard({ tau: 1 });
    for (const call of [() => penalty.omega([1]), () => penalty.dual([1]), () => penalty.etaHat(1)]) {
      expect(call).toThrow(expect.objectContaining({ code: "NEEDS_DESIGN" }));
    }
  });

  test("etaHat is stationary in (2) and omega its value there", () => {
    check(
      100,
      fc.property(sizes, ({ rows, columns, seed, tau }) => {
        const design = plainProblem(rows, columns, seed);
        const penalty = strategies.ard({ tau, design: matrixOf(design) });
        const random = new Random(seed);
        const w = Float64Array.from({ length: columns }, () =>
          random.uniform() < 0.3 ? 0 : random.normal(),
        );
        const eta = penalty.etaHat(w);
        const own = ardEvaluation(columnsOf(design), tau, w, eta);
        w.forEach((value, j) => {
          if (value === 0) expect(eta[j]).toBe(0);
          else expect(Math.abs(value) / (eta[j] as number) / (own.slopes[j] as number)).toBeCloseTo(1, 7);
        });
        expect(penalty.omega(w)).toBeCloseTo(own.omega, 9);
        expect(penalty.omega(w.map((value) => -value))).toBe(penalty.omega(w));
      }),
    );
  });

  test("f(eta) = log det(tau I + X diag(eta) X') >= 2 omega(w) - sum w²/eta", () => {
    check(
      200,
      fc.property(sizes, ({ rows, columns, seed, tau }) => {
        const design = plainProblem(rows, columns, seed);
        const penalty = strategies.ard({ tau, design: matrixOf(design) });
        const random = new Random(seed + 1);
        const w = random.normals(columns);
        const eta = Float64Array.from({ length: columns }, () => random.geometric(1e-3, 1e3));
        const f = penalty.dual(eta);
        // With w = 0 the own omega is half the determinant.
        const own = ardEvaluation(
          columnsOf(design),
          tau,
          w.map(() => 1e-300),
          eta,
        );
        expect(Math.abs(f - 2 * own.omega)).toBeLessThan(1e-9 * (1 + Math.abs(f)));
        const squares = w.reduce((sum, value, j) => sum + (value * value) / (eta[j] as number), 0);
        expect(f).toBeGreaterThanOrEqual(2 * penalty.omega(w) - squares - 1e-9 * (1 + Math.abs(f) + squares));
      }),
    );
  });

  test("the design is copied and must have a column per coefficient", () => {
    const data = plainProblem(5, 3);
    const penalty = strategies.ard({ tau: 1, design: matrixOf(data) });
    const before = penalty.omega([1, 2, 3]);
    data.x.fill(7);
    expect(penalty.omega([1, 2, 3])).toBe(before);
    expect(() => penalty.omega([1, 2])).toThrow(expect.objectContaining({ code: "LENGTH_MISMATCH" }));
  });

  test("tau = rows * lambda by default", () => {
    const design = matrixOf(plainProblem(6, 4));
    const w = [1, 0, -2, 0.5];
    const automatic = strategies.ard({ design });
    expect(automatic.omega(w, 0.3)).toBe(strategies.ard({ tau: 6 * 0.3, design }).omega(w, 0.3));
  });
});
