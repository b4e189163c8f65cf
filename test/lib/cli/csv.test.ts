// Reading CSV: numbers as they are written, and a sentence with line and column for what is none.
import { Fit } from "flipside";
import { describe, expect, test } from "vitest";
import { Workplace } from "../../support/cli.ts";

const place = new Workplace();
let count = 0;

async function fitText(text: string, args: string[] = []) {
  const name = `data${++count}.csv`;
  place.write(name, text);
  return place.run(["fit", name, "-t", "y", "-p", "l1", "-l", "0", "--json", ...args]);
}

async function coefficients(text: string, args: string[] = []): Promise<number[]> {
  const { code, out, err } = await fitText(text, args);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return [...Fit.fromJSON(JSON.parse(out).fit).coefficients];
}

describe("good files", () => {
  test.each([
    ["plain", "x,y\n1,2\n2,4\n3,6\n"],
    ["no newline at the end", "x,y\n1,2\n2,4\n3,6"],
    ["carriage returns", "x,y\r\n1,2\r\n2,4\r\n3,6\r\n"],
    ["a byte order mark", "\ufeffx,y\n1,2\n2,4\n3,6\n"],
    ["blank lines and spaces", "x , y\n\n 1, 2 \n2 ,4\n\n3,6\n\n"],
    ["quotes", '"x","y"\n"1","2"\n2,4\n"3",6\n'],
    ["exponents and signs", "x,y\n1e0,+2\n.2e1,4.\n30e-1,6.0\n"],
  ])("%s", async (_, text) => {
    const [slope] = await coefficients(text);
    expect(slope).toBeCloseTo(2, 12);
  });

  test("other separators", async () => {
    const [slope] = await coefficients("x;y\n1;2\n2;4\n3;6\n", ["--delimiter", ";"]);
    expect(slope).toBeCloseTo(2, 12);
  });

  test("text in a column that is left out", async () => {
    const [slope] = await coefficients("name,x,y\nAda,1,2\n,2,4\nBob,3,6\n", ["--exclude", "name"]);
    expect(slope).toBeCloseTo(2, 12);
  });

  test("names with commas and quotes come through to the model", async () => {
    const { out } = await fitText('"a, ""b""",y\n1,2\n2,4\n3,6\n');
    expect(JSON.parse(out).features).toEqual(['a, "b"']);
  });
});

describe("bad files have exit code 1 and one line", () => {
  test.each([
    ["an empty file", "", /empty/],
    ["a header alone", "x,y\n", /none/],
    ["no header", "1,2\n2,4\n", /names of the columns/],
    ["a name twice", "x,x,y\n1,2,3\n", /must differ.*columns 1 and 2 are both "x"/],
    ["a short line", "x,y\n1,2\n2\n", /line 3 of data\d+\.csv must have 2 cells.*has 1/],
    ["a long line", "x,y\n1,2,3\n", /line 2 .* has 3/],
    ["text", "x,y\n1,2\ntwo,4\n3,6\n", /"x" has "two" on line 3 \(1 of 3 rows\)/],
    ["a decimal comma", 'x,y\n"1,5",2\n2,4\n', /decimal comma/],
    [
      "missing values",
      "x,y\n1,2\n,4\nNA,6\n",
      /no missing values, but has 2 in column "x" \(2, the first on line 3\)/,
    ],
    ["infinity", "x,y\n1,2\nInfinity,4\n", /"x" has "Infinity"/],
    ["hexadecimal", "x,y\n1,2\n0x10,4\n", /"x" has "0x10"/],
    ["another separator", "x;y\n1;2\n", /did you mean --delimiter ';'\?/],
    ["an open quote", 'x,y\n"1,2\n', /data\d+\.csv: /],
  ])("%s", async (_, text, words) => {
    const { code, out, err } = await fitText(text);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^flipside: [^\n]+\n$/);
    expect(err).toMatch(words);
  });

  test.each([
    ["a file that is not there", ["nowhere.csv"], /^flipside: .*nowhere\.csv.*no such file/],
    ["a folder", ["."], /^flipside: .*(folder|directory)/],
    [
      "a place in no folder",
      ["diabetes.csv", "-o", "no/where.json"],
      /^flipside: cannot write no\/where\.json/,
    ],
  ])("%s", async (_, words, message) => {
    const { code, err } = await place.run(["fit", ...words, "-t", "progression", "-p", "l1", "-l", "1"]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(message) });
  });
});
