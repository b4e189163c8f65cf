// Dense kernels on typed arrays, as fast as plain JavaScript was found to get: dot products of contiguous vectors in
// 2 x 2 register tiles (wider tiles spill, packing pays nothing) under two levels of cache blocking.
//
// Matrices are vectors of `stride` elements each, one after the other: the columns of a column-major X, the rows of a
// symmetric matrix. Of a symmetric one the kernels write the lower triangle, (i, j) at i * stride + j.

/** Elements of a vector per pass: a block of 64 vectors of 512 doubles stays in the second level cache. */
const depthBlock = 512;
const vectorBlock = 64;
/** Columns of L that one panel of the Cholesky factorisation settles; even. */
const panelWidth = 128;

/** Two vectors from x on times two from y on, `depth` elements each: adds scale * product to out at o. */
function tile(
  a: Float64Array,
  x: number,
  y: number,
  stride: number,
  depth: number,
  scale: number,
  out: Float64Array,
  o: number,
  outStride: number,
): void {
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  const end = x + depth;
  for (let x1 = x + stride, y1 = y + stride; x < end; ++x, ++x1, ++y, ++y1) {
    const u0 = a[x] as number;
    const u1 = a[x1] as number;
    const v0 = a[y] as number;
    const v1 = a[y1] as number;
    s00 += u0 * v0;
    s01 += u0 * v1;
    s10 += u1 * v0;
    s11 += u1 * v1;
  }
  out[o] = (out[o] as number) + scale * s00;
  out[o + 1] = (out[o + 1] as number) + scale * s01;
  out[o + outStride] = (out[o + outStride] as number) + scale * s10;
  out[o + outStride + 1] = (out[o + outStride + 1] as number) + scale * s11;
}

function dot(a: Float64Array, x: number, y: number, depth: number): number {
  let s = 0;
  for (const end = x + depth; x < end; ++x, ++y) s += (a[x] as number) * (a[y] as number);
  return s;
}

/** The lower triangle of c, which begins at cStart, += scale * (dot products of all pairs of vectors). */
function addProducts(
  a: Float64Array,
  start: number,
  stride: number,
  vectors: number,
  depth: number,
  scale: number,
  c: Float64Array,
  cStart: number,
  cStride: number,
): void {
  const even = vectors - (vectors % 2);
  for (let block = 0; block < even; block += vectorBlock) {
    const end = Math.min(even, block + vectorBlock);
    for (let j = 0; j < end; j += 2) {
      for (let i = Math.max(block, j); i < end; i += 2) {
        // A tile on the diagonal also writes above it, where nobody reads.
        const o = cStart + i * cStride + j;
        tile(a, start + i * stride, start + j * stride, stride, depth, scale, c, o, cStride);
      }
    }
  }
  for (let j = 0; even < vectors && j <= even; ++j) {
    const o = cStart + even * cStride + j;
    c[o] = (c[o] as number) + scale * dot(a, start + even * stride, start + j * stride, depth);
  }
}

function mirror(c: Float64Array, size: number): void {
  const block = 32;
  for (let ib = 0; ib < size; ib += block) {
    for (let jb = 0; jb <= ib; jb += block) {
      for (let i = ib; i < Math.min(size, ib + block); ++i) {
        for (let j = jb; j < Math.min(i, jb + block); ++j) c[j * size + i] = c[i * size + j] as number;
      }
    }
  }
}

/** c = scale * X'X, both triangles, for a column-major rows x columns X. */
export function gram(x: Float64Array, rows: number, columns: number, scale: number, c: Float64Array): void {
  c.fill(0, 0, columns * columns);
  for (let from = 0; from < rows; from += depthBlock) {
    addProducts(x, from, rows, columns, Math.min(depthBlock, rows - from), scale, c, 0, columns);
  }
  mirror(c, columns);
}

/** The lower triangle of c = I + scale * A A' for the row-major rows x columns A. */
export function kernelMatrix(
  a: Float64Array,
  rows: number,
  columns: number,
  scale: number,
  c: Float64Array,
): void {
  c.fill(0, 0, rows * rows);
  for (let from = 0; from < columns; from += depthBlock) {
    addProducts(a, from, columns, rows, Math.min(depthBlock, columns - from), scale, c, 0, rows);
  }
  for (let i = 0; i < rows; ++i) c[i * rows + i] = (c[i * rows + i] as number) + 1;
}

