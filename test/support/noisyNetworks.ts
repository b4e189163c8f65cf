// The objective of a network that is trained with random weights or gates, from its definition: with the noise that
// native/network/step.h says a step has, in double precision and one number after the other.
import type { NativeMethod } from "../../binding.js";
import { hardConcrete, normal } from "./masks.ts";
import type { Table } from "./trainings.ts";

export interface Layer {
  outputs: number;
  weights: ArrayLike<number>;
  theta: ArrayLike<number>;
  biases: ArrayLike<number>;
}

const k1 = 0.63576;
const k2 = 1.8732;
const k3 = 1.48695;

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The divergence at log alpha = t. */
export const divergence = (t: number): number =>
  k1 * sigmoid(-k2 - k3 * t) + 0.5 * (t > 0 ? Math.log1p(Math.exp(-t)) : -t + Math.log1p(Math.exp(t)));

const clamp = (x: number): number => Math.min(10, Math.max(-10, x));
const logSize = (w: number): number => Math.log(1e-16 + Math.abs(w));

export const logAlpha = (method: NativeMethod, w: number, theta: number): number =>
  method.additiveReparametrization ? clamp(2 * theta - 2 * logSize(w)) : theta;

/** S, with local reparametrization. */
export const variance = (method: NativeMethod, w: number, theta: number): number =>
  Math.exp(2 * (method.additiveReparametrization ? theta : clamp(theta / 2 + logSize(w))));

/** P(s != 0) of a hard concrete gate. */
export const openProbability = ({ beta, gamma, zeta }: NativeMethod, theta: number): number =>
  sigmoid(theta - beta * Math.log(-gamma / zeta));

const purposes = { weightNoise: 4n, outputNoise: 5n };

function place(purpose: keyof typeof purposes, seed: number, layer: number, step: number, element: number) {
  const stream = (purposes[purpose] << 56n) + (BigInt(layer) << 48n) + BigInt(step);
  return { seed: BigInt(seed), stream, element: BigInt(element) };
}

export interface Noise {
  seed: number;
  step: number;
}

/** The hard concrete gate of a weight at a step. */
export function gateOf(method: NativeMethod, noise: Noise, layer: number, i: number, theta: number): number {
  return hardConcrete(place("weightNoise", noise.seed, layer, noise.step, i), theta, method);
}

/** The weight that a step computes with, or its gate's. */
function effective(method: NativeMethod, noise: Noise, layer: number, i: number, w: number, theta: number) {
  if (method.name === "hardConcrete") return w * gateOf(method, noise, layer, i, theta);
  const at = place("weightNoise", noise.seed, layer, noise.step, i);
  if (method.additiveReparametrization) return w + Math.exp(theta) * normal(at);
  return w * (1 + Math.exp(theta / 2) * normal(at));
}

function penaltyOf(method: NativeMethod, w: number, theta: number): number {
  if (method.name === "hardConcrete") return 0.5 * openProbability(method, theta);
  return divergence(logAlpha(method, w, theta));
}

function logSumExp(z: number[]): number {
  const most = Math.max(...z);
  return most + Math.log(z.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** L of all rows, and R; the hidden layers have tanh, the loss is that of the labels. */
export function objective(
  method: NativeMethod,
  layers: readonly Layer[],
  data: Table,
  noise: Noise,
): { loss: number; penalty: number } {
  const local = method.localReparametrization;
  let penalty = 0;
  const drawn = layers.map((layer, l) =>
    Array.from(layer.weights, (w, i) => {
      const theta = layer.theta[i] as number;
      penalty += penaltyOf(method, w, theta);
      return local ? variance(method, w, theta) : effective(method, noise, l, i, w, theta);
    }),
  );
  let loss = 0;
  for (let row = 0; row < data.rows; ++row) {
    let a = Array.from(data.x.subarray(row * data.inputs, (row + 1) * data.inputs));
    layers.forEach((layer, l) => {
      const { outputs } = layer;
      const from = drawn[l] as number[];
      const z = Array.from({ length: outputs }, (_, o) => {
        const sum = (value: (input: number, i: number) => number) =>
          a.reduce((total, input, j) => total + value(input, j * outputs + o), 0);
        const bias = layer.biases[o] as number;
        if (!local) return bias + sum((input, i) => input * (from[i] as number));
        const mean = bias + sum((input, i) => input * (layer.weights[i] as number));
        const spread = Math.sqrt(sum((input, i) => input * input * (from[i] as number)) + 1e-8);
        return mean + spread * normal(place("outputNoise", noise.seed, l, noise.step, row * outputs + o));
      });
      a = l + 1 < layers.length ? z.map(Math.tanh) : z;
    });
    loss += (logSumExp(a) - (a[data.labels?.[row] as number] as number)) / data.rows;
  }
  return { loss, penalty };
}
