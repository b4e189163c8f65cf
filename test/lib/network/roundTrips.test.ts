// Networks to JSON and bytes and back, exactly; and what is neither.

import * as zlib from "node:zlib";
import fc from "fast-check";
import { CompressedNetwork, type EpochEntry, FlipsideError, Network } from "flipside";
import { describe, expect, test } from "vitest";
import { crc32, crc32OfTable } from "../../../dist/network/crc32.js";
import type { NetworkParts } from "../../../dist/network/parts.js";
import { expectFailure, loose } from "../../support/failures.ts";
import {
  layersOf,
  makerOf,
  type NetworkSpec,
  networkOf,
  networkSpecs,
  rowsFor,
} from "../../support/networks.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";
import { reheaded, sealed } from "../../support/sealedBytes.ts";

const number = fc.double();
const history: fc.Arbitrary<EpochEntry[]> = fc.array(
  fc.record({
    epoch: fc.nat(1000),
    loss: number,
    penalty: number,
    nonzero: number,
    validationLoss: fc.option(number, { nil: undefined }),
    validationError: fc.option(number, { nil: undefined }),
    learningRate: number,
    lambda: number,
    seconds: number,
  }),
  { maxLength: 3 },
);

const more = fc.record({
  history,
  threshold: fc.double({ min: 0, max: 1, noNaN: true }),
  reason: fc.constantFrom("epochs", "aborted"),
  method: fc.constantFrom("none", "hardConcrete", "magnitudePruning"),
  named: fc.boolean(),
});

/** Layers with keep probabilities of several kinds and zeros of both signs. */
function made(spec: NetworkSpec, { named, ...rest }: { named: boolean } & Partial<NetworkParts>): Network {
  const layers = layersOf(spec).map((layer, l) => ({
    ...layer,
    weights: layer.weights.map((w, i) => (w === 0 && i % 5 === 0 ? -0 : w)),
    keepProbability:
      l % 3 === 0
        ? layer.keepProbability
        : layer.keepProbability.map((keep) => (l % 3 === 1 ? 1 : Math.round(keep))),
  }));
  const classes = Array.from({ length: spec.sizes.at(-1) as number }, (_, k) =>
    k % 2 ? k / 3 : `class ${k} ä`,
  );
  return networkOf(spec, { ...rest, layers, classes: named && spec.classifies ? classes : undefined });
}

/** All that a network shows, layers unfolded. */
function contents(network: Network) {
  return {
    ...network,
    layers: network.layers.map((layer) => ({
      ...layer,
      weights: layer.weights,
      biases: layer.biases,
      keepProbability: layer.keepProbability,
    })),
  };
}

const cases = fc.tuple(networkSpecs, more) as fc.Arbitrary<
  [NetworkSpec, { named: boolean } & Partial<NetworkParts>]
>;

test("a network comes back from bytes and JSON with every bit", () => {
  check(
    50,
    fc.property(cases, ([spec, rest]) => {
      const network = made(spec, rest);
      const expected = contents(network);
      expect(contents(Network.fromBytes(network.toBytes()))).toEqual(expected);
      expect(contents(Network.fromJSON(JSON.stringify(network)))).toEqual(expected);
      expect(contents(Network.fromJSON(network.toJSON()))).toEqual(expected);
      expect(Network.fromBytes(network.toBytes()).toBytes()).toEqual(network.toBytes());
    }),
  );
});

test("so does a compressed one", () => {
  check(
    50,
    fc.property(cases, ([spec, rest]) => {
      const compressed = made(spec, rest).compress();
      const x = { data: rowsFor(spec, 5), rows: 5, columns: spec.sizes[0] as number };
      const expected = compressed.predictSync(x);
      for (const again of [
        CompressedNetwork.fromBytes(compressed.toBytes()),
        CompressedNetwork.fromJSON(JSON.stringify(compressed)),
        CompressedNetwork.fromJSON(compressed.toJSON()),
      ]) {
        expect({ ...again }).toEqual({ ...compressed });
        expect(again.predictSync(x)).toEqual(expected);
        expect(again.toBytes()).toEqual(compressed.toBytes());
      }
    }),
  );
});

const spec: NetworkSpec = {
  seed: 9,
  sizes: [300, 100, 10],
  activations: ["relu", "identity", "relu", "relu", "relu"],
  density: 0.02,
  single: true,
  classifies: true,
};

