// What happens to a run: data of all kinds, abort, checkpoints, going on, threads and memory.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  Checkpoint,
  type EpochEntry,
  type Network,
  penalties,
  type TrainNetworkOptions,
  threads,
  trainNetwork,
} from "flipside";
import { describe, expect, test } from "vitest";
import type { NativeLayerState } from "../../../binding.js";
import { makeCheckpoint, readCheckpoint } from "../../../dist/network/checkpoint.js";
import { expectRejection } from "../../support/failures.ts";
import { blobs, regression, spirals } from "../../support/networkProblems.ts";

const problem = spirals(500, 3);
const l1 = penalties.l1();
const usual = {
  layers: [16, 8],
  learningRate: 1e-2,
  epochs: 6,
  batchSize: 64,
  validation: { fraction: 0.2 },
} satisfies TrainNetworkOptions;

/** All of a network but how long it took. */
function bitsOf(network: Network) {
  const layers = network.layers.map(({ weights, biases, keepProbability }) => [
    weights,
    biases,
    keepProbability,
  ]);
  const history = network.history.map((entry) => ({ ...entry, seconds: 0 }));
  return { layers, history, reason: network.reason, classes: network.classes };
}

const train = (options: Partial<TrainNetworkOptions> = {}) => trainNetwork(problem, { ...usual, ...options });

const methods: Partial<TrainNetworkOptions>[] = [
  { method: "none", optimizer: { name: "sgd", momentum: 0.9, nesterov: true } },
  { method: "directPenalty", penalty: l1, lambda: 1e-3, precision: "float64" },
  { method: "adaptiveProx", penalty: l1, lambda: 1e-3 },
  { method: "etaTrick", penalty: l1, lambda: { to: 1e-3, epochs: 3 } },
  { method: "adaptiveDropout", penalty: l1, lambda: 1e-3 },
  { method: "variationalDropout", learningRateSchedule: "cosine" },
  { method: "hardConcrete" },
  { method: { name: "magnitudePruning", interval: 3 } },
];

describe("the same bits", () => {
  test.each(methods)("for any number of threads, of the same seed only: %o", async (options) => {
    const budget = threads.getThreads();
    try {
      threads.setThreads(1);
      const one = bitsOf(await train({ ...options, epochs: 2 }));
      threads.setThreads(3);
      expect(bitsOf(await train({ ...options, epochs: 2 }))).toEqual(one);
      const other = bitsOf(await train({ ...options, epochs: 2, seed: 1, validation: undefined }));
      expect(other.layers).not.toEqual(one.layers);
    } finally {
      threads.setThreads(budget);
    }
  });

  test("for every form of the same data", async () => {
    const { data, rows, columns } = problem.x;
    const pixels = Uint8Array.from(data, (value) => Math.round(Math.abs(10 * value)));
    const lists = Array.from({ length: rows }, (_, i) => [
      ...pixels.subarray(i * columns, (i + 1) * columns),
    ]);
    const flipped = Float32Array.from({ length: rows * columns }, (_, k) =>
      Number(pixels[(k % rows) * columns + Math.floor(k / rows)]),
    );
    const forms = [
      { data: pixels, rows, columns },
      lists,
      { data: flipped, rows, columns, order: "column-major" as const },
    ];
    const labels = [
      problem.y,
      problem.y.map((label) => label === "other"),
      Uint8Array.from(problem.y, (label) => (label === "one" ? 3 : 4)),
    ];
    const networks = await Promise.all(
      forms.map((x, k) => trainNetwork({ x, y: labels[k] as never }, { ...usual, learningRate: 1e-3 })),
    );
    const [first, second, third] = networks.map(bitsOf);
    expect(second?.layers).toEqual(first?.layers);
    expect(third?.layers).toEqual(first?.layers);
    expect(networks.map(({ classes }) => classes)).toEqual([
      ["one", "other"],
      ["false", "true"],
      [3, 4],
    ]);
  });
});

test("several classes and several targets", async () => {
  const { x, y } = blobs(600, 4, 5);
  const classified = await trainNetwork({ x, y }, { ...usual, epochs: 20 });
  expect(classified.classes).toEqual(["class 0", "class 1", "class 2", "class 3", "class 4"]);
  const labels = await classified.classify(x);
  expect(labels.filter((label, i) => label === y[i]).length).toBeGreaterThan(570);
  const one = regression(400, 3, 2);
  const targets = Array.from(one.y, (value) => [value, -2 * value]);
  const options = { ...usual, layers: [], epochs: 200, learningRate: 0.02 };
  const linear = await trainNetwork({ x: one.x, y: targets }, options);
  expect(linear.outputs).toBe(2);
  // Half the noise variance of 0.01 and four times as much.
  expect(linear.history.at(-1)?.loss).toBeLessThan(0.5 * 0.05 * 1.3);
  const { data } = await linear.predict(one.x);
  expect(data[1]).toBeCloseTo(-2 * (data[0] as number), 1);
});

