// The random numbers of small training runs for reference.py, as native/random/address.h, native/network/step.h and
// parameters.cc define them, so that PyTorch can train with the same ones: from the words of Philox alone, in double
// precision, without the kernels that draw in training. Written as JSON to standard output.
import { binding } from "../drivers/native.ts";

const seed = 12345;
const units = [6, 5, 4, 3];
/** Rows of each step of an epoch. */
const batches = [7, 7, 6];
const epochs = 4;

const purposes = { startingWeights: 1n, startingTheta: 2n, weightNoise: 4n, outputNoise: 5n };
const domains = { words: 0n, elementwise: 1n, refinement: 2n, normal: 4n, hardConcrete: 5n };
type Domain = keyof typeof domains;

interface Stream {
  readonly purpose: keyof typeof purposes;
  readonly layer: number;
  /** With starting weights 0, and 1 for the biases. */
  readonly step: number;
}

function words({ purpose, layer, step }: Stream, domain: Domain, blocks: number): number[] {
  const stream = (purposes[purpose] << 56n) + (BigInt(layer) << 48n) + BigInt(step);
  const out = new Uint32Array(4 * blocks);
  binding.philox(BigInt(seed), stream, domains[domain] << 56n, out);
  return Array.from(out);
}

const pick = (list: readonly number[], i: number): number => list[i] as number;
const listOf = (count: number, value: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => value(i));

/** Standard normal, by Box and Muller. */
function normals(stream: Stream, count: number): number[] {
  const w = words(stream, "normal", Math.ceil(count / 4));
  return listOf(count, (i) => {
    const even = i - (i % 2);
    const radius = Math.sqrt(-2 * Math.log((pick(w, even) + 0.5) / 2 ** 32));
    const angle = (2 * Math.PI * pick(w, even + 1)) / 2 ** 32;
    return radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}

/** In (0, 1), 32 bits of them. */
function uniforms(stream: Stream, count: number, domain: Domain): number[] {
  const w = words(stream, domain, Math.ceil(count / 4));
  return listOf(count, (i) => (pick(w, i) + 0.5) / 2 ** 32);
}

/** What the keep probability of each element is compared with. */
function bernoulli(stream: Stream, count: number): number[] {
  const w = words(stream, "elementwise", Math.ceil(count / 8));
  const rest = words(stream, "refinement", count);
  return listOf(count, (i) => {
    const half = (pick(w, i >> 1) >>> (16 * (i % 2))) & 0xffff;
    return half / 2 ** 16 + (pick(rest, 4 * i + 1) % 2 ** 16) / 2 ** 32 + pick(rest, 4 * i) / 2 ** 64;
  });
}

/** Of every layer: `make` is told its inputs, its outputs and its number. */
const eachLayer = <T>(make: (inputs: number, outputs: number, layer: number) => T): T[] =>
  units.slice(1).map((outputs, layer) => make(pick(units, layer), outputs, layer));

function noiseOf(step: number, rows: number) {
  const weights = (draw: (stream: Stream, count: number) => number[]) =>
    eachLayer((inputs, outputs, layer) => draw({ purpose: "weightNoise", layer, step }, inputs * outputs));
  return {
    weightNormals: weights(normals),
    weightUniforms: weights(bernoulli),
    gateUniforms: weights((stream, count) => uniforms(stream, count, "hardConcrete")),
    outputNormals: eachLayer((_, outputs, layer) =>
      normals({ purpose: "outputNoise", layer, step }, rows * outputs),
    ),
  };
}

/** Uniform in +-1 / sqrt(inputs), and normal numbers for theta. */
const start = eachLayer((inputs, outputs, layer) => {
  const draw = (step: number, count: number) =>
    uniforms({ purpose: "startingWeights", layer, step }, count, "words").map(
      (u) => (2 * u - 1) / Math.sqrt(inputs),
    );
  const theta = normals({ purpose: "startingTheta", layer, step: 0 }, inputs * outputs);
  return { weights: draw(0, inputs * outputs), biases: draw(1, outputs), theta };
});

const steps = Array.from({ length: epochs }, () => batches).flat();
const noise = steps.map((rows, step) => noiseOf(step, rows));
process.stdout.write(JSON.stringify({ seed, units, batches, epochs, start, noise }));
