// Figure 1: its curves are the reference numbers, its picture is the committed one, and bad options get a sentence.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { spread } from "../../../../dist/cli/figure/labels.js";
import { coefficientCurves, sparsityCurves } from "../../../../dist/cli/figure/penaltyCurves.js";
import { root } from "../../../support/child.ts";
import { Workplace } from "../../../support/cli.ts";
import { expectSvg, pngSize } from "../../../support/markup.ts";
import { expectNear } from "../../../support/verify.ts";

const place = new Workplace();
const references: Record<string, { w: number[]; omega: number[]; params: { lambda?: number } }> = JSON.parse(
  readFileSync(join(root, "test/problems/penalties.json"), "utf8"),
);
/** Of each curve: λ, ω(0) and the name in the reference. */
const settings: Record<string, { lambda: number; atZero: number; reference: string }> = {
  "variational dropout": { lambda: 1, atZero: 0, reference: "variationalDropout" },
  "log-sum": { lambda: 2, atZero: Math.log(2), reference: "logSum" },
  standout: { lambda: 1, atZero: 0, reference: "standout" },
  "hard concrete": { lambda: 1, atZero: 0, reference: "hardConcrete" },
  MCP: { lambda: Math.SQRT2, atZero: 0, reference: "mcp" },
};

describe("the curves", () => {
  test("of one coefficient are the reference numbers", () => {
    const grid = references.l1?.w as number[];
    const curves = coefficientCurves(grid);
    expect(curves.map(({ of }) => of.title).sort()).toEqual(Object.keys(settings).sort());
    for (const { of, points } of curves) {
      const { lambda, atZero, reference } = settings[of.title] as (typeof settings)[string];
      const { omega, w } = references[reference] as (typeof references)[string];
      expect(w).toEqual(grid);
      points.forEach(([x, y], i) => {
        expect(x).toBe(w[i]);
        expectNear(y, lambda * ((omega[i] as number) - atZero), 1e-9, `${of.title} at ${x}`);
      });
    }
  });

  test("of equal nonzeros are k times the curve of one, and start at 0", () => {
    const sizes = Array.from({ length: 32 }, (_, i) => 1 / Math.sqrt(i + 1));
    const single = coefficientCurves(sizes);
    const curves = sparsityCurves();
    expect(curves.length).toBe(single.length + 1);
    single.forEach(({ of, points }, i) => {
      const { of: same, points: totals } = curves[i] as (typeof curves)[number];
      expect(same).toBe(of);
      expect(totals.map(([k]) => k)).toEqual(Array.from({ length: 33 }, (_, k) => k));
      expect(totals[0]?.[1]).toBe(0);
      points.forEach(([, y], k) => {
        expectNear(totals[k + 1]?.[1] as number, (k + 1) * y, 1e-9, `${of.title} with ${k + 1}`);
      });
    });
  });

  test("of the hard threshold is a step after 16", () => {
    const { points } = sparsityCurves().at(-1) as ReturnType<typeof sparsityCurves>[number];
    expect(points.map(([, y]) => y)).toEqual(points.map(([k]) => (k <= 16 ? 0 : Infinity)));
  });
});

test("labels keep their distance, their order and the bounds", () => {
  expect(spread([10, 100, 200], 30, 0, 300)).toEqual([10, 100, 200]);
  // Two that coincide move apart by as much.
  expect(spread([100, 100], 30, 0, 300)).toEqual([85, 115]);
  expect(spread([120, 100, 110], 30, 0, 300)).toEqual([140, 80, 110]);
  expect(spread([-5, 0], 30, 0, 300)).toEqual([0, 30]);
  expect(spread([299, 300], 30, 0, 300)).toEqual([270, 300]);
});