/** A = L L' in the lower triangle, in place; false when a squared pivot is not above `least`. */
export function cholesky(a: Float64Array, size: number, least: number): boolean {
  for (let k = 0; k < size; k += panelWidth) {
    const end = Math.min(size, k + panelWidth);
    if (!factorPanel(a, size, k, end, least)) return false;
    const rest = size - end;
    if (rest > 0) addProducts(a, end * size + k, size, rest, end - k, -1, a, end * size + end, size);
  }
  return true;
}

/** Columns k to end of L, from row k down; products with the columns before k are subtracted already. */
function factorPanel(a: Float64Array, size: number, k: number, end: number, least: number): boolean {
  const even = size - (size % 2);
  for (let i = k; i < even; i += 2) {
    const r0 = i * size;
    const r1 = r0 + size;
    const last = Math.min(i, end);
    for (let j = k; j < last; j += 2) solveTile(a, r0, r1, j * size, size, k, j);
    if (i >= end) continue;
    const first = (a[r0 + i] as number) - dot(a, r0 + k, r0 + k, i - k);
    if (!(first > least)) return false;
    const pivot = Math.sqrt(first);
    const below = ((a[r1 + i] as number) - dot(a, r1 + k, r0 + k, i - k)) / pivot;
    a[r0 + i] = pivot;
    a[r1 + i] = below;
    const second = (a[r1 + i + 1] as number) - dot(a, r1 + k, r1 + k, i + 1 - k);
    if (!(second > least)) return false;
    a[r1 + i + 1] = Math.sqrt(second);
  }
  if (even === size) return true;
  const row = even * size;
  for (let j = k; j < Math.min(even, end); ++j) {
    a[row + j] =
      ((a[row + j] as number) - dot(a, row + k, j * size + k, j - k)) / (a[j * size + j] as number);
  }
  if (even >= end) return true;
  const value = (a[row + even] as number) - dot(a, row + k, row + k, even - k);
  a[row + even] = Math.sqrt(value);
  return value > least;
}

/** Rows at r0 and r1, columns j and j + 1 of L, given all of the panel's columns before j; row j begins at o0. */
function solveTile(
  a: Float64Array,
  r0: number,
  r1: number,
  o0: number,
  size: number,
  k: number,
  j: number,
): void {
  const o1 = o0 + size;
  let s00 = a[r0 + j] as number;
  let s01 = a[r0 + j + 1] as number;
  let s10 = a[r1 + j] as number;
  let s11 = a[r1 + j + 1] as number;
  for (let m = k; m < j; ++m) {
    const u0 = a[r0 + m] as number;
    const u1 = a[r1 + m] as number;
    const v0 = a[o0 + m] as number;
    const v1 = a[o1 + m] as number;
    s00 -= u0 * v0;
    s01 -= u0 * v1;
    s10 -= u1 * v0;
    s11 -= u1 * v1;
  }
  const firstPivot = 1 / (a[o0 + j] as number);
  const corner = a[o1 + j] as number;
  const secondPivot = 1 / (a[o1 + j + 1] as number);
  const x0 = s00 * firstPivot;
  const x1 = s10 * firstPivot;
  a[r0 + j] = x0;
  a[r1 + j] = x1;
  a[r0 + j + 1] = (s01 - x0 * corner) * secondPivot;
  a[r1 + j + 1] = (s11 - x1 * corner) * secondPivot;
}

/** b <- (L L')^-1 b */
export function choleskySolve(lower: Float64Array, size: number, b: Float64Array): void {
  for (let i = 0; i < size; ++i) {
    const row = i * size;
    let s = b[i] as number;
    for (let j = 0; j < i; ++j) s -= (lower[row + j] as number) * (b[j] as number);
    b[i] = s / (lower[row + i] as number);
  }
  for (let i = size - 1; i >= 0; --i) {
    const row = i * size;
    const value = (b[i] as number) / (lower[row + i] as number);
    b[i] = value;
    for (let j = 0; j < i; ++j) b[j] = (b[j] as number) - (lower[row + j] as number) * value;
  }
}
