// node designs.js <mode>: designs and Grams that nobody frees, in processes and worker_threads that end.
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Design, type FlipsideError, fitSync, Gram, penalties, threads } from "flipside";

const mode = isMainThread ? process.argv[2] : "worker";
const rows = 500;
const columns = 500;
const x = { data: new Float64Array(rows * columns).map((_, i) => Math.sin(i)), rows, columns };
const y = Float64Array.from({ length: rows }, (_, i) => Math.cos(i));
const options = { penalty: penalties.l1(), lambda: 0.1 };

async function made(): Promise<number> {
  const design = await Design.prepare(x);
  const gram = new Gram(columns);
  await gram.accumulate(x, y);
  return fitSync({ x: design, y }, options).objective - fitSync(gram, options).objective;
}

if (mode === "worker") {
  let code: string | undefined;
  try {
    fitSync({ x: workerData as typeof x, y }, options);
  } catch (error) {
    code = (error as FlipsideError).code;
  }
  const difference = await made();
  parentPort?.postMessage({ code, difference });
  // Terminated with handles alive and one in the making.
  for (;;) await Design.prepare(x);
} else if (mode === "natural") {
  const kept = [await Design.prepare(x), await Design.prepare(x)];
  const difference = await made();
  console.log(JSON.stringify({ kept: kept.length, difference, ...threads.activity() }));
} else if (mode === "exit") {
  await made();
  void Design.prepare(x);
  void new Gram(columns).accumulate(x, y);
  process.exit(3);
} else if (mode === "garbage") {
  let peak = 0;
  for (let k = 0; k < 400; ++k) {
    await Design.prepare(x);
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  console.log(JSON.stringify({ made: 400 * x.data.byteLength, peak }));
} else {
  const design = await Design.prepare(x);
  const worker = new Worker(new URL("designs.js", import.meta.url), { workerData: design });
  const [answer] = await once(worker, "message");
  await worker.terminate();
  console.log(
    JSON.stringify({ ...(answer as object), objective: fitSync({ x: design, y }, options).objective }),
  );
}
