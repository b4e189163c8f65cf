// Networks through the facade: predictions, labels, losses, pruning, compression.
import fc from "fast-check";
import { CompressedNetwork, type MatrixLike, Network, type Prediction } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, expectRejection, loose } from "../../support/failures.ts";
import {
  layersOf,
  makerOf,
  type NetworkSpec,
  networkOf,
  networkSpecs,
  partsOf,
  plainLinear,
  plainResponse,
  rowsFor,
  softmaxRows,
} from "../../support/networks.ts";
import { checkAsync } from "../../support/property.ts";

const spec: NetworkSpec = {
  seed: 3,
  sizes: [6, 9, 5, 3],
  activations: ["relu", "tanh", "identity", "relu", "relu"],
  density: 0.4,
  single: false,
  classifies: true,
};
const network = networkOf(spec);
const { inputs } = network;

function matrix(rows: number, given = spec): Prediction {
  return { data: rowsFor(given, rows), rows, columns: given.sizes[0] as number };
}

/** The same rows in other forms. */
function forms({ data, rows, columns }: Prediction): Record<string, MatrixLike> {
  const at = (i: number, j: number) => data[i * columns + j] as number;
  const turned = Float64Array.from(data, (_, k) => at(k % rows, Math.floor(k / rows)));
  return {
    rows: Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns))),
    columnMajor: { data: turned, rows, columns, order: "column-major" },
    compressed: {
      values: turned,
      rowIndices: Int32Array.from(turned, (_, k) => k % rows),
      columnPointers: Int32Array.from({ length: columns + 1 }, (_, j) => j * rows),
      rows,
      columns,
    },
    accessor: { rows, columns, get: at },
  };
}

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const values = Array.from(expected);
  expect(actual.length).toBe(values.length);
  const scale = Math.max(1e-3, ...values.map(Math.abs));
  const worst = Math.max(0, ...values.map((value, k) => Math.abs(value - (actual[k] as number))));
  expect(worst).toBeLessThan(tolerance * scale);
}

