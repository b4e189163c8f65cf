import { types } from "node:util";
import { native } from "./binding.js";
import { caveatsOf, elasticNetFormula, lossFormula, scalingOf, statementOf } from "./cardText.js";
import { catalogue } from "./catalogue.js";
import { property, requireOptions } from "./checks.js";
import { designState } from "./design.js";
import { expected } from "./errors.js";
import type { FitReason } from "./fitJSON.js";
import type { Fit } from "./fitted.js";
import { encodeNumber, encodeNumbers, type JSONNumber } from "./json.js";
import { toMatrix } from "./matrix.js";
import type { Penalty } from "./penalty.js";
import type { Problem } from "./request.js";
import type { LossName, SolverName } from "./solver.js";
import { packageVersion } from "./version.js";
import { lengthOf } from "./views.js";

/** The options of `Fit.card`. */
export interface CardOptions {
  readonly title?: string | undefined;
  /** What the reader should know: where the data come from, what the model is for. */
  readonly notes?: string | undefined;
  /** When the card was made; without it the same fit gives the same card. */
  readonly date?: Date | string | undefined;
  /** The problem that was fitted, for the share of its elements that are not 0: one pass over x on the calling thread. */
  readonly problem?: Pick<Problem, "x"> | undefined;
}

/** What a fit is, for people and programs: plain JSON. What is not known is null. */
export interface ModelCard {
  format: "flipside.card";
  version: 1;
  title: string | null;
  date: string | null;
  notes: string | null;
  objective: {
    /** The minimised function in one line, in the terms below. */
    statement: string;
    loss: { name: LossName; formula: string; parameters: JSONNumber[] | null };
    penalty: {
      name: string;
      kind: "penalty" | "strategy";
      parameters: Record<string, JSONNumber>;
      /** Of one coefficient w >= 0. */
      formula: string | null;
      /** The penalty that an elastic net is made of. */
      inner: { name: string; parameters: Record<string, JSONNumber>; formula: string | null } | null;
      convex: boolean;
      separable: boolean;
    };
    lambda: JSONNumber;
    intercept: boolean | null;
    standardize: boolean | null;
    weights: boolean | null;
    offset: boolean | null;
    factorConvention: "ncvreg" | "skglm" | null;
    bounds: boolean | null;
    groups: number | null;
    joint: boolean | null;
    /** Every scaling that a number of this card depends on, a sentence each. */
    scaling: string[];
  };
  data: {
    rows: number;
    columns: number;
    /** Share of the elements of x that are not 0; missing ones are none. */
    nonzeroShare: number | null;
    featureNames: readonly string[] | null;
    /** What became of missing values in x. */
    missing: "error" | "mean";
  };
  model: {
    /** Of several outputs that of the first. */
    intercept: JSONNumber;
    /** One per output. */
    intercepts: JSONNumber[];
    /** What the outputs of a multinomial fit stand for. */
    classes: readonly string[] | null;
    nonzero: number;
    /** Of the columns whose coefficient is not 0, by name or else number from 0; output after output. */
    coefficients: [column: string | number, ...coefficients: JSONNumber[]][];
  };
  solver: { name: SolverName | null; starts: number; iterations: number };
  convergence: {
    converged: boolean;
    reason: FitReason;
    stationarity: JSONNumber;
    /** Converged means a stationarity of at most this times lambda; of the solver "dropout" see `SolverName`. */
    tolerance: JSONNumber | null;
    objective: JSONNumber;
    objectiveMargin: JSONNumber | null;
    lossValue: JSONNumber;
    /** How far the objective may lie above the minimum, where that is known. */
    dualityGap: JSONNumber | null;
    locallyConvex: boolean | null;
    /** Of several starts. */
    worstObjective: JSONNumber | null;
  };
  versions: { flipside: string; node: string; blas: string };
  caveats: string[];
}

const keys = ["title", "notes", "date", "problem"];

