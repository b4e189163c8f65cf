// Small problems to train networks on.
import { Random } from "./random.ts";

export interface Classified {
  readonly x: { readonly data: Float64Array; readonly rows: number; readonly columns: number };
  readonly y: string[];
}

/** Two arms of a spiral, and inputs of pure noise behind the two that matter. */
export function spirals(rows: number, noise: number, seed = 1): Classified {
  const random = new Random(seed);
  const columns = 2 + noise;
  const data = new Float64Array(rows * columns);
  const y: string[] = [];
  for (let i = 0; i < rows; ++i) {
    const arm = i % 2;
    const radius = 0.2 + 1.8 * random.uniform();
    const angle = 2.2 * radius + Math.PI * arm;
    data[i * columns] = radius * Math.cos(angle) + 0.05 * random.normal();
    data[i * columns + 1] = radius * Math.sin(angle) + 0.05 * random.normal();
    for (let j = 2; j < columns; ++j) data[i * columns + j] = random.normal();
    y.push(arm === 0 ? "one" : "other");
  }
  return { x: { data, rows, columns }, y };
}

/** Clouds around as many centres as there are classes; of the inputs only the first two matter. */
export function blobs(rows: number, columns: number, classes: number, seed = 2): Classified {
  const random = new Random(seed);
  const data = random.normals(rows * columns);
  const y: string[] = [];
  for (let i = 0; i < rows; ++i) {
    const k = i % classes;
    const angle = (2 * Math.PI * k) / classes;
    data[i * columns] = 2.5 * Math.cos(angle) + 0.7 * (data[i * columns] as number);
    data[i * columns + 1] = 2.5 * Math.sin(angle) + 0.7 * (data[i * columns + 1] as number);
    y.push(`class ${k}`);
  }
  return { x: { data, rows, columns }, y };
}

export interface Regression {
  readonly x: { readonly data: Float64Array; readonly rows: number; readonly columns: number };
  readonly y: Float64Array;
  readonly coefficients: Float64Array;
}

/** y = x b + 0.5 + noise with few entries in b. */
export function regression(rows: number, columns: number, relevant: number, seed = 3): Regression {
  const random = new Random(seed);
  const data = random.normals(rows * columns);
  const coefficients = Float64Array.from({ length: columns }, (_, j) =>
    j < relevant ? (j % 2 === 0 ? 1.5 : -1) : 0,
  );
  const y = Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0.5 + 0.1 * random.normal();
    for (let j = 0; j < columns; ++j) sum += (data[i * columns + j] as number) * (coefficients[j] as number);
    return sum;
  });
  return { x: { data, rows, columns }, y, coefficients };
}
