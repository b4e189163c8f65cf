// The table of a study.
import { type TextTable, toMarkdown } from "../table.ts";
import { type MethodRecord, type Run, runsOf, type Study } from "./study.ts";

/** How near a result must be to the published one. */
const nearFactor = 1.35;
const nearPoints = 0.5;

export interface Spread {
  readonly mean: number;
  /** Of the sample; 0 for one number. */
  readonly deviation: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0,
    least: Math.min(...values),
    most: Math.max(...values),
    count,
  };
}

/** What a method came to over its seeds, beside what was published. */
export interface Verdict {
  readonly nonzero: Spread;
  /** In percent. */
  readonly trained: Spread;
  readonly pruned: Spread;
  /** Nonzero over the published one, and test error (pruned) less the published one in points. */
  readonly ratio: number | undefined;
  readonly difference: number | undefined;
  readonly nearNonzero: boolean;
  readonly nearError: boolean;
}

export function judge({ published }: MethodRecord, runs: readonly Run[]): Verdict {
  const spread = (of: (run: Run) => number) => spreadOf(runs.map(of));
  const nonzero = spread((run) => run.nonzero);
  const pruned = spread(({ testError }) => 100 * testError.pruned);
  const ratio = published ? nonzero.mean / published.nonzero : undefined;
  const difference = published ? pruned.mean - published.error : undefined;
  return {
    nonzero,
    trained: spread(({ testError }) => 100 * testError.trained),
    pruned,
    ratio,
    difference,
    nearNonzero: ratio !== undefined && Math.max(ratio, 1 / ratio) <= nearFactor,
    nearError: difference !== undefined && Math.abs(difference) <= nearPoints,
  };
}

/** Published values are of MNIST with all its images and all epochs. */
function isComparable({ data, network: { epochs } }: Study): boolean {
  return data.name === "mnist" && data.training === 48_000 && epochs === 200;
}

export function studyTable(study: Study): TextTable {
  const comparable = isComparable(study);
  const published = ["published", "ratio"];
  const head = [
    "method",
    "learning rate",
    "seeds",
    "nonzero",
    ...(comparable ? published : []),
    "test error %, as trained",
    "pruned",
    ...(comparable ? ["published", "difference", "near"] : []),
    "s / epoch",
    "s in all",
  ];
  const rows = study.methods.flatMap((method) => {
    const runs = runsOf(study, method.id);
    return runs.length === 0 ? [] : [row(method, runs, comparable)];
  });
  const { network, data } = study;
  const size = `${network.layers.join("-")} on ${data.name}, ${network.epochs} epochs`;
  return { title: size, head, rows, labels: 1, notes: notesOf(study, comparable) };
}

function row(method: MethodRecord, runs: readonly Run[], comparable: boolean): string[] {
  const verdict = judge(method, runs);
  const { published } = method;
  const near = [verdict.nearNonzero && "nonzero", verdict.nearError && "error"].filter((word) => word);
  const epoch = spreadOf(runs.map(({ seconds }) => seconds.epoch));
  const total = runs.reduce((sum, { seconds }) => sum + seconds.total, 0);
  return [
    method.title,
    method.learningRate.toExponential(0),
    String(runs.length),
    withSpread(verdict.nonzero, 4),
    ...(comparable ? [published?.nonzero.toFixed(4) ?? "", optional(verdict.ratio, 2)] : []),
    withSpread(verdict.trained, 2),
    withSpread(verdict.pruned, 2),
    ...(comparable
      ? [
          published?.error.toFixed(2) ?? "",
          signed(verdict.difference),
          published ? (["neither", near.join(), "both"][near.length] ?? "") : "",
        ]
      : []),
    epoch.mean.toFixed(3),
    total.toFixed(total < 10 ? 1 : 0),
  ];
}

function withSpread({ mean, deviation, least, most, count }: Spread, digits: number): string {
  if (count === 1) return mean.toFixed(digits);
  return `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

function optional(value: number | undefined, digits: number): string {
  return value?.toFixed(digits) ?? "";
}

function signed(value: number | undefined): string {
  return value === undefined ? "" : `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

function notesOf({ data, network, methods }: Study, comparable: boolean): string[] {
  const thousands = (count: number) => count.toLocaleString("en-US");
  const { training, validation, test, mean, deviation } = data;
  const comparison = `near: nonzero within a factor ${nearFactor} of the published value, test error of the pruned network within ${nearPoints} points.`;
  return [
    `${thousands(training)} images to train on, ${thousands(validation)} for validation (split by the seed), ${thousands(test)} to test; pixels (v / 255 − ${mean}) / ${deviation}.`,
    `ReLU, softmax cross-entropy; ${network.optimizer}, batches of ${network.batchSize}, learning rate ${network.learningRateSchedule} to 0 by epochs; float32. nonzero: the fraction of weights that are not 0 and have a keep probability of at least ${network.threshold}; pruned: with the others at 0.`,
    "Mean ± standard deviation (least–most) where there are several seeds. s / epoch: median of the epochs, without validation; s in all: of all seeds, with it.",
    ...(comparable ? [comparison] : []),
    ...methods.map(({ title, description }) => `${title}: ${description}.`),
  ];
}

/** The file that goes with the JSON; the same study gives the same text. */
export function studyMarkdown(study: Study): string {
  const { command, commit, date, machine } = study;
  const { cpu, cores, memoryGiB, platform, node, blas, threads } = machine;
  const head = [
    `\`${command}\` at ${commit}, ${date.slice(0, 10)}`,
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}; Node ${node}; ${blas}; flipside on ${threads} threads`,
  ];
  const list = head.map((line) => `- ${line}`).join("\n");
  return `# Sparse training of networks\n\n${list}\n\n${toMarkdown(studyTable(study))}`;
}
