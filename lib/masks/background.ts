import type { Floats, MaskProgress, MaskRequest, MaskSettle } from "../../binding.js";
import { requireControls } from "../convergence.js";
import { FlipsideError } from "../errors.js";
import { type Controls, runJob } from "../job.js";
import type { Given, MaskCall } from "./given.js";
import { sameElements, takeOver } from "./memory.js";
import type { MaskArray } from "./options.js";
import { isLong, runSlices } from "./slices.js";

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
  const memory: Held<Out> = { out: undefined };
  const inPlace = out !== undefined && request.weights !== undefined && sameElements(request.weights, out);
  const take = () => {
    const target = out === undefined ? make() : takeOver(out);
    memory.out = target;
    return inPlace ? { out: target, weights: target as Floats } : { out: target };
  };
  const result = isLong(request)
    ? runSlices(begin, request, take, controls).then(() => memory.out as Out)
    : runJob<Out, number>((settle, progress) => {
        const target = take();
        return begin({ ...request, ...target }, settlingWith(settle, target.out), progress);
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

interface Held<Out> {
  out: Out | undefined;
}

/** Gives the memory that was taken over back with the error. */
function returning(memory: Held<MaskArray>): (error: unknown) => never {
  return (error) => {
    if (memory.out !== undefined && error instanceof FlipsideError) {
      Object.defineProperty(error, "out", { value: memory.out, configurable: true });
    }
    throw error;
  };
}
