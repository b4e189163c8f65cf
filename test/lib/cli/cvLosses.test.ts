// `flipside cv` as it is typed: other losses, and a file with a column of text and missing cells.
import { crossValidate, encodeColumns, Fit, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { cardDefects } from "../../support/cardSchema.ts";
import { Workplace } from "../../support/cli.ts";
import { expectPage } from "../../support/page.ts";
import { Random } from "../../support/random.ts";

const place = new Workplace();
const random = new Random(44);
const colours = ["red", "green", "blue"];
const records = Array.from({ length: 90 }, (_, i) => {
  const [age, bmi] = [50 + 10 * random.normal(), 25 + 4 * random.normal()];
  const colour = colours[i % 3] as string;
  const y = 0.05 * age - 0.2 * bmi + (colour === "red" ? 1 : 0) + 0.5 * random.normal();
  return {
    age: i % 13 === 4 ? null : age,
    bmi,
    colour: i % 17 === 3 ? null : colour,
    y: i % 20 === 7 ? y + 30 : y,
    count: Math.floor(2 * random.uniform() * Math.exp(0.3 * (y + 4))),
  };
});
const cell = (value: unknown) => (value === null ? "" : String(value));
const header = Object.keys(records[0] as object);
const text = records.map((record) => Object.values(record).map(cell).join(",")).join("\n");
place.write("data.csv", `${header.join(",")}\n${text}\n`);

function problemFor(target: "y" | "count") {
  const features = records.map(({ age, bmi, colour }) => ({ age, bmi, colour }));
  const { x, featureNames } = encodeColumns(features, { missing: "level" });
  return { x, featureNames, y: records.map((record) => record[target]) };
}

test("mcp with a report, as a user types it", async () => {
  const line = ["cv", "data.csv", "--penalty", "mcp", "--target", "y", "--report", "cv.html"];
  const refused = await place.run(line);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("impute features with --missing mean");
  const { code, out, err } = await place.run([
    ...line,
    "--exclude",
    "count",
    "--missing",
    "mean",
    "--card",
    "card.json",
  ]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain(
    "colour holds text: one column for each of its 4 levels, blue, green, red and (missing)",
  );
  expect(out).toMatch(/13 missing values|12 missing values/);
  const cv = await crossValidate(problemFor("y"), { penalty: penalties.mcp(), missing: "mean" });
  expect(out).toContain(`lambda_min = ${Number(cv.lambdaMin.toPrecision(6))}:`);
  expectPage(place.read("cv.html"));
  const card = JSON.parse(place.read("card.json"));
  expect(cardDefects(card)).toEqual([]);
  expect(card.data.missing).toBe("mean");
});

describe("the loss", () => {
  const common = [
    "cv",
    "data.csv",
    "--penalty",
    "l1",
    "--missing",
    "mean",
    "--json",
    "--lambdas",
    "20",
    "--folds",
    "5",
  ];

  test("poisson", async () => {
    const { code, out } = await place.run([
      ...common,
      "--target",
      "count",
      "--exclude",
      "y",
      "--loss",
      "poisson",
    ]);
    expect(code).toBe(0);
    const cv = await crossValidate(problemFor("count"), {
      penalty: penalties.l1(),
      loss: "poisson",
      missing: "mean",
      lambdaCount: 20,
      folds: 5,
    });
    const json = JSON.parse(out);
    expect(json.mean).toEqual(Array.from(cv.mean));
    expect(Fit.fromJSON(json.fits.lambda1se).loss).toBe("poisson");
  });

  test("huber with its delta, which no other has", async () => {
    const line = [...common, "--target", "y", "--exclude", "count", "--delta", "0.3"];
    const { code, out } = await place.run([...line, "--loss", "huber"]);
    expect(code).toBe(0);
    const cv = await crossValidate(problemFor("y"), {
      penalty: penalties.l1(),
      loss: "huber",
      huber: { delta: 0.3 },
      missing: "mean",
      lambdaCount: 20,
      folds: 5,
    });
    const json = JSON.parse(out);
    expect(json.mean).toEqual(Array.from(cv.mean));
    expect(json.fits.lambdaMin.lossParameters).toEqual([0.3]);
    const other = await place.run(line);
    expect([other.code, other.err]).toEqual([2, "flipside: --delta needs --loss huber\n"]);
  });
});
