// The format "flipside.card", version 1, as a reader would check it. Every field must be there and none else.
type Check = (value: unknown, path: string) => string[];

const kind =
  (test: (value: unknown) => boolean, name: string): Check =>
  (value, path) =>
    test(value) ? [] : [`${path} is no ${name}: ${JSON.stringify(value)}`];
const text = kind((value) => typeof value === "string" && value !== "", "text");
const flag = kind((value) => typeof value === "boolean", "flag");
const count = kind((value) => Number.isInteger(value) && (value as number) >= 0, "count");
const finite = (value: unknown) =>
  typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0);
const number = kind(
  (value) => finite(value) || ["Infinity", "-Infinity", "NaN", "-0"].includes(value as string),
  "number",
);
const share = kind((value) => finite(value) && (value as number) >= 0 && (value as number) <= 1, "share");
const word = (...words: string[]) => kind((value) => words.includes(value as string), words.join("|"));
const one = (wanted: unknown) => kind((value) => value === wanted, String(wanted));
const orNull =
  (check: Check): Check =>
  (value, path) =>
    value === null ? [] : check(value, path);
const list =
  (check: Check): Check =>
  (value, path) =>
    Array.isArray(value) ? value.flatMap((item, k) => check(item, `${path}[${k}]`)) : [`${path} is no list`];
const values =
  (check: Check): Check =>
  (value, path) =>
    Object.entries(value as object).flatMap(([key, item]) => check(item, `${path}.${key}`));
const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${path} is no object`];
    const extra = Object.keys(value).filter((key) => !(key in checks));
    return [
      ...extra.map((key) => `${path}.${key} is not known`),
      ...Object.entries(checks).flatMap(([key, check]) =>
        key in value
          ? check((value as Record<string, unknown>)[key], `${path}.${key}`)
          : [`${path}.${key} lacks`],
      ),
    ];
  };

const losses = ["squared", "logistic", "poisson", "huber", "cox", "multinomial", "multiTask"];
const solvers = ["workingSet", "reweighted", "proximal", "etaTrick", "direct", "dropout", "blocks"];

const card = fields({
  format: one("flipside.card"),
  version: one(1),
  title: orNull(text),
  date: orNull(text),
  notes: orNull(text),
  objective: fields({
    statement: text,
    loss: fields({ name: word(...losses), formula: text, parameters: orNull(list(number)) }),
    penalty: fields({
      name: text,
      kind: word("penalty", "strategy"),
      parameters: values(number),
      formula: orNull(text),
      inner: orNull(fields({ name: text, parameters: values(number), formula: orNull(text) })),
      convex: flag,
      separable: flag,
    }),
    lambda: number,
    intercept: orNull(flag),
    standardize: orNull(flag),
    weights: orNull(flag),
    offset: orNull(flag),
    factorConvention: orNull(word("ncvreg", "skglm")),
    bounds: orNull(flag),
    groups: orNull(count),
    joint: orNull(flag),
    scaling: list(text),
  }),
  data: fields({
    rows: count,
    columns: count,
    nonzeroShare: orNull(share),
    featureNames: orNull(list(text)),
    missing: word("error", "mean"),
  }),
  model: fields({
    intercept: number,
    intercepts: list(number),
    classes: orNull(list(text)),
    nonzero: count,
    coefficients: list((value, path) => {
      if (!Array.isArray(value) || value.length < 2) return [`${path} is no [column, ...coefficients]`];
      const [column, ...rest] = value;
      const named = typeof column === "string" ? text : count;
      return [...named(column, `${path}[0]`), ...list(number)(rest, path)];
    }),
  }),
  solver: fields({ name: orNull(word(...solvers)), starts: count, iterations: count }),
  convergence: fields({
    converged: flag,
    reason: word("tolerance", "maxIterations", "aborted", "stalled"),
    stationarity: number,
    tolerance: orNull(number),
    objective: number,
    objectiveMargin: orNull(number),
    lossValue: number,
    dualityGap: orNull(number),
    locallyConvex: orNull(flag),
    worstObjective: orNull(number),
  }),
  versions: fields({ flipside: text, node: text, blas: text }),
  caveats: list(text),
});

/** What is wrong with a card, as sentences. */
export function cardDefects(value: unknown): string[] {
  return card(value, "card");
}
