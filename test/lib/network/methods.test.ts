// Each method of sparse training, on problems with inputs that do not matter.
import { fitSync, type Network, penalties, type TrainNetworkOptions, trainNetwork } from "flipside";
import { describe, expect, test } from "vitest";
import { regression, spirals } from "../../support/networkProblems.ts";

const problem = spirals(2000, 6);
const l1 = penalties.l1();
const usual = {
  layers: [24, 16],
  learningRate: 1e-2,
  epochs: 60,
  batchSize: 100,
  validation: { fraction: 0.25 },
} satisfies TrainNetworkOptions;
const run = (options: Partial<TrainNetworkOptions>) => trainNetwork(problem, { ...usual, ...options });

/** How many weights of each input count as nonzero. */
function usesOf(network: Network): number[] {
  const [first] = network.layers;
  if (first === undefined) throw new Error("no layer");
  const { inputs, outputs, weights, keepProbability } = first;
  return Array.from({ length: inputs }, (_, i) => {
    let uses = 0;
    for (let j = 0; j < outputs; ++j) {
      const k = i * outputs + j;
      if (weights[k] !== 0 && (keepProbability[k] as number) >= network.threshold) ++uses;
    }
    return uses;
  });
}

/** Nonzero weights of the two inputs that matter, and of the six that do not. */
function sidesOf(network: Network): [number, number] {
  const sum = (uses: number[]) => uses.reduce((total, count) => total + count, 0);
  const uses = usesOf(network);
  return [sum(uses.slice(0, 2)), sum(uses.slice(2))];
}

function expectLearnt({ history, reason, method }: Network, name: string): void {
  expect([reason, method, history.length]).toEqual(["epochs", name, 60]);
  const [first, last] = [history[0], history.at(-1)];
  expect(last?.loss).toBeLessThan(0.2 * (first?.loss as number));
  expect(last?.validationError).toBeLessThan(0.05);
  history.forEach((entry, e) => {
    expect(entry.epoch).toBe(e + 1);
    expect(entry.seconds).toBeGreaterThan(0);
  });
}

test("without a method nothing is pruned", async () => {
  const network = await run({});
  expectLearnt(network, "none");
  expect(network.sparsity).toBe(0);
  expect(network.history.at(-1)?.penalty).toBe(0);
});

describe("penalties", () => {
  test.each([
    ["directPenalty", {}],
    ["adaptiveTikhonov", {}],
    ["etaTrick", { method: { name: "etaTrick", logEta: 4 } }],
    ["adaptiveDropout", { method: "adaptiveDropout" }],
    ["adaptiveDropout", { method: { name: "adaptiveDropout", mask: "gaussian" } }],
  ] as const)("%s learns", async (name, options) => {
    const network = await run({ method: name, penalty: l1, lambda: 1e-3, ...options });
    expectLearnt(network, name);
    expect(network.history.at(-1)?.penalty).toBeGreaterThan(0);
  });

  test("adaptiveProx prunes by itself, and a concave penalty leaves out what does not matter", async () => {
    const lasso = await run({ method: "adaptiveProx", penalty: l1, lambda: 2e-3 });
    expectLearnt(lasso, "adaptiveProx");
    expect(lasso.sparsity).toBeGreaterThan(0.7);
    const concave = await run({
      method: "adaptiveProx",
      penalty: penalties.logSum({ epsilon: 0.1 }),
      lambda: 5e-4,
    });
    expectLearnt(concave, "adaptiveProx");
    expect(concave.sparsity).toBeGreaterThan(lasso.sparsity);
    const [relevant, other] = sidesOf(concave);
    expect(relevant).toBeGreaterThanOrEqual(4);
    expect(other).toBeLessThanOrEqual(6);
  });

  test("in the history lambda and the learning rate are those of the first step", async () => {
    const { history } = await run({
      epochs: 4,
      method: "adaptiveProx",
      penalty: l1,
      lambda: { to: 4e-3, epochs: 2 },
      learningRateSchedule: "linear",
    });
    expect(history.map(({ lambda }) => lambda)).toEqual([0, 2e-3, 4e-3, 4e-3]);
    expect(history.map(({ learningRate }) => learningRate)).toEqual([1e-2, 7.5e-3, 5e-3, 2.5e-3]);
  });
});

