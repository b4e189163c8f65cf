// The problems that the trials share: each size with more rows than columns, and with fewer.
import { type Dataset, makeDataset } from "../data.ts";

export const allSizes: readonly number[] = [10, 30, 100, 300, 1000];

export interface Shape {
  readonly label: string;
  rows(columns: number): number;
}

export const shapes: readonly Shape[] = [
  { label: "n = 2p", rows: (columns) => 2 * columns },
  { label: "n = p/2", rows: (columns) => columns / 2 },
];

export interface Case {
  readonly shape: string;
  readonly data: Dataset;
}

export function* cases(sizes: readonly number[]): Generator<Case> {
  // By size, so that the code of the slow peers is warm when it comes to the largest.
  for (const columns of sizes) {
    for (const { label, rows } of shapes) {
      yield { shape: label, data: makeDataset(rows(columns), columns, columns + rows(columns)) };
    }
  }
}
