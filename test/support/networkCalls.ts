// Valid calls of the addon about training, for the fuzzer.
import type { NativeTraining, NativeTrainingState } from "../../binding.js";
import { loose } from "./bindingRequests.ts";
import type { Call } from "./mutations.ts";
import { handleOf, native } from "./native.ts";
import { methodOf } from "./networkMethods.ts";
import { epochOf, requestOf, stateOf, tableOf } from "./trainings.ts";

const labelled = tableOf({ rows: 12, inputs: 3, outputs: 2 }, "labels");
const targeted = tableOf({ rows: 12, inputs: 3, outputs: 2 }, "targets");
const layers = () => [
  { outputs: 4, activation: "relu" as const },
  { outputs: 2, activation: "identity" as const },
];
const steps = 3;

/** A new one each time: a job that is under way must not make the next call an error. */
const request = (method = "hardConcrete") => ({
  ...requestOf(method === "etaTrick" ? targeted : labelled, {
    layers: layers(),
    batchSize: 5,
    validationRows: Int32Array.of(1, 2),
    method: methodOf(method, { penalty: handleOf("logSum", 0.1) }),
    start: { thetaDeviation: 0.1 },
  }),
});
const training = (): NativeTraining => native.createTraining(request());

async function savedState(): Promise<NativeTrainingState> {
  const made = training();
  await epochOf(made, { steps, lambda: 1e-3 });
  return stateOf(made);
}
const saved = await savedState();

/** Resolves with what the job settled to. */
function settled(name: keyof typeof native, given: unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const [first, second, third] = given;
    const settle = (error: unknown, result: unknown) => (error === null ? resolve(result) : reject(error));
    const progress = third === "progress" ? () => {} : third;
    const job = loose(name)(first, second === "settle" ? settle : second, progress);
    // A function of another kind was taken for settle: nobody will hear of this job.
    if (second !== "settle") resolve(job);
  });
}

type Place = (string | number)[];
const keysOf = (made: object, ...path: Place): Place[] => Object.keys(made).map((key) => [...path, key]);

function job(name: keyof typeof native, made: () => object, own: readonly Place[] = []): Call {
  const named = Object.keys(made());
  return {
    name,
    arguments: () => [made(), "settle", "progress"],
    places: [[0], ...keysOf(made(), 0), ...own, [1], [2]],
    words: [...named, "request", "settle", "progress", "loss"],
    invoke: (given) => settled(name, given),
  };
}

function requests(method: string): Call {
  const made = request(method);
  const inner = ["method", "optimizer", "start"] as const;
  return {
    name: `createTraining with ${method}`,
    arguments: () => [request(method)],
    places: [
      [0],
      ...keysOf(made, 0),
      ...inner.flatMap((key) => keysOf(made[key], 0, key)),
      [0, "layers", 0],
      ...keysOf(layers()[0] as object, 0, "layers", 0),
      ...keysOf(layers()[1] as object, 0, "layers", 1),
    ],
    words: [
      ...["request", "outputs", "activation", ...Object.keys(made)],
      ...inner.flatMap((key) => Object.keys(made[key])),
    ],
    invoke: (given) => loose("createTraining")(...given),
  };
}

const shape = () => ({ rows: 12, inputs: 3, outputs: 2, labels: false, precision: "float32" });
const stateKeys = Object.keys(saved.layers[0] as object);

export const networkCalls: Call[] = [
  {
    name: "createDataset",
    arguments: () => [shape()],
    // Not the sizes: there may be as much memory as they ask for.
    places: [[0], [0, "labels"], [0, "precision"]],
    words: ["request", ...Object.keys(shape())],
    invoke: (given) => loose("createDataset")(...given),
  },
  ...[labelled, targeted].map(
    ({ labels, targets, x }): Call => ({
      name: `fillDataset with ${labels === undefined ? "targets" : "labels"}`,
      arguments: () => {
        const data = native.createDataset({
          ...{ rows: 12, inputs: 3, outputs: 2, labels: labels !== undefined },
          precision: "float32",
        });
        return [data, 0, x.slice(), (labels ?? targets)?.slice()];
      },
      places: [[0], [1], [2], [3]],
      words: ["dataset", "firstRow", "x", "y"],
      invoke: (given) => loose("fillDataset")(...given),
    }),
  ),
  ...["hardConcrete", "etaTrick", "adaptiveTikhonov", "magnitudePruning"].map(requests),
  job("trainEpoch", () => ({
    training: training(),
    learningRates: new Float64Array(steps).fill(0.01),
    lambdas: new Float64Array(steps).fill(0.01),
  })),
  job("evaluateTraining", () => ({ training: training(), rows: "validation", prune: true, lambda: 0.1 })),
  job("trainingState", () => ({ training: training() })),
  job("trainedLayers", () => ({ training: training(), lambda: 0.1 })),
  job("trainingGradient", () => ({
    training: training(),
    rows: Int32Array.of(0, 3, 3),
    learningRate: 0.1,
    lambda: 0.1,
  })),
  {
    name: "restoreTraining",
    arguments: () => [training(), structuredClone(saved)],
    places: [
      [0],
      [1],
      ...keysOf(saved, 1),
      [1, "layers", 1],
      ...stateKeys.map((key) => [1, "layers", 0, key]),
      ...["weightMoments", "biasMoments", "thetaMoments"].flatMap((key) => [
        [1, "layers", 1, key, 0],
        [1, "layers", 0, key, 1],
      ]),
    ],
    words: ["training", "state", "layers", ...Object.keys(saved), ...stateKeys],
    invoke: async (given) => {
      const result = loose("restoreTraining")(...given);
      // A state that was accepted can be gone on from, or has numbers that no step can use.
      await epochOf(given[0] as NativeTraining, { steps }).catch((error) => {
        if ((error as { code?: string }).code !== "NUMERIC") throw error;
      });
      return result;
    },
  },
  {
    name: "closeTraining",
    arguments: () => [training()],
    places: [[0]],
    words: ["training"],
    invoke: (given) => loose("closeTraining")(...given),
  },
];
