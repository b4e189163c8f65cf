// --loss, --solver and --seed of `flipside fit`.
import { Fit, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { Workplace } from "../../support/cli.ts";
import { Random } from "../../support/random.ts";

const place = new Workplace();
const random = new Random(5);
const x = Array.from({ length: 120 }, () => Array.from({ length: 6 }, () => random.normal()));
const y = x.map(([a = 0, b = 0]) =>
  random.uniform() < 1 / (1 + Math.exp(-(0.4 + 1.5 * a - 1.2 * b))) ? 1 : 0,
);
const lines = x.map((row, i) => [...row, y[i]].join(","));
place.write("clicks.csv", `${["a,b,c,d,e,f,click", ...lines].join("\n")}\n`);
place.write("wrong.csv", "a,y\n1,0\n2,3\n4,1\n");

const common = ["fit", "clicks.csv", "--target", "click", "--penalty", "l1"];
const lambda = 0.02;

describe("flipside fit --loss logistic", () => {
  test("gives the fit of the library and tells the deviance explained", async () => {
    const args = [...common, "--lambda", `${lambda}`, "--loss", "logistic", "--report", "clicks.html"];
    const { code, out, err } = await place.run(args);
    expect([code, err]).toEqual([0, ""]);
    const model = JSON.parse(place.read("clicks.model.json"));
    const own = fitSync({ x, y }, { penalty: penalties.l1(), lambda, loss: "logistic" });
    expect(model.fit.loss).toBe("logistic");
    expect(Array.from(Fit.fromJSON(model.fit).coefficients)).toEqual(Array.from(own.coefficients));
    // The model without features predicts the mean.
    const mean = y.reduce<number>((sum, value) => sum + value, 0) / y.length;
    const nothing = -(mean * Math.log(mean) + (1 - mean) * Math.log(1 - mean));
    expect(out).toContain(`deviance explained  ${(1 - own.lossValue / nothing).toFixed(4)}`);
    expect(out).not.toContain("R²");
    expect(place.read("clicks.html")).toContain("mean logistic loss");
  });

  test("a path chooses by BIC with the deviance", async () => {
    const { code, out } = await place.run([...common, "--path", "--lambdas", "20", "--loss", "logistic"]);
    expect(code).toBe(0);
    expect(out).toContain("deviance explained");
    const { fit, path } = JSON.parse(place.read("clicks.model.json"));
    const bic = (one: { lossValue: number; nonzero: number }) =>
      2 * 120 * one.lossValue + Math.log(120) * one.nonzero;
    const best = Math.min(...path.fits.map(bic));
    expect(bic(fit)).toBe(best);
    expect(fit.nonzero).toBeGreaterThanOrEqual(2);
  });

  test("a target outside 0 to 1 is bad data, not a crash", async () => {
    const args = [
      "fit",
      "wrong.csv",
      "--target",
      "y",
      "--penalty",
      "l1",
      "--lambda",
      "0.1",
      "--loss",
      "logistic",
    ];
    const { code, err } = await place.run(args);
    expect(code).toBe(1);
    expect(err).toContain("y[1] must be a number from 0 to 1 for the logistic loss, but is 3");
  });
});

describe("flipside fit --solver", () => {
  test("takes every solver; dropout tells its margin, and the seed decides its bits", async () => {
    for (const solver of ["reweighted", "proximal", "etaTrick", "direct"]) {
      const { code, out } = await place.run([...common, "--lambda", "0.1", "--solver", solver]);
      expect([solver, code]).toEqual([solver, 0]);
      expect(out).toContain("converged to the minimum");
    }
    const drop = async (seed: string) => {
      const args = [...common, "--lambda", "0.1", "--solver", "dropout", "--seed", seed];
      const { code, out } = await place.run(args);
      expect(code).toBe(0);
      expect(out).toMatch(/objective.*\(margin /);
      return place.read("clicks.model.json");
    };
    const once = await drop("3");
    expect(await drop("3")).toBe(once);
    expect(await drop("4")).not.toBe(once);
  });

  test("a solver that cannot serve the loss says why", async () => {
    const args = [...common, "--lambda", "0.1", "--loss", "logistic", "--solver", "reweighted"];
    const { code, err } = await place.run(args);
    expect(code).toBe(1);
    expect(err).toContain("the solver reweighted needs a quadratic loss, which logistic is not");
  });

  test.each([
    ["--solver", "newton"],
    ["--loss", "hinge"],
    ["--seed", "-1"],
    ["--seed", "1.5"],
  ])("%s %s is a usage error", async (option, value) => {
    const { code, err } = await place.run([...common, "--lambda", "0.1", option, value]);
    expect(code).toBe(2);
    expect(err).toContain(option);
  });
});

describe("flipside fit --loss poisson and huber", () => {
  const counts = x.map(([a = 0, b = 0]) => Math.floor(3 * random.uniform() * Math.exp(0.5 * a - 0.4 * b)));
  const table = x.map((row, i) => [...row, counts[i]].join(","));
  place.write("counts.csv", `${["a,b,c,d,e,f,count", ...table].join("\n")}\n`);
  const given = ["fit", "counts.csv", "--target", "count", "--penalty", "l1", "--lambda", `${lambda}`];

  test("poisson: the fit of the library, and its deviance", async () => {
    const { code, out, err } = await place.run([...given, "--loss", "poisson"]);
    expect([code, err]).toEqual([0, ""]);
    const own = fitSync({ x, y: counts }, { penalty: penalties.l1(), lambda, loss: "poisson" });
    const model = JSON.parse(place.read("counts.model.json"));
    expect(Array.from(Fit.fromJSON(model.fit).coefficients)).toEqual(Array.from(own.coefficients));
    const least = counts.reduce((sum, y) => sum + (y > 0 ? y - y * Math.log(y) : 0), 0) / 120;
    const mean = counts.reduce((sum, y) => sum + y, 0) / 120;
    const nothing = mean - mean * Math.log(mean);
    const share = 1 - (own.lossValue - least) / (nothing - least);
    expect(out).toContain(`deviance explained  ${share.toFixed(4)}`);
  });

  test("huber: with its delta, which no other loss has", async () => {
    const { code } = await place.run([...given, "--loss", "huber", "--delta", "0.5"]);
    expect(code).toBe(0);
    const own = fitSync(
      { x, y: counts },
      { penalty: penalties.l1(), lambda, loss: "huber", huber: { delta: 0.5 } },
    );
    const { fit } = JSON.parse(place.read("counts.model.json"));
    expect(fit.lossParameters).toEqual([0.5]);
    expect(fit.objective).toBe(own.objective);
    const other = await place.run([...given, "--delta", "0.5"]);
    expect(other.code).not.toBe(0);
    expect(other.err).toContain("--delta needs --loss huber");
  });
});
