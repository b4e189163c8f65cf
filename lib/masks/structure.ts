import { dimension, property, requireNumber, requireOptions } from "../checks.js";
import { expected, FlipsideError, lengthMismatch } from "../errors.js";

/** Of a matrix. */
export interface Shape {
  readonly rows: number;
  readonly columns: number;
}

/** How many draws a mask takes, how many elements it has, and its shape where it is a matrix. */
export interface Extent {
  readonly draws: number;
  readonly elements: number;
  /** Where the number of elements comes from, for errors. */
  readonly reason: string;
  /** The same of the draws. */
  readonly drawsReason: string;
  readonly rows: number;
  readonly columns: number;
  /** 0 without structure. */
  readonly unitRows: number;
  readonly unitColumns: number;
}

/** A mask of one draw per element. */
export function plain(elements: number, reason: string, matrix?: Shape): Extent {
  return {
    draws: elements,
    elements,
    reason,
    drawsReason: reason,
    rows: matrix === undefined ? 0 : matrix.rows,
    columns: matrix === undefined ? 0 : matrix.columns,
    unitRows: 0,
    unitColumns: 0,
  };
}

/** Reads `structure`; `matrix` are weights that are a matrix. */
export function readStructure(value: unknown, matrix: Shape | undefined): Extent {
  const options = requireOptions("structure", value, ["rows", "columns", "unit"]);
  const size = (key: "rows" | "columns") => {
    if (matrix === undefined) return dimension("structure", options, key);
    const given = property("structure", options, key);
    if (given !== undefined && given !== matrix[key]) {
      throw expected(`structure.${key}`, `${matrix[key]}, as weights have`, given, "LENGTH_MISMATCH");
    }
    return matrix[key];
  };
  const rows = size("rows");
  const columns = size("columns");
  const [unitRows, unitColumns] = readUnit(property("structure", options, "unit"), rows, columns);
  const elements = rows * columns;
  if (!Number.isSafeInteger(elements)) {
    throw new FlipsideError("TOO_LARGE", `structure must have less than 2^53 elements, but has ${elements}`);
  }
  return {
    draws: Math.ceil(rows / unitRows) * Math.ceil(columns / unitColumns),
    elements,
    reason: matrix === undefined ? "rows * columns of structure" : "as weights have",
    drawsReason: "one per unit of structure",
    rows,
    columns,
    unitRows,
    unitColumns,
  };
}

function readUnit(unit: unknown, rows: number, columns: number): readonly [number, number] {
  if (unit === "row") return [1, columns];
  if (unit === "column") return [rows, 1];
  if (typeof unit !== "object" || unit === null) {
    throw expected("structure.unit", '"row", "column" or { rows, columns }', unit);
  }
  const options = requireOptions("structure.unit", unit, ["rows", "columns"]);
  return [
    requireBlock("rows", property("structure.unit", options, "rows"), rows),
    requireBlock("columns", property("structure.unit", options, "columns"), columns),
  ];
}

function requireBlock(key: "rows" | "columns", value: unknown, most: number): number {
  return requireNumber(`structure.unit.${key}`, value, { min: 1, max: most, integer: true });
}

/** An error where `length` is not `count`. */
export function requireLength(name: string, length: number, count: number, reason: string): void {
  if (length !== count) throw lengthMismatch(name, count, reason, length);
}
