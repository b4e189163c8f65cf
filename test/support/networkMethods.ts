// The methods that tests of training go over.
import type { NativeMethod } from "../../binding.js";
import { handleOf } from "./native.ts";

export interface TestedMethod {
  /** How tests call it. */
  readonly title: string;
  readonly method: NativeMethod;
  /** The starting values of theta, where there is one. */
  readonly theta?: number;
  /** Where its random numbers enter a layer (native/network/method.h). */
  readonly noise: "none" | "weights" | "outputs";
  /** J at fixed random numbers is differentiable, and its gradient is the one that the optimiser sees. */
  readonly differentiable: boolean;
}

/** A method with the options of the others at their defaults. */
export function methodOf(name: string, own: Partial<NativeMethod> = {}): NativeMethod {
  return {
    name,
    smallestKeep: 1e-3,
    decay: 0,
    mask: "bernoulli",
    localReparametrization: false,
    additiveReparametrization: false,
    beta: 2 / 3,
    gamma: -0.1,
    zeta: 1.1,
    initialSparsity: 0,
    finalSparsity: 0,
    begin: 0,
    end: 0,
    interval: 1,
    perLayer: false,
    ...own,
  };
}

const variational = (localReparametrization: boolean, additiveReparametrization: boolean) =>
  methodOf("variationalDropout", { localReparametrization, additiveReparametrization });
const logSum = () => handleOf("logSum", 0.3);
const plain = { noise: "none", differentiable: true } as const;
const masked = { noise: "weights", differentiable: false } as const;

/** Those with a penalty; penalised.test.ts goes over the penalties. */
const penalised: readonly TestedMethod[] = [
  { title: "directPenalty", method: methodOf("directPenalty", { penalty: logSum() }), ...plain },
  {
    title: "directPenalty of a penalty with a table",
    method: methodOf("directPenalty", { penalty: handleOf("variationalDropout") }),
    ...plain,
  },
  {
    title: "adaptiveTikhonov",
    method: methodOf("adaptiveTikhonov", { penalty: logSum(), smallestKeep: 1e-9 }),
    ...plain,
  },
  {
    title: "adaptiveProx",
    method: methodOf("adaptiveProx", { penalty: logSum() }),
    noise: "none",
    // R is not in the gradient.
    differentiable: false,
  },
  { title: "etaTrick", method: methodOf("etaTrick", { penalty: logSum(), decay: 0.3 }), theta: -1, ...plain },
  {
    title: "adaptiveDropout, Bernoulli",
    method: methodOf("adaptiveDropout", { penalty: logSum() }),
    ...masked,
  },
  {
    title: "adaptiveDropout, Gaussian",
    method: methodOf("adaptiveDropout", { penalty: logSum(), mask: "gaussian" }),
    ...masked,
  },
];

/** Add a method here once the addon serves it: all tests of gradients, states and threads go over this list. */
export const testedMethods: readonly TestedMethod[] = [
  { title: "none", method: methodOf("none"), noise: "none", differentiable: true },
  {
    title: "variational dropout",
    method: variational(false, false),
    theta: -1,
    noise: "weights",
    differentiable: true,
  },
  {
    title: "additive variational dropout",
    method: variational(false, true),
    theta: -1,
    noise: "weights",
    differentiable: true,
  },
  {
    title: "local variational dropout",
    method: variational(true, false),
    theta: -1,
    noise: "outputs",
    differentiable: true,
  },
  {
    title: "local additive variational dropout",
    method: variational(true, true),
    theta: -1,
    noise: "outputs",
    differentiable: true,
  },
  {
    title: "hard concrete gates",
    method: methodOf("hardConcrete"),
    theta: 1,
    noise: "weights",
    differentiable: true,
  },
  {
    title: "magnitude pruning",
    method: methodOf("magnitudePruning", { finalSparsity: 0.75, begin: 2, end: 17, interval: 3 }),
    noise: "none",
    differentiable: true,
  },
  ...penalised,
];
