// The algorithms' objectives against time: the gaps drawn are those of the histories, whatever these do.
import { describe, expect, test } from "vitest";
import { agreementFigure } from "../../../../dist/cli/figure/agreementFigure.js";
import { type Course, gapFloor, gapsOf, thin, timeFloor } from "../../../../dist/cli/figure/courses.js";
import { standaloneSvg } from "../../../../dist/cli/report/svg.js";
import { Workplace } from "../../../support/cli.ts";
import { expectSvg, pngSize } from "../../../support/markup.ts";

const place = new Workplace();

/** Falls by a factor at each step, to a floor, with what a stochastic method adds. */
function course(name: string, factor: number, floor: number, noise = 0, best = 20): Course {
  const steps = Array.from({ length: 600 }, (_, i) => i);
  return {
    name,
    seconds: steps.map((i) => i * 2e-5),
    objectives: steps.map((i) => best + Math.max(5 * factor ** i, floor) * (1 + noise * Math.sin(i * i))),
  };
}

describe("gaps", () => {
  test("are relative to the best of all, wherever it is in the course", () => {
    const { best, curves } = gapsOf([
      { name: "a", seconds: [1, 2, 3], objectives: [-6, -8, -7] },
      { name: "b", seconds: [1, 2], objectives: [4, -7.5] },
    ]);
    expect(best).toBe(-8);
    expect(curves).toEqual([
      {
        name: "a",
        points: [
          [1, 0.25],
          [2, gapFloor],
          [3, 0.125],
        ],
      },
      {
        name: "b",
        points: [
          [1, 1.5],
          [2, 0.0625],
        ],
      },
    ]);
  });

  test("have a place on logarithmic axes, and infinite starts have none", () => {
    const { curves } = gapsOf([
      { name: "a", seconds: [0, 1e-9, 1], objectives: [Infinity, 3, 1] },
      { name: "b", seconds: [0, 2], objectives: [1 + 2 ** -52, 1] },
    ]);
    expect(curves[0]?.points).toEqual([
      [timeFloor, 2],
      [1, gapFloor],
    ]);
    expect(curves[1]?.points).toEqual([
      [timeFloor, gapFloor],
      [2, gapFloor],
    ]);
    expect(gapsOf([{ name: "zero", seconds: [1, 2], objectives: [0.5, 0] }]).curves[0]?.points[0]).toEqual([
      1, 0.5,
    ]);
  });
});

test("a long course is thinned in time, its ends kept", () => {
  const points = Array.from({ length: 5000 }, (_, i) => [1e-5 * (i + 1), i] as const);
  const kept = thin(points, 100);
  expect(kept.length).toBeLessThanOrEqual(100);
  expect(kept.length).toBeGreaterThan(60);
  expect([kept[0], kept.at(-1)]).toEqual([points[0], points[4999]]);
  const times = kept.map(([seconds]) => seconds);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  // Its first steps are seen one by one.
  expect(kept.slice(0, 5)).toEqual(points.slice(0, 5));
  expect(thin(points.slice(0, 50), 100)).toEqual(points.slice(0, 50));
  expect(thin([], 100)).toEqual([]);
});

describe("the drawing", () => {
  test("of made-up courses is an SVG with a name for each", () => {
    const courses = [
      course("fast", 0.5, 0),
      course("slow", 0.99, 1e-6),
      course("noisy <&>", 0.9, 1e-3, 0.9),
      { name: "at once", seconds: [1e-4], objectives: [20] },
    ];
    const { drawing, label } = agreementFigure(courses, "made up");
    const svg = standaloneSvg(drawing, label);
    expectSvg(svg);
    for (const name of ["fast", "slow", "noisy &lt;&amp;&gt;", "at once"]) expect(svg).toContain(`>${name}<`);
    // What lies on the floor is said at the axis.
    expect(svg).toContain("10⁻¹⁴ and less at 10⁻¹⁴");
    expect(svg).toContain(">seconds (logarithmic)<");
    expect(svg.length).toBeLessThan(60_000);
  });

  test("of equal objectives has axes all the same", () => {
    const still = { name: "still", seconds: [0, 0, 0], objectives: [1, 1, 1] };
    const { drawing, label } = agreementFigure([still], "nothing to do");
    expectSvg(standaloneSvg(drawing, label));
  });
});

describe("flipside figure agreement", () => {
  test("fits the diabetes data, prints where each algorithm ended, draws", async () => {
    const { status, stdout, stderr } = await place.spawn(["figure", "agreement", "-o", "agreement.svg"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("diabetes data (442 × 10), l1 at lambda = 4.52");
    for (const name of ["reweighted", "proximal", "proximal, accelerated", "etaTrick", "direct", "dropout"]) {
      expect(stdout).toMatch(new RegExp(`^${name} .* yes$`, "m"));
    }
    const svg = place.read("agreement.svg");
    expectSvg(svg);
    expect(svg).toContain("l1 at λ = 4.52");
  });

  test("takes a penalty with its parameters and a strength", async () => {
    const args = ["--penalty", "mcp", "--a", "4", "--lambda", "10", "-o", "mcp.png", "--scale", "1"];
    const { code, out } = await place.run(["figure", "agreement", ...args]);
    expect([code, out]).toEqual([0, expect.stringContaining("mcp (a = 4) at lambda = 10")]);
    expect(pngSize(place.bytes("mcp.png")).width).toBe(960);
  });

  test("names what keeps an algorithm from a penalty", async () => {
    const { code, out } = await place.run([
      "figure",
      "agreement",
      "-p",
      "hardThreshold",
      "--k",
      "3",
      "-o",
      "hard.svg",
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^reweighted .* yes$/m);
    expect(out).toMatch(/^direct +- .*-$/m);
    expect(out).toMatch(/^- the solver direct needs a penalty with a slope/m);
    const svg = place.read("hard.svg");
    expectSvg(svg);
    expect(svg).not.toContain(">direct<");
  });

  test.each([
    ["an unknown penalty", ["--penalty", "l2"], /--penalty must be one of/],
    ["a parameter of another penalty", ["--epsilon", "1"], /--epsilon belongs to/],
    ["a strength of 0", ["--lambda", "0"], /--lambda must be a finite number > 0/],
    ["another format", ["-o", "a.gif"], /--output must end in/],
  ])("refuses %s", async (_, args, words) => {
    const { code, out, err } = await place.run(["figure", "agreement", ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(words);
  });

  test("stops when told to", async () => {
    const { code, err } = await place.run(["figure", "agreement", "-o", "stopped.svg"], AbortSignal.abort());
    expect({ code, err }).toEqual({ code: 130, err: "flipside: stopped before there was a result\n" });
  });
});
