// How much of the machine other processes take: two threads lose by that what one does not, so it decides whether a
// comparison holds.
import { cpus } from "node:os";

/** Starts to watch; the returned function says how many cores other processes took since then, on average. */
export function watchOthers(): () => number {
  const begin = performance.now();
  const before = busyTime();
  const own = process.cpuUsage();
  return () => {
    const used = process.cpuUsage(own);
    const others = busyTime() - before - (used.user + used.system) / 1000;
    return Math.max(0, others / (performance.now() - begin));
  };
}

/** Milliseconds that the machine's cores have worked. */
function busyTime(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