test("sparse weights take about five bytes each, constant keep probabilities nothing", () => {
  const Maker = makerOf(spec);
  const layers = layersOf(spec).map((layer) => ({
    ...layer,
    keepProbability: new Maker(layer.weights.length).fill(1),
  }));
  const network = networkOf(spec, { layers });
  expect(network.nonzero).toBeGreaterThan(400);
  expect(network.toBytes().length).toBeLessThan(5.5 * network.nonzero + 4 * 110 + 1000);
  expect(network.compress().toBytes().length).toBeLessThan(5.5 * network.nonzero + 4 * 110 + 1000);
});

test("the checksum is that of gzip and PNG", () => {
  const text = new TextEncoder().encode("123456789");
  expect(crc32(text)).toBe(0xcbf43926);
  const random = new Random(1);
  const bytes = Uint8Array.from({ length: 1000 }, () => random.integer(256));
  expect(crc32(bytes)).toBe(typeof zlib.crc32 === "function" ? zlib.crc32(bytes) : crc32OfTable(bytes));
});

const network = made({ ...spec, sizes: [12, 9, 4], density: 0.2 }, { named: true });
const compressed = network.compress();

type Layer = Record<string, unknown> & { weights: object; biases: object };
const layersIn = (header: Record<string, unknown>) => header.layers as Layer[];

function changedLayer(change: object) {
  return (header: Record<string, unknown>) => ({
    ...header,
    layers: layersIn(header).map((layer, l) => (l === 0 ? { ...layer, ...change } : layer)),
  });
}

describe("bytes that are not those of toBytes", () => {
  const bytes = network.toBytes();
  const read = loose(Network.fromBytes);

  test("of another kind, another beginning, another version", () => {
    for (const value of [undefined, null, "x", [1, 2], new ArrayBuffer(8), new Float64Array(9), {}])
      expectFailure(() => read(value), "INVALID_ARGUMENT", "bytes must be a Uint8Array");
    expectFailure(() => read(new Uint8Array(0)), "INVALID_ARGUMENT", "bytes must begin like");
    expectFailure(() => read(bytes.subarray(1)), "INVALID_ARGUMENT", "bytes must begin like");
    const newer = bytes.slice();
    newer[8] = 2;
    expectFailure(() => read(newer), "VERSION", "bytes must be of version 1 at most");
    expectFailure(() => read(sealed(newer)), "VERSION", "bytes must be of version 1 at most");
    expectFailure(() => read(compressed.toBytes()), "INVALID_ARGUMENT", "the header of bytes.format");
    expectFailure(() => CompressedNetwork.fromBytes(bytes), "INVALID_ARGUMENT", "the header of bytes.format");
    expect(contents(read(Buffer.from(bytes)) as Network)).toEqual(contents(network));
  });

  test("every truncation, and bytes added", () => {
    for (let length = 0; length < bytes.length; ++length) {
      expectFailure(() => read(bytes.subarray(0, length)), "INVALID_ARGUMENT", "bytes must");
      expect(() => read(sealed(bytes.subarray(0, length)))).toThrow(FlipsideError);
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expectFailure(() => read(longer), "INVALID_ARGUMENT", "bytes must be whole");
    expectFailure(() => read(sealed(longer)), "INVALID_ARGUMENT", "bytes must be whole");
  });

  test("any changed bit is noticed", () => {
    check(
      1500,
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (place, bit) => {
        const copy = bytes.slice();
        copy[place] = (copy[place] as number) ^ (1 << bit);
        expect(() => Network.fromBytes(copy)).toThrow(FlipsideError);
      }),
    );
  });

  test("headers that lie", () => {
    const claims: [(header: Record<string, unknown>) => unknown, string][] = [
      [(header) => ({ ...header, version: 2 }), "VERSION"],
      [(header) => ({ ...header, precision: "float64" }), "LENGTH_MISMATCH"],
      [(header) => ({ ...header, layers: [] }), "EMPTY"],
      [(header) => ({ ...header, layers: layersIn(header).slice(0, 1) }), "LENGTH_MISMATCH"],
      [() => null, "INVALID_ARGUMENT"],
      [() => [], "INVALID_ARGUMENT"],
      [changedLayer({ inputs: 2 ** 31 - 1, outputs: 2 ** 31 - 1 }), "TOO_LARGE"],
      [changedLayer({ inputs: 2 ** 14, outputs: 2 ** 14 }), "TOO_LARGE"],
      [changedLayer({ inputs: 13 }), "LENGTH_MISMATCH"],
      [changedLayer({ inputs: -1 }), "OUT_OF_RANGE"],
      [changedLayer({ weights: { encoding: "dense", bytes: 10 ** 9 } }), "INVALID_ARGUMENT"],
      [changedLayer({ weights: { encoding: "zip", bytes: 1 } }), "INVALID_ARGUMENT"],
      [changedLayer({ weights: null }), "INVALID_ARGUMENT"],
      [changedLayer({ activation: "step" }), "INVALID_ARGUMENT"],
      [(header) => ({ ...header, history: [3] }), "INVALID_ARGUMENT"],
      [(header) => ({ ...header, classes: [1, 1, 1, 1] }), "INVALID_ARGUMENT"],
    ];
    for (const [change, code] of claims) {
      let error: unknown;
      try {
        read(reheaded(bytes, change));
      } catch (thrown) {
        error = thrown;
      }
      expect(error, String(change)).toBeInstanceOf(FlipsideError);
      expect((error as FlipsideError).code, String(change)).toBe(code);
    }
  });
});

