// Matrix times vector on typed arrays, four columns at a time so that each result is read and written once for
// four. A is column-major with `rows` elements per column; `index` picks its columns.

/** out = sum_k w[k] * column index[k] */
export function multiply(
  a: Float64Array,
  rows: number,
  index: Int32Array,
  count: number,
  w: Float64Array,
  out: Float64Array,
): void {
  out.fill(0, 0, rows);
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    let c0 = (index[k] as number) * rows;
    let c1 = (index[k + 1] as number) * rows;
    let c2 = (index[k + 2] as number) * rows;
    let c3 = (index[k + 3] as number) * rows;
    const w0 = w[k] as number;
    const w1 = w[k + 1] as number;
    const w2 = w[k + 2] as number;
    const w3 = w[k + 3] as number;
    for (let i = 0; i < rows; ++i) {
      out[i] =
        (out[i] as number) +
        w0 * (a[c0++] as number) +
        w1 * (a[c1++] as number) +
        w2 * (a[c2++] as number) +
        w3 * (a[c3++] as number);
    }
  }
  for (; k < count; ++k) {
    let column = (index[k] as number) * rows;
    const value = w[k] as number;
    for (let i = 0; i < rows; ++i) out[i] = (out[i] as number) + value * (a[column++] as number);
  }
}

/** out[k] = scale * <column index[k], r> */
export function multiplyTransposed(
  a: Float64Array,
  rows: number,
  index: Int32Array,
  count: number,
  r: Float64Array,
  scale: number,
  out: Float64Array,
): void {
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    let c0 = (index[k] as number) * rows;
    let c1 = (index[k + 1] as number) * rows;
    let c2 = (index[k + 2] as number) * rows;
    let c3 = (index[k + 3] as number) * rows;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let i = 0; i < rows; ++i) {
      const value = r[i] as number;
      s0 += value * (a[c0++] as number);
      s1 += value * (a[c1++] as number);
      s2 += value * (a[c2++] as number);
      s3 += value * (a[c3++] as number);
    }
    out[k] = scale * s0;
    out[k + 1] = scale * s1;
    out[k + 2] = scale * s2;
    out[k + 3] = scale * s3;
  }
  for (; k < count; ++k) {
    let column = (index[k] as number) * rows;
    let s = 0;
    for (let i = 0; i < rows; ++i) s += (r[i] as number) * (a[column++] as number);
    out[k] = scale * s;
  }
}
