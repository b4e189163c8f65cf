import { catalogue, type Fit, fit as fitOnce, type Penalty, penaltyFromJSON } from "../../index.js";
import type { Dataset } from "../dataset.js";
import { describePenalty } from "../format.js";
import { type FoldError, foldError, makeFolds } from "./folds.js";

/** How many coefficients each penalty is asked to leave. */
export const target = 5;
/** A coefficient with a smaller keep probability counts as dropped where none is exactly 0 (arXiv 2106.07769). */
export const keepThreshold = 0.05;
export const foldCount = 10;
export const seed = 1;

/** Searched for λ: from where nothing is dropped to where all is, on these data. */
const lambdaRange = [1e-3, 1e6] as const;
const timings = 5;

/** Parameters that suit standardised coefficients between 1 and 40; the others have a default. */
const parameters: Readonly<Record<string, readonly Record<string, number>[]>> = {
  lp: [{ p: 0.5 }, { p: 1.5 }],
  logSum: [{ epsilon: 5 }],
  logSumSquares: [{ epsilon: 1 }],
  hardThreshold: [{ k: target }],
  elasticNet: [{ alpha: 0.5 }],
};

/** One line of the comparison. */
export interface Row {
  /** Without parameters that have their default. */
  readonly name: string;
  readonly penalty: Penalty;
  readonly fit: Fit;
  /** Coefficients with at least the threshold of keep probability. */
  readonly kept: number;
  /** Whether λ was found by the search, or has no say in how many coefficients remain. */
  readonly matched: boolean;
  readonly error: FoldError;
  /** Median of several runs. */
  readonly milliseconds: number;
}

/** Least squares, then every penalty and strategy of the catalogue at about the same number of coefficients. */
export async function compare(
  dataset: Dataset,
  signal: AbortSignal | undefined,
  onRow: (done: number, of: number, name: string) => void,
): Promise<Row[]> {
  const folds = makeFolds(dataset.rows, foldCount, seed);
  const all = catalogue.flatMap(({ name }) =>
    (parameters[name] ?? [{}]).map((values) => penaltyFromJSON({ name, parameters: values })),
  );
  const rows: Row[] = [];
  const add = async (name: string, penalty: Penalty, lambda: number | undefined) => {
    onRow(rows.length, all.length + 1, name);
    const options = { penalty, lambda: lambda ?? 1, convergence: { signal } };
    const { fit, milliseconds } = await timed(() => fitOnce(dataset.problem, options));
    const error = await foldError(dataset, folds, options);
    rows.push({
      name,
      penalty,
      fit,
      kept: keptCount(fit),
      matched: lambda !== undefined,
      error,
      milliseconds,
    });
  };
  await add("least squares", penaltyFromJSON({ name: "l1" }), 0);
  for (const penalty of all) {
    await add(
      describePenalty(penalty, defaults(penalty)),
      penalty,
      await matchingLambda(dataset, penalty, signal),
    );
  }
  return rows;
}

/** Names of the parameters that have their default. */
function defaults({ name, parameters: values }: Penalty): string[] {
  const entry = catalogue.find((candidate) => candidate.name === name);
  return (entry?.parameters ?? []).filter((one) => values[one.name] === one.default).map((one) => one.name);
}

function keptCount(fit: Fit): number {
  return fit.keepProbability.filter((value) => value >= keepThreshold).length;
}

/**
 * The smallest λ, rounded up to three digits, at which no more than `target` coefficients remain: nonzero ones, or
 * those above the threshold if not even the largest λ makes one exactly 0. Undefined if λ does not decide that.
 */
async function matchingLambda(
  { problem }: Dataset,
  penalty: Penalty,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const at = (lambda: number) => fitOnce(problem, { penalty, lambda, convergence: { signal } });
  let [low, high] = lambdaRange as readonly [number, number];
  const strongest = await at(high);
  const count = strongest.nonzero < strongest.columns ? (fit: Fit) => fit.nonzero : keptCount;
  if (count(strongest) > target || count(await at(low)) <= target) return undefined;
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (count(await at(middle)) > target) low = middle;
    else high = middle;
  }
  const digit = 10 ** (Math.floor(Math.log10(high)) - 2);
  return Number((Math.ceil(high / digit) * digit).toPrecision(3));
}

async function timed(run: () => Promise<Fit>): Promise<{ fit: Fit; milliseconds: number }> {
  let fit = await run();
  const times: number[] = [];
  for (let i = 0; i < timings; ++i) {
    const begin = performance.now();
    fit = await run();
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  return { fit, milliseconds: times[timings >> 1] as number };
}
