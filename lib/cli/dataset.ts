import type { DenseMatrix, Fit, Problem } from "../index.js";
import { readTable } from "./csv.js";
import { type Io, userPath } from "./io.js";
import { assignRoles, type RoleOptions, type Roles } from "./roles.js";

export interface DatasetOptions extends RoleOptions {
  readonly delimiter?: string | undefined;
  /** Whether a fit will have an intercept, and so what the spread of a column means. */
  readonly intercept: boolean;
}

/** A problem with the names that the file gives it. */
export interface Dataset {
  readonly file: string;
  readonly rows: number;
  readonly features: readonly string[];
  readonly target: string;
  readonly weightsColumn: string | undefined;
  readonly offsetColumn: string | undefined;
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
      return [target, ...features, weights, offset].filter((column) => column !== undefined);
    },
  });
  const { target, weights, offset, features } = roles as unknown as Roles;
  const column = (index: number) => table.columns.get(index) as Float64Array;
  const name = (index: number | undefined) => (index === undefined ? undefined : table.header[index]);
  const { rows } = table;
  const data = new Float64Array(rows * features.length);
  features.forEach((feature, j) => {
    data.set(column(feature), j * rows);
  });
  return makeDataset(
    {
      file: table.file,
      rows,
      features: features.map((feature) => table.header[feature] as string),
      target: table.header[target] as string,
      weightsColumn: name(weights),
      offsetColumn: name(offset),
      problem: {
        x: { data, rows, columns: features.length, order: "column-major" },
        y: column(target),
        weights: weights === undefined ? undefined : column(weights),
        offset: offset === undefined ? undefined : column(offset),
      },
    },
    options.intercept,
  );
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

function meanSquare(values: Float64Array, weights: Float64Array | undefined, centre: boolean): number {
  let total = 0;
  let mean = 0;
  for (let i = 0; i < values.length; ++i) {
    const weight = weights?.[i] ?? 1;
    total += weight;
    mean += weight * (values[i] as number);
  }
  mean = centre ? mean / total : 0;
  let sum = 0;
  for (let i = 0; i < values.length; ++i) sum += (weights?.[i] ?? 1) * ((values[i] as number) - mean) ** 2;
  return sum / total;
}

/** Coefficients per standard deviation of their column, which compare with each other. */
export function standardised(fit: Fit, { spreads }: Dataset): Float64Array {
  return fit.coefficients.map((value, j) => value * (spreads[j] as number));
}
