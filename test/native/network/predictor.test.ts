// Predictions of dense and sparse layers against a plain forward pass, and their bits.
import fc from "fast-check";
import { threads } from "flipside";
import { afterAll, describe, expect, test } from "vitest";
import type { Floats, NativePredictor, NativePredictorLayer } from "../../../binding.js";
import { expectFailure, loose } from "../../support/failures.ts";
import { native } from "../../support/native.ts";
import {
  floatMakers,
  layersOf,
  makerOf,
  type NetworkSpec,
  networkSpecs,
  plainLinear,
  plainResponse,
  rowsFor,
  sparseLayer,
} from "../../support/networks.ts";
import { check, checkAsync } from "../../support/property.ts";
import { Random } from "../../support/random.ts";

const { best } = native.simd();
const targets = (["baseline", "avx2", "avx512"] as const).slice(
  0,
  ["baseline", "avx2", "avx512"].indexOf(best) + 1,
);
const budget = threads.getThreads();
afterAll(() => {
  native.simd(best as "baseline");
  threads.setThreads(budget);
});

function nativeLayers(spec: NetworkSpec): NativePredictorLayer[] {
  const layers: NativePredictorLayer[] = layersOf(spec);
  if (spec.classifies) (layers[layers.length - 1] as NativePredictorLayer).activation = "softmax";
  return layers;
}

/** Each layer dense or sparse, by the bits of a number. */
function mixed(layers: readonly NativePredictorLayer[], choice: number): NativePredictor {
  return native.createPredictor(layers.map((layer, l) => ((choice >> l) & 1 ? sparseLayer(layer) : layer)));
}

function expectNear(actual: Floats, expected: Float64Array, single: boolean): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  const tolerance = (single ? 1e-5 : 1e-13) * scale;
  expect(Math.max(...expected.map((value, k) => Math.abs(value - (actual[k] as number))))).toBeLessThan(
    tolerance,
  );
}

const rowCounts = fc.constantFrom(1, 2, 3, 15, 16, 17, 33, 64, 65, 130);

describe.each(targets)("on %s", (target) => {
  test("dense and sparse layers predict as a plain forward pass", () => {
    native.simd(target);
    check(
      150,
      fc.property(networkSpecs, rowCounts, fc.nat(31), (spec, rows, choice) => {
        const layers = nativeLayers(spec);
        const x = rowsFor(spec, rows);
        const predictor = mixed(layers, choice);
        expectNear(
          native.predictNetworkSync(predictor, rows, x),
          plainResponse(spec, layersOf(spec), x, rows),
          spec.single,
        );
        expectNear(
          native.predictNetworkSync(predictor, rows, x, true),
          plainLinear(layersOf(spec), x, rows),
          spec.single,
        );
      }),
    );
  });

  test("the bits do not depend on sparsity of the storage nor on how the rows are cut", () => {
    native.simd(target);
    check(
      100,
      fc.property(networkSpecs, rowCounts, fc.nat(31), fc.nat(129), (spec, rows, choice, cut) => {
        const layers = nativeLayers(spec);
        const inputs = spec.sizes[0] as number;
        const x = rowsFor(spec, rows);
        const dense = native.predictNetworkSync(mixed(layers, 0), rows, x);
        const predictor = mixed(layers, choice);
        expect(native.predictNetworkSync(predictor, rows, x)).toEqual(dense);
        const first = cut % rows;
        const rest = native.predictNetworkSync(predictor, rows - first, x.slice(first * inputs));
        expect(rest).toEqual(dense.slice(first * (spec.sizes[spec.sizes.length - 1] as number)));
      }),
    );
  });
});

test("every target that fuses products and sums gives the same bits", () => {
  const fused = targets.filter((target) => target !== "baseline");
  check(
    60,
    fc.property(networkSpecs, rowCounts, fc.nat(31), (spec, rows, choice) => {
      const predictor = mixed(nativeLayers(spec), choice);
      const x = rowsFor(spec, rows);
      const results = fused.map((target) => {
        native.simd(target);
        return native.predictNetworkSync(predictor, rows, x);
      });
      for (const result of results) expect(result).toEqual(results[0]);
    }),
  );
  native.simd(best as "baseline");
});

