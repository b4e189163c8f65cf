// Headers of masks (binding.d.ts) by name, and what follows from one another: bits from bytes, elements from units.
import { type NativePenalty, native } from "./native.ts";

export const kinds = { bernoulli: 0, unscaledBernoulli: 1, gaussian: 2, hardConcrete: 3 } as const;
export type Kind = keyof typeof kinds;

export interface Structure {
  readonly rows: number;
  readonly columns: number;
  readonly unitRows: number;
  readonly unitColumns: number;
}

export interface HeaderOptions {
  readonly kind?: Kind;
  readonly packed?: boolean;
  readonly count: number;
  readonly seed?: number;
  readonly stream?: number;
  readonly first?: number;
  readonly parameter?: number;
  readonly shape?: readonly [beta: number, gamma: number, zeta: number];
  readonly lambda?: number;
  readonly structure?: Structure;
}

export function header(options: HeaderOptions): Float64Array {
  const { kind = "bernoulli", packed = false, count, seed = 7, stream = 3, first = 0 } = options;
  const { parameter = 0.3, shape = [2 / 3, -0.1, 1.1], lambda = 0, structure } = options;
  const { rows = 0, columns = 0, unitRows = 0, unitColumns = 0 } = structure ?? {};
  const place = [seed % 2 ** 32, Math.floor(seed / 2 ** 32), stream % 2 ** 32, Math.floor(stream / 2 ** 32)];
  return Float64Array.of(
    ...[kinds[kind], packed ? 1 : 0, count, ...place, first],
    ...[parameter, ...shape, lambda, rows, columns, unitRows, unitColumns, 0, 0],
  );
}

export const formats = ["float32", "float64", "uint8", "bits"] as const;
export type Format = (typeof formats)[number];

/** A fresh mask; structured ones have all elements. */
export function sample(
  format: Format,
  options: HeaderOptions,
  parameter: Float32Array | Float64Array | null = null,
  penalty: NativePenalty | null = null,
): Float32Array | Float64Array | Uint8Array {
  const { structure, count } = options;
  const elements = structure === undefined ? count : structure.rows * structure.columns;
  const out = outFor(format, elements);
  native.sampleMask(header({ ...options, packed: format === "bits" }), out, parameter, penalty);
  return out;
}

/** Full of what no mask has, so that elements that were left out show. */
export function outFor(format: Format, elements: number): Float32Array | Float64Array | Uint8Array {
  if (format === "float32") return new Float32Array(elements).fill(-7);
  if (format === "float64") return new Float64Array(elements).fill(-7);
  return new Uint8Array(format === "bits" ? Math.ceil(elements / 8) : elements).fill(255);
}

export function packed(flags: ArrayLike<number>): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  for (let i = 0; i < flags.length; ++i) {
    if (flags[i] !== 0) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  }
  return bits;
}

export function unitsOf({ rows, columns, unitRows, unitColumns }: Structure): number {
  return Math.ceil(rows / unitRows) * Math.ceil(columns / unitColumns);
}

/** The unit of each element, row by row. */
export function unitOfElement({ rows, columns, unitRows, unitColumns }: Structure): number[] {
  const across = Math.ceil(columns / unitColumns);
  return Array.from({ length: rows * columns }, (_, k) => {
    const i = Math.floor(k / columns);
    return Math.floor(i / unitRows) * across + Math.floor((k - i * columns) / unitColumns);
  });
}

/** Does `body` with this many threads. */
export function withThreads<T>(count: number, body: () => T): T {
  const before = native.threads();
  native.setThreads(count);
  try {
    return body();
  } finally {
    native.setThreads(before);
  }
}

/** The largest |a_i - b_i| / (1 + |b_i|); NaN where one is NaN. */
export function worstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN;
  return Array.from(a).reduce((worst, value, i) => {
    const wanted = b[i] as number;
    return Math.max(worst, value === wanted ? 0 : Math.abs(value - wanted) / (1 + Math.abs(wanted)));
  }, 0);
}
