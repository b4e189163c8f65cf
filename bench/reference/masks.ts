// Masks in plain JavaScript on typed arrays. A fast generator is sfc32 (Chris Doty-Humphrey's Small Fast Counting), its
// state in local variables of the loop; of those that were tried (xoshiro128**, mulberry32) it is the fastest.

/** What a loop fills: out[i] from the parameter of element i. */
export type MaskLoop = (parameter: Float32Array, out: Float32Array) => void;

const beta = 2 / 3;
const gamma = -0.1;
const zeta = 1.1;
const unit = 2 ** -32;

const state = Int32Array.of(0x2545f491, 0x3c6ef372, 0x1b873593, 1);

function keep(a: number, b: number, c: number, counter: number): void {
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = counter;
}

/** 1 / alpha with probability alpha, else 0. */
export function bernoulliByMath(alpha: Float32Array, out: Float32Array): void {
  const count = out.length;
  for (let i = 0; i < count; ++i) {
    const p = alpha[i] as number;
    out[i] = Math.random() < p ? 1 / p : 0;
  }
}

export function bernoulliBySfc(alpha: Float32Array, out: Float32Array): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let counter = state[3] as number;
  const count = out.length;
  for (let i = 0; i < count; ++i) {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    const p = alpha[i] as number;
    out[i] = (t >>> 0) * unit < p ? 1 / p : 0;
  }
  keep(a, b, c, counter);
}

/** Without a branch that nobody can foresee: ceil(p - u) is 1 when u < p, else 0. */
export function bernoulliWithoutBranches(alpha: Float32Array, out: Float32Array): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let counter = state[3] as number;
  const count = out.length;
  for (let i = 0; i < count; ++i) {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    const p = alpha[i] as number;
    out[i] = Math.ceil(p - (t >>> 0) * unit) / p;
  }
  keep(a, b, c, counter);
}

/** 1 + sigma z, two at a time by Box and Muller; an even number of them. */
export function gaussianByMath(sigma: Float32Array, out: Float32Array): void {
  const count = out.length;
  for (let i = 0; i + 1 < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    const angle = 2 * Math.PI * Math.random();
    out[i] = 1 + (sigma[i] as number) * radius * Math.cos(angle);
    out[i + 1] = 1 + (sigma[i + 1] as number) * radius * Math.sin(angle);
  }
}

export function gaussianBySfc(sigma: Float32Array, out: Float32Array): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let counter = state[3] as number;
  const count = out.length;
  for (let i = 0; i + 1 < count; i += 2) {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    const v = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + v) | 0;
    const radius = Math.sqrt(-2 * Math.log(((t >>> 0) + 0.5) * unit));
    const angle = 2 * Math.PI * unit * (v >>> 0);
    out[i] = 1 + (sigma[i] as number) * radius * Math.cos(angle);
    out[i + 1] = 1 + (sigma[i + 1] as number) * radius * Math.sin(angle);
  }
  keep(a, b, c, counter);
}

/** The hard concrete number with location log a (Louizos, Welling and Kingma 2018). */
export function hardConcreteByMath(location: Float32Array, out: Float32Array): void {
  const count = out.length;
  for (let i = 0; i < count; ++i) {
    const u = 1 - Math.random();
    const logit = Math.log(u / (1 - u));
    const s = 1 / (1 + Math.exp(-(logit + (location[i] as number)) / beta));
    out[i] = Math.min(1, Math.max(0, gamma + (zeta - gamma) * s));
  }
}

export function hardConcreteBySfc(location: Float32Array, out: Float32Array): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let counter = state[3] as number;
  const count = out.length;
  for (let i = 0; i < count; ++i) {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    const u = ((t >>> 0) + 0.5) * unit;
    const s = 1 / (1 + Math.exp(-(Math.log(u / (1 - u)) + (location[i] as number)) / beta));
    out[i] = Math.min(1, Math.max(0, gamma + (zeta - gamma) * s));
  }
  keep(a, b, c, counter);
}