describe("methods with a penalty of their own", () => {
  test("variational dropout, with a divergence that comes in slowly", async () => {
    const network = await run({ method: "variationalDropout", lambda: { to: 1 / 1500, epochs: 40 } });
    expectLearnt(network, "variationalDropout");
    expect(network.sparsity).toBeGreaterThan(0.7);
    const [relevant, other] = sidesOf(network);
    expect(relevant).toBeGreaterThan(other);
  });

  test.each([
    { localReparametrization: false },
    { additiveReparametrization: false },
    { localReparametrization: false, additiveReparametrization: false, logAlpha: -4 },
  ])("variational dropout with %o", async (flags) => {
    const method = { name: "variationalDropout", ...flags } as const;
    const { history } = await run({ method, lambda: { to: 1 / 1500, epochs: 40 } });
    expect(history.at(-1)?.loss).toBeLessThan(0.6 * (history[0]?.loss as number));
    expect(history.at(-1)?.penalty).toBeGreaterThan(0);
  });

  test("hard concrete gates close where nothing is lost", async () => {
    const network = await run({ method: "hardConcrete", lambda: 2e-3 });
    expectLearnt(network, "hardConcrete");
    const [relevant, other] = sidesOf(network);
    expect(relevant).toBeGreaterThan(24);
    expect(other).toBeLessThan(24);
  });

  test.each(["network", "layer"] as const)("magnitude pruning to what was asked, by %s", async (scope) => {
    const method = { name: "magnitudePruning", finalSparsity: 0.8, interval: 10, scope } as const;
    const network = await run({ method });
    expectLearnt(network, "magnitudePruning");
    const weights = 8 * 24 + 24 * 16 + 16 * 2;
    expect(Math.abs(network.nonzero - 0.2 * weights)).toBeLessThanOrEqual(2);
    const [relevant, other] = sidesOf(network);
    expect(relevant).toBeGreaterThan(other);
    const steps = network.history.map(({ nonzero }) => nonzero);
    expect(steps).toEqual([...steps].sort((a, b) => b - a));
  });
});

describe("one layer with squared loss is a sparse regression", () => {
  const { x, y } = regression(200, 12, 4);
  const linear = {
    layers: [],
    epochs: 3000,
    batchSize: 200,
    precision: "float64",
    optimizer: "sgd",
    learningRate: 0.2,
    learningRateSchedule: { name: "exponential", factor: 0.995 },
    start: { distribution: "normal", scale: 1 },
  } satisfies TrainNetworkOptions;
  const penaltyOf = {
    l1: [l1, 0.1],
    mcp: [penalties.mcp(), 0.2],
    logSum: [penalties.logSum({ epsilon: 0.5 }), 0.05],
  } as const;
  const cases = (["l1", "mcp", "logSum"] as const).flatMap((name) =>
    (["directPenalty", "adaptiveTikhonov", "adaptiveProx"] as const).map((method) => [name, method] as const),
  );

  test.each(cases)("%s by %s is what fit finds", async (name, method) => {
    const [penalty, lambda] = penaltyOf[name];
    const exact = fitSync({ x, y }, { penalty, lambda, standardize: false });
    const network = await trainNetwork({ x, y }, { ...linear, method, penalty, lambda });
    const [layer] = network.layers;
    expect(network.outputs).toBe(1);
    const size = Math.max(...exact.coefficients.map(Math.abs));
    layer?.weights.forEach((w, j) => {
      expect(Math.abs(w - (exact.coefficients[j] as number))).toBeLessThan(1e-3 * size);
      const counts = (layer.keepProbability[j] as number) >= network.threshold;
      expect(counts, String(j)).toBe(exact.coefficients[j] !== 0);
    });
    expect(layer?.biases[0]).toBeCloseTo(exact.intercept, 3);
    expect(network.nonzero).toBe(exact.nonzero);
    const { loss, penalty: omega } = network.history.at(-1) as { loss: number; penalty: number };
    expect(Math.abs(loss + lambda * omega - exact.objective)).toBeLessThan(1e-3 * Math.abs(exact.objective));
  });

  test("the loss scale changes nothing but the size of the steps", async () => {
    const options = { ...linear, method: "adaptiveProx", penalty: l1, lambda: 0.1 } as const;
    const one = await trainNetwork({ x, y }, options);
    // Of powers of two no step is rounded differently.
    const other = await trainNetwork(
      { x, y },
      { ...options, method: "directPenalty", lossScale: 4, learningRate: 0.05 },
    );
    const same = await trainNetwork({ x, y }, { ...options, method: "directPenalty" });
    expect(other.layers[0]?.weights).toEqual(same.layers[0]?.weights);
    expect(other.layers[0]?.weights).not.toEqual(one.layers[0]?.weights);
  });
});
