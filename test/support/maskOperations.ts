// Requests for the functions of masks below the facade.
import type { Floats, MaskRequest } from "../../binding.js";
import { native } from "./native.ts";

export const kinds = { bernoulli: 0, unscaledBernoulli: 1, gaussian: 2, hardConcrete: 3 };
export type Kind = keyof typeof kinds;
export type FloatKind = typeof Float32Array | typeof Float64Array;

export interface MaskNumbers {
  kind?: Kind;
  /** Draws. */
  count: number;
  seed?: number;
  stream?: number;
  first?: number;
  parameter?: number;
  beta?: number;
  gamma?: number;
  zeta?: number;
  lambda?: number;
  rows?: number;
  columns?: number;
  unitRows?: number;
  unitColumns?: number;
  /** Columns of x. */
  width?: number;
}

export function maskNumbers(given: MaskNumbers): Float64Array {
  const { kind = "bernoulli", count, seed = 7, stream = 3, first = 0, parameter = 0.5 } = given;
  const { beta = 2 / 3, gamma = -0.1, zeta = 1.1, lambda = 0, rows = 0, columns = 0 } = given;
  const { unitRows = 0, unitColumns = 0, width = 0 } = given;
  return Float64Array.of(
    ...[kinds[kind], 0, count, seed, 0, stream, 0, first, parameter, beta, gamma, zeta],
    ...[lambda, rows, columns, unitRows, unitColumns, width, 0],
  );
}

/** The elements of a mask as sampleMask draws them. */
export function maskOf(request: MaskRequest, elements: number, Floats: FloatKind): Floats {
  const mask = new Floats(elements);
  native.sampleMask(request.numbers, mask, request.parameter ?? null, request.penalty ?? null);
  return mask;
}

/** A parameter for each draw, in the range of its kind, with the ends of that here and there. */
export function parametersOf(kind: Kind, count: number, Floats: FloatKind): Floats {
  const ends = kind === "gaussian" ? [0, Infinity] : kind === "hardConcrete" ? [-Infinity, Infinity] : [0, 1];
  return new Floats(count).map((_, i) => {
    const u = ((i * 37 + 11) % 101) / 101;
    if (i % 19 === 5) return ends[(i >> 3) % 2] as number;
    return kind === "hardConcrete" ? 8 * u - 4 : u;
  });
}

type Operation = "applyMaskAsync" | "maskedProductAsync" | "maskMomentsAsync";

/** Runs on a worker and resolves with the fractions that progress was told. */
export function onWorker(name: Operation, request: MaskRequest, started = (_job: number) => {}) {
  return new Promise<number[]>((resolve, reject) => {
    const fractions: number[] = [];
    const settle = (error: Error | null) => (error === null ? resolve(fractions) : reject(error));
    started(native[name](request, settle, (fraction) => fractions.push(fraction)));
  });
}

/** Each set of instructions that this machine has. */
export function simdTargets(): ("baseline" | "avx2" | "avx512")[] {
  const { best } = native.simd();
  const all = ["baseline", "avx2", "avx512"] as const;
  return all.slice(0, all.indexOf(best as "baseline") + 1);
}

/** Whether two arrays hold the same bits. */
export function sameBits(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const bytes = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return bytes(a).equals(bytes(b));
}

/** Cancels a job right after its start, on one thread with the slowest instructions, so that it is not done before. */
export async function cancelled(name: Operation, request: MaskRequest): Promise<unknown> {
  const { inUse } = native.simd();
  const threads = native.threads();
  native.simd("baseline");
  native.setThreads(1);
  try {
    return await onWorker(name, request, (job) => native.cancel(job)).catch((error: unknown) => error);
  } finally {
    native.simd(inUse as "baseline");
    native.setThreads(threads);
  }
}

/** What compute gives, which is the same bytes with any instructions and with one thread or two. */
export function sameEverywhere<Result extends ArrayBufferView>(compute: () => Result): Result {
  const { inUse } = native.simd();
  const threads = native.threads();
  try {
    const wanted = compute();
    for (const target of simdTargets()) {
      for (const count of [1, 2]) {
        native.simd(target);
        native.setThreads(count);
        if (!sameBits(wanted, compute())) {
          throw new Error(`other bytes with ${target} and ${count} threads`);
        }
      }
    }
    return wanted;
  } finally {
    native.simd(inUse as "baseline");
    native.setThreads(threads);
  }
}
