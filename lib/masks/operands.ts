import type { Floats } from "../../binding.js";
import { isArray } from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { toMatrix } from "../matrix.js";
import { countOf, element, kindOf, lengthOf, toFloats } from "../views.js";
import { freshArray } from "./memory.js";
import type { Shape } from "./structure.js";

/** A vector, or a matrix row by row. */
export interface Operand {
  readonly data: Floats;
  readonly matrix: Shape | undefined;
}

/** Float32Array and Float64Array as they are, other numbers as doubles; an empty vector is in order. */
export function readOperand(name: string, value: unknown): Operand {
  const count = countOf(name, value);
  if (count !== undefined && !hasRows(name, value, count)) {
    return { data: toFloats(name, value, count, ""), matrix: undefined };
  }
  if (typeof value !== "object" || value === null) {
    throw expected(name, "a vector (a typed array or an array of numbers) or a row-major matrix", value);
  }
  const { data, rows, columns, layout } = toMatrix(name, value);
  if (layout === "rowMajor") return { data, matrix: { rows, columns } };
  const came = layout === "columnMajor" ? "in column-major order" : "compressed columns";
  const message = `${name} must be row-major to be masked or multiplied by masked weights, but is ${came}`;
  throw new FlipsideError("UNSUPPORTED", message);
}

/** An array of arrays is a matrix, an array of numbers a vector. */
function hasRows(name: string, value: unknown, count: number): boolean {
  if (count === 0 || kindOf(value) !== undefined) return false;
  const first = element(name, value as readonly unknown[], 0);
  return kindOf(first) !== undefined || (typeof first === "object" && isArray(`${name}[0]`, first));
}

/** The numbers of x, `columns` rows of `width`, in the kind of the weights. */
export function readRight(
  value: unknown,
  columns: number,
  like: Floats,
): { readonly data: Floats; readonly width: number } {
  const reason = "as weights have columns";
  const { data, matrix } = readOperand("x", value);
  if (matrix === undefined) {
    if (lengthOf(data) === columns) return { data: inKindOf(like, data), width: 1 };
    throw mismatch(`${columns} entries (${reason})`, lengthOf(data));
  }
  if (matrix.rows !== columns) throw mismatch(`${columns} rows (${reason})`, matrix.rows);
  return { data: inKindOf(like, data), width: matrix.columns };
}

function mismatch(requirement: string, actual: number): FlipsideError {
  return new FlipsideError("LENGTH_MISMATCH", `x must have ${requirement}, but has ${actual}`);
}

function inKindOf(like: Floats, data: Floats): Floats {
  if (kindOf(like) === kindOf(data)) return data;
  const converted = freshArray(kindOf(like) === "Float32Array" ? "float32" : "float64", lengthOf(data));
  converted.set(data);
  return converted;
}
