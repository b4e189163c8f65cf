// Tables of texts and numbers as matrices, and the same encoding of new rows.
import fc from "fast-check";
import { type EncodeOptions, Encoder, encodeColumns, fitSync, penalties, type TableLike } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { check } from "../support/property.ts";

const records = [
  { age: 31, colour: "red", smoker: true, grade: 2, y: 1.5 },
  { age: 45, colour: "blue", smoker: false, grade: 10, y: 2 },
  { age: null, colour: "red", smoker: null, grade: 1, y: 3 },
  { age: 27, colour: "Grün", smoker: true, grade: 2, y: 0 },
];
const columnsOf = (encoded: { x: { data: Float64Array; rows: number; columns: number } }) =>
  Array.from({ length: encoded.x.columns }, (_, j) =>
    Array.from(encoded.x.data.subarray(j * encoded.x.rows, (j + 1) * encoded.x.rows)),
  );
const named = (encoded: ReturnType<Encoder["transform"]>) =>
  Object.fromEntries(encoded.featureNames.map((name, j) => [name, columnsOf(encoded)[j]]));

describe("encodeColumns", () => {
  test("numbers and booleans stay, texts become one column per level, sorted", () => {
    const encoded = encodeColumns(records, { target: "y" });
    expect(encoded.featureNames).toEqual([
      "age",
      "colour=Grün",
      "colour=blue",
      "colour=red",
      "smoker",
      "grade",
    ]);
    expect(columnsOf(encoded)).toEqual([
      [31, 45, NaN, 27],
      [0, 0, 0, 1],
      [0, 1, 0, 0],
      [1, 0, 1, 0],
      [1, 0, NaN, 1],
      [2, 10, 1, 2],
    ]);
    expect(encoded.y).toEqual(Float64Array.of(1.5, 2, 3, 0));
    expect(encoded.groups).toEqual([0, 1, 1, 1, 2, 3]);
    expect(encoded.x).toMatchObject({ rows: 4, columns: 6, order: "column-major" });
  });

  test("columns give what records give", () => {
    const table = {
      age: [31, 45, NaN, 27],
      colour: records.map(({ colour }) => colour),
      smoker: [true, false, undefined, true],
      grade: Float32Array.of(2, 10, 1, 2),
      y: records.map(({ y }) => y),
    };
    const { encoder: one, ...rest } = encodeColumns(table, { target: "y" });
    const { encoder: other, ...wanted } = encodeColumns(records, { target: "y" });
    expect(rest).toEqual(wanted);
    expect(one.toJSON()).toEqual(other.toJSON());
  });

  test("treatment: no column for the first level", () => {
    const encoded = encodeColumns(records, { drop: ["age", "smoker", "grade", "y"], dummy: "treatment" });
    expect(named(encoded)).toEqual({ "colour=blue": [0, 1, 0, 0], "colour=red": [1, 0, 1, 0] });
    expect(encoded.y).toBeUndefined();
  });

  test("levels of one's own order; factors of numbers by size, not by text", () => {
    const options: EncodeOptions = {
      drop: ["age", "smoker", "y"],
      levels: { colour: ["red", "blue", "Grün", "pink"] },
      factors: ["grade"],
    };
    const encoded = encodeColumns(records, options);
    const names = [
      "colour=red",
      "colour=blue",
      "colour=Grün",
      "colour=pink",
      "grade=1",
      "grade=2",
      "grade=10",
    ];
    expect(encoded.featureNames).toEqual(names);
    expect(columnsOf(encoded)[3]).toEqual([0, 0, 0, 0]);
    expect(columnsOf(encoded)[6]).toEqual([0, 1, 0, 0]);
  });

  test("texts that are numbers", () => {
    const table = { a: ["1.5", " 2 ", "", "-3e2"], b: ["1", "2", "3", "x"] };
    expect(columnsOf(encodeColumns(table, { numeric: ["a"], drop: ["b"] }))).toEqual([[1.5, 2, NaN, -300]]);
    expectFailure(
      () => encodeColumns(table, { numeric: ["a", "b"] }),
      "INVALID_ARGUMENT",
      'row 3 of column "b" must be a number or the text of one, as the column is numeric, but is "x"',
    );
    for (const text of ["0x10", " ", "1,5"])
      expectFailure(() => encodeColumns({ a: [text] }, { numeric: ["a"] }), "INVALID_ARGUMENT", "row 0");
  });

  test("a target of texts stays as classes", () => {
    const encoded = encodeColumns(records, { target: "colour", drop: ["age", "smoker"] });
    expect(encoded.y).toEqual(["red", "blue", "red", "Grün"]);
    expect(encoded.featureNames).toEqual(["grade", "y"]);
  });

  test("missing levels: an error, or a level of their own", () => {
    const table = { colour: ["red", "", "blue", null], a: [1, 2, 3, 4] };
    expectFailure(
      () => encodeColumns(table),
      "MISSING_VALUES",
      'column "colour" must have no missing values, but has 2, the first in row 1; row 3',
    );
    const encoded = encodeColumns(table, { missing: "level", drop: ["a"] });
    expect(named(encoded)).toEqual({
      "colour=blue": [0, 0, 1, 0],
      "colour=red": [1, 0, 0, 0],
      "colour=(missing)": [0, 1, 0, 1],
    });
    expect(columnsOf(encoded.encoder.transform([{ colour: null }]))).toEqual([[0], [0], [1]]);
  });

  test("goes into a fit, and its groups number the columns", () => {
    const { x, y, featureNames, groups } = encodeColumns(records, { target: "y", factors: ["grade"] });
    const problem = { x, y: y as Float64Array, featureNames };
    const fit = fitSync(problem, { penalty: penalties.l1(), lambda: 0.01, missing: "mean" });
    expect(fit.featureNames).toEqual(featureNames);
    expect(fit.imputation?.[0]).toBeCloseTo((31 + 45 + 27) / 3, 12);
    expect(groups.length).toBe(x.columns);
  });
});

