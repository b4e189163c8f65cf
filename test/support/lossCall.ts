// A valid call of the raw addon's lossAt, with the places where the fuzzer may spoil it.
import type { Call } from "./mutations.ts";
import { native } from "./native.ts";

const request = () => ({
  loss: "logistic",
  fitted: Float64Array.of(0.5, -1, 2),
  y: Float64Array.of(0, 1, 0.5),
  weights: Float64Array.of(0.5, 1, 1.5),
  offset: Float64Array.of(1, 0, -1),
  intercept: true,
  share: 0.5,
});
const keys = Object.keys(request());

export const lossCall: Call = {
  name: "lossAt",
  arguments: () => [request()],
  places: [[0], ...keys.map((key) => [0, key])],
  words: ["request", ...keys],
  invoke: (given) => (native.lossAt as unknown as (...given: unknown[]) => unknown)(...given),
};
