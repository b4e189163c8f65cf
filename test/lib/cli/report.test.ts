// The pages: one file each, nothing to load, with the numbers of the fit and text from files escaped.
import { describe, expect, test } from "vitest";
import { diabetes } from "../../problems/diabetes.ts";
import { Workplace } from "../../support/cli.ts";
import { unbalanced } from "../../support/markup.ts";
import { expectPage } from "../../support/page.ts";

const place = new Workplace();

describe("--report", () => {
  test("of one fit", async () => {
    const args = ["fit", "diabetes.csv", "-t", "progression", "-p", "logSum", "--epsilon", "1", "-l", "20"];
    const { status, stdout } = await place.spawn([...args, "--report", "fit.html"]);
    expect(status).toBe(0);
    expect(stdout).toContain("Report: fit.html");
    const page = place.read("fit.html");
    expectPage(page);
    const model = JSON.parse(place.read("diabetes.model.json"));
    expect(page).toContain("progression by logSum");
    expect(page).toContain(`${model.fit.nonzero} of 10`);
    for (const heading of ["Coefficients", "Objective by iteration", "keep probability"])
      expect(page).toContain(heading);
    model.features.forEach((name: string, j: number) => {
      if (model.fit.coefficients[j] !== 0) expect(page).toContain(`>${name}<`);
    });
  });

  test("of a path", async () => {
    const args = ["fit", "diabetes.csv", "-t", "progression", "-p", "l1", "--path", "--lambdas", "20"];
    const { code } = await place.run([...args, "--report", "path.html"]);
    expect(code).toBe(0);
    const page = place.read("path.html");
    expectPage(page);
    expect(page).toContain("Coefficients against λ");
    expect(page).toContain("20 fits");
    expect(page).toContain("smallest BIC");
  });

  test.each(["hardThreshold --k 3", "ard", "hardConcrete", "standout"])("of %s", async (words) => {
    const penalty = words.split(" ");
    const args = ["fit", "diabetes.csv", "-t", "progression", "-l", "5", "-p", ...penalty];
    expect((await place.run([...args, "--report", "other.html"])).code).toBe(0);
    expectPage(place.read("other.html"));
  });

  test("with every coefficient 0, and a constant column", async () => {
    place.write("flat.csv", "x,one,y\n1,1,2\n2,1,3\n3,1,7\n");
    const args = ["fit", "flat.csv", "-t", "y", "-p", "l1", "-l", "100", "--report", "flat.html"];
    expect((await place.run(args)).code).toBe(0);
    const page = place.read("flat.html");
    expect(page).toMatch(/^<!doctype html>/);
    expect(unbalanced(page)).toEqual([]);
    expect(page).not.toMatch(/NaN|undefined/);
  });

  test("names from the file are text, not markup", async () => {
    const evil = '<img src=x onerror="alert(1)">';
    const quoted = `"${evil.replaceAll('"', '""')}"`;
    place.write("evil.csv", `${quoted},"</svg><script>","a&b"\n1,2,3\n2,1,5\n4,4,4\n5,0,1\n`);
    const args = ["fit", "evil.csv", "-t", "3", "-p", "l1", "-l", "0.01", "--report", "evil.html"];
    expect((await place.run(args)).code).toBe(0);
    const page = place.read("evil.html");
    expectPage(page);
    expect(page).toContain("a&amp;b");
    expect(page).not.toContain("a&b<");
  });
});

test("flipside demo compares every penalty on the diabetes data", async () => {
  const { status, stdout, stderr } = await place.spawn(["demo"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain(`${diabetes.rows} patients, 10 features`);
  for (const name of ["l1", "mcp", "scad", "hardConcrete", "variationalDropout", "ard"]) {
    expect(stdout).toMatch(new RegExp(`^${name}\\b`, "m"));
  }
  expectPage(place.read("flipside-report.html"));
});
