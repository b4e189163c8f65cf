// How time grows with the rows, the columns and the stored entries: l1, flipside and skglm.
import { alternate, type Side } from "../alternate.ts";
import type { PeerProblem } from "../check.ts";
import type { Context } from "../context.ts";
import { makeDense } from "../dense.ts";
import { comparedForms, fitOurs, lambdaMaxOf } from "../ours.ts";
import { peerPenalties } from "../penalties.ts";
import { tuneSkglm } from "../skglm.ts";
import { makeSparse } from "../sparse.ts";
import { absoluteViolation } from "./fits.ts";

const share = 0.1;
const sparseShare = 0.14;
const steps = 6;
const trueNonzero = 50;

export interface GrowthPoint {
  readonly size: number;
  /** Milliseconds by side. */
  readonly times: Readonly<Record<string, number>>;
}

export interface GrowthSeries {
  /** What grows, and what stays. */
  readonly title: string;
  readonly axis: string;
  readonly points: readonly GrowthPoint[];
}

interface Family {
  readonly title: string;
  readonly axis: string;
  readonly share: number;
  make(step: number): { readonly size: number; readonly problem: PeerProblem };
}

/** Names of the sides in the order of tables and pictures. */
export const growthSides = ["asItIs", "prepared", "skglm"] as const;

/** Each doubles its size at every step. */
function families({ shrink, sparse }: Context): Family[] {
  const scaled = (size: number, step: number) => Math.max(20, Math.round((size / shrink) * 2 ** step));
  const dense = (rows: number, columns: number) =>
    makeDense({ rows, columns, nonzero: Math.min(trueNonzero, Math.floor(columns / 10)) }, 0);
  const [fixedRows, fixedColumns] = [scaled(1000, 0), scaled(2000, 0)];
  const { rows, columns, density, nonzero } = sparse;
  return [
    {
      title: `dense, squared, p = ${fixedColumns}`,
      axis: "rows n",
      share,
      make: (step) => {
        const size = scaled(250, step);
        return { size, problem: dense(size, fixedColumns) };
      },
    },
    {
      title: `dense, squared, n = ${fixedRows}`,
      axis: "columns p",
      share,
      make: (step) => {
        const size = scaled(500, step);
        return { size, problem: dense(fixedRows, size) };
      },
    },
    {
      title: `sparse, logistic, n = ${rows}, density ${density}`,
      axis: "stored entries",
      share: sparseShare,
      make: (step) => {
        const part = 2 ** (step + 1 - steps);
        const shape = {
          rows,
          columns: Math.round(columns * part),
          density,
          nonzero: Math.round(nonzero * part),
        };
        const problem = makeSparse(shape, 0);
        return { size: problem.values.length, problem };
      },
    },
  ];
}

export async function growthTrial(context: Context): Promise<GrowthSeries[]> {
  const { peers, rounds, meter } = context;
  const penalty = peerPenalties.l1;
  const all = families(context);
  meter.begin("growth", all.length * steps);
  const series: GrowthSeries[] = [];
  for (const { title, axis, share, make } of all) {
    const points: GrowthPoint[] = [];
    for (let step = 0; step < steps; ++step) {
      const { size, problem } = make(step);
      meter.next(`${title}, ${axis} ${size}`);
      await peers.load(peers.store(problem), ["skglm"]);
      const lambda = share * (await lambdaMaxOf(problem, penalty));
      const sides: Side[] = comparedForms.map((form) => ({
        name: form,
        run: async () =>
          (await fitOurs(problem, penalty, lambda, absoluteViolation / lambda, form)).milliseconds,
      }));
      for (const side of sides) await side.run();
      const skglm = await tuneSkglm(peers, problem, penalty, lambda, absoluteViolation);
      if (skglm !== undefined) {
        const { name, request } = skglm;
        sides.push({ name, run: async () => 1000 * (await peers.run(name, request)).seconds });
      }
      const times = await alternate(sides, rounds);
      points.push({
        size,
        times: Object.fromEntries([...times].map(([name, { median }]) => [name, median])),
      });
    }
    series.push({ title, axis, points });
  }
  meter.end();
  return series;
}

/** The slope of the line of least squares through the logarithms: time grows as this power of the size. */
export function growthSlope({ points }: GrowthSeries, side: string): number | undefined {
  const pairs = points
    .filter(({ times }) => times[side] !== undefined)
    .map(({ size, times }) => [Math.log(size), Math.log(times[side] as number)] as const);
  if (pairs.length < 2) return undefined;
  const mean = (k: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[k], 0) / pairs.length;
  const [x, y] = [mean(0), mean(1)];
  const cross = pairs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return cross / pairs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}
