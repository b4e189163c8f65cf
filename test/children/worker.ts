// The code of a worker_thread: fits as told, the answer as a message.
import { parentPort, workerData } from "node:worker_threads";
import { fit as fitAsync, fitSync, penalties, threads } from "flipside";
import { endless, largeProblem } from "../support/longFit.ts";
import { plainProblem, problemOf } from "../support/problems.ts";

const mode = workerData as "fits" | "endless" | "endless on its own thread" | "bad";

if (mode === "fits") {
  const fits = Array.from({ length: 30 }, (_, k) => {
    const options = { penalty: penalties.mcp(), lambda: 0.05 };
    const problem = problemOf(plainProblem(30, 6, k));
    return k % 2 === 0 ? fitAsync(problem, options) : fitSync(problem, options);
  });
  const objectives = (await Promise.all(fits)).map(({ objective }) => objective);
  parentPort?.postMessage({ objectives, jobs: threads.activity().jobs });
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
