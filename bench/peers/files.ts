// The numbers of a problem as plain binary files (little endian), so that every process sees the same bits.
import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PeerProblem } from "./check.ts";

/** Writes x and y (dense) or values, rowIndices, columnPointers and y (sparse), each as <name>.bin, into the folder. */
export function saveProblem(folder: string, problem: PeerProblem): void {
  mkdirSync(folder, { recursive: true });
  const { y } = problem;
  const arrays: Record<string, Float64Array | Int32Array> =
    problem.kind === "dense"
      ? { x: problem.x, y }
      : {
          values: problem.values,
          rowIndices: problem.rowIndices,
          columnPointers: problem.columnPointers,
          y,
        };
  for (const [name, array] of Object.entries(arrays)) saveNumbers(join(folder, `${name}.bin`), array);
}

export function saveNumbers(
  file: string,
  { buffer, byteOffset, byteLength }: Float64Array | Float32Array | Int32Array,
): void {
  writeFileSync(file, new Uint8Array(buffer, byteOffset, byteLength));
}

export function loadNumbers(file: string): Float64Array<ArrayBuffer> {
  return load(file, (bytes) => new Float64Array(bytes / 8));
}

/** The problem of a folder that saveProblem wrote. */
export function loadProblem(
  folder: string,
  { kind, rows, columns }: Pick<PeerProblem, "kind" | "rows" | "columns">,
): PeerProblem {
  const numbers = (name: string) => loadNumbers(join(folder, `${name}.bin`));
  const integers = (name: string) => load(join(folder, `${name}.bin`), (bytes) => new Int32Array(bytes / 4));
  const y = numbers("y");
  if (kind === "dense") return { kind, rows, columns, x: numbers("x"), y };
  const matrix = { rowIndices: integers("rowIndices"), columnPointers: integers("columnPointers") };
  return { kind, rows, columns, values: numbers("values"), ...matrix, y };
}

/** Straight into the array: a copy on the way would count as memory of the process. */
function load<T extends Float64Array | Int32Array>(file: string, make: (bytes: number) => T): T {
  const descriptor = openSync(file, "r");
  try {
    const array = make(fstatSync(descriptor).size);
    const bytes = new Uint8Array(array.buffer);
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(descriptor, bytes, at, bytes.length - at, null);
      if (count === 0) throw new Error(`${file} ended early`);
      at += count;
    }
    return array;
  } finally {
    closeSync(descriptor);
  }
}