describe("transform", () => {
  const { encoder } = encodeColumns(records, { target: "y" });
  const row = { age: 5, colour: "blue", smoker: false, grade: 3 };

  test("the same levels in the same places, whatever the new rows have", () => {
    const one = encoder.transform([{ grade: 3, smoker: false, other: "x", colour: "blue", age: 5 }]);
    expect(columnsOf(one).flat()).toEqual([5, 0, 1, 0, 0, 3]);
    expect(one.y).toBeUndefined();
    expect(encoder.transform([{ ...row, y: 7 }]).y).toEqual(Float64Array.of(7));
  });

  test("an unknown level is an error or zero", () => {
    expectFailure(
      () => encoder.transform([row, { ...row, colour: "pink" }]),
      "OUT_OF_RANGE",
      'row 1 of column "colour" must be one of the levels "Grün", "blue", "red", but is "pink"',
    );
    expectFailure(() => encoder.transform([{ ...row, colour: null }]), "MISSING_VALUES", 'column "colour"');
    const lenient = encodeColumns(records, { target: "y", unknown: "zero" }).encoder;
    for (const colour of ["pink", null, 7]) {
      expect(columnsOf(lenient.transform([{ ...row, colour }])).flat()).toEqual([5, 0, 0, 0, 0, 3]);
    }
  });

  test("a number is not the text of it", () => {
    const one = encodeColumns({ a: ["1", "2"] }).encoder;
    expectFailure(() => one.transform({ a: [1] }), "OUT_OF_RANGE", 'row 0 of column "a" must be one of');
    expectFailure(
      () => encoder.transform([{ ...row, age: "5" }]),
      "INVALID_ARGUMENT",
      'row 0 of column "age"',
    );
  });

  test("a column that is not there", () => {
    const { age: _, ...rest } = row;
    expectFailure(
      () => encoder.transform([rest]),
      "INVALID_ARGUMENT",
      'table must have a column "age", but has',
    );
  });

  test("any table comes back the same, from JSON too, row by row", () => {
    const cell = fc.record({
      n: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      t: fc.constantFrom("a", "b", "__proto__", "constructor", "c=d", "ä"),
      f: fc.integer({ min: -3, max: 12 }),
      b: fc.boolean(),
    });
    const spec = fc.record({
      rows: fc.array(cell, { minLength: 1, maxLength: 12 }),
      dummy: fc.constantFrom("oneHot" as const, "treatment" as const),
    });
    check(
      200,
      fc.property(spec, ({ rows, dummy }) => {
        const given = [{ n: 1, t: "a", f: 0, b: true }, ...rows];
        const { encoder, x, featureNames } = encodeColumns(given, { dummy, factors: ["f"] });
        const again = Encoder.fromJSON(JSON.stringify(encoder));
        expect(again.toJSON()).toEqual(encoder.toJSON());
        expect(again.featureNames).toEqual(featureNames);
        expect(again.transform(given).x).toEqual(x);
        given.forEach((record, i) => {
          const alone = again.transform([record]);
          const wanted = Array.from(featureNames, (_, j) => x.data[j * x.rows + i]);
          expect(Array.from(alone.x.data)).toEqual(wanted);
        });
        // One level of each factor in each row.
        if (dummy === "treatment") return;
        for (const group of [1, 2]) {
          for (let i = 0; i < x.rows; ++i) {
            const sum = encoder.groups.reduce(
              (total, own, j) => total + (own === group ? (x.data[j * x.rows + i] as number) : 0),
              0,
            );
            expect(sum).toBe(1);
          }
        }
      }),
    );
  });
});