test("validation rows are not trained on, and are predicted as evaluate does", async () => {
  const rows = Array.from({ length: 50 }, (_, i) => 7 * i);
  const network = await train({ validation: { rows }, validate: "trained" });
  const { data, columns } = problem.x;
  const held = rows.map((i) => data.subarray(i * columns, (i + 1) * columns));
  const score = await network.evaluate(
    held,
    rows.map((i) => problem.y[i] as string),
  );
  const last = network.history.at(-1) as EpochEntry;
  expect(last.validationLoss).toBeCloseTo(score.loss, 5);
  expect(last.validationError).toBeCloseTo(score.error, 12);
  const changed = { x: problem.x, y: problem.y.map((label, i) => (i % 7 === 0 && i < 350 ? "one" : label)) };
  const other = await trainNetwork(changed, { ...usual, validation: { rows } });
  expect(other.layers[0]?.weights).toEqual(network.layers[0]?.weights);
});

describe("stopping", () => {
  test("before anything is done", async () => {
    const signal = AbortSignal.abort("enough");
    const failure = await expectRejection(
      () => train({ signal }),
      "ABORTED",
      "the training was aborted before",
    );
    expect(failure.cause).toBe("enough");
    expect(threads.activity().jobs).toBe(0);
  });

  test("after an epoch: the network says so", async () => {
    const stop = new AbortController();
    const network = await train({
      epochs: 1000,
      signal: stop.signal,
      onProgress: ({ epoch }) => epoch === 3 && stop.abort(),
    });
    expect([network.reason, network.history.length]).toEqual(["aborted", 3]);
    expect(bitsOf(network).layers).toEqual(bitsOf(await train({ epochs: 3 })).layers);
  });

  test("by what onProgress, save or a schedule throws", async () => {
    const thrown = new Error("boo");
    const boo = () => {
      throw thrown;
    };
    await expect(train({ onProgress: boo })).rejects.toBe(thrown);
    await expect(train({ onProgress: () => Promise.reject(thrown) })).rejects.toBe(thrown);
    await expect(train({ checkpoint: { save: boo } })).rejects.toBe(thrown);
    await expect(train({ checkpoint: { save: () => Promise.reject(thrown) } })).rejects.toBe(thrown);
    await expect(train({ learningRateSchedule: boo })).rejects.toBe(thrown);
    await expect(train({ penalty: l1, lambda: boo })).rejects.toBe(thrown);
    expect(threads.activity().jobs).toBe(0);
  });

  test("by a loss that is not finite", async () => {
    const { x, y } = regression(100, 3, 2);
    const options = { ...usual, optimizer: "sgd", learningRate: 1e4, epochs: 50 } as const;
    await expectRejection(() => trainNetwork({ x, y }, options), "NUMERIC", "the loss must stay finite");
  });
});

