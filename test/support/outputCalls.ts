// Valid calls of the raw addon with several outputs per row, with the places where the fuzzer may spoil them.
import { dense, fits, loose, sparse } from "./bindingRequests.ts";
import { operationCalls } from "./designCalls.ts";
import type { Call } from "./mutations.ts";

/** One number per column or row of x, and as many for each of 2 outputs. */
const twice = (values: Float64Array) => Float64Array.of(...values, ...values);
const own = {
  multinomial: () => ({ y: Float64Array.of(0, 1, 1, 0) }),
  multiTask: () => ({ y: Float64Array.of(1, 2, 3, 5, 0, -1, 2, 1) }),
};

/** A call whose first argument gets more properties. */
function withMore(call: Call, name: string, more: (first: Record<string, unknown>) => object): Call {
  const keys = Object.keys(more(call.arguments()[0] as Record<string, unknown>));
  return {
    ...call,
    name: `${call.name} ${name}`,
    arguments: () => {
      const [first, ...rest] = call.arguments() as [Record<string, unknown>];
      return [{ ...first, ...more(first) }, ...rest];
    },
    places: [...call.places, ...keys.map((key) => [0, key])],
    words: [...call.words, ...keys],
  };
}

const losses = ["multinomial", "multiTask"] as const;

const fitCalls = losses.flatMap((loss) =>
  [dense, sparse].flatMap((x) =>
    fits("of two outputs", x, "l1", [], loss === "multiTask" ? "workingSet" : "proximal").map((call) =>
      withMore(call, loss, ({ offset, start }) => ({
        loss,
        outputs: 2,
        offset: twice(offset as Float64Array),
        start: twice(start as Float64Array),
        ...own[loss](),
      })),
    ),
  ),
);

const lossRequest = (loss: (typeof losses)[number]) => ({
  loss,
  outputs: 2,
  fitted: Float64Array.of(0.5, -1, 2, 0, 1, 1, 0, -2),
  direction: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  offset: Float64Array.of(1, 0, -1, 1, 0, 0, 0, 2),
  weights: Float64Array.of(0.5, 1, 1.5, 1),
  intercept: true,
  share: 0.5,
  ...own[loss](),
});

const lossCalls = losses.map((loss): Call => {
  const keys = Object.keys(lossRequest(loss));
  return {
    name: `lossAt of two outputs ${loss}`,
    arguments: () => [lossRequest(loss)],
    places: [[0], ...keys.map((key) => [0, key])],
    words: ["request", ...keys],
    invoke: (given) => loose("lossAt")(...given),
  };
});

const designs = operationCalls({ dense, sparse }).map((call) =>
  withMore(call, "of two outputs", ({ w, residuals, rowWeights }) => ({
    outputs: 2,
    w: twice(w as Float64Array),
    residuals: twice(residuals as Float64Array),
    rowWeights: twice(rowWeights as Float64Array),
    left: Int32Array.of(5, 0),
  })),
);

export const outputCalls: Call[] = [...fitCalls, ...lossCalls, ...designs];
