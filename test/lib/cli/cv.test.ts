// `flipside cv`: what it prints, writes and plots of a cross-validation, here the plainest there is.
import { Encoder, Fit, penaltyFromJSON } from "flipside";
import { describe, expect, test } from "vitest";
import type { CvArguments } from "../../../dist/cli/cv/cvCommand.js";
import { cvCommand } from "../../../dist/cli/cv/cvCommand.js";
import { cardDefects } from "../../support/cardSchema.ts";
import { Workplace } from "../../support/cli.ts";
import { expectPage } from "../../support/page.ts";
import { plainCrossValidation } from "../../support/plainCrossValidation.ts";
import { Random } from "../../support/random.ts";

const place = new Workplace();
const random = new Random(3);
const cities = ["Bonn", "Köln", "<b>Ulm</b>"];
const lines = Array.from({ length: 90 }, (_, i) => {
  const [a, b] = [random.normal(), 5 + random.normal()];
  const city = cities[i % 3] as string;
  const y = 2 * a + (city === "Bonn" ? 3 : 0) + 0.1 * b + random.normal();
  return [i % 11 === 4 ? "" : a, b, i === 40 ? "NA" : city, y].join(",");
});
place.write("houses.csv", `area,"age & more",city,price\n${lines.join("\n")}\n`);

const usual: CvArguments = {
  target: "progression",
  penalty: "mcp",
  loss: "squared",
  solver: "auto",
  intercept: true,
  standardize: true,
  lambdas: 25,
  choose: "lambda1se",
};

async function run(file: string, own: Partial<CvArguments>, crossValidate = plainCrossValidation) {
  const written = { out: "", err: "" };
  const io = {
    stdout: { write: (text: string) => (written.out += text) },
    stderr: { write: (text: string) => (written.err += text) },
    directory: place.directory,
  };
  const code = await cvCommand(file, { ...usual, ...own }, io, crossValidate);
  return { code, ...written };
}

