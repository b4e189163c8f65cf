// From a family of masks to tables of omega and of f. By panels where its functions are smooth in theta; a cost with
// kinks is better tabulated as a dual, f(eta) = 2 c at the theta with v = 1/eta, if there is one such theta.
import { FlipsideError } from "../errors.js";
import { coordinates } from "./coordinates.js";
import { Envelope } from "./envelope.js";
import { fromDual, fromEnvelope, type Made, type Request } from "./making.js";
import { type Member, type PanelCurve, panels } from "./panels.js";
import { root } from "./root.js";
import { type Sample, SlopeSource, unit } from "./source.js";
import { highest, type Tabulated, tabulate } from "./tabulate.js";

export function fromMaskFamily(request: Request, member: (theta: number) => Member): Made {
  const [low, high] = request.domain ?? [-Infinity, Infinity];
  const place = coordinates(low, high);
  const curve = panels(member, place);
  const envelope = new Envelope(curve);
  requireBound(envelope, curve);
  const inverse = inverseOf(curve);
  if (curve.rough && inverse?.exact) {
    const cost = (u: number) => member(place.theta(u)).f;
    return fromDual({ ...request, domain: undefined }, inverse.composed(cost), undefined);
  }
  const to = reachOf(envelope, curve);
  const omega = fromEnvelope(request, envelope, to);
  const dual = inverse === undefined ? undefined : dualOf(inverse, 2 * envelope.value(0));
  const error = Math.max(omega.error, dual?.error ?? 0);
  return { omega, dual: dual?.curve, domain: [0, to], error };
}

/** omega(0) is half the least cost, which must not be minus infinity. */
function requireBound(envelope: Envelope, curve: PanelCurve): void {
  const { first } = envelope;
  if (first.x < 1e100) return;
  // What has a limit falls less and less from one power of the variance to the next.
  const at = (x: number) => {
    const nearest = curve.samples.reduce((best, u) => {
      const distance = Math.abs(Math.log(curve.evaluate(u).x / x));
      return distance < best.distance ? { u, distance } : best;
    }, nowhere);
    return curve.evaluate(nearest.u).f;
  };
  const [near, middle, far] = [at(1e25), at(1e50), at(1e100)];
  if (middle - far <= 1.5 * (near - middle) + 64 * unit * (Math.abs(near) + Math.abs(far))) return;
  const message = `cost must be bounded below, but falls to ${first.f / 2} as the variance grows`;
  throw new FlipsideError("UNBOUNDED", message);
}

const nowhere = { u: 0, distance: Infinity };

/** The w up to which the family is known to have the best mask: all, unless it was cut at the end of small variances. */
function reachOf(envelope: Envelope, { samples, cutLeft, cutRight }: PanelCurve): number {
  const index = envelope.lastIndex;
  const margin = 0.02 * samples.length;
  const cut = (index <= margin && cutLeft) || (index >= samples.length - 1 - margin && cutRight);
  return index >= 0 && cut ? Math.min(highest, envelope.reach) : highest;
}

interface Place {
  readonly u: number;
  readonly x: number;
  readonly f: number;
  readonly xError: number;
}

/** The family by eta, if eta = 1/v runs from 0 (nearly) to beyond every scale and f rises with it. */
function inverseOf(curve: PanelCurve): Inverse | undefined {
  const order: Place[] = Array.from(curve.samples, (u) => ({ u, ...curve.evaluate(u) }));
  if ((order[0] as Place).x < (order.at(-1) as Place).x) order.reverse();
  const first = order[0] as Place;
  const range = Math.abs((order.at(-1) as Place).f - first.f) + Math.abs(first.f);
  // Where v is rounding its order means nothing.
  const known = order.filter(({ x, xError }) => xError < 1e-3 && x > 0);
  const inOrder = known.every(({ x, f }, i) => {
    const before = known[i - 1];
    return before === undefined || (x < before.x && f >= before.f - 1e-8 * range);
  });
  const end = known.at(-1);
  if (!inOrder || end === undefined || first.x < 2 ** 60) return undefined;
  return curve.end === undefined && end.x > 1 / highest ? undefined : new Inverse(curve, known);
}

/** f as a function of eta; undefined where it is too rough, and the tight dual stands in. */
function dualOf(inverse: Inverse, atZero: number): Tabulated | undefined {
  try {
    const source = new SlopeSource("f", 1e-10, inverse.sample, inverse.value);
    return tabulate(source, { from: 0, to: Math.min(highest, 0.5 * inverse.end), atZero });
  } catch (error) {
    if (error instanceof FlipsideError && error.code !== "INVALID_ARGUMENT") return undefined;
    throw error;
  }
}

class Inverse {
  readonly #curve: PanelCurve;
  /** In order of falling variance. */
  readonly #order: readonly Place[];

  constructor(curve: PanelCurve, order: readonly Place[]) {
    this.#curve = curve;
    this.#order = order;
  }

  /** The largest eta. */
  get end(): number {
    return 1 / (this.#order.at(-1) as Place).x;
  }

  /** theta is known to the last digits for every eta of interest. */
  get exact(): boolean {
    return this.end > 4 * highest && this.#order.every(({ xError }) => xError < 1e-11);
  }

  readonly sample = (eta: number): Sample => {
    const { x, dx, df, precision } = this.#curve.evaluate(this.#at(eta));
    // d eta = -dx / x².
    const slope = Math.max(0, -df * (x * (x / dx)));
    return { slope, noise: slope * Math.min(1, precision) };
  };

  readonly value = (eta: number): number => this.#curve.evaluate(this.#at(eta)).f;

  /** The caller's own cost as a function of eta; NaN beyond the family. */
  composed(cost: (u: number) => number): (eta: number) => number {
    const first = this.#order[0] as Place;
    const { end } = this.#curve;
    return (eta) => {
      if (eta <= 1 / first.x) return cost(first.u);
      if (eta < this.end) return cost(this.#at(eta));
      return end === undefined ? NaN : end.f;
    };
  }

  /** The coordinate with v = 1/eta. */
  #at(eta: number): number {
    const x = 1 / eta;
    let low = 0;
    let high = this.#order.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#order[middle] as Place).x >= x) low = middle;
      else high = middle;
    }
    const [a, b] = [(this.#order[low] as Place).u, (this.#order[high] as Place).u];
    const sign = a < b ? -1 : 1;
    const gap = (u: number) => sign * Math.log(this.#curve.evaluate(u).x * eta);
    return root(gap, Math.min(a, b), Math.max(a, b), () => 2 * unit).x;
  }
}