/** Wide enough for tiles to be cut for the threads. */
const wide: NetworkSpec = {
  seed: 5,
  sizes: [300, 250, 120, 7],
  activations: ["relu", "tanh", "identity", "relu", "relu"],
  density: 0.1,
  single: true,
  classifies: true,
};

function background(predictor: NativePredictor, rows: number, x: Floats): Promise<Floats> {
  return new Promise((resolve, reject) => {
    native.predictNetwork(
      { predictor, rows, x },
      (error, outputs) => (outputs === null ? reject(error) : resolve(outputs)),
      null,
    );
  });
}

test("any number of threads, on a worker or not, gives the same bits", async () => {
  await checkAsync(
    6,
    fc.asyncProperty(fc.constantFrom(30, 100, 700), fc.nat(7), fc.boolean(), async (rows, choice, single) => {
      const spec = { ...wide, single };
      const predictor = mixed(nativeLayers(spec), choice);
      const x = rowsFor(spec, rows);
      threads.setThreads(1);
      const one = native.predictNetworkSync(predictor, rows, x);
      threads.setThreads(4);
      expect(native.predictNetworkSync(predictor, rows, x)).toEqual(one);
      expect(await background(predictor, rows, x)).toEqual(one);
      threads.setThreads(budget);
    }),
  );
});

test("tanh has the accuracy of the precision everywhere", () => {
  for (const Maker of floatMakers) {
    const predictor = native.createPredictor([
      { inputs: 1, outputs: 1, activation: "tanh", weights: Maker.of(1), biases: Maker.of(0) },
    ]);
    const random = new Random(11);
    const x = Maker.from(
      { length: 20_000 },
      () => (random.uniform() < 0.5 ? -1 : 1) * random.geometric(1e-30, 100),
    );
    const y = native.predictNetworkSync(predictor, x.length, x);
    const unit = Maker === floatMakers[0] ? 2 ** -53 : 2 ** -24;
    const worst = Math.max(...Array.from(x, (value, k) => Math.abs((y[k] as number) / Math.tanh(value) - 1)));
    expect(worst).toBeLessThan(10 * unit);
    const ends = Maker.of(Maker === floatMakers[0] ? 1e308 : 3e38, -1e30, 0);
    expect(Array.from(native.predictNetworkSync(predictor, 3, ends))).toEqual([1, -1, 0]);
  }
});

test("softmax neither overflows nor vanishes", () => {
  for (const Maker of floatMakers) {
    const layer: NativePredictorLayer = {
      inputs: 1,
      outputs: 3,
      activation: "softmax",
      weights: Maker.of(1, 2, -1),
      biases: new Maker(3),
    };
    for (const one of [layer, sparseLayer(layer)]) {
      const rows = 20;
      const x = Maker.from({ length: rows }, (_, r) => (r % 2 ? 1e4 : -1e4));
      const p = native.predictNetworkSync(native.createPredictor([one]), rows, x);
      for (let r = 0; r < rows; ++r)
        expect(Array.from(p.subarray(3 * r, 3 * r + 3))).toEqual(r % 2 ? [0, 1, 0] : [0, 0, 1]);
    }
  }
});

test("x of the other precision is rounded to that of the layers", () => {
  check(
    40,
    fc.property(networkSpecs, (spec) => {
      const predictor = mixed(nativeLayers(spec), 0);
      const x = Float64Array.from(rowsFor({ ...spec, single: false }, 9));
      const rounded = makerOf(spec).from(x);
      expect(native.predictNetworkSync(predictor, 9, x)).toEqual(
        native.predictNetworkSync(predictor, 9, rounded),
      );
    }),
  );
});

