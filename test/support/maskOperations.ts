// Requests for the functions of masks below the facade.
import type { Floats, MaskRequest } from "../../binding.js";
import { header, type Kind, kinds } from "./maskRequests.ts";
import { native } from "./native.ts";
import { simdTargets } from "./simd.ts";

export { type Kind, kinds };
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
  const { beta = 2 / 3, gamma = -0.1, zeta = 1.1, rows = 0, columns = 0, parameter = 0.5 } = given;
  const structure = { rows, columns, unitRows: given.unitRows ?? 0, unitColumns: given.unitColumns ?? 0 };
  const numbers = header({ ...given, parameter, shape: [beta, gamma, zeta], structure });
  numbers[17] = given.width ?? 0;
  return numbers;
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
