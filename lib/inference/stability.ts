import { isObject, property, requireNumber, requireOptions } from "../checks.js";
import { requireControls } from "../convergence.js";
import { designState } from "../design.js";
import { FlipsideError } from "../errors.js";
import { type DenseMatrix, toMatrix, type VectorLike } from "../matrix.js";
import { fitPath, type Path, type PathOptions } from "../path.js";
import { optionKeys, type Problem, problemKeys, type SharedOptions } from "../request.js";
import { readWeights } from "../rowVectors.js";
import { getThreads } from "../threads.js";
import { allocate } from "../views.js";
import { complementaryPair } from "./subsamples.js";

/** How far a stability selection is. */
export interface StabilityProgress {
  /** Paths that are done, and how many there will be: two per pair. */
  readonly done: number;
  readonly count: number;
}

/** Options of the fits (`convergence` without signal and onProgress) and of the selection. */
export interface StabilityOptions extends Omit<SharedOptions, "start"> {
  /** The values of λ. By default the grid of `fitPath` on all rows with `lambdaCount` and `lambdaRatio`. */
  readonly lambdas?: VectorLike | undefined;
  /** By default 50. */
  readonly lambdaCount?: number | undefined;
  /** By default 0.1. */
  readonly lambdaRatio?: number | undefined;
  /** Pairs of disjoint halves of the rows, an integer in [1, 10000], by default 50: two paths each. */
  readonly pairs?: number | undefined;
  /** The π from which on a column is selected, in (0.5, 1], by default 0.75. */
  readonly threshold?: number | undefined;
  /**
   * The largest expected number of false selections, > 0: then `maxSelected` is the largest q with q² / ((2π - 1) p) at
   * most that. Not together with `maxSelected`.
   */
  readonly errorBound?: number | undefined;
  /** The largest number of columns that one subsample may select, an integer >= 1: its path stops before it has more. */
  readonly maxSelected?: number | undefined;
  /** An integer in [0, 2^53), by default 0. The result depends on it and not on the number of threads. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((state: StabilityProgress) => void) | undefined;
}

export interface StabilitySelection {
  /** Largest first. */
  readonly lambdas: Float64Array;
  /** One row per column of x, one column per λ: the share of the subsamples whose fit has the coefficient. */
  readonly probabilities: DenseMatrix;
  /** The largest of them, of each column of x. */
  readonly largest: Float64Array;
  /** Columns of x with `largest` at or above the threshold, ascending. */
  readonly selected: Uint32Array;
  readonly threshold: number;
  /** q: the mean number of columns that a subsample selects at any λ. */
  readonly averageSelected: number;
  /** q² / ((2π - 1) p), see `stabilitySelection`. */
  readonly falseSelections: number;
  /** The smaller bound for unimodal probabilities; undefined where its conditions do not hold. */
  readonly falseSelectionsUnimodal: number | undefined;
  /** How many subsamples there were: twice the pairs. */
  readonly subsamples: number;
  /** In how many of them every fit of the path converged. */
  readonly converged: number;
}

const own = ["lambdas", "lambdaCount", "lambdaRatio", "pairs", "threshold", "errorBound", "maxSelected"];
const keys = optionKeys(...own, "signal", "onProgress").filter((key) => key !== "start");

/**
 * Stability selection (Meinshausen and Bühlmann, JRSS B 72, 2010) on complementary pairs of subsamples (Shah and Samworth,
 * JRSS B 75, 2013): which columns have a coefficient at some λ in at least a share π of fits to random halves of the rows.
 *
 * `falseSelections` bounds the expected number of columns that are selected though they should not be, for π > 1/2:
 * E(V) <= q² / ((2π - 1) p) (Meinshausen and Bühlmann, theorem 1, for exchangeable noise columns and a selection no worse than
 * guessing; Shah and Samworth, theorem 1, without either, for the columns that a subsample selects with probability at
 * most q / p). `falseSelectionsUnimodal` is C q² / p with C = 1 / (2 (2π - 1 - 1/(2B))) for π <= 3/4, else
 * 4 (1 - π + 1/(2B)) / (1 + 1/B), of B pairs, where these selection frequencies are unimodal (Shah and Samworth, theorem 2).
 *
 * As many paths run at a time as the library has threads, on its workers. A subsample is a fit with the weight 0 outside it.
 *
 * @param problem The data, x as a matrix.
 * @throws FlipsideError, always as a rejection, as `fitPath` does; UNSUPPORTED for a Design; ABORTED.
 */