describe("flipside cv", () => {
  test("prints the curve, both lambdas and their coefficients", async () => {
    const { code, out, err } = await run("diabetes.csv", {});
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^mcp \(a = 3\), cross-validated over 25 lambdas/);
    expect(out).toContain("442 rows, 10 features, target progression");
    expect(out).toMatch(/lambda +squared error +standard error +nonzero/);
    expect(out).toMatch(/^ *\S+ +\S+ +\S+ +\d+ +lambda_min$/m);
    expect(out).toMatch(/^ *\S+ +\S+ +\S+ +\d+ +lambda_1se$/m);
    expect(out).toMatch(/^bmi +\S+ +\S+$/m);
    expect(out).toMatch(/^lambda_1se = .*coefficients nonzero$/m);
    expect(out).toContain("Warning: The penalty is not convex");
  });

  test("--json has every lambda, and fits that come back", async () => {
    const { out } = await run("diabetes.csv", { json: true, penalty: "l1", folds: 4 });
    const json = JSON.parse(out);
    expect(json).toMatchObject({
      format: "flipside.cv",
      version: 1,
      measure: "squaredError",
      target: "progression",
    });
    for (const key of ["lambdas", "mean", "standardError", "nonzero"]) expect(json[key].length).toBe(25);
    expect(json.mean[json.indexMin]).toBe(Math.min(...json.mean));
    expect(json.lambdas[json.index1se]).toBe(json.lambda1se);
    const fit = Fit.fromJSON(json.fits.lambdaMin);
    expect(fit.lambda).toBe(json.lambdaMin);
    expect(fit.featureNames).toEqual(json.features);
    expect(fit.nonzero).toBe(json.nonzero[json.indexMin]);
  });

  test("options reach the cross-validation", async () => {
    let seen: unknown;
    const options = { folds: 3, seed: 9, measure: "absoluteError", intercept: false, tolerance: 1e-6 };
    await run("diabetes.csv", { ...options, maxIterations: 50, penalty: "l1" }, (problem, given) => {
      seen = given;
      return plainCrossValidation(problem, given);
    });
    expect(seen).toMatchObject({
      ...{
        folds: 3,
        seed: 9,
        measure: "absoluteError",
        intercept: false,
        lambdaCount: 25,
        missing: "error",
      },
      convergence: { tolerance: 1e-6, maxIterations: 50 },
    });
  });

  test("texts and missing values; the model, the card and the page", async () => {
    const own = {
      target: "price",
      missing: "mean",
      output: "m.json",
      card: "c.json",
      report: "cv.html",
    } as const;
    const { code, out } = await run("houses.csv", own);
    expect(code).toBe(0);
    expect(out).toContain(
      "Note: city holds text: one column for each of its 4 levels, <b>Ulm</b>, Bonn, Köln and (missing).",
    );
    expect(out).toContain("Note: 9 missing values: in columns of numbers the mean");
    const model = JSON.parse(place.read("m.json"));
    const features = ["area", "age & more", "city=<b>Ulm</b>", "city=Bonn", "city=Köln", "city=(missing)"];
    expect(model.features).toEqual(features);
    const fit = Fit.fromJSON(model.fit);
    const { x } = Encoder.fromJSON(model.encoder).transform([{ area: null, "age & more": 5, city: "Bonn" }]);
    expect(Number.isFinite(fit.predict(x)[0])).toBe(true);
    const card = JSON.parse(place.read("c.json"));
    expect(cardDefects(card)).toEqual([]);
    expect(card.data).toMatchObject({ missing: "mean", featureNames: features });
    expect(card.title).toBe("price of houses.csv");
    expect(card.objective.lambda).toBe(fit.lambda);
    const page = place.read("cv.html");
    expectPage(page);
    expect(page).toContain("city=&lt;b&gt;Ulm&lt;/b&gt;");
    expect(page).not.toContain("<b>");
    for (const heading of [
      "Score against λ",
      "Coefficients against λ",
      "Coefficients at both λ",
      "The objective",
    ])
      expect(page).toContain(`>${heading}<`);
    expect(page.match(/<svg/g)?.length).toBe(2);
    expect(page).toMatch(/λ min = [\d.e−-]+/);
    expect(page).toMatch(/λ 1se = [\d.e−-]+/);
  });

  test("the page has an error bar per lambda and the same bytes each time", async () => {
    const report = async (name: string) => {
      await run("diabetes.csv", { report: name, penalty: "l1", quiet: true });
      return place.read(name);
    };
    const page = await report("one.html");
    expectPage(page);
    expect(await report("two.html")).toBe(page);
    const [curve = ""] = page.match(/<svg[\s\S]*?<\/svg>/) ?? [];
    // Three lines each, of paths that are open and not filled.
    const bars = [...curve.matchAll(/<path d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+" fill="none" stroke="#5c656f"/g)];
    expect(bars.length).toBeGreaterThanOrEqual(3 * 25);
  });

  test("one lambda, and one that is best at the end", async () => {
    expect((await run("diabetes.csv", { lambdas: 1, report: "single.html", penalty: "l1" })).code).toBe(0);
    expectPage(place.read("single.html"));
    const { out } = await run("diabetes.csv", { lambdas: 3, penalty: "lp", p: 1.5 } as object);
    expect(out).toMatch(/cross-validated over 3 lambdas/);
  });

  test("what is written twice or over the data", async () => {
    await expect(run("diabetes.csv", { output: "a", card: "a" })).rejects.toThrow(
      "--output and --card are both a",
    );
    await expect(run("diabetes.csv", { report: "diabetes.csv" })).rejects.toThrow("would overwrite the data");
  });

  test("from the command line", async () => {
    const help = await place.run(["cv", "--help"]);
    expect(help.code).toBe(0);
    for (const option of [
      "--folds",
      "--seed",
      "--measure",
      "--missing",
      "--choose",
      "--report",
      "--card",
      "--json",
    ])
      expect(help.out).toContain(option);
    for (const [option, value] of [
      ["--folds", "1"],
      ["--choose", "best"],
      ["--missing", "drop"],
    ] as const) {
      const { code, err } = await place.run([
        "cv",
        "diabetes.csv",
        "-t",
        "progression",
        "-p",
        "l1",
        option,
        value,
      ]);
      expect([code, err]).toEqual([2, expect.stringContaining(option)]);
    }
  });
});

describe("flipside fit", () => {
  const args = ["fit", "houses.csv", "-t", "price", "-p", "l1", "-l", "0.1", "--missing", "mean"];

  test("takes texts and missing values, and writes a card", async () => {
    const { code, out, err } = await place.run([...args, "--card", "card.json", "--report", "fit.html"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("Note: city holds text");
    expect(out).toContain("Card:   card.json");
    const card = JSON.parse(place.read("card.json"));
    expect(cardDefects(card)).toEqual([]);
    expect(card.notes).toContain("city holds text");
    expect(card.data.nonzeroShare).toBeGreaterThan(0.3);
    expectPage(place.read("fit.html"));
    const model = JSON.parse(place.read("houses.model.json"));
    expect(model.encoder.format).toBe("flipside.encoder");
    const fit = Fit.fromJSON(model.fit);
    expect(fit.imputation?.length).toBe(6);
    expect(penaltyFromJSON(model.fit.penalty).name).toBe("l1");
    // The same file without a change gives the same card.
    await place.run([...args, "--card", "again.json", "--quiet"]);
    expect(place.read("again.json")).toBe(place.read("card.json"));
  });

  test("a path with its plot", async () => {
    const path = [
      ...args.slice(0, 6),
      "--path",
      "--lambdas",
      "8",
      "--missing",
      "mean",
      "--report",
      "path.html",
    ];
    expect((await place.run(path)).code).toBe(0);
    expectPage(place.read("path.html"));
    expect(place.read("path.html")).toContain("Coefficients against λ");
  });

  test("missing values are refused without it, and never imputed in the target", async () => {
    const refused = await place.run(args.slice(0, -2));
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(
      /must have no missing values, but has 9 in columns "area" \(8.*--missing mean/,
    );
    place.write("gap.csv", "x,y\n1,2\n2,\n3,4\n");
    const gap = await place.run(["fit", "gap.csv", "-t", "y", "-p", "l1", "-l", "0", "--missing", "mean"]);
    expect([gap.code, gap.err]).toEqual([1, expect.stringContaining('column "y" (1, the first on line 3)')]);
  });

  test.each([
    ["numbers and texts mixed", "x,y\n1,2\ntwo,4\n3,6\n", /"x" has "two" on line 3/],
    ["decimal commas", 'x,y\n"1,5",2\n"2,5",4\n', /decimal comma/],
    ["a target of texts", "x,y\n1,a\n2,b\n", /"y" has "a"/],
    [
      "names of rows",
      `x,y\n${Array.from({ length: 300 }, (_, i) => `row${i},${i}`).join("\n")}\n`,
      /"x" has "row0"/,
    ],
    ["a column without values", "x,z,y\n1,,2\n2,NA,4\n", /all are missing in column 1 \('z'\)/],
  ])("%s are bad data", async (_, text, words) => {
    place.write("bad.csv", text);
    const { code, err } = await place.run([
      "fit",
      "bad.csv",
      "-t",
      "y",
      "-p",
      "l1",
      "-l",
      "0",
      "--missing",
      "mean",
    ]);
    expect(code).toBe(1);
    expect(err).toMatch(words);
  });
});
