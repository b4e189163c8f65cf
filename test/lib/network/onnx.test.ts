// Exported models, as another implementation reads and runs them: onnxruntime.
import fc from "fast-check";
import * as ort from "onnxruntime-web";
import { PbfReader } from "pbf";
import { beforeAll, describe, expect, test } from "vitest";
import {
  layersOf,
  type NetworkSpec,
  networkOf,
  networkSpecs,
  plainResponse,
  rowsFor,
} from "../../support/networks.ts";
import { checkAsync } from "../../support/property.ts";

beforeAll(() => {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
});

async function run(model: Uint8Array, spec: NetworkSpec, rows: number) {
  const session = await ort.InferenceSession.create(model);
  try {
    expect([session.inputNames, session.outputNames]).toEqual([["x"], ["y"]]);
    const x = new ort.Tensor(spec.single ? "float32" : "float64", rowsFor(spec, rows), [
      rows,
      spec.sizes[0] as number,
    ]);
    const { y } = await session.run({ x });
    expect(y?.dims).toEqual([rows, spec.sizes.at(-1)]);
    return y?.data as Float32Array | Float64Array;
  } finally {
    await session.release();
  }
}

test("onnxruntime predicts what a plain forward pass does", async () => {
  await checkAsync(
    60,
    fc.asyncProperty(networkSpecs, fc.integer({ min: 1, max: 9 }), async (spec, rows) => {
      const y = await run(networkOf(spec).toONNX(), spec, rows);
      const expected = plainResponse(spec, layersOf(spec), rowsFor(spec, rows), rows);
      const scale = Math.max(1e-3, ...expected.map(Math.abs));
      const worst = Math.max(...expected.map((value, k) => Math.abs(value - (y[k] as number))));
      expect(worst).toBeLessThan((spec.single ? 1e-5 : 1e-12) * scale);
    }),
  );
});

test("a pruned network is exported without what was pruned", async () => {
  const spec: NetworkSpec = {
    seed: 4,
    sizes: [8, 6, 3],
    activations: ["relu", "identity", "relu", "relu", "relu"],
    density: 1,
    single: true,
    classifies: true,
  };
  const pruned = networkOf(spec).prune(0.7);
  const y = await run(pruned.toONNX(), spec, 5);
  const expected = pruned.predictSync({ data: rowsFor(spec, 5), rows: 5, columns: 8 }).data;
  y.forEach((value, k) => {
    expect(value).toBeCloseTo(expected[k] as number, 6);
  });
});

/** The texts and integers of the fields of a message. */
function fieldsOf(bytes: Uint8Array): Map<number, (number | Uint8Array)[]> {
  const fields = new Map<number, (number | Uint8Array)[]>();
  const reader = new PbfReader(bytes);
  for (let tag = reader.nextField(); tag !== 0; tag = reader.nextField()) {
    const value = reader.type === 2 ? reader.readBytes() : reader.readVarint(true);
    fields.set(tag, [...(fields.get(tag) ?? []), value]);
  }
  return fields;
}

const text = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);

describe("what the model says of itself", () => {
  const spec: NetworkSpec = {
    seed: 1,
    sizes: [2, 3],
    activations: ["identity", "relu", "relu", "relu", "relu"],
    density: 1,
    single: false,
    classifies: true,
  };
  const classes = ["a", 2, "ü"];
  const model = fieldsOf(networkOf(spec, { classes }).toONNX());

  test("versions, producer, classes", () => {
    expect(model.get(1)).toEqual([8]);
    expect(text(model.get(2)?.[0])).toBe("flipside");
    expect(text(model.get(6)?.[0])).toContain("adaptiveTikhonov");
    expect(fieldsOf(model.get(8)?.[0] as Uint8Array).get(2)).toEqual([13]);
    const entry = fieldsOf(model.get(14)?.[0] as Uint8Array);
    expect(text(entry.get(1)?.[0])).toBe("classes");
    expect(JSON.parse(text(entry.get(2)?.[0]))).toEqual(classes);
  });

  test("its weights have every bit", () => {
    const graph = fieldsOf(model.get(7)?.[0] as Uint8Array);
    const tensors = (graph.get(5) as Uint8Array[]).map(fieldsOf);
    expect(tensors.map((tensor) => [text(tensor.get(8)?.[0]), tensor.get(1), tensor.get(2)])).toEqual([
      ["weights0", [2, 3], [11]],
      ["biases0", [3], [11]],
    ]);
    const [bytes] = tensors[0]?.get(9) ?? [];
    const raw = Uint8Array.from(bytes as Uint8Array);
    expect(new Float64Array(raw.buffer)).toEqual(layersOf(spec)[0]?.weights);
  });
});
