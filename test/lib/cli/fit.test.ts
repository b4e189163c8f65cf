// `flipside fit` as a program: what it prints, the model it writes, and how it ends.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Fit, fitPath, fitSync, Path, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { diabetes } from "../../problems/diabetes.ts";
import { Workplace } from "../../support/cli.ts";
import { problemOf } from "../../support/problems.ts";

const place = new Workplace();
const common = ["fit", "diabetes.csv", "--target", "progression"];
const names = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"];

describe("flipside fit", () => {
  test("writes a model that gives the fit of the library, and prints its coefficients", async () => {
    const { status, stdout, stderr } = await place.spawn([
      ...common,
      "-p",
      "mcp",
      "--a",
      "3",
      "--lambda",
      "10",
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const wanted = fitSync(problemOf(diabetes), { penalty: penalties.mcp({ a: 3 }), lambda: 10 });
    const model = JSON.parse(place.read("diabetes.model.json"));
    expect(model).toMatchObject({
      format: "flipside.model",
      version: 1,
      target: "progression",
      features: names,
    });
    expect(model.data).toEqual({ file: "diabetes.csv", rows: 442 });
    const fit = Fit.fromJSON(model.fit);
    expect(fit.nonzero).toBe(wanted.nonzero);
    fit.coefficients.forEach((value, j) => {
      expect(value).toBeCloseTo(wanted.coefficients[j] as number, 6);
    });
    expect(fit.objective / wanted.objective).toBeCloseTo(1, 9);
    expect(stdout).toContain("mcp (a = 3), lambda = 10");
    expect(stdout).toContain("442 rows, 10 features, target progression");
    expect(stdout).toMatch(/^bmi +7\.33/m);
    expect(stdout).toContain("8 of 10 coefficients are exactly 0");
    expect(stdout).toContain("converged to a stationary point");
  });

  test("--json prints the model alone and writes no file", async () => {
    const workplace = new Workplace();
    const { status, stdout } = await workplace.spawn([...common, "-p", "l1", "-l", "5", "--json"]);
    expect(status).toBe(0);
    expect(Fit.fromJSON(JSON.parse(stdout).fit).nonzero).toBe(5);
    expect(existsSync(join(workplace.directory, "diabetes.model.json"))).toBe(false);
  });

  test("--path fits many lambdas and chooses one", async () => {
    const { status, stdout } = await place.spawn([
      ...common,
      "-p",
      "l1",
      "--path",
      "--lambdas",
      "30",
      "--json",
    ]);
    expect(status).toBe(0);
    const model = JSON.parse(stdout);
    const path = Path.fromJSON(model.path);
    const wanted = await fitPath(problemOf(diabetes), { penalty: penalties.l1(), lambdaCount: 30 });
    expect(path.lambdas.length).toBe(30);
    path.lambdas.forEach((lambda, k) => {
      expect(lambda / (wanted.lambdas[k] as number)).toBeCloseTo(1, 9);
    });
    const chosen = Fit.fromJSON(model.fit);
    expect([...path.lambdas]).toContain(chosen.lambda);
  });

  test("the same command writes the same bytes", async () => {
    const args = [...common, "-p", "scad", "-l", "3", "--quiet", "-o"];
    const [one, two] = await Promise.all([
      place.spawn([...args, "one.json"]),
      place.spawn([...args, "two.json"]),
    ]);
    expect([one.status, two.status, one.stdout]).toEqual([0, 0, ""]);
    expect(place.read("one.json")).toBe(place.read("two.json"));
  });

  test("Ctrl-C stops it: exit code 130, and no file", async () => {
    const header = Array.from({ length: 600 }, (_, j) => `x${j}`).join();
    const line = (i: number) => Array.from({ length: 600 }, (_, j) => Math.sin(i * 600 + j * j)).join();
    const lines = Array.from({ length: 500 }, (_, i) => `${line(i)},${Math.cos(i * i)}`);
    place.write("wide.csv", `${header},y\n${lines.join("\n")}\n`);
    const args = ["fit", "wide.csv", "-t", "y", "-p", "lp", "--p", "1.05", "--path", "--lambdas", "5000"];
    const { status, stderr } = await place.spawn(args, {
      started: (child) => setTimeout(() => child.kill("SIGINT"), 2500),
    });
    expect({ status, stderr: stderr.trim().split("\n").at(-1) }).toEqual({
      status: 130,
      stderr: expect.stringMatching(/^flipside: stopped /),
    });
    expect(existsSync(join(place.directory, "wide.model.json"))).toBe(false);
  });

  test("output into a pipe that closes early is no failure", async () => {
    const { status, signal } = await place.spawn([...common, "-p", "l1", "-l", "5", "--json"], {
      started: (child) => child.stdout?.once("data", () => child.stdout?.destroy()),
    });
    expect([status, signal]).toEqual([0, null]);
  });
});
