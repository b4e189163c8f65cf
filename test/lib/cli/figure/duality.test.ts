// The four sides of a penalty on a sheet: the curves are those of the library, jumps stay open, and a user's module is
// read with care.
import { join } from "node:path";
import { duality, type Penalty, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { analysisFacts, analysisTable, wrap } from "../../../../dist/cli/figure/facts.js";
import { type Pieces, roundUp, sheetCurves } from "../../../../dist/cli/figure/sheetCurves.js";
import { root } from "../../../support/child.ts";
import { Workplace } from "../../../support/cli.ts";
import { expectSvg, pngSize } from "../../../support/markup.ts";
import { expectNear } from "../../../support/verify.ts";

const place = new Workplace();
const curvesOf = (penalty: Penalty, lambda = 1, reach?: number) =>
  sheetCurves(penalty, lambda, duality.analyse(penalty, { lambda }), reach);

function expectCurve(pieces: Pieces, formula: (x: number) => number): void {
  expect(pieces.flat().length).toBeGreaterThan(100);
  for (const [x, y] of pieces.flat()) {
    expect(Math.abs(y - formula(x)), `at ${x}`).toBeLessThanOrEqual(1e-9 * Math.abs(formula(x)) + 1e-15);
  }
}

describe("the curves of a sheet", () => {
  test("are the formulas of logSum", () => {
    const curves = curvesOf(penalties.logSum({ epsilon: 2 }), 0.5, 3);
    expect(curves.reach).toBe(3);
    expectCurve(curves.omega, (w) => Math.log(w + 2));
    expectCurve(curves.keepProbability, (w) => (w * (w + 2)) / (w * (w + 2) + 0.5));
    expectCurve(curves.dual, (eta) => {
      const r = Math.sqrt(4 + 4 * eta);
      return 2 * Math.log((r + 2) / 2) - (eta === 0 ? 0 : (r - 2) ** 2 / (4 * eta));
    });
    for (const { length, 0: first } of [curves.omega, curves.dual, curves.keepProbability]) {
      expect([length, first?.[0]?.[0]]).toEqual([1, 0]);
    }
    expect(curves.omega[0]?.at(-1)?.[0]).toBe(3);
    expect(curves.dual[0]?.at(-1)?.[0]).toBe(curves.etaReach);
    // Cut off where it leaves the panel.
    const [etaHat] = curves.etaHat as [Pieces[number]];
    expect(curves.etaHat.length).toBe(1);
    for (const [w, eta] of etaHat.slice(0, -1)) expectNear(eta, w * (w + 2), 1e-9, `etaHat(${w})`);
    expect(etaHat.at(-1)?.[1]).toBe(curves.etaHatTop);
    expectNear(etaHat.at(-1)?.[0] as number, Math.sqrt(1 + curves.etaHatTop) - 1, 1e-3, "where it leaves");
  });

  test("reach to where the keep probability is large, at each scale", () => {
    expect(curvesOf(penalties.l1()).reach).toBe(15);
    expect(curvesOf(penalties.l1(), 1e-3).reach).toBe(0.015);
    expect(curvesOf(penalties.l1(), 1e-8).reach).toBe(1.5e-7);
    expect(curvesOf(penalties.mcp({ a: 3 }), 4).reach).toBeGreaterThan(12);
    expect([0.9, 1, 1.01, 123, 0.0041].map(roundUp)).toEqual([1, 1, 1.5, 150, 0.005]);
  });

  test("of hard concrete have a gap at the jump", () => {
    const penalty = strategies.hardConcrete();
    const { keepProbability, etaHat, omega } = curvesOf(penalty);
    expect([keepProbability.length, etaHat.length, omega.length]).toEqual([2, 1, 1]);
    const [before, after] = keepProbability as [Pieces[number], Pieces[number]];
    const [jump, low] = before.at(-1) as readonly [number, number];
    expect(jump).toBeGreaterThan(0.5);
    expect(jump).toBeLessThan(0.56);
    expect(low).toBeLessThan(0.8);
    expect(after[0]).toEqual([jump, 1]);
    expect(after.every(([, keep]) => keep === 1)).toBe(true);
    expect(etaHat[0]?.at(-1)?.[0]).toBe(jump);
  });
});

test("long lines of facts are broken between facts", () => {
  expect(wrap(["aa", "bb", "cc"], 7)).toEqual(["aa · bb", "cc"]);
  expect(wrap(["a fact longer than that", "b"], 7)).toEqual(["a fact longer than that", "b"]);
});

test("the facts of l1", () => {
  const analysis = duality.analyse(penalties.l1());
  expect(analysisFacts(analysis)).toEqual([
    "subquadratic",
    "η̂ nondecreasing",
    "sparsity-inducing: slope 1 at 0",
    "convex",
  ]);
  expect(analysisTable(analysis)).toMatch(/jumps of etaHat +none/);
});

describe("flipside duality", () => {
  test("draws a strategy and prints what is known of it", async () => {
    const args = ["duality", "--strategy", "hardConcrete", "--beta", "0.7", "--lambda", "2", "-o", "hc.svg"];
    const { status, stdout, stderr } = await place.spawn(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^hardConcrete \(beta = 0\.7.*lambda = 2\n/);
    expect(stdout).toMatch(/subquadratic +yes/);
    expect(stdout).toMatch(/jumps of etaHat +at \|w\| = /);
    const svg = place.read("hc.svg");
    expectSvg(svg);
    for (const title of ["Penalty ω(|w|)", "Dual f(η)", "Reweighting η̂(|w|)"])
      expect(svg).toContain(`>${title}<`);
    expect(svg).toMatch(/>hardConcrete \(β = 0\.7, γ = −0\.1, ζ = 1\.1\) at λ = 2</);
  });

  test.each([
    ["l1"],
    ["lp --p 0.5"],
    ["lp --p 1.5"],
    ["logSum --epsilon 0.1"],
    ["logSumSquares --epsilon 0.1"],
    ["mcp"],
    ["scad"],
    ["standout"],
    ["variationalDropout"],
    ["variationalDropoutApprox"],
  ])("draws %s", async (words) => {
    const { code, out, err } = await place.run([
      "duality",
      "--penalty",
      ...words.split(" "),
      "-o",
      "one.svg",
    ]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/etaHat monotone +yes/);
    expectSvg(place.read("one.svg"));
  });

  test("writes a PNG", async () => {
    const args = ["-s", "standout", "-o", "s.png", "--width", "480", "--scale", "1", "--reach", "2"];
    expect((await place.run(["duality", ...args])).code).toBe(0);
    expect(pngSize(place.bytes("s.png")).width).toBe(480);
  });

  test.each([["hardThreshold --k 3"], ["ard"]])("cannot draw %s", async (words) => {
    const { code, out, err } = await place.run(["duality", "--strategy", ...words.split(" ")]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^flipside: duality draws .*does not separate[^\n]*\n$/);
  });

  test.each([
    ["nothing to draw", [], /give one of --strategy, --penalty and --module/],
    ["two things to draw", ["--strategy", "standout", "--penalty", "l1"], /not 2/],
    ["an unknown strategy", ["--strategy", "Standout"], /--strategy must be one of .*did you mean standout/],
    ["a parameter of another penalty", ["--penalty", "l1", "--epsilon", "1"], /--epsilon belongs to/],
    ["a parameter of a module", ["--module", "a.mjs", "--epsilon", "1"], /--epsilon is for/],
    ["a strength of 0", ["--penalty", "l1", "--lambda", "0"], /--lambda must be/],
    ["no reach", ["--penalty", "l1", "--reach", "0"], /--reach must be/],
    ["another format", ["--penalty", "l1", "-o", "sheet.html"], /--output must end in/],
  ])("refuses %s", async (_, args, words) => {
    const { code, out, err } = await place.run(["duality", ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^flipside: [^\n]+\n$/);
    expect(err).toMatch(words);
  });

  test.each([
    [["--reach", "1e-300"], "|w| spans 1e-300"],
    [["--lambda", "1e100"], "η spans 1.5e+101"],
    [["--lambda", "1e-30"], "η spans 1.5e-29"],
    [["--reach", "1e300"], "|w| spans 1e+300"],
  ])("says that it cannot draw at %j", async (args, words) => {
    const { code, err } = await place.run(["duality", "-p", "l1", ...args, "-o", "huge.svg"]);
    expect({ code, err: err.includes(words) ? words : err }).toEqual({ code: 1, err: words });
  });

  test("has help with the penalties and what a module holds", async () => {
    const { code, out } = await place.run(["duality", "--help"]);
    expect(code).toBe(0);
    for (const words of ["--module", "--epsilon", "hardConcrete", "keepProbability"])
      expect(out).toContain(words);
  });
});

describe("a module", () => {
  let count = 0;
  const draw = (file: string) => place.run(["duality", "--module", file, "-o", "module.svg"]);

  test.each([
    ["omega", "{ omega: (w) => Math.log(w + 2), options: { name: 'mine' } }", /^mine,/],
    ["a dual", "{ dual: (eta) => eta }", /subquadratic +yes/],
    ["a keep probability", "{ keepProbability: (w) => w / (w + 1) }", /etaHat monotone +yes/],
    [
      "moments and cost",
      "{ moments: (t) => ({ mean: Math.exp(t), variance: 1 }), cost: (t) => Math.log1p(Math.exp(2 * t)) / 2 }",
      /etaHat monotone/,
    ],
  ])("with %s", async (_, description, words) => {
    place.write("described.mjs", `export default ${description};\n`);
    const { status, stdout, stderr } = await place.spawn([
      "duality",
      "--module",
      "described.mjs",
      "-o",
      "module.svg",
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(words);
    expectSvg(place.read("module.svg"));
  });

  test("with a Penalty made by this flipside, by the name penalty", async () => {
    const library = JSON.stringify(join(root, "dist/index.js"));
    const text = `import { penalties } from ${library};\nexport const penalty = penalties.logSum({ epsilon: 3 });\n`;
    place.write("made.mjs", text);
    const { code, out } = await draw("made.mjs");
    expect([code, out]).toEqual([0, expect.stringMatching(/^logSum \(epsilon = 3\)/)]);
  });

  test.each(["() => 0", "() => -7", "(w) => w ** 2", "(w) => Math.min(w * w, 1)"])(
    "of omega %s",
    async (omega) => {
      place.write(`plain${++count}.mjs`, `export default { omega: ${omega} };\n`);
      expect(await draw(`plain${count}.mjs`)).toMatchObject({ code: 0, err: "" });
      expectSvg(place.read("module.svg"));
    },
  );

  test("with a strategy that is not monotone is drawn and the interval named", async () => {
    // η̂ falls between 1 and 1.5.
    const keep = "(w) => { const eta = w < 1 ? w : w < 1.5 ? 2 - w : w - 1; return eta / (eta + 1); }";
    place.write("falls.mjs", `export default { keepProbability: ${keep}, options: { domain: [0, 50] } };\n`);
    const { code, out, err } = await draw("falls.mjs");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/etaHat monotone +no, fails for \|w\| from/);
    const svg = place.read("module.svg");
    expectSvg(svg);
    expect(svg).toContain("not monotone (shaded: |w| from 1 to 1.5), f is the dual of its biconjugate");
  });

  test.each([
    ["that is not there", undefined, /cannot read bad\d+\.mjs: there is no such file/],
    [
      "that throws",
      "throw new RangeError('too bad');",
      /cannot load bad\d+\.mjs: it threw RangeError: too bad/,
    ],
    ["that exports nothing", "const a = 1;", /must export a Penalty, or .* but exports neither/],
    [
      "with a number",
      "export default 3;",
      /the default export of bad\d+\.mjs must be a Penalty.*is 3 \(number\)/,
    ],
    ["with null", "export const penalty = null;", /the export penalty of bad\d+\.mjs must be .*null/],
    ["with a function", "export default (w) => w;", /is a function/],
    ["with an empty object", "export default {};", /must be a Penalty/],
    [
      "with two descriptions",
      "export default { omega: (w) => w, dual: (e) => e };",
      /but has omega and dual/,
    ],
    ["with a misspelt option", "export default { omega: (w) => w, option: {} };", /has no "option"/],
    ["with omega that is no function", "export default { omega: 3 };", /bad\d+\.mjs: .*3 \(number\)/],
    [
      "with omega that throws",
      "export default { omega() { throw new Error('no idea'); } };",
      /bad\d+\.mjs: .*no idea/,
    ],
    ["with NaN", "export default { omega: () => NaN };", /bad\d+\.mjs: .*NaN/],
    [
      "with a getter that throws",
      "export default { get omega() { throw new Error('hands off'); } };",
      /reading it threw Error: hands off/,
    ],
    [
      "with a penalty of another copy",
      "class Penalty { omega() {} dual() {} etaHat() {} keepProbability() {} }\nexport default new Penalty();",
      /another copy of flipside/,
    ],
  ])("%s gets a sentence", async (_, text, words) => {
    // A process loads a module once: each has a name of its own.
    const name = `bad${++count}.mjs`;
    if (text !== undefined) place.write(name, text);
    const { code, out, err } = await draw(name);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^flipside: [^\n]+\n$/);
    expect(err).toMatch(words);
  });

  test("with a slip gets a sentence", async () => {
    place.write("slip.mjs", "export default {;\n");
    const { status, stdout, stderr } = await place.spawn(["duality", "--module", "slip.mjs"]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^flipside: cannot load slip\.mjs: it threw SyntaxError[^\n]*\n$/);
  });

  test("in TypeScript is loaded or refused by name", async () => {
    place.write("typed.ts", "export default { omega: (w: number): number => w };\n");
    const { code, err } = await place
      .spawn(["duality", "--module", "typed.ts"])
      .then(({ status, stderr }) => ({ code: status, err: stderr }));
    if (code !== 0)
      expect(err).toMatch(/cannot load typed\.ts: this version of Node\.js loads no TypeScript/);
  });
});