describe("going on", () => {
  test.each(methods)("after an epoch: %o", async (options) => {
    const saved: Checkpoint[] = [];
    const whole = await train({
      ...options,
      checkpoint: {
        every: 2,
        save: (checkpoint) => {
          saved.push(checkpoint);
        },
      },
    });
    expect(saved.map(({ epoch }) => epoch)).toEqual([2, 4, 6]);
    const [first, second, last] = saved as [Checkpoint, Checkpoint, Checkpoint];
    expect(first.step).toBe(2 * 7);
    expect(bitsOf(await train({ ...options, resume: first }))).toEqual(bitsOf(whole));
    expect(bitsOf(await train({ ...options, resume: second.toBytes() }))).toEqual(bitsOf(whole));
    expect(bitsOf(await train({ ...options, resume: Checkpoint.fromBytes(last.toBytes()) }))).toEqual(
      bitsOf(whole),
    );
  });

  test("within an epoch", async () => {
    const large = spirals(5000, 60);
    let inside = 0;
    for (const options of methods) {
      const both = { ...usual, ...options, layers: [100, 50], epochs: 4, batchSize: 32 };
      const stop = new AbortController();
      const saved: Checkpoint[] = [];
      const part = await trainNetwork(large, {
        ...both,
        signal: stop.signal,
        onProgress: () => void setTimeout(() => stop.abort(), 4),
        checkpoint: {
          every: 100,
          save: (checkpoint) => {
            saved.push(checkpoint);
          },
        },
      });
      const [last] = saved as [Checkpoint];
      expect([saved.length, part.reason]).toEqual([1, "aborted"]);
      expect(last.epoch).toBe(part.history.length);
      expect(Math.floor(last.step / 125)).toBe(last.epoch);
      if (last.step % 125 > 0) ++inside;
      const rest = await trainNetwork(large, { ...both, resume: last.toBytes() });
      expect(bitsOf(rest)).toEqual(bitsOf(await trainNetwork(large, both)));
    }
    expect(inside).toBeGreaterThan(0);
  });

  test("further than planned, where no schedule looks at the end", async () => {
    const saved: Checkpoint[] = [];
    const save = (checkpoint: Checkpoint) => {
      saved.push(checkpoint);
    };
    await train({ epochs: 3, checkpoint: { every: 5, save } });
    expect(saved.map(({ epoch }) => epoch)).toEqual([3]);
    const [resume] = saved as [Checkpoint];
    expect(bitsOf(await train({ resume }))).toEqual(bitsOf(await train()));
    await expectRejection(
      () => train({ resume, epochs: 2 }),
      "OUT_OF_RANGE",
      "epochs must be at least the 3 of the run in resume, but is 2",
    );
    await train({ epochs: 3, learningRateSchedule: "linear", checkpoint: { every: 5, save } });
    await expectRejection(
      () => train({ resume: saved[1] as Checkpoint, learningRateSchedule: "linear" }),
      "INVALID_ARGUMENT",
      "resume must be of a run with the same options, but epochs is 3 there and 6 here",
    );
  });

  test("another run is refused, and what differs is named", async () => {
    const saved: Checkpoint[] = [];
    const options = { penalty: l1, lambda: 1e-3, epochs: 1 };
    await train({
      ...options,
      checkpoint: {
        save: (checkpoint) => {
          saved.push(checkpoint);
        },
      },
    });
    const [resume] = saved as [Checkpoint];
    const differ = (change: Partial<TrainNetworkOptions>, name: string) =>
      expectRejection(
        () => train({ ...options, ...change, resume }),
        "INVALID_ARGUMENT",
        `resume must be of a run with the same options, but ${name}`,
      );
    await differ({ lambda: 1e-2 }, "lambda is 0.001 there and 0.01 here");
    await differ({ seed: 3 }, "seed is 0 there and 3 here");
    await differ({ layers: [16, 9] }, "layers is");
    await differ({ penalty: penalties.mcp() }, "penalty is");
    await differ({ method: "adaptiveProx" }, 'method is "directPenalty" there and "adaptiveProx" here');
    await differ({ validation: undefined }, "validation is");
    await differ({ validation: { fraction: 0.2, seed: 9 } }, "validation is");
    await differ({ precision: "float64" }, 'precision is "float32" there and "float64" here');
    const y = problem.y.map((label, i) => (i === 0 ? "other" : label));
    await expectRejection(
      () => trainNetwork({ x: problem.x, y }, { ...usual, ...options, resume }),
      "INVALID_ARGUMENT",
      "resume must be of a run with the same data, but x or y has other numbers",
    );
  });
});

test("a checkpoint whose arrays do not fit is refused", async () => {
  const saved: Checkpoint[] = [];
  const save = (checkpoint: Checkpoint) => {
    saved.push(checkpoint);
  };
  await train({ epochs: 1, checkpoint: { save } });
  const content = readCheckpoint("resume", saved[0]);
  if (content === undefined) throw new Error("no checkpoint");
  const [first, ...rest] = content.state.layers;
  const shorter = { ...(first as NativeLayerState), biases: new Float32Array(3) };
  const resume = makeCheckpoint({ ...content, state: { ...content.state, layers: [shorter, ...rest] } });
  await expectRejection(
    () => train({ resume: resume.toBytes() }),
    "LENGTH_MISMATCH",
    "resume must fit the run: state.layers[0].biases must have length 16",
  );
});

describe("beside other work", () => {
  test("the event loop turns while data are copied and the network is trained", async () => {
    const rows = 4000;
    const columns = 784;
    const x = { data: new Uint8Array(rows * columns).map((_, k) => (k * 31) % 7), rows, columns };
    const y = Uint8Array.from({ length: rows }, (_, i) => i % 10);
    let turns = 0;
    const count = setInterval(() => ++turns, 1);
    await trainNetwork({ x, y }, { layers: [100], epochs: 2 });
    clearInterval(count);
    // Four slices to copy and two epochs.
    expect(turns).toBeGreaterThanOrEqual(4);
  });

  test("several runs at once do not touch each other", async () => {
    const [first, second] = await Promise.all([
      train(),
      train({ seed: 5, validation: { fraction: 0.2, seed: 0 } }),
    ]);
    expect(bitsOf(first)).toEqual(bitsOf(await train()));
    expect(bitsOf(second).layers).not.toEqual(bitsOf(first).layers);
    expect(threads.activity().jobs).toBe(0);
  });

  test("neither data nor networks are kept", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const refs: WeakRef<object>[] = [];
    let during = -1;
    const start = () => {
      const own = spirals(500, 3);
      refs.push(new WeakRef(own), new WeakRef(own.x), new WeakRef(own.x.data));
      return trainNetwork(own, {
        ...usual,
        epochs: 30,
        onProgress: ({ epoch }) => {
          if (epoch === 10) collect();
          if (epoch === 20) during = refs.filter((ref) => ref.deref() !== undefined).length;
        },
      });
    };
    await start().then((network) => {
      refs.push(new WeakRef(network));
    });
    expect(during).toBe(0);
    for (let i = 0; i < 10; ++i) {
      await new Promise(setImmediate);
      collect();
    }
    expect(refs.at(-1)?.deref()).toBeUndefined();
  });
});