describe("predictions", () => {
  test("of random networks are those of a plain forward pass, whatever the slices", async () => {
    await checkAsync(
      80,
      fc.asyncProperty(
        networkSpecs,
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 80 }),
        async (given, rows, batchSize) => {
          const one = networkOf(given);
          const x = matrix(rows, given);
          const response = await one.predict(x, { batchSize });
          const tolerance = given.single ? 1e-5 : 1e-13;
          const layers = layersOf(given);
          expectNear(response.data, plainResponse(given, layers, rowsFor(given, rows), rows), tolerance);
          expect(response.data).toBeInstanceOf(makerOf(given));
          expect([response.rows, response.columns]).toEqual([rows, given.sizes.at(-1)]);
          const linear = await one.predict(x, { output: "linear" });
          expectNear(linear.data, plainLinear(layers, rowsFor(given, rows), rows), tolerance);
          expect(one.predictSync(x)).toEqual(response);
          expect(one.predictSync(x, { output: "linear" })).toEqual(linear);
        },
      ),
    );
  });

  test("a compressed network has the bits of the pruned one", async () => {
    await checkAsync(
      80,
      fc.asyncProperty(
        networkSpecs,
        fc.integer({ min: 1, max: 70 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (given, rows, threshold) => {
          const one = networkOf(given);
          const x = matrix(rows, given);
          const pruned = one.prune(threshold);
          const compressed = one.compress(threshold);
          expect(await compressed.predict(x, { batchSize: 13 })).toEqual(await pruned.predict(x));
          expect(compressed.nonzero).toBe(pruned.nonzero);
        },
      ),
    );
  });

  test("any form of the same matrix gives the same", async () => {
    const x = matrix(23);
    const expected = await network.predict(x);
    for (const [name, form] of Object.entries(forms(x))) {
      expect(await network.predict(form, { batchSize: 5 }), name).toEqual(expected);
      expect(network.predictSync(form), name).toEqual(expected);
    }
    const row = network.predictSync(x.data.slice(0, inputs));
    expect(row).toEqual({ data: expected.data.slice(0, 3), rows: 1, columns: 3 });
    expect(await network.predict(Array.from(x.data.slice(0, inputs)))).toEqual(row);
  });

  test("progress rises to 1, and what it throws ends the prediction", async () => {
    const seen: number[] = [];
    await network.predict(matrix(3), { batchSize: 3, onProgress: ({ fraction }) => seen.push(fraction) });
    expect(seen).toEqual([1]);
    const failing = () => {
      throw new RangeError("enough");
    };
    await expect(network.predict(matrix(50), { batchSize: 1, onProgress: failing })).rejects.toThrow(
      "enough",
    );
  });

  test("a signal stops it", async () => {
    const cause = new Error("no more");
    const signal = AbortSignal.abort(cause);
    const error = await expectRejection(
      () => network.predict(matrix(9), { signal }),
      "ABORTED",
      "the prediction",
    );
    expect(error.cause).toBe(cause);
    const controller = new AbortController();
    const pending = network.predict(matrix(400), { batchSize: 1, signal: controller.signal });
    controller.abort();
    await expectRejection(() => pending, "ABORTED", "the prediction");
    await expectRejection(() => network.classify(matrix(9), { signal }), "ABORTED", "the classification");
  });

  test("a matrix whose memory goes meanwhile is refused", async () => {
    const x = matrix(200);
    const pending = network.predict(x, { batchSize: 1 });
    structuredClone(x.data.buffer, { transfer: [x.data.buffer as ArrayBuffer] });
    await expectRejection(() => pending, "INVALID_ARGUMENT", "x must keep its memory");
  });

  test("bad matrices and options", async () => {
    const x = matrix(4);
    const call = loose(network.predict.bind(network));
    await expectRejection(() => call({ ...x, columns: 8, rows: 3 }), "LENGTH_MISMATCH", "a row of x");
    await expectRejection(() => call([1, 2]), "LENGTH_MISMATCH", "x");
    await expectRejection(() => call("x"), "INVALID_ARGUMENT", "x");
    await expectRejection(() => call([]), "EMPTY", "x");
    const holed = { ...x, data: Array.from(x.data, (value, k) => (k === 15 ? NaN : value)) };
    await expectRejection(
      () => call(holed, { batchSize: 1 }),
      "MISSING_VALUES",
      "x must have no missing values, but has one in row 2, column 3",
    );
    await expectRejection(() => call(x, { output: "class" }), "INVALID_ARGUMENT", "output");
    await expectRejection(() => call(x, { batchSize: 0 }), "OUT_OF_RANGE", "batchSize");
    await expectRejection(() => call(x, { batchsize: 1 }), "UNKNOWN_OPTION", "options");
    await expectRejection(() => call(x, { signal: 1 }), "INVALID_ARGUMENT", "signal");
    await expectRejection(() => call(x, { onProgress: 1 }), "INVALID_ARGUMENT", "onProgress");
    expectFailure(
      () => loose(network.predictSync.bind(network))(x, { signal: 1 }),
      "UNKNOWN_OPTION",
      "options",
    );
    const none = { values: [], rowIndices: [], columnPointers: [0, 0, 0, 0, 0, 0, 0], columns: 6 };
    await expectRejection(() => call({ ...none, rows: 2 ** 31 - 1 }), "OUT_OF_MEMORY", "the prediction");
    const classify = loose(network.classify.bind(network));
    await expectRejection(() => classify({ ...none, rows: 2 ** 27 }), "TOO_LARGE", "x must have at most");
    const large = networkOf({ ...spec, sizes: [1, 500, 500, 2], density: 0 });
    expectFailure(
      () => large.predictSync({ data: new Float64Array(40_000), rows: 40_000, columns: 1 }),
      "TOO_LARGE",
      "x",
    );
  });
});

