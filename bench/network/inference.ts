// npm run bench:inference: predictions of dense networks and of the same ones compressed, by turns, written to
// bench/results/inference.md and .json.
import { mkdirSync, writeFileSync } from "node:fs";
import { Network, type NetworkJSON } from "flipside";
import { packageRoot } from "../drivers/native.ts";
import { currentCommit, describeMachine } from "../machine.ts";
import { duration, factor, type TextTable, toMarkdown, toTerminal } from "../table.ts";
import { race, type Timing } from "../timer.ts";

const shapes = [
  [784, 300, 100, 10],
  [1000, 1000, 1000, 10],
];
const sparsities = [0.5, 0.8, 0.9, 0.95, 0.98];
const rowCounts = [1, 32, 1024];

interface Cell {
  readonly shape: string;
  readonly sparsity: number;
  readonly rows: number;
  readonly dense: Timing;
  readonly compressed: Timing;
  /** Layers that the compressed network keeps sparse. */
  readonly sparseLayers: number;
  /** Memory of weights with their places and of biases. */
  readonly denseBytes: number;
  readonly compressedBytes: number;
  /** Cores that other processes took meanwhile. */
  readonly others: number;
}

/** xorshift32. */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const base64 = (array: Float32Array) => ({
  encoding: "dense" as const,
  data: Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64"),
});

/** Weights at random places, of about unit gain; relu between the layers and softmax at the end. */
function networkOf(sizes: readonly number[], sparsity: number): Network {
  const uniform = uniforms(20211031);
  const layers = sizes.slice(1).map((outputs, l): NetworkJSON["layers"][number] => {
    const inputs = sizes[l] as number;
    const scale = Math.sqrt(6 / (inputs * (1 - sparsity)));
    const count = inputs * outputs;
    const weights = Float32Array.from({ length: count }, () =>
      uniform() < sparsity ? 0 : scale * (2 * uniform() - 1),
    );
    return {
      inputs,
      outputs,
      activation: l === sizes.length - 2 ? "identity" : "relu",
      weights: base64(weights),
      biases: base64(Float32Array.from({ length: outputs }, () => 0.1 * uniform())),
      keepProbability: base64(new Float32Array(count).fill(1)),
    };
  });
  const about = { version: 1, precision: "float32", loss: "softmaxCrossEntropy", method: "none" } as const;
  const rest = { threshold: 0.05, reason: "epochs", history: [] } as const;
  return Network.fromJSON({ format: "flipside.network", ...about, ...rest, layers });
}

async function measure(sizes: readonly number[], sparsity: number): Promise<Cell[]> {
  const network = networkOf(sizes, sparsity);
  const compressed = network.compress();
  const uniform = uniforms(7);
  const cells: Cell[] = [];
  for (const rows of rowCounts) {
    const columns = network.inputs;
    const x = { data: Float32Array.from({ length: rows * columns }, uniform), rows, columns };
    const a = network.predictSync(x).data;
    const b = compressed.predictSync(x).data;
    if (a.some((value, k) => !Object.is(value, b[k]))) throw new Error("the predictions differ");
    const { timings, others } = await race([
      { name: "dense", run: () => void network.predictSync(x) },
      { name: "compressed", run: () => void compressed.predictSync(x) },
    ]);
    cells.push({
      shape: sizes.join("-"),
      sparsity,
      rows,
      dense: timings[0] as Timing,
      compressed: timings[1] as Timing,
      sparseLayers: compressed.layers.filter(({ storage }) => storage === "sparse").length,
      denseBytes: 4 * network.parameters,
      compressedBytes: compressed.bytes,
      others,
    });
  }
  return cells;
}

function tableOf(cells: readonly Cell[]): TextTable {
  const rows = shapes.flatMap((sizes) =>
    sparsities.map((sparsity) => {
      const shape = sizes.join("-");
      const own = cells.filter((cell) => cell.shape === shape && cell.sparsity === sparsity);
      const [first] = own as [Cell];
      const times = own.map(
        ({ dense, compressed }) =>
          `${duration(dense.median)} → ${duration(compressed.median)}, ${factor(dense.median / compressed.median)}`,
      );
      const memory = factor(first.denseBytes / first.compressedBytes);
      return [shape, `${Math.round(100 * sparsity)} %`, String(first.sparseLayers), ...times, memory];
    }),
  );
  const machine = describeMachine();
  const busiest = Math.max(...cells.map(({ others }) => others));
  return {
    title: "Predictions of a dense network and of the compressed one",
    head: ["units", "zeros", "sparse layers", ...rowCounts.map((count) => `${count} rows`), "memory"],
    rows,
    labels: 2,
    notes: [
      "Medians of predictSync on the same rows in float32, by turns: dense → compressed, how many times faster. Zeros are at random places of every layer.",
      "Sparse layers: those of the compressed network that have at most a quarter of their weights; the others stay dense. Memory: how many times less weights with their places and biases take.",
      "Both give the same bits, which is checked.",
      `${machine.cpu}, ${machine.cores} cores, ${machine.threads} threads, Node ${machine.node}, commit ${currentCommit()}; other processes took up to ${busiest.toFixed(2)} cores meanwhile.`,
    ],
  };
}

const cells: Cell[] = [];
for (const sizes of shapes) {
  for (const sparsity of sparsities) cells.push(...(await measure(sizes, sparsity)));
}
const table = tableOf(cells);
console.log(toTerminal(table));
const folder = new URL("bench/results/", packageRoot);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("inference.md", folder), toMarkdown(table));
const report = { commit: currentCommit(), machine: describeMachine(), cells };
writeFileSync(new URL("inference.json", folder), `${JSON.stringify(report, null, 2)}\n`);
