// Penalties from tables: equal to the built-in ones that they were made from.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  curveOf,
  geometric,
  type NativeTable,
  type Source,
  stepsOf,
  tablePenalty,
} from "../../support/curves.ts";
import { formulaOf, type Parameters } from "../../support/formulas.ts";
import { handleOf, native, requestOf } from "../../support/native.ts";
import { plainProblem } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { expectNear } from "../../support/verify.ts";

const decades = (from: number, to: number) =>
  fc.double({ min: from, max: to, noNaN: true }).map((exponent) => 10 ** exponent);

interface Example {
  readonly name: string;
  readonly parameters: Parameters;
  readonly scaling: NativeTable["scaling"];
  readonly knots: readonly number[];
  readonly head: Source["head"];
  readonly tailDecay?: number;
  /** Up to here the slope is not only rounding. */
  readonly end: number;
}

const wide = geometric(1e-8, 1e8, 250);
const kink = (slope: number, bend: number) => ({ limit: slope, coefficient: bend, exponent: 1 });
const examples: readonly Example[] = [
  {
    name: "l1",
    parameters: {},
    scaling: "lambdaFree",
    knots: [0, 1, 5],
    head: kink(1, 0),
    tailDecay: 0,
    end: 1e9,
  },
  {
    name: "logSum",
    parameters: { epsilon: 0.7 },
    scaling: "lambdaFree",
    knots: wide,
    head: kink(1 / 0.7, -1 / 0.49),
    end: 1e8,
  },
  {
    name: "logSumSquares",
    parameters: { epsilon: 0.1 },
    scaling: "lambdaFree",
    knots: wide,
    head: kink(0, 20),
    end: 1e8,
  },
  {
    name: "lp",
    parameters: { p: 0.5 },
    scaling: "lambdaFree",
    knots: wide,
    head: { limit: 0, coefficient: 1, exponent: -0.5 },
    tailDecay: 0.5,
    end: 1e10,
  },
  {
    name: "lp",
    parameters: { p: 1.5 },
    scaling: "lambdaFree",
    knots: wide,
    head: { limit: 0, coefficient: 1, exponent: 0.5 },
    tailDecay: -0.5,
    end: 1e10,
  },
  {
    name: "mcp",
    parameters: { a: 2 },
    scaling: "lambdaFree",
    knots: [0, 0.5, 2],
    head: kink(1, -0.5),
    end: 1.99,
  },
  {
    name: "scad",
    parameters: { a: 3.7 },
    scaling: "lambdaFree",
    knots: [0, 1, 3.7],
    head: kink(1, 0),
    end: 3.6,
  },
  {
    name: "standout",
    parameters: {},
    scaling: "keepProbability",
    knots: [...geometric(1e-9, 1, 150), ...Array.from({ length: 80 }, (_, i) => 1 + 0.5 * (i + 1))],
    head: kink(0, 1),
    tailDecay: 40,
    end: 40,
  },
  {
    name: "variationalDropout",
    parameters: {},
    scaling: "maskFamily",
    knots: geometric(1e-6, 1e2, 120),
    head: kink(1, -1 / 6),
    end: 100,
  },
];

const titled = examples.map(
  (example) => [`${example.name} ${JSON.stringify(example.parameters)}`, example] as const,
);

function tableOf({ name, parameters, knots, head, tailDecay }: Example) {
  const formula = formulaOf(name, parameters, 1);
  return curveOf({
    value: formula.omega,
    slope: formula.slope,
    knots,
    ...(head && { head }),
    ...(tailDecay !== undefined && { tailDecay }),
  });
}