describe("labels and losses", () => {
  const rows = 40;
  const x = matrix(rows);
  const z = plainLinear(layersOf(spec), x.data, rows);
  const p = softmaxRows(z, 3);
  const best = Array.from({ length: rows }, (_, i) =>
    [0, 1, 2].reduce((a, b) => ((p[3 * i + b] as number) > (p[3 * i + a] as number) ? b : a)),
  );

  test("classify gives the classes, or their numbers", async () => {
    expect(await network.classify(x, { batchSize: 7 })).toEqual(best);
    const classes = ["ant", "bee", "cat"];
    const named = networkOf(spec, { classes });
    expect(await named.classify(x)).toEqual(best.map((k) => classes[k]));
    expect(await named.compress(0).classify(x)).toEqual(best.map((k) => classes[k]));
  });

  test("evaluate gives cross-entropy and the fraction of wrong labels", async () => {
    const labels = best.map((k, i) => (i % 4 === 0 ? (k + 1) % 3 : k));
    const loss = labels.reduce((sum, k, i) => sum - Math.log(p[3 * i + k] as number), 0) / rows;
    const result = await network.evaluate(x, labels, { batchSize: 7 });
    expect(result).toEqual({ loss: expect.closeTo(loss, 12), error: 0.25, rows });
    expect(await network.evaluate(x, Int32Array.from(labels))).toEqual(result);
    expect(await network.evaluate(x, labels.map(String))).toEqual(result);
    const named = networkOf(spec, { classes: ["x", "1", "y"] });
    expect(await named.evaluate(x, labels.map((k) => ["x", 1, "y"][k]) as string[])).toEqual(result);
  });

  test("the loss is finite where the probability underflows", async () => {
    const sure = networkOf(
      { ...spec, sizes: [1, 2] },
      {
        layers: [
          {
            inputs: 1,
            outputs: 2,
            activation: "identity",
            weights: Float64Array.of(1000, -1000),
            biases: new Float64Array(2),
            keepProbability: Float64Array.of(1, 1),
          },
        ],
      },
    );
    expect(await sure.evaluate([[1], [-1]], [1, 1])).toEqual({ loss: 1000, error: 0.5, rows: 2 });
  });

  test("of targets half the squared distance, and its mean per output", async () => {
    const given: NetworkSpec = { ...spec, classifies: false };
    const one = networkOf(given);
    const a = plainResponse(given, layersOf(given), x.data, rows);
    const y = { data: a.map((value, k) => value + (k % 3)), rows, columns: 3 };
    expect(await one.evaluate(x, y, { batchSize: 11 })).toEqual({
      loss: expect.closeTo(5 / 2, 12),
      error: expect.closeTo(5 / 3, 12),
      rows,
    });
    await expectRejection(() => one.classify(x), "UNSUPPORTED", "classify");
    await expectRejection(() => one.evaluate(x, [[1, 2]]), "LENGTH_MISMATCH", "y");
    const single = networkOf({ ...given, sizes: [6, 4, 1] });
    const { data } = await single.predict(x);
    expect(await single.evaluate(x, data)).toEqual({ loss: 0, error: 0, rows });
  });

  test("labels that are none of the network", async () => {
    const evaluate = loose(network.evaluate.bind(network));
    await expectRejection(() => evaluate(x, best.slice(1)), "LENGTH_MISMATCH", "y");
    await expectRejection(
      () =>
        evaluate(
          x,
          best.map((k) => k + 1),
        ),
      "OUT_OF_RANGE",
      "y[",
    );
    await expectRejection(
      () =>
        evaluate(
          x,
          best.map(() => ({})),
        ),
      "OUT_OF_RANGE",
      "y[0]",
    );
    await expectRejection(() => evaluate(x, 3), "INVALID_ARGUMENT", "y");
    await expectRejection(() => evaluate(x, new Array(rows)), "OUT_OF_RANGE", "y[0]");
  });
});