describe("what is refused", () => {
  const layers = nativeLayers({ ...wide, sizes: [4, 3, 2], density: 0.5, single: false });
  const [first, second] = layers as [NativePredictorLayer, NativePredictorLayer];
  const sparse = sparseLayer(first) as NativePredictorLayer & {
    values: Floats;
    inputIndices: Int32Array;
    outputPointers: Int32Array;
  };
  const create = loose(native.createPredictor);
  const changed = (change: object) => () => create([{ ...sparse, ...change }]);
  const at = (array: Int32Array, k: number, value: number) =>
    Int32Array.from(array, (old, i) => (i === k ? value : old));
  const count = sparse.values.length;

  test("indices that leave the layer or do not increase, pointers that fall or end elsewhere", () => {
    const last = sparse.outputPointers.length - 1;
    for (const index of [-1, 4, 2 ** 31 - 1, -(2 ** 31)])
      expectFailure(
        changed({ inputIndices: at(sparse.inputIndices, 0, index) }),
        "OUT_OF_RANGE",
        "layers[0].inputIndices must be",
      );
    expectFailure(
      changed({ inputIndices: sparse.inputIndices.slice().reverse() }),
      "OUT_OF_RANGE",
      "layers[0].inputIndices",
    );
    expectFailure(
      changed({ outputPointers: at(sparse.outputPointers, 0, 1) }),
      "OUT_OF_RANGE",
      "layers[0].outputPointers must be",
    );
    expectFailure(
      changed({ outputPointers: at(sparse.outputPointers, 1, -5) }),
      "OUT_OF_RANGE",
      "layers[0].outputPointers must be",
    );
    for (const end of [count + 1, 2 ** 31 - 1])
      expectFailure(
        changed({ outputPointers: at(sparse.outputPointers, last, end) }),
        "LENGTH_MISMATCH",
        "layers[0].values",
      );
    expectFailure(changed({ outputPointers: new Int32Array(3) }), "LENGTH_MISMATCH", "outputPointers");
    expectFailure(changed({ inputIndices: new Int32Array(count + 1) }), "LENGTH_MISMATCH", "inputIndices");
    expectFailure(changed({ inputIndices: new Uint32Array(count) }), "INVALID_ARGUMENT", "inputIndices");
    expectFailure(changed({ values: new Float32Array(count) }), "INVALID_ARGUMENT", "values");
  });

  test("layers that do not fit together", () => {
    expectFailure(() => create([]), "EMPTY", "layers");
    expectFailure(
      () => create([{ ...second, activation: "relu" }, first]),
      "LENGTH_MISMATCH",
      "layers[1].inputs",
    );
    expectFailure(() => create([{ ...first, inputs: 5 }]), "LENGTH_MISMATCH", "weights");
    expectFailure(
      () => create([{ ...first, inputs: 2 ** 31 - 1, outputs: 2 ** 31 - 1 }]),
      "LENGTH_MISMATCH",
      "biases",
    );
    expectFailure(
      () => create([{ ...first, activation: "softmax" }, second]),
      "UNSUPPORTED",
      "layers[0].activation",
    );
    expectFailure(() => create([{ ...first, activation: "gelu" }]), "UNSUPPORTED", "activation");
    expectFailure(
      () => create([{ ...first, weights: first.weights?.map(() => NaN) }]),
      "NOT_FINITE",
      "layers[0].weights must be",
    );
    expectFailure(
      () => create([{ ...first, biases: first.biases.map(() => Infinity) }]),
      "NOT_FINITE",
      "layers[0].biases must be",
    );
    const floats = { ...second, weights: new Float32Array(6), biases: new Float32Array(2) };
    expectFailure(() => create([first, floats]), "INVALID_ARGUMENT", "weights");
  });

  test("an x that is none of the network", () => {
    const predictor = native.createPredictor(layers);
    const predict = loose(native.predictNetworkSync);
    expectFailure(() => predict({}, 1, new Float64Array(4)), "INVALID_ARGUMENT", "predictor");
    expectFailure(() => predict(predictor, 2, new Float64Array(4)), "LENGTH_MISMATCH", "x");
    expectFailure(() => predict(predictor, 2 ** 31 - 1, new Float64Array(4)), "LENGTH_MISMATCH", "x");
    expectFailure(() => predict(predictor, 0, new Float64Array(0)), "EMPTY", "rows");
    expectFailure(() => predict(predictor, 1, new Int32Array(4)), "INVALID_ARGUMENT", "x");
    const x = (value: number) => Float64Array.of(0, 0, 0, 0, 0, 0, value, 0);
    expectFailure(
      () => predict(predictor, 2, x(NaN), false, 10),
      "MISSING_VALUES",
      "x must have no missing values, but has one in row 11, column 2",
    );
    expectFailure(() => predict(predictor, 2, x(Infinity)), "NOT_FINITE", "x at row 1, column 2");
    const single = native.createPredictor(nativeLayers({ ...wide, sizes: [4, 3, 2] }));
    expectFailure(
      () => predict(single, 2, x(1e300)),
      "OUT_OF_RANGE",
      "x must be within the range of float32",
    );
  });
});