export async function stabilitySelection(
  problem: Problem,
  options: StabilityOptions,
): Promise<StabilitySelection> {
  const settings = readSettings(problem, options);
  const { weights, rows, columns, pairs, seed, signal, onProgress, pathOptions } = settings;
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  if (signal?.aborted) throw aborted(signal);
  signal?.addEventListener("abort", onAbort);
  const convergence = { ...pathOptions.convergence, signal: stop.signal };
  try {
    const lambdas = pathOptions.lambdas ?? (await fitPath(problem, { ...pathOptions, convergence })).lambdas;
    if (signal?.aborted) throw aborted(signal);
    const grid: PathOptions = {
      ...pathOptions,
      lambdas,
      lambdaCount: undefined,
      lambdaRatio: undefined,
      convergence,
    };
    const tally = new Tally(columns, settings.maxSelected);
    let next = 0;
    let done = 0;
    const work = async () => {
      for (let pair = next++; pair < pairs && !stop.signal.aborted; pair = next++) {
        for (const half of complementaryPair(weights, rows, seed, pair)) {
          const path = await fitPath({ ...problem, weights: half }, grid);
          if (stop.signal.aborted) return;
          tally.add(path);
          onProgress?.({ done: ++done, count: 2 * pairs });
        }
      }
    };
    const workers = Array.from({ length: Math.min(pairs, getThreads()) }, () =>
      work().catch((error: unknown) => {
        stop.abort();
        throw error;
      }),
    );
    const ends = await Promise.allSettled(workers);
    if (signal?.aborted) throw aborted(signal);
    // The first to fail stopped the others, which say ABORTED if anything.
    const errors = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
    const cause = errors.find((error) => (error as FlipsideError).code !== "ABORTED");
    if (errors.length > 0) throw cause ?? errors[0];
    return tally.result(2 * pairs, settings.threshold);
  } catch (error) {
    throw signal?.aborted ? aborted(signal) : error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

function aborted(signal: AbortSignal): FlipsideError {
  return new FlipsideError("ABORTED", "the stability selection was aborted", { cause: signal.reason });
}

/** Counts which columns the subsamples select. */
class Tally {
  readonly #columns: number;
  readonly #most: number;
  #lambdas: Float64Array = new Float64Array(0);
  #counts = new Uint32Array(0);
  #selected = 0;
  #converged = 0;

  constructor(columns: number, most: number) {
    this.#columns = columns;
    this.#most = most;
  }

  add({ fits, lambdas, converged }: Path): void {
    const p = this.#columns;
    if (this.#counts.length === 0) {
      this.#lambdas = lambdas;
      this.#counts = new Uint32Array(p * lambdas.length);
    }
    if (converged) ++this.#converged;
    const union = new Set<number>();
    let current: Uint32Array = new Uint32Array(0);
    let full = false;
    fits.forEach((fit, k) => {
      // Of several outputs a column is there once for each, output after output.
      const support = fit.support.some((at) => at >= p)
        ? Uint32Array.from(new Set(fit.support.map((at) => at % p)))
        : fit.support;
      if (!full) {
        const fresh = support.filter((column) => !union.has(column));
        full = union.size + fresh.length > this.#most;
        if (!full) {
          for (const column of fresh) union.add(column);
          current = support;
        }
      }
      for (const column of current) {
        const at = k * p + column;
        this.#counts[at] = (this.#counts[at] as number) + 1;
      }
    });
    this.#selected += union.size;
  }

  result(subsamples: number, threshold: number): StabilitySelection {
    const p = this.#columns;
    const data = allocate("the probabilities", this.#counts.length);
    const largest = new Float64Array(p);
    this.#counts.forEach((count, at) => {
      data[at] = count / subsamples;
      largest[at % p] = Math.max(largest[at % p] as number, count / subsamples);
    });
    const q = this.#selected / subsamples;
    const columns = Uint32Array.from(largest.keys());
    return Object.freeze({
      lambdas: this.#lambdas,
      probabilities: Object.freeze({
        data,
        rows: p,
        columns: this.#lambdas.length,
        order: "column-major" as const,
      }),
      largest,
      selected: columns.filter((column) => (largest[column] as number) >= threshold),
      threshold,
      averageSelected: q,
      falseSelections: (q * q) / ((2 * threshold - 1) * p),
      falseSelectionsUnimodal: unimodalBound(q, p, threshold, subsamples / 2),
      subsamples,
      converged: this.#converged,
    });
  }
}

/** Undefined outside what the theorem assumes. */
export function unimodalBound(q: number, p: number, threshold: number, pairs: number): number | undefined {
  const share = q / p;
  const least = 0.5 + Math.min(share ** 2, 1 / (2 * pairs) + 0.75 * share ** 2);
  if (share > 1 / Math.sqrt(3) || threshold <= least) return undefined;
  // Also for a threshold between 1/2 + share² and 1/2 + 1/(4 pairs), where the factor would not be positive.
  const slack = 2 * threshold - 1 - 1 / (2 * pairs);
  if (threshold <= 0.75) return slack > 0 ? (q * share) / (2 * slack) : undefined;
  return (4 * (1 - threshold + 1 / (2 * pairs)) * q * share) / (1 + 1 / pairs);
}

function readSettings(problem: Problem, options: StabilityOptions) {
  const given = requireOptions("options", options, keys);
  const get = (key: string) => property("options", given, key);
  const data = requireOptions("problem", problem, problemKeys);
  const x = property("problem", data, "x");
  if (designState(x) !== undefined) {
    const message = "problem.x must be the matrix itself here, as rows are left out, but is a Design";
    throw new FlipsideError("UNSUPPORTED", message);
  }
  const { rows, columns } = toMatrix("x", x, true);
  if (rows < 4) throw new FlipsideError("UNSUPPORTED", `x must have at least 4 rows, but has ${rows}`);
  const number = (key: string, usual: number, range: Parameters<typeof requireNumber>[2]) =>
    get(key) === undefined ? usual : requireNumber(key, get(key), range);
  refuseInnerControls(get("convergence"));
  const threshold = number("threshold", 0.75, { above: 0.5, max: 1 });
  const { signal, onProgress } = requireControls<StabilityProgress>("", get("signal"), get("onProgress"));
  const passed = Object.fromEntries(
    optionKeys("lambdas")
      .filter((key) => key !== "start" && (key !== "seed" || get("solver") === "dropout"))
      .map((key) => [key, get(key)]),
  );
  const grid =
    get("lambdas") === undefined
      ? {
          lambdaCount: (get("lambdaCount") ?? 50) as number,
          lambdaRatio: (get("lambdaRatio") ?? 0.1) as number,
        }
      : { lambdaCount: get("lambdaCount") as undefined, lambdaRatio: get("lambdaRatio") as undefined };
  if (get("lambdas") !== undefined) {
    for (const key of ["lambdaCount", "lambdaRatio"]) {
      if (get(key) === undefined) continue;
      const message = `${key} must be left out where lambdas are given, but is there`;
      throw new FlipsideError("INVALID_ARGUMENT", message);
    }
  }
  return {
    weights: readWeights(property("problem", data, "weights"), rows),
    rows,
    columns,
    pairs: number("pairs", 50, { min: 1, max: 10_000, integer: true }),
    seed: number("seed", 0, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true }),
    threshold,
    maxSelected: mostSelected(get, threshold, columns),
    signal,
    onProgress,
    pathOptions: { ...passed, ...grid } as PathOptions,
  };
}

/** They would watch each of the many fits. */
function refuseInnerControls(convergence: unknown): void {
  for (const key of ["signal", "onProgress"]) {
    if (!isObject(convergence) || property("convergence", convergence, key) === undefined) continue;
    const message = `convergence.${key} must be left out, ${key} is an option by itself here, but is there`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
}

function mostSelected(get: (key: string) => unknown, threshold: number, columns: number): number {
  const most = get("maxSelected");
  const bound = get("errorBound");
  if (most !== undefined && bound !== undefined) {
    throw new FlipsideError("INVALID_ARGUMENT", "maxSelected must be left out with errorBound, but is there");
  }
  if (most !== undefined) return requireNumber("maxSelected", most, { min: 1, integer: true });
  if (bound === undefined) return Infinity;
  const largest = requireNumber("errorBound", bound, { above: 0 });
  const q = Math.floor(Math.sqrt(largest * (2 * threshold - 1) * columns));
  if (q >= 1) return q;
  const least = 1 / ((2 * threshold - 1) * columns);
  throw new FlipsideError(
    "OUT_OF_RANGE",
    `errorBound must be a finite number >= ${least} with ${columns} columns, but is ${largest} (number)`,
  );
}