describe("flipside figure penalties", () => {
  test("writes an SVG that needs nothing, the same each time", async () => {
    const { status, stdout, stderr } = await place.spawn(["figure", "penalties"]);
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: "Figure: figure-penalties.svg\n",
      stderr: "",
    });
    const svg = place.read("figure-penalties.svg");
    expectSvg(svg);
    expect(svg).toMatch(/^<svg [^>]*width="960" height="408"/);
    for (const title of [...Object.keys(settings), "hard threshold → ∞", "|w|"]) {
      expect(svg).toContain(`>${title}<`);
    }
    expect((await place.run(["figure", "penalties", "-o", "again.svg"])).code).toBe(0);
    expect(place.read("again.svg")).toBe(svg);
  });

  test("drew the committed picture", async () => {
    await place.run(["figure", "penalties", "-o", "now.svg"]);
    // Numbers one by one, for another processor's rounding; identifiers depend on all of them.
    const tokens = (svg: string) => svg.replaceAll(/d[0-9a-f]{10}-/g, "").split(/(\d+(?:\.\d+)?)/);
    const now = tokens(place.read("now.svg"));
    const committed = tokens(readFileSync(join(root, "bench/results/penalties.svg"), "utf8"));
    expect(committed.length).toBe(now.length);
    committed.forEach((token, i) => {
      if (i % 2 === 0) expect(token).toBe(now[i]);
      else expect(Number(token)).toBeCloseTo(Number(now[i]), 2);
    });
    const png = readFileSync(join(root, "bench/results/penalties.png"));
    expect(pngSize(png)).toEqual({ width: 1440, height: 612 });
    expect(png.length).toBeLessThan(150_000);
  });

  test("writes a PNG of the size asked for, text and all, the same each time", async () => {
    expect((await place.run(["figure", "penalties", "-o", "a.PNG"])).code).toBe(0);
    expect(pngSize(place.bytes("a.PNG"))).toEqual({ width: 1920, height: 816 });
    for (const name of ["b.png", "c.png"]) {
      await place.run(["figure", "penalties", "--output", name, "--width", "480", "--scale", "1.5"]);
    }
    expect(pngSize(place.bytes("b.png"))).toEqual({ width: 720, height: 306 });
    expect(place.bytes("b.png").equals(place.bytes("c.png"))).toBe(true);
  });

  test("a wide SVG has the same drawing", async () => {
    await place.run(["figure", "penalties", "-o", "wide.svg", "--width", "1200"]);
    const svg = place.read("wide.svg");
    expectSvg(svg);
    expect(svg).toMatch(/^<svg [^>]*width="1200" height="510" viewBox="0 0 960 408"/);
  });

  test.each([
    ["another format", ["-o", "a.pdf"], /--output must end in \.svg or \.png, but a\.pdf ends in \.pdf/],
    ["no format", ["-o", "picture"], /has no extension/],
    ["a width of 0", ["--width", "0"], /--width must be an integer >= 200/],
    ["a scale without pixels", ["--scale", "2"], /--scale is for PNG/],
    ["a scale as a word", ["-o", "a.png", "--scale", "big"], /--scale must be a finite number/],
    ["too many pixels", ["-o", "a.png", "--width", "9000", "--scale", "2"], /18000/],
    ["an option of another command", ["--penalty", "l1"], /--penalty/],
    ["an argument", ["data.csv"], /too many arguments/],
  ])("refuses %s", async (_, args, words) => {
    const { code, out, err } = await place.run(["figure", "penalties", ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^flipside: [^\n]+\n$/);
    expect(err).toMatch(words);
    expect(existsSync(join(place.directory, "a.png"))).toBe(false);
  });

  test("says why a file cannot be written", async () => {
    const { code, err } = await place.run(["figure", "penalties", "-o", "nowhere/a.svg"]);
    expect({ code, err }).toEqual({
      code: 1,
      err: "flipside: cannot write nowhere/a.svg: there is no such folder\n",
    });
  });

  test("has help at each level", async () => {
    expect((await place.run(["--help"])).out).toContain("figure");
    const figure = await place.run(["figure", "--help"]);
    expect([figure.code, figure.out]).toEqual([0, expect.stringContaining("penalties")]);
    const help = await place.run(["figure", "penalties", "--help"]);
    expect([help.code, help.out]).toEqual([0, expect.stringMatching(/--output.*--width.*--scale/s)]);
    expect((await place.run(["figure"])).code).toBe(2);
    expect((await place.run(["figure", "nothing"])).code).toBe(2);
  });
});
