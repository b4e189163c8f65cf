// Comparisons of penalties that came from functions with what they should be.
import type { Penalty } from "flipside";
import { expect } from "vitest";

/** A penalty of one coefficient by its values, w >= 0. */
export interface Side {
  omega(w: number): number;
  /** omega'(w). */
  slope(w: number): number;
}

/** The values that a penalty has itself. */
export function sideOf(penalty: Penalty, lambda = 1): Side {
  return {
    omega: (w) => penalty.omega(w, lambda),
    slope: (w) => w / penalty.etaHat(w, lambda),
  };
}

/** From 1e-5 to `to`, some ten to a decade. */
export function places(to = 100): number[] {
  const out: number[] = [];
  for (let w = 1e-5; w < to; w *= 1.2589) out.push(w);
  return out;
}

const relative = 1e-8;

/**
 * omega relative to |omega(0)| + |omega - omega(0)|; the slope relatively where it is of its usual size, because a table
 * made from values cannot know it better where it comes down to 0.
 */
export function expectSame(
  actual: Penalty,
  wanted: Side,
  options: { at?: readonly number[]; jumps?: readonly number[]; shift?: number; lambda?: number } = {},
): void {
  const { at = places(), jumps = [], shift = 0, lambda = 1 } = options;
  const atZero = wanted.omega(0);
  for (const w of at) {
    const omega = wanted.omega(w);
    const size = Math.abs(shift) + Math.abs(atZero) + Math.abs(omega - atZero);
    const error = Math.abs(actual.omega(w, lambda) + shift - omega);
    expect(error, `omega(${w}) of ${omega}`).toBeLessThanOrEqual(relative * size);
    if (jumps.some((jump) => Math.abs(w / jump - 1) < 1e-6)) continue;
    const slope = wanted.slope(w);
    const own = w / actual.etaHat(w, lambda);
    const usual = Math.max(slope, ...[2, 4, 8, 16].map((part) => 0.05 * wanted.slope(w / part)));
    expect(Math.abs(own - slope), `slope(${w}) of ${slope}`).toBeLessThanOrEqual(relative * usual);
  }
}

/** f at etas from 1e-4 to 1e4, relative to |f(0)| + |f - f(0)|. */
export function expectSameDual(actual: Penalty, dual: (eta: number) => number, lambda = 1): void {
  const atZero = dual(0);
  for (let eta = 1e-4; eta < 1e4; eta *= 1.78) {
    const f = dual(eta);
    const size = Math.abs(atZero) + Math.abs(f - atZero);
    expect(Math.abs(actual.dual(eta, lambda) - f), `f(${eta}) of ${f}`).toBeLessThanOrEqual(relative * size);
  }
}

/** sup over w of 2 omega(w) - w²/eta by a dense scan and golden section: (2) of theory.md, by brute force. */
export function bruteDual(omega: (w: number) => number, eta: number): number {
  const value = (w: number) => 2 * omega(w) - (w * w) / eta;
  let best = 0;
  let largest = value(0);
  for (let w = 1e-9; w < 1e9; w *= 1.004) {
    if (value(w) > largest) {
      largest = value(w);
      best = w;
    }
  }
  return Math.max(largest, best === 0 ? largest : goldenMaximum(value, best / 1.005, best * 1.005));
}

/** 1/2 min over eta of w²/eta + f(eta), the same way. */
export function bruteOmega(f: (eta: number) => number, w: number): number {
  const value = (eta: number) => -0.5 * ((w * w) / eta + f(eta));
  let best = 1;
  for (let eta = 1e-12; eta < 1e12; eta *= 1.004) if (value(eta) > value(best)) best = eta;
  return -goldenMaximum(value, best / 1.005, best * 1.005);
}

function goldenMaximum(value: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [from, to];
  let largest = Math.max(value(a), value(b));
  for (let step = 0; step < 60; ++step) {
    const [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
    const [fc, fd] = [value(c), value(d)];
    largest = Math.max(largest, fc, fd);
    if (fc > fd) b = d;
    else a = c;
  }
  return largest;
}
