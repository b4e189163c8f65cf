// omega and its slope for every separable penalty of the catalogue, from the table of theory.md (§4) and its rules for
// lambda (§3): what the optimality checker uses instead of the library.
import { HardConcrete } from "./hardConcrete.ts";
import { variationalDropout, variationalDropoutApprox } from "./variationalDropout.ts";

/** A penalty of one coefficient at one lambda, w >= 0. */
export interface Formula {
  omega(w: number): number;
  /** omega'(w), at w = 0 the limit from the right. */
  slope(w: number): number;
  /** eta-hat at 0 where it is not 0. */
  readonly etaAtZero?: number;
}

export type Parameters = Readonly<Record<string, number>>;

/** For a mask family: omega_lambda(w) = omega_1(w / sqrt(lambda)). */
function maskFamily(unit: (w: number) => { omega: number; slope: number }, lambda: number): Formula {
  const root = Math.sqrt(lambda);
  return {
    omega: (w) => unit(w / root).omega,
    slope: (w) => unit(w / root).slope / root,
  };
}

type Make = (parameters: Parameters, lambda: number) => Formula;

const number = (parameters: Parameters, key: string): number => {
  const value = parameters[key];
  if (value === undefined) throw new Error(`the test gave no ${key}`);
  return value;
};

const makers: Record<string, Make> = {
  l1: () => ({ omega: (w) => w, slope: () => 1 }),
  lp: (parameters) => {
    const p = number(parameters, "p");
    return { omega: (w) => w ** p / p, slope: (w) => w ** (p - 1) };
  },
  logSum: (parameters) => {
    const epsilon = number(parameters, "epsilon");
    return { omega: (w) => Math.log(w + epsilon), slope: (w) => 1 / (w + epsilon) };
  },
  logSumSquares: (parameters) => {
    const epsilon = number(parameters, "epsilon");
    return {
      omega: (w) => Math.log(w * w + epsilon),
      slope: (w) => (2 * w) / (w * w + epsilon),
      etaAtZero: epsilon / 2,
    };
  },
  mcp: (parameters, lambda) => {
    const end = number(parameters, "a") * lambda;
    return {
      omega: (w) => (w < end ? w - (w * w) / (2 * end) : end / 2),
      slope: (w) => Math.max(0, 1 - w / end),
    };
  },
  scad: (parameters, lambda) => {
    const a = number(parameters, "a");
    const middle = (w: number) => (2 * a * lambda * w - w * w - lambda * lambda) / (2 * (a - 1) * lambda);
    return {
      omega: (w) => (w <= lambda ? w : w < a * lambda ? middle(w) : ((a + 1) * lambda) / 2),
      slope: (w) => (w <= lambda ? 1 : Math.max(0, (a * lambda - w) / ((a - 1) * lambda))),
    };
  },
  // Around l1.
  elasticNet: (parameters) => {
    const alpha = number(parameters, "alpha");
    return {
      omega: (w) => alpha * w + ((1 - alpha) * w * w) / 2,
      slope: (w) => alpha + (1 - alpha) * w,
    };
  },
  standout: (_, lambda) => ({
    // 1 - (1 + w) e^-w, without cancellation for small w.
    omega: (w) => (-Math.expm1(-w) - w * Math.exp(-w)) / lambda,
    slope: (w) => (w * Math.exp(-w)) / lambda,
    etaAtZero: lambda,
  }),
  variationalDropout: (_, lambda) => maskFamily(variationalDropout, lambda),
  variationalDropoutApprox: (_, lambda) => maskFamily(variationalDropoutApprox, lambda),
  hardConcrete: (parameters, lambda) => {
    const mask = hardConcreteOf(
      number(parameters, "beta"),
      number(parameters, "gamma"),
      number(parameters, "zeta"),
    );
    return maskFamily((w) => mask.at(w), lambda);
  },
};

const masks = new Map<string, HardConcrete>();

/** Its scan takes milliseconds, and tests ask for the same mask again and again. */
function hardConcreteOf(beta: number, gamma: number, zeta: number): HardConcrete {
  const key = `${beta} ${gamma} ${zeta}`;
  const known = masks.get(key);
  if (known !== undefined) return known;
  const made = new HardConcrete(beta, gamma, zeta);
  masks.set(key, made);
  return made;
}

export const separableNames: readonly string[] = Object.keys(makers);

export function formulaOf(name: string, parameters: Parameters, lambda: number): Formula {
  const make = makers[name];
  if (make === undefined) throw new Error(`the tests know no formula of ${name}`);
  return make(parameters, lambda);
}
