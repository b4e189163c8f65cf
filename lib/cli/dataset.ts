import {
  type DenseMatrix,
  type Encoder,
  encodeColumns,
  type Fit,
  type MissingPolicy,
  type Problem,
} from "../index.js";
import { readTable } from "./csv.js";
import { list, plural } from "./format.js";
import { type Io, userPath } from "./io.js";
import { assignRoles, type RoleOptions, type Roles } from "./roles.js";

export interface DatasetOptions extends RoleOptions {
  readonly delimiter?: string | undefined;
  /** Whether a fit will have an intercept, and so what the spread of a column means. */
  readonly intercept: boolean;
  /** What becomes of missing values of features. */
  readonly missing?: MissingPolicy | undefined;
}

/** A problem with the names that the file gives it. */
export interface Dataset {
  readonly file: string;
  readonly rows: number;
  readonly features: readonly string[];
  readonly target: string;
  readonly weightsColumn: string | undefined;
  readonly offsetColumn: string | undefined;
  /** Of a file with features of texts: what makes numbers of them. */
  readonly encoder: Encoder | undefined;
  /** As the fits have to take it. */
  readonly missing: MissingPolicy;
  /** What was done to the data, in sentences. */
  readonly notes: readonly string[];
  readonly problem: Problem & {
    readonly x: DenseMatrix & { readonly data: Float64Array };
    readonly y: Float64Array;
  };
  /** Root mean square of each column about its mean (about 0 without an intercept), as the library standardises. */
  readonly spreads: Float64Array;
  /** Mean square of target minus offset, about the mean likewise: what R² compares with. */
  readonly variance: number;
}

export async function readDataset(file: string, options: DatasetOptions, io: Io): Promise<Dataset> {
  let roles: Roles | undefined;
  const table = await readTable(userPath(io, file), {
    delimiter: options.delimiter ?? ",",
    signal: io.signal,
    select: (header, name) => {
      roles = assignRoles(header, name, options);
      const { target, weights, offset, features } = roles;
      return { numbers: [target, weights, offset].filter((column) => column !== undefined), features };
    },
    missing: options.missing === "mean",
  });
  const { target, weights, offset, features } = roles as unknown as Roles;
  const column = (index: number) => table.columns.get(index) as Float64Array | string[];
  const numbers = (index: number) => column(index) as Float64Array;
  const name = (index: number | undefined) => (index === undefined ? undefined : table.header[index]);
  const { rows } = table;
  const named = features.map((feature) => [table.header[feature] as string, column(feature)] as const);
  const { x, names, encoder } = design(named, rows);
  return makeDataset(
    {
      file: table.file,
      rows,
      features: names,
      target: table.header[target] as string,
      weightsColumn: name(weights),
      offsetColumn: name(offset),
      encoder,
      missing: options.missing ?? "error",
      notes: notesOf(encoder, table.missing),
      problem: {
        x,
        y: numbers(target),
        weights: weights === undefined ? undefined : numbers(weights),
        offset: offset === undefined ? undefined : numbers(offset),
        featureNames: names,
      },
    },
    options.intercept,
  );
}

type Column = readonly [name: string, values: Float64Array | readonly (string | undefined)[]];

/** Features as they are, or with columns of texts one column per level. */
function design(columns: readonly Column[], rows: number) {
  if (columns.some(([, values]) => Array.isArray(values))) {
    const { x, featureNames, encoder } = encodeColumns(Object.fromEntries(columns), { missing: "level" });
    return { x, names: featureNames, encoder };
  }
  const data = new Float64Array(rows * columns.length);
  columns.forEach(([, values], j) => {
    data.set(values as Float64Array, j * rows);
  });
  const x = { data, rows, columns: columns.length, order: "column-major" as const };
  return { x, names: columns.map(([name]) => name), encoder: undefined };
}

function notesOf(encoder: Encoder | undefined, missing: number): string[] {
  const notes: string[] = [];
  for (const spec of encoder?.columns ?? []) {
    if (spec.kind === "numeric") continue;
    const levels = [...spec.levels.map(String), ...(spec.missingLevel ? ["(missing)"] : [])];
    notes.push(
      `${spec.name} holds text: one column for each of its ${plural(levels.length, "level")}, ${list(levels, 8)}.`,
    );
  }
  if (missing > 0) {
    const levels = notes.length === 0 ? "" : "; of text they are a level";
    notes.push(
      `${plural(missing, "missing value")}: in columns of numbers the mean of the column stands for them${levels}.`,
    );
  }
  return notes;
}

function makeDataset(named: Omit<Dataset, "spreads" | "variance">, intercept: boolean): Dataset {
  const { rows, features, problem } = named;
  const weights = problem.weights as Float64Array | undefined;
  const offset = problem.offset as Float64Array | undefined;
  const spreads = Float64Array.from(features, (_, j) =>
    Math.sqrt(meanSquare(problem.x.data.subarray(j * rows, (j + 1) * rows), weights, intercept)),
  );
  const response = problem.y.map((value, i) => value - (offset?.[i] ?? 0));
  return { ...named, spreads, variance: meanSquare(response, weights, intercept) };
}

/** With the mean for what is missing. */
function meanSquare(values: Float64Array, weights: Float64Array | undefined, centre: boolean): number {
  let total = 0;
  let present = 0;
  let mean = 0;
  for (let i = 0; i < values.length; ++i) {
    const weight = weights?.[i] ?? 1;
    total += weight;
    if (Number.isNaN(values[i])) continue;
    present += weight;
    mean += weight * (values[i] as number);
  }
  mean /= present;
  const about = centre ? mean : 0;
  let sum = 0;
  for (let i = 0; i < values.length; ++i) {
    const value = Number.isNaN(values[i]) ? mean : (values[i] as number);
    sum += (weights?.[i] ?? 1) * (value - about) ** 2;
  }
  return sum / total;
}

/** Coefficients per standard deviation of their column, which compare with each other. */
export function standardised(fit: Fit, { spreads }: Dataset): Float64Array {
  return fit.coefficients.map((value, j) => value * (spreads[j] as number));
}
