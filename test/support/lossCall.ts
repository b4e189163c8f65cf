// Valid calls of the raw addon's lossAt and lossDeviance, with the places where the fuzzer may spoil them.
import type { Call } from "./mutations.ts";
import { native } from "./native.ts";

const rows = {
  y: () => Float64Array.of(0, 1, 0.5),
  weights: () => Float64Array.of(0.5, 1, 1.5),
  parameters: () => Float64Array.of(0.7),
};
const at = () => ({
  loss: "huber",
  fitted: Float64Array.of(0.5, -1, 2),
  y: rows.y(),
  weights: rows.weights(),
  offset: Float64Array.of(1, 0, -1),
  parameters: rows.parameters(),
  direction: Float64Array.of(1, 2, -1),
  intercept: true,
  share: 0.5,
});
const survival = () => ({
  ...at(),
  loss: "cox",
  y: Float64Array.of(3, 1, 1, 0, 1, 1),
  parameters: Float64Array.of(1),
});
const deviance = () => ({
  loss: "huber",
  z: Float64Array.of(0.5, -1, 2),
  y: rows.y(),
  weights: rows.weights(),
  parameters: rows.parameters(),
});

function call(name: string, method: "lossAt" | "lossDeviance", request: () => object): Call {
  const keys = Object.keys(request());
  return {
    name,
    arguments: () => [request()],
    places: [[0], ...keys.map((key) => [0, key])],
    words: ["request", "delta", "huber", "ties", "cox", ...keys],
    invoke: (given) => (native[method] as unknown as (...given: unknown[]) => unknown)(...given),
  };
}

export const lossCalls: readonly Call[] = [
  call("lossAt", "lossAt", at),
  call("lossAt of cox", "lossAt", survival),
  call("lossDeviance", "lossDeviance", deviance),
];
