// One small problem in several forms, and its fit.
import { fitSync, penalties } from "flipside";

export const rows = [
  [1, 2, 0],
  [4, -1, 2],
  [3, 3, 0],
  [0, 5, 2],
  [2, 0, -3],
];
export const flat = rows.flat();
export const columnwise = [0, 1, 2].flatMap((j) => rows.map((row) => row[j] as number));
export const y = [1, 2, 3, 5, 4];
// Of this solver, which makes every matrix dense.
export const options = { penalty: penalties.l1(), lambda: 0.1, solver: "reweighted" } as const;
export const size = { rows: 5, columns: 3 };
export const sparse = {
  values: [1, 4, 3, 2, 2, -1, 3, 5, 2, 2, -3],
  rowIndices: [0, 1, 2, 4, 0, 1, 2, 3, 1, 3, 4],
  columnPointers: [0, 4, 8, 11],
  ...size,
};
export const wanted = fitSync({ x: rows, y }, options).toJSON();