describe("the object", () => {
  test("counts as the threshold says, prunes exactly and does not change", () => {
    const layers = layersOf(spec);
    const counts = layers.map(({ weights, keepProbability }) =>
      Array.from(weights).filter((w, i) => w !== 0 && (keepProbability[i] as number) >= 0.3),
    );
    const one = networkOf(spec, { threshold: 0.3 });
    const total = layers.reduce((sum, { weights }) => sum + weights.length, 0);
    expect(one.nonzero).toBe(counts.flat().length);
    expect(one.sparsity).toBeCloseTo(1 - one.nonzero / total, 14);
    expect(one.parameters).toBe(total + 9 + 5 + 3);
    const pruned = one.prune();
    expect(pruned.nonzero).toBe(one.nonzero);
    pruned.layers.forEach((layer, l) => {
      const { weights, keepProbability } = layers[l] as (typeof layers)[number];
      expect(layer.weights).toEqual(weights.map((w, i) => ((keepProbability[i] as number) < 0.3 ? 0 : w)));
    });
    one.layers.forEach((layer, l) => {
      expect(layer.weights).toEqual(layers[l]?.weights);
      layer.weights.fill(NaN);
      layer.biases.fill(NaN);
      expect(layer.weights).toEqual(layers[l]?.weights);
      expect(layer.keepProbability).toEqual(layers[l]?.keepProbability);
    });
    expect([Object.isFrozen(one), Object.isFrozen(one.layers), Object.isFrozen(one.history)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(one.prune(0).nonzero).toBeGreaterThanOrEqual(one.nonzero);
    for (const bad of [-0.1, 1.1, NaN, "0"])
      expect(() => loose(one.prune.bind(one))(bad)).toThrow("threshold");
  });

  test("compressed layers are sparse up to a quarter of their weights, and take less", () => {
    const one = networkOf({ ...spec, sizes: [200, 100, 50], density: 0.1 }).compress(0);
    expect(one.layers.map(({ storage }) => storage)).toEqual(["sparse", "sparse"]);
    expect(one.bytes).toBe(one.nonzero * 12 + (101 + 51) * 4 + 150 * 8);
    const full = networkOf({ ...spec, density: 0.9 }).compress(0);
    expect(full.layers.map(({ storage }) => storage)).toEqual(["dense", "dense", "dense"]);
    expect(full.bytes).toBe(8 * full.parameters);
  });

  test("comes from this package alone", () => {
    const made = [Network, CompressedNetwork, network.layers[0]?.constructor] as unknown as (new (
      ...given: unknown[]
    ) => unknown)[];
    for (const Made of made)
      expectFailure(() => new Made(Symbol("x"), partsOf(spec)), "INVALID_ARGUMENT", "a ");
  });

  test("parts that do not fit together are refused", () => {
    const parts = partsOf(spec);
    type Part = (typeof parts.layers)[number];
    const [first, ...rest] = parts.layers as readonly [Part, ...Part[]];
    const layer = (change: object) => ({ layers: [{ ...first, ...change }, ...rest] });
    const cases: [object, string, string][] = [
      [{ layers: [] }, "EMPTY", "layers"],
      [{ layers: rest.slice().reverse() }, "LENGTH_MISMATCH", "layers[1].inputs"],
      [layer({ weights: new Float64Array(3) }), "LENGTH_MISMATCH", "layers[0].weights"],
      [layer({ weights: new Float32Array(54) }), "INVALID_ARGUMENT", "layers[0].weights"],
      [layer({ weights: new Float64Array(54).fill(Infinity) }), "NOT_FINITE", "layers[0].weights[0]"],
      [
        layer({ keepProbability: new Float64Array(54).fill(1.5) }),
        "OUT_OF_RANGE",
        "layers[0].keepProbability[0]",
      ],
      [layer({ activation: "gelu" }), "UNSUPPORTED", "layers[0].activation"],
      [{ threshold: 2 }, "OUT_OF_RANGE", "threshold"],
      [{ classes: ["a"] }, "LENGTH_MISMATCH", "classes"],
      [{ classes: ["a", "b", "a"] }, "INVALID_ARGUMENT", "classes[2]"],
      [{ classes: ["a", "b", {}] }, "INVALID_ARGUMENT", "classes[2]"],
      [{ classes: ["a", "b", "c"], loss: "squaredError" }, "INVALID_ARGUMENT", "classes"],
    ];
    for (const [change, code, begins] of cases)
      expectFailure(() => networkOf(spec, change), code as "EMPTY", begins);
    const last = { ...(rest.at(-1) as Part), activation: "relu" };
    expectFailure(
      () => networkOf(spec, { layers: [first, ...rest.slice(0, -1), last] as never }),
      "INVALID_ARGUMENT",
      "the activation of the last layer",
    );
  });
});
