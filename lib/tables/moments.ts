// The moments of a mask as a caller gives them.
import { isArray, isObject, property } from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { type Budget, call } from "./functions.js";
import type { Member } from "./panels.js";
import { unit } from "./source.js";

/** E s with the variance or with E s². */
export type Moments =
  | { readonly mean: number; readonly variance: number }
  | { readonly mean: number; readonly meanSquare: number }
  | readonly [mean: number, meanSquare: number];

/** The variance of s / E s and twice the cost; not finite where the family cannot be computed. */
export function familyMember(
  moments: (theta: number) => unknown,
  cost: (theta: number) => number,
  budget: Budget,
): (theta: number) => Member {
  return (theta) => {
    budget.spend(theta);
    const { variance, noise } = normalised(`moments(${theta})`, call("moments", moments, theta));
    return { variance, noise, f: 2 * cost(theta) };
  };
}

const forms = "{ mean, variance }, { mean, meanSquare } or [mean, meanSquare]";

function normalised(name: string, value: unknown): { variance: number; noise: number } {
  if (!isObject(value)) throw expected(name, forms, value);
  const pair = isArray(name, value);
  const mean = number(name, value, pair ? "0" : "mean");
  const given = pair ? undefined : property(name, value, "variance");
  if (given !== undefined) {
    const variance = number(name, value, "variance");
    if (variance < 0) throw negative(name, variance);
    const normal = variance / mean / mean;
    return { variance: normal, noise: 4 * unit * normal };
  }
  const square = number(name, value, pair ? "1" : "meanSquare");
  const variance = (square / mean - mean) / mean;
  const noise = 4 * unit * (1 + Math.abs(variance));
  if (variance < -64 * noise) throw negative(name, variance);
  return { variance: Math.max(0, variance), noise };
}

function number(name: string, value: object, key: string): number {
  const found = property(name, value, key);
  if (typeof found === "number") return found;
  throw expected(name, forms, value);
}

function negative(name: string, variance: number): FlipsideError {
  const message = `${name} must have a variance >= 0, but has ${variance}: give a domain if theta is bounded`;
  return new FlipsideError("OUT_OF_RANGE", message);
}