describe("refuses", () => {
  const call = loose(encodeColumns);
  test.each<[string, unknown, unknown, string, string]>([
    ["nothing", undefined, {}, "INVALID_ARGUMENT", "table must be"],
    ["a typed array", Float64Array.of(1), {}, "INVALID_ARGUMENT", "table must be"],
    ["no rows", [], {}, "EMPTY", "table must be an array of at least one record"],
    ["no columns", {}, {}, "EMPTY", "table must be"],
    ["rows of numbers", [[1, 2]], {}, "INVALID_ARGUMENT", "table[0] must be a record"],
    [
      "columns of two lengths",
      { a: [1], b: [1, 2] },
      {},
      "LENGTH_MISMATCH",
      'table["b"] must have 1 entries',
    ],
    ["an object in a cell", [{ a: {} }], {}, "INVALID_ARGUMENT", 'row 0 of column "a" must be'],
    ["holes", { a: new Array(2 ** 27) }, {}, "INVALID_ARGUMENT", 'table["a"][0] must be there'],
    ["a column that is too long", { a: new Array(2 ** 31) }, {}, "TOO_LARGE", 'table["a"].length must be'],
    ["a bigint", { a: [1n] }, {}, "INVALID_ARGUMENT", 'row 0 of column "a" must be'],
    [
      "texts and numbers mixed",
      { a: ["x", 1] },
      {},
      "INVALID_ARGUMENT",
      'column "a" must have texts or numbers',
    ],
    ["a column without values", { a: [null, ""] }, {}, "MISSING_VALUES", 'column "a" must have values'],
    [
      "a target that is not there",
      { a: [1] },
      { target: "b" },
      "INVALID_ARGUMENT",
      'table must have a column "b"',
    ],
    ["a missing target", { a: [1, 2], y: [1, null] }, { target: "y" }, "MISSING_VALUES", 'column "y"'],
    [
      "a level twice",
      { a: ["x"] },
      { levels: { a: ["x", "x"] } },
      "INVALID_ARGUMENT",
      'levels["a"][1] must be',
    ],
    ["no levels", { a: ["x"] }, { levels: { a: [] } }, "EMPTY", 'levels["a"] must be'],
    ["a level that was left out", { a: ["x", "z"] }, { levels: { a: ["x"] } }, "OUT_OF_RANGE", "row 1 of"],
    [
      "two kinds for one column",
      { a: ["1"] },
      { numeric: ["a"], factors: ["a"] },
      "INVALID_ARGUMENT",
      "numeric",
    ],
    ["nothing left", { a: [1] }, { drop: ["a"] }, "EMPTY", "table must be a table with a column for x"],
    ["one level for treatment", { a: ["x"] }, { dummy: "treatment" }, "EMPTY", "table must be"],
    [
      "two columns of one name",
      { a: ["b"], "a=b": [1] },
      {},
      "INVALID_ARGUMENT",
      "the names of the encoded columns",
    ],
    ["an unknown coding", { a: [1] }, { dummy: "helmert" }, "UNSUPPORTED", "dummy must be"],
    ["an unknown option", { a: [1] }, { codes: 1 }, "UNKNOWN_OPTION", 'options has no "codes"'],
  ])("%s", (_, table, options, code, begins) => {
    expectFailure(() => call(table, options), code as "EMPTY", begins);
  });

  test("JSON that is none", () => {
    const json = encodeColumns(records as TableLike, { target: "y" }).encoder.toJSON();
    const bad: [object, string, string][] = [
      [{ ...json, version: 2 }, "VERSION", "json.version"],
      [{ ...json, columns: [] }, "EMPTY", "json.columns"],
      [{ ...json, columns: [{ name: "a" }] }, "INVALID_ARGUMENT", "json.columns[0].kind"],
      [{ ...json, dummy: "none" }, "INVALID_ARGUMENT", "json.dummy"],
      [{ ...json, target: { name: 3 } }, "INVALID_ARGUMENT", "json.target.name"],
    ];
    for (const [given, code, begins] of bad)
      expectFailure(() => Encoder.fromJSON(given), code as "EMPTY", begins);
    expectFailure(
      () => loose(() => Reflect.construct(Encoder, []))(),
      "INVALID_ARGUMENT",
      "an Encoder must come from",
    );
  });
});
