// node masks.js: worker_threads terminated, and at last this process ended, while masks are drawn into their memory.
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { header } from "../support/maskRequests.ts";
import { native } from "../support/native.ts";

/** Draws for ever into arrays that nothing refers to but the jobs. */
function draw(length: number): void {
  const numbers = header({ kind: "gaussian", count: length });
  native.sampleMaskAsync({ numbers, out: new Float32Array(length) }, () => draw(length), null);
  native.sampleKeptAsync({ numbers: header({ count: length }) }, () => {}, null);
}

if (isMainThread) {
  const rounds = 3;
  for (let round = 0; round < rounds; ++round) {
    // From fresh mapped memory to such as the heap of the thread has.
    const workerDatas = [2 ** 24, 2 ** 21, 2 ** 14];
    const workers = workerDatas.map((length) => new Worker(new URL(import.meta.url), { workerData: length }));
    await Promise.all(workers.map((worker) => once(worker, "message")));
    await new Promise((resolve) => setTimeout(resolve, 7 * round));
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  console.log(JSON.stringify({ rounds, jobs: native.activity().jobs }));
  draw(2 ** 26);
  setTimeout(() => process.exit(3), 5);
} else {
  draw(workerData as number);
  parentPort?.postMessage("drawing");
}
