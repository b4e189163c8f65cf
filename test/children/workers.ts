// node workers.js: several worker_threads with the addon at once, some of them terminated in the middle of a fit or while
// their memory is written.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { fitSync, penalties, sampleMask, threads } from "flipside";
import { plainProblem, problemOf } from "../support/problems.ts";

const start = (mode: string) => new Worker(new URL("worker.js", import.meta.url), { workerData: mode });

const wanted = Array.from({ length: 30 }, (_, k) => {
  const options = { penalty: penalties.mcp(), lambda: 0.05 };
  return fitSync(problemOf(plainProblem(30, 6, k)), options).objective;
});

// Fits in several workers at once, while others are terminated around them.
for (let round = 0; round < 3; ++round) {
  const good = Array.from({ length: 3 }, () => start("fits"));
  const doomed = [start("endless"), start("endless"), start("endless on its own thread")];
  if (round === 0) doomed.push(start("a long mask"));
  const answers = Promise.all(good.map((worker) => once(worker, "message")));
  await Promise.all(doomed.map((worker) => once(worker, "message")));
  if (threads.activity().threads > threads.getThreads() + 3) throw new Error("more threads than the budget");
  await Promise.all(doomed.map((worker) => worker.terminate()));
  for (const [answer] of await answers) {
    const { objectives, jobs } = answer as { objectives: number[]; jobs: number };
    if (jobs !== 0) throw new Error(`${jobs} jobs are left`);
    if (objectives.join() !== wanted.join()) throw new Error("a worker computed something else");
  }
  await Promise.all(good.map((worker) => worker.terminate()));
}

// Terminated at once, perhaps while it loads the addon.
const hasty = Array.from({ length: 6 }, () => start("endless"));
for (const [k, worker] of hasty.entries()) {
  await new Promise((resolve) => setTimeout(resolve, 15 * k));
  await worker.terminate();
}

const artist = start("mask");
const blank = new Float32Array(10_000);
artist.postMessage(blank, [blank.buffer]);
const [mask] = (await once(artist, "message")) as [Float32Array];
const expected = sampleMask({ keepProbability: 0.3, seed: 8, length: 10_000 });
if (Buffer.compare(Buffer.from(mask.buffer), Buffer.from(expected.buffer)) !== 0)
  throw new Error("another mask");
await artist.terminate();

const [code] = await once(start("bad"), "message");
if (code !== "OUT_OF_RANGE") throw new Error(`the error of a worker has the code ${code}`);
console.log(JSON.stringify(threads.activity()));
