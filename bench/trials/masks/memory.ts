// How near masks come to the rate of this machine's memory, and where the rest of the time goes. Everything takes turns in
// one race: passes through memory that compute nothing, masks of large arrays, the same in cache, random words by themselves.
import { freemem } from "node:os";
import { binding } from "../../drivers/native.ts";
import { factor, type TextTable } from "../../table.ts";
import { type Candidate, type Race, race } from "../../timer.ts";
import { maskData, oneAlpha } from "./data.ts";
import { budget, rawMask } from "./ours.ts";
import { rate, sizeText, timeOf } from "./table.ts";

const smallest = 1e6;
/** Both arrays of doubles, and one of floats. */
const bytesPerElement = 24;
/** Its arrays fit into the second level cache of a core. */
const cachedSize = 16384;
const wordCount = 4096;

interface Kind {
  readonly name: string;
  readonly reads: number;
  readonly writes: number;
  /** 32-bit words of Philox per element. */
  readonly words: number;
  make(arrays: Arrays): () => void;
}

interface Arrays {
  readonly alpha: Float32Array;
  readonly alpha64: Float64Array;
  readonly sigma: Float32Array;
  readonly location: Float32Array;
  readonly out: ArrayBuffer;
  readonly size: number;
}

const floats = ({ out, size }: Arrays) => new Float32Array(out, 0, size);
const bytes = ({ out, size }: Arrays) => new Uint8Array(out, 0, size);
const bits = ({ out, size }: Arrays) => new Uint8Array(out, 0, size / 8);

/**
 * Words of Philox per element when all have one alpha: 512 elements are decided bit by bit until the last of them is,
 * element by element after k bits with probability 1 - 2^-k.
 */
function wordsOfOneAlpha(): number {
  let rounds = 0;
  for (let k = 0; k < 64; ++k) rounds += 1 - (1 - 2 ** -k) ** 512;
  return rounds / 32;
}

const kinds: readonly Kind[] = [
  {
    name: "packed bits, one α",
    reads: 0,
    writes: 1 / 8,
    words: wordsOfOneAlpha(),
    make: (arrays) => rawMask(1, oneAlpha, bits(arrays), true),
  },
  {
    name: "packed bits",
    reads: 4,
    writes: 1 / 8,
    words: 0.5,
    make: (arrays) => rawMask(1, arrays.alpha, bits(arrays), true),
  },
  {
    name: "Bernoulli, one α",
    reads: 0,
    writes: 4,
    words: wordsOfOneAlpha(),
    make: (arrays) => rawMask(0, oneAlpha, floats(arrays)),
  },
  {
    name: "scaled Bernoulli",
    reads: 4,
    writes: 4,
    words: 0.5,
    make: (arrays) => rawMask(0, arrays.alpha, floats(arrays)),
  },
  {
    name: "scaled Bernoulli, float64",
    reads: 8,
    writes: 8,
    words: 0.5,
    make: (arrays) => rawMask(0, arrays.alpha64, new Float64Array(arrays.out, 0, arrays.size)),
  },
  {
    name: "Bernoulli, uint8",
    reads: 4,
    writes: 1,
    words: 0.5,
    make: (arrays) => rawMask(1, arrays.alpha, bytes(arrays)),
  },
  {
    name: "Gaussian",
    reads: 4,
    writes: 4,
    words: 1,
    make: (arrays) => rawMask(2, arrays.sigma, floats(arrays)),
  },
  {
    name: "hard concrete",
    reads: 4,
    writes: 4,
    words: 1,
    make: (arrays) => rawMask(3, arrays.location, floats(arrays)),
  },
];

const operations = ["read", "write", "copy"] as const;
type Operation = (typeof operations)[number];
const bytesMoved: Record<Operation, number> = { read: 4, write: 4, copy: 8 };
const wordsName = "words of Philox";
const cached = (name: string) => `${name}, in cache`;

export interface MemoryReport {
  readonly size: number;
  /** By number of threads. */
  readonly races: Readonly<Record<number, Race>>;
}

