import fc from "fast-check";

/**
 * fc.assert with a fixed seed; a failure prints seed, path and the shrunk example. FLIPSIDE_SEED tries others and
 * FLIPSIDE_RUNS multiplies the number of runs.
 */
export function check<T>(runs: number, property: fc.IProperty<T>): void {
  fc.assert(property, parameters(runs));
}

export async function checkAsync<T>(runs: number, property: fc.IAsyncProperty<T>): Promise<void> {
  await fc.assert(property, parameters(runs));
}

function parameters(runs: number) {
  const seed = Number(process.env.FLIPSIDE_SEED ?? 20211031);
  return { seed, numRuns: runs * Number(process.env.FLIPSIDE_RUNS ?? 1) };
}