/** @internal */
export function modelCard(fit: Fit, options: unknown): ModelCard {
  const given = requireOptions("options", options, keys);
  const text = (key: string) => {
    const value = property("options", given, key);
    if (value === undefined || typeof value === "string") return value ?? null;
    throw expected(key, "a string", value);
  };
  const { penalty, record, setup } = fit;
  const known = <T>(value: T | undefined): T | null => value ?? null;
  const number = (value: number | undefined) => (value === undefined ? null : encodeNumber(value));
  return {
    format: "flipside.card",
    version: 1,
    title: text("title"),
    date: dateOf(property("options", given, "date")),
    notes: text("notes"),
    objective: {
      statement: statementOf(fit),
      loss: {
        name: fit.loss,
        formula: lossFormula(fit.loss),
        parameters: setup?.lossParameters ? encodeNumbers(Float64Array.from(setup.lossParameters)) : null,
      },
      penalty: {
        name: penalty.name,
        kind: penalty.kind,
        parameters: parametersOf(penalty),
        formula: formulaOf(penalty),
        inner: penalty.inner
          ? {
              name: penalty.inner.name,
              parameters: parametersOf(penalty.inner),
              formula: formulaOf(penalty.inner),
            }
          : null,
        convex: penalty.convex,
        separable: penalty.separable,
      },
      lambda: encodeNumber(fit.lambda),
      // Of cox none, whatever was asked for: it would change nothing.
      intercept: fit.loss === "cox" ? false : known(setup?.intercept),
      standardize: known(setup?.standardize),
      weights: known(setup?.weights),
      offset: known(setup?.offset),
      factorConvention: known(setup?.factorConvention),
      bounds: known(setup?.bounds),
      groups: known(setup?.groups),
      joint: known(setup?.joint),
      scaling: scalingOf(fit),
    },
    data: {
      rows: fit.rows,
      columns: fit.columns,
      nonzeroShare: nonzeroShare(property("options", given, "problem")),
      featureNames: known(fit.featureNames),
      missing: fit.imputation === undefined ? "error" : "mean",
    },
    model: {
      intercept: encodeNumber(fit.intercept),
      intercepts: encodeNumbers(fit.intercepts),
      classes: known(fit.classes),
      nonzero: fit.nonzero,
      coefficients: coefficientsOf(fit),
    },
    solver: { name: known(fit.solver), starts: record.starts, iterations: fit.iterations },
    convergence: {
      converged: fit.converged,
      reason: fit.reason,
      stationarity: encodeNumber(fit.stationarity),
      tolerance: number(setup?.tolerance),
      objective: encodeNumber(fit.objective),
      objectiveMargin: number(fit.objectiveMargin),
      lossValue: encodeNumber(fit.lossValue),
      dualityGap: number(record.dualityGap),
      locallyConvex: known(record.locallyConvex),
      worstObjective: number(record.worstObjective),
    },
    versions: { flipside: packageVersion(), node: process.version, blas: native.information().blas },
    caveats: caveatsOf(fit),
  };
}

function parametersOf({ parameters }: Penalty): Record<string, JSONNumber> {
  return Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, encodeNumber(value)]));
}

function formulaOf({ name, tabulation, inner }: Penalty): string | null {
  if (inner !== undefined) return elasticNetFormula(inner.name === "l1");
  if (tabulation) return null;
  return catalogue.find((one) => one.name === name)?.formula ?? null;
}

function dateOf(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === "string") return value;
  // Not instanceof, which runs the traps of a Proxy.
  if (types.isDate(value)) {
    const time = Date.prototype.getTime.call(value);
    if (!Number.isNaN(time)) return new Date(time).toISOString();
  }
  throw expected("date", "a date or a string", value);
}

function coefficientsOf({ coefficients, columns, featureNames }: Fit): ModelCard["model"]["coefficients"] {
  const outputs = coefficients.length / columns;
  const entries: ModelCard["model"]["coefficients"] = [];
  for (let j = 0; j < columns; ++j) {
    const own = Array.from({ length: outputs }, (_, k) => coefficients[k * columns + j] as number);
    if (own.some((value) => value !== 0)) entries.push([featureNames?.[j] ?? j, ...own.map(encodeNumber)]);
  }
  return entries;
}

function nonzeroShare(problem: unknown): number | null {
  if (problem === undefined) return null;
  if (typeof problem !== "object" || problem === null) throw expected("problem", "a problem", problem);
  const given = property("problem", problem, "x");
  if (designState(given) !== undefined) return null;
  const x = toMatrix("x", given, true);
  const stored = lengthOf(x.data);
  let nonzero = 0;
  for (let k = 0; k < stored; ++k) {
    const value = x.data[k] as number;
    if (value !== 0 && !Number.isNaN(value)) ++nonzero;
  }
  return nonzero / (x.rows * x.columns);
}