export async function memoryTrial(sizes: readonly number[]): Promise<MemoryReport> {
  const fitting = sizes.filter((size) => size <= smallest || size * bytesPerElement < freemem());
  const size = Math.max(smallest, ...fitting);
  const large = arraysOf(size);
  const small = arraysOf(cachedSize);
  const from = new Uint32Array(large.alpha.buffer, 0, size);
  const to = new Uint32Array(large.out, 0, size);
  const words = new Uint32Array(wordCount);
  const races: Record<number, Race> = {};
  for (const threads of new Set([1, budget])) {
    binding.setThreads(threads);
    const candidates: Candidate[] = [
      // Reading alpha, so that writing into it is left to no one.
      { name: "read", run: () => void binding.memory("read", from) },
      { name: "write", run: () => void binding.memory("write", to) },
      { name: "copy", run: () => void binding.memory("copy", to, from) },
      ...kinds.map(({ name, make }) => ({ name, run: make(large) })),
    ];
    if (threads === 1) {
      candidates.push(...kinds.map(({ name, make }) => ({ name: cached(name), run: make(small) })));
      candidates.push({ name: wordsName, run: () => binding.philox(7n, 0n, 0n, words) });
    }
    races[threads] = await race(candidates);
  }
  binding.setThreads(budget);
  return { size, races };
}

function arraysOf(size: number): Arrays {
  const { alpha, sigma, location } = maskData(size);
  return {
    alpha,
    alpha64: Float64Array.from(alpha),
    sigma,
    location,
    out: new ArrayBuffer(8 * size),
    size,
  };
}

export function ratesTable({ size, races }: MemoryReport): TextTable {
  return {
    title: `Memory of this machine: ${sizeText(size)} elements of 4 bytes, nothing computed`,
    head: ["threads", ...operations.map((operation) => `${operation} GB/s`), "copy M/s"],
    rows: Object.entries(races).map(([threads, race]) => [
      threads,
      ...operations.map((operation) =>
        ((bytesMoved[operation] * size) / timeOf(race, operation) / 1e6).toFixed(1),
      ),
      rate(size, timeOf(race, "copy")),
    ]),
    labels: 0,
    notes: [
      "Reading sums words in wide registers, writing goes past the caches; copying counts bytes read and written.",
    ],
  };
}

export function limitsTable({ size, races }: MemoryReport): TextTable {
  const one = races[1] as Race;
  const all = races[budget] as Race;
  const wordTime = (1e6 * timeOf(one, wordsName)) / wordCount;
  const rows = kinds.map((kind) => {
    const { name, reads, writes, words } = kind;
    const inCache = (1e6 * timeOf(one, cached(name))) / cachedSize;
    const atLarge = (1e6 * timeOf(one, name)) / size;
    const share = (race: Race) => `${((100 * limitTime(kind, race)) / timeOf(race, name)).toFixed(0)} %`;
    return [
      name,
      `${reads} + ${writes}`,
      rate(size, limitTime(kind, all)),
      rate(size, timeOf(all, name)),
      share(all),
      rate(size, timeOf(one, name)),
      share(one),
      factor(timeOf(one, name) / timeOf(all, name)),
      inCache.toFixed(3),
      (words * wordTime).toFixed(3),
      Math.max(0, atLarge - inCache).toFixed(3),
    ];
  });
  return {
    title: `Masks of ${sizeText(size)} elements against the rate of memory, and where the rest goes`,
    head: [
      "mask",
      "bytes read + written",
      `limit M/s, ${budget} threads`,
      "mask M/s",
      "of limit",
      "one thread M/s",
      "of limit",
      "gain of threads",
      "in cache, ns",
      "its words alone, ns",
      "more in memory, ns",
    ],
    rows,
    labels: 1,
    notes: [
      "The limit is the time of memory alone on as many threads: bytes read and written as by copying as far as they are as many, the others at the rate of reading or writing.",
      `The last three columns are nanoseconds per element on one thread: ${cachedSize} elements in cache again and again; as many words of Philox by themselves, at ${wordTime.toFixed(3)} ns per 32 bits (what is left of the column before is the transform); and what elements in memory take longer.`,
      "The raw binding on the calling thread: nothing is copied but what the mask reads and writes.",
    ],
  };
}

/** Milliseconds that memory alone takes for a mask. */
function limitTime({ reads, writes }: Kind, race: Race): number {
  const both = Math.min(reads, writes);
  const perByte = (operation: Operation) => timeOf(race, operation) / bytesMoved[operation];
  return 2 * both * perByte("copy") + (reads - both) * perByte("read") + (writes - both) * perByte("write");
}
