// Tables as JSON, every number exactly, and back with every field checked.
import type { NativeCurve, NativeTable } from "../../binding.js";
import { expected } from "../errors.js";
import { encodeNumber, encodeNumbers, FieldReader, type JSONNumber } from "../json.js";
import { arrayLength } from "../views.js";
import { terms } from "./chebyshev.js";
import { frozenIntervals, type TableRecord } from "./record.js";
import type { Interval } from "./shape.js";

/** A curve of binding.d.ts. */
export interface CurveJSON {
  atZero: JSONNumber;
  knots: JSONNumber[];
  values: JSONNumber[];
  coefficients: JSONNumber[];
  head: { limit: JSONNumber; coefficient: JSONNumber; exponent: JSONNumber };
  tailDecay: JSONNumber;
}

export interface TableJSON {
  version: 1;
  kind: "penalty" | "strategy";
  scaling: NativeTable["scaling"];
  convex: boolean;
  falling: JSONNumber[][];
  tolerance: JSONNumber;
  error: JSONNumber;
  slopeError: JSONNumber;
  domain: JSONNumber[];
  errors: JSONNumber[];
  omega: CurveJSON;
  dual?: CurveJSON;
}

/** The most cells of a table, as in native/penalties/curve.h. */
const mostCells = 100_000;

export function encodeTable(table: TableRecord, kind: "penalty" | "strategy"): TableJSON {
  const { scaling, convex, falling, tabulation, errors, omega, dual } = table;
  const json: TableJSON = {
    version: 1,
    kind,
    scaling,
    convex,
    falling: falling.map((interval) => interval.map(encodeNumber)),
    tolerance: encodeNumber(tabulation.tolerance),
    error: encodeNumber(tabulation.error),
    slopeError: encodeNumber(tabulation.slopeError),
    domain: tabulation.domain.map(encodeNumber),
    errors: encodeNumbers(errors),
    omega: encodeCurve(omega),
  };
  return dual === undefined ? json : { ...json, dual: encodeCurve(dual) };
}

function encodeCurve({ atZero, knots, values, coefficients, head, tailDecay }: NativeCurve): CurveJSON {
  return {
    atZero: encodeNumber(atZero),
    knots: encodeNumbers(knots),
    values: encodeNumbers(values),
    coefficients: encodeNumbers(coefficients),
    head: {
      limit: encodeNumber(head.limit),
      coefficient: encodeNumber(head.coefficient),
      exponent: encodeNumber(head.exponent),
    },
    tailDecay: encodeNumber(tailDecay),
  };
}

const most = Number.MAX_VALUE;
const scalings = ["lambdaFree", "keepProbability", "maskFamily"] as const;

/** @param read The fields of `table`. */
export function readTable(read: FieldReader): { table: TableRecord; kind: "penalty" | "strategy" } {
  read.count("version", 1, 1);
  const omega = readCurve(read.fields("omega"));
  const falling = readIntervals(read);
  const domain = read.numbers("domain", 2, 0);
  const table: TableRecord = {
    scaling: read.word("scaling", scalings),
    omega,
    dual: read.value("dual") === undefined ? undefined : readCurve(read.fields("dual")),
    convex: readBoolean(read, "convex"),
    monotone: falling.length === 0,
    falling,
    errors: read.numbers("errors", omega.values.length, 0, 1),
    tabulation: Object.freeze({
      tolerance: read.finite("tolerance", 0),
      error: read.finite("error", 0),
      slopeError: read.finite("slopeError", 0),
      domain: Object.freeze([domain[0] as number, domain[1] as number] as const),
      cells: omega.values.length,
    }),
  };
  return { table: Object.freeze(table), kind: read.word("kind", ["penalty", "strategy"]) };
}

function readBoolean(read: FieldReader, key: string): boolean {
  const value = read.value(key);
  if (typeof value === "boolean") return value;
  throw expected(read.name(key), "true or false", value);
}

function readIntervals(read: FieldReader): readonly Interval[] {
  const list = read.array("falling");
  const inner = new FieldReader(read.name("falling"), list);
  const count = arrayLength(read.name("falling"), list);
  if (count > mostCells)
    throw expected(read.name("falling"), `an array of at most ${mostCells}`, list, "TOO_LARGE");
  const intervals = Array.from({ length: count }, (_, i) => {
    const [from, to] = inner.numbers(String(i), 2, 0);
    return [from as number, to as number] as const;
  });
  return frozenIntervals(intervals);
}

function readCurve(read: FieldReader): NativeCurve {
  const knots = read.numbers("knots", undefined, 0, most);
  if (knots.length < 2 || knots.length > mostCells + 1) {
    throw expected(read.name("knots"), `an array of 2 to ${mostCells + 1} numbers`, knots, "LENGTH_MISMATCH");
  }
  for (let i = 1; i < knots.length; ++i) {
    if ((knots[i] as number) > (knots[i - 1] as number)) continue;
    const wanted = `a number > the one before, ${knots[i - 1]}`;
    throw expected(`${read.name("knots")}[${i}]`, wanted, knots[i], "OUT_OF_RANGE");
  }
  const cells = knots.length - 1;
  const head = read.fields("head");
  const exponent = head.finite("exponent");
  if (!(exponent > -1)) throw expected(head.name("exponent"), "a number > -1", exponent, "OUT_OF_RANGE");
  return {
    atZero: read.finite("atZero"),
    knots,
    values: read.numbers("values", cells, -most, most),
    coefficients: read.numbers("coefficients", terms * cells, -most, most),
    head: { limit: head.finite("limit"), coefficient: head.finite("coefficient"), exponent },
    tailDecay: read.finite("tailDecay"),
  };
}