/** What a mutation does with the bytes before they are sealed. */
const mutations = fc.array(
  fc.record({
    kind: fc.constantFrom("set", "insert", "remove", "cut", "repeat"),
    place: fc.nat(1e6),
    value: fc.nat(255),
    count: fc.integer({ min: 1, max: 12 }),
  }),
  { minLength: 1, maxLength: 4 },
);

type Mutation = { kind: string; place: number; value: number; count: number };

function mutated(bytes: Uint8Array, changes: readonly Mutation[]): Uint8Array {
  let list = Array.from(bytes);
  for (const { kind, place, value, count } of changes) {
    const at = place % (list.length + 1);
    if (kind === "set") list[at] = value;
    else if (kind === "insert") list.splice(at, 0, ...new Array<number>(count).fill(value));
    else if (kind === "remove") list.splice(at, count);
    else if (kind === "cut") list = list.slice(0, Math.max(at, list.length - count));
    else list.splice(at, 0, ...list.slice(at, at + count));
  }
  return Uint8Array.from(list);
}

/** A coded error, or a network that can be used. */
function usable(read: () => Network | CompressedNetwork): boolean {
  let result: Network | CompressedNetwork;
  try {
    result = read();
  } catch (error) {
    if (error instanceof FlipsideError && error.code !== "INTERNAL" && error.message.length < 1000)
      return false;
    throw error;
  }
  const row = new Float64Array(result.inputs);
  expect(result.predictSync(row).data.length).toBe(result.outputs);
  expect(result.toBytes().length).toBeGreaterThan(0);
  return true;
}

test("thousands of spoilt bytes with the right checksum end in coded errors or in networks that work", () => {
  for (const [bytes, read] of [
    [network.toBytes(), Network.fromBytes],
    [compressed.toBytes(), CompressedNetwork.fromBytes],
  ] as const) {
    let refused = 0;
    check(
      3000,
      fc.property(mutations, fc.boolean(), (changes, tail) => {
        // Half of them only behind the header, where the arrays are.
        const head = tail ? 24 + new DataView(bytes.buffer).getUint32(16, true) : 0;
        const spoilt = [...bytes.subarray(0, head), ...mutated(bytes.subarray(head), changes)];
        if (!usable(() => read(sealed(Uint8Array.from(spoilt))))) ++refused;
      }),
    );
    expect(refused).toBeGreaterThan(1500);
  }
});

test("thousands of spoilt JSON texts do too", () => {
  const encoder = new TextEncoder();
  for (const [text, read] of [
    [JSON.stringify(network), Network.fromJSON],
    [JSON.stringify(compressed), CompressedNetwork.fromJSON],
  ] as const) {
    let refused = 0;
    check(
      1500,
      fc.property(mutations, (changes) => {
        const spoilt = new TextDecoder().decode(mutated(encoder.encode(text), changes));
        if (!usable(() => read(spoilt))) ++refused;
      }),
    );
    expect(refused).toBeGreaterThan(700);
  }
  for (const value of [undefined, null, 1, "x", "[]", "{}", [], {}, new Proxy({}, { get: () => ({}) })])
    expect(() => Network.fromJSON(value)).toThrow(FlipsideError);
  const endless = new Proxy([], { get: (_, key) => (key === "length" ? 2 ** 32 - 1 : 0) });
  for (const key of ["layers", "history", "classes"])
    for (const array of [new Array(3), endless, [undefined], {}])
      expect(() => Network.fromJSON({ ...network.toJSON(), [key]: array }), key).toThrow(FlipsideError);
  const newer = { ...network.toJSON(), version: 2 };
  expectFailure(() => Network.fromJSON(newer), "VERSION", "json.version");
});
