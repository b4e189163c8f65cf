// Rules of the repository that no linter knows.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./support/child.ts";

const code = /\.(ts|mts|mjs|js|cc|h)$/;

function filesOf(directory: string): string[] {
  if (!existsSync(join(root, directory))) return [];
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesOf(path);
    return code.test(entry.name) ? [path] : [];
  });
}

const read = (path: string) => readFileSync(join(root, path), "utf8");
const files = ["native", "lib", "test", "bench"].flatMap(filesOf);
const natives = files.filter((path) => path.startsWith("native/"));

function includers(header: string): string[] {
  return natives.filter((path) => read(path).includes(`#include <${header}>`));
}

describe("style", () => {
  test("there is something to look at", () => {
    expect(natives.length).toBeGreaterThan(40);
    expect(files.filter((path) => path.startsWith("lib/")).length).toBeGreaterThan(15);
  });

  test("no file has more than 400 lines", () => {
    const long = files.filter((path) => read(path).split("\n").length > 401);
    expect(long).toEqual([]);
  });

  test("only native/addon includes napi.h", () => {
    const found = includers("napi.h");
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((path) => !path.startsWith("native/addon/"))).toEqual([]);
    expect(
      natives.filter((path) => /node_api\.h/.test(read(path)) && !path.startsWith("native/addon/")),
    ).toEqual([]);
  });

  test("only native/linalg includes cblas.h", () => {
    const found = includers("cblas.h");
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((path) => !path.startsWith("native/linalg/"))).toEqual([]);
  });

  test("siblings on a row of the design do not include each other", () => {
    const rows = [
      ["penalties", "losses", "design", "random"],
      ["solvers", "network"],
    ];
    for (const path of natives) {
      const own = path.split("/")[1] as string;
      const row = rows.find((names) => names.includes(own));
      if (row === undefined) continue;
      const others = row.filter((name) => name !== own);
      const included = [...read(path).matchAll(/#include "(\w+)\//g)].map((match) => match[1] as string);
      expect(
        included.filter((name) => others.includes(name)),
        path,
      ).toEqual([]);
    }
  });

  test("no test is skipped or left alone", () => {
    const tests = files.filter((path) => path.endsWith(".test.ts"));
    const marks = new RegExp(
      ["skip", "only", "todo"].map((word) => `\\b(test|describe|it)\\.${word}\\b`).join("|"),
    );
    expect(tests.filter((path) => marks.test(read(path)))).toEqual([]);
  });

  test("tests mirror folders that exist", () => {
    const folders = new Set(
      files.filter((path) => /^(native|lib)\//.test(path)).map((path) => path.replace(/\/[^/]*$/, "")),
    );
    for (const path of files.filter((name) => /^test\/(native|lib)\//.test(name))) {
      const mirrored = path.replace(/^test\//, "").replace(/\/[^/]*$/, "");
      expect(folders.has(mirrored), path).toBe(true);
    }
  });
});
