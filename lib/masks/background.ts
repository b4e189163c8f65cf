import type { MaskProgress, MaskRequest, MaskSettle } from "../../binding.js";
import { requireControls } from "../convergence.js";
import { FlipsideError } from "../errors.js";
import { type Controls, runJob } from "../job.js";
import type { Given, MaskCall } from "./given.js";
import { takeOver } from "./memory.js";
import type { MaskArray } from "./options.js";

/** A function of the addon that works on a worker. */
export type BeginMask = (request: MaskRequest, settle: MaskSettle, progress: MaskProgress) => number;

export function maskControls(call: MaskCall, given: Given): Controls<number> {
  const { signal, onProgress } = requireControls<{ fraction: number }>("", given.signal, given.onProgress);
  return {
    signal,
    signalName: "signal",
    onProgress: onProgress && ((fraction) => onProgress({ fraction })),
    aborted: `${call.name} was aborted before it was done`,
  };
}

/**
 * Has a worker write the result into `out`, whose memory is taken over once nothing can be refused any more, or into what
 * `make` makes. Resolves with the array that holds it.
 */
export function fillInBackground<Out extends MaskArray>(
  begin: BeginMask,
  request: MaskRequest,
  out: Out | undefined,
  make: () => Out,
  controls: Controls<number>,
): Promise<Out> {
  const memory: Held = { out: undefined };
  const result = runJob<Out, number>((settle, progress) => {
    const target = out === undefined ? make() : takeOver(out);
    if (out !== undefined) memory.out = target;
    return begin({ ...request, out: target }, settlingWith(settle, target), progress);
  }, controls);
  return out === undefined ? result : result.catch(returning(memory));
}

/** What `settle` is told when the job is done; no closure here may keep the request alive (job.ts). */
export function settlingWith<Result>(
  settle: (error: Error | null, result: Result | null) => void,
  result: Result,
): MaskSettle {
  return (error) => settle(error, error === null ? result : null);
}

interface Held {
  out: MaskArray | undefined;
}

/** Gives the memory that was taken over back with the error. */
function returning(memory: Held): (error: unknown) => never {
  return (error) => {
    if (memory.out !== undefined && error instanceof FlipsideError) {
      Object.defineProperty(error, "out", { value: memory.out, configurable: true });
    }
    throw error;
  };
}
