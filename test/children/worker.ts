// The code of a worker_thread: fits as told, the answer as a message.
import { parentPort, workerData } from "node:worker_threads";
import { applyMaskAsync, fit as fitAsync, fitSync, penalties, sampleMaskAsync, threads } from "flipside";
import { endless, largeProblem } from "../support/longFit.ts";
import { plainProblem, problemOf } from "../support/problems.ts";

const mode = workerData as "fits" | "endless" | "endless on its own thread" | "bad" | "mask" | "a long mask";

if (mode === "fits") {
  const fits = Array.from({ length: 30 }, (_, k) => {
    const options = { penalty: penalties.mcp(), lambda: 0.05 };
    const problem = problemOf(plainProblem(30, 6, k));
    return k % 2 === 0 ? fitAsync(problem, options) : fitSync(problem, options);
  });
  const objectives = (await Promise.all(fits)).map(({ objective }) => objective);
  parentPort?.postMessage({ objectives, jobs: threads.activity().jobs });
} else if (mode === "mask") {
  // In memory that comes from the main thread and goes back there.
  parentPort?.once("message", async (out: Float32Array) => {
    const mask = await sampleMaskAsync({ keepProbability: 0.3, seed: 8, out });
    parentPort?.postMessage(mask, [mask.buffer as ArrayBuffer]);
  });
} else if (mode === "a long mask") {
  const size = 4096;
  const weights = { data: new Float64Array(size * size), rows: size, columns: size };
  const out = new Float64Array(size * size);
  const onProgress = () => parentPort?.postMessage("running");
  void applyMaskAsync({ keepProbability: 0.5, weights, x: weights, out, onProgress });
} else if (mode === "bad") {
  const error: unknown = await fitAsync(problemOf(plainProblem(3, 1)), {
    penalty: penalties.l1(),
    lambda: -1,
  }).catch((thrown: unknown) => thrown);
  parentPort?.postMessage((error as { code: string }).code);
} else {
  const ready = () => parentPort?.postMessage("running");
  const large = largeProblem(700);
  if (mode === "endless") {
    void fitAsync(large, { ...endless, convergence: { ...endless.convergence, onProgress: ready } });
  } else {
    ready();
    fitSync(large, { ...endless, convergence: { tolerance: 0, maxIterations: 30 } });
  }
}