describe.each(titled)("%s", (_, example) => {
  const { name, parameters, scaling, end } = example;
  const omega = tableOf(example);
  const builtIn = handleOf(name, ...Object.values(parameters));
  const table = tablePenalty(omega, { scaling });
  // mcp and scad are theirs at lambda = 1 only: their omega depends on lambda in its own way.
  const lambdas = name === "mcp" || name === "scad" ? fc.constant(1) : decades(-3, 2);
  // On the scale of omega_1, which is as far as the table goes.
  const weight = (w: number, lambda: number) => (scaling === "maskFamily" ? w * Math.sqrt(lambda) : w);
  const size = (of: number) => 1e-15 * Math.abs(of);

  test("omega, etaHat and slope", () => {
    check(
      300,
      fc.property(fc.oneof(decades(-12, 2), fc.constant(0)), lambdas, (unit, lambda) => {
        fc.pre(unit < end);
        const w = weight(unit, lambda);
        const at = (which: "omegaAt" | "etaHatAt" | "slopeAt") =>
          [native[which](table, w, lambda), native[which](builtIn, w, lambda)] as const;
        const [omegaTable, omegaExact] = at("omegaAt");
        expect(Math.abs(omegaTable - omegaExact), "omega").toBeLessThanOrEqual(
          1e-10 * Math.abs(omegaExact) + size(native.omegaAt(builtIn, 0, lambda)),
        );
        expectNear(...at("slopeAt"), 2e-10, "slope");
        expectNear(...at("etaHatAt"), 2e-10, "etaHat");
      }),
    );
  });

  test.each([true, false])("f and f' of the conjugate, monotone: %s", (monotone) => {
    const penalty = tablePenalty(omega, { scaling, monotone });
    check(
      monotone ? 300 : 60,
      fc.property(decades(-6, 6), lambdas, (eta, lambda) => {
        fc.pre(eta < native.etaHatAt(builtIn, weight(end, lambda), lambda));
        const start = native.dualAt(builtIn, 0, lambda);
        const [f, exact] = [native.dualAt(penalty, eta, lambda), native.dualAt(builtIn, eta, lambda)];
        const slope = native.dualSlopeAt(penalty, eta, lambda);
        const exactSlope = native.dualSlopeAt(builtIn, eta, lambda);
        // The tests' own omega cancels to 1e-16 w, and f of standout, which leaves 0 like (eta - 1)^3, with it.
        const w = eta * Math.sqrt(exactSlope);
        const rounding = 4e-15 * Math.abs(start) + 4e-16 * w + 1e-20 * Math.max(1, 1 / lambda);
        const error = Math.abs(f - exact);
        expect(error, `f: ${f} for ${exact}`).toBeLessThanOrEqual(1e-9 * Math.abs(exact - start) + rounding);
        expect(Math.abs(slope - exactSlope), `f': ${slope} for ${exactSlope}`).toBeLessThanOrEqual(
          1e-8 * exactSlope + 1e-14 / eta,
        );
      }),
    );
    for (const eta of [0, Infinity]) {
      expectNear(native.dualAt(penalty, eta, 1), native.dualAt(builtIn, eta, 1), 1e-9, `f(${eta})`);
    }
  });

  test("at lambda = 0", () => {
    for (const which of ["omegaAt", "dualAt", "etaHatAt", "slopeAt", "dualSlopeAt"] as const) {
      const wanted =
        scaling === "lambdaFree" ? native[which](table, 0.25, 1) : native[which](builtIn, 0.25, 0);
      expect(native[which](table, 0.25, 0)).toBe(wanted);
    }
  });
});

describe("a fit with the table is a fit with the built-in penalty", () => {
  const data = plainProblem(60, 20, 5);
  test.each(titled.filter(([, { name }]) => name !== "mcp" && name !== "scad"))("%s", (_, example) => {
    const { name, parameters, scaling } = example;
    const table = tablePenalty(tableOf(example), { scaling, convex: name === "l1" });
    const builtIn = handleOf(name, ...Object.values(parameters));
    const [one] = native.fitSync(requestOf(data, table, [0.05]));
    const [two] = native.fitSync(requestOf(data, builtIn, [0.05]));
    expect(one?.reason).toBe("tolerance");
    expect(one?.nonzero).toBe(two?.nonzero);
    expect(one?.iterations).toBe(two?.iterations);
    expectNear(one?.objective as number, two?.objective as number, 1e-10, "objective");
    one?.coefficients.forEach((w, j) => {
      expect(Math.abs(w - (two?.coefficients[j] as number))).toBeLessThanOrEqual(1e-8);
    });
  });
});

describe("a dual of its own", () => {
  const lambda = 0.3;
  const dual = curveOf({
    value: (x) => x / (1 + x),
    slope: (x) => 1 / (1 + x) ** 2,
    knots: [0, ...geometric(1e-3, 1e5, 100)],
    tailDecay: 2,
  });
  test.each([
    ["lambdaFree", 1, 1, 1],
    ["keepProbability", lambda, 1 / lambda, 1 / lambda ** 2],
    ["maskFamily", lambda, 1, 1 / lambda],
  ] as const)("%s", (scaling, unit, factor, slopeFactor) => {
    const penalty = tablePenalty(stepsOf([0, 1], [1]), { scaling, dual });
    for (const eta of [1e-5, 0.02, 1, 70, 1e4]) {
      const x = eta / unit;
      expectNear(native.dualAt(penalty, eta, lambda), (factor * x) / (1 + x), 1e-11, `f(${eta})`);
      expectNear(native.dualSlopeAt(penalty, eta, lambda), slopeFactor / (1 + x) ** 2, 1e-6, `f'(${eta})`);
    }
  });
});

test("says of itself what the table says", () => {
  for (const convex of [true, false]) {
    const penalty = tablePenalty(stepsOf([0, 1], [1]), { convex });
    expect(native.isConvex(penalty)).toBe(convex);
    expect([native.isSeparable(penalty), native.needsDesign(penalty)]).toEqual([true, false]);
  }
});
