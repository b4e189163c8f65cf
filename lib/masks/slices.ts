import type { Floats, MaskRequest } from "../../binding.js";
import { FlipsideError } from "../errors.js";
import { type Controls, runJob } from "../job.js";
import { bufferOf, byteOffsetOf, kindOf, lengthOf } from "../views.js";
import type { BeginMask } from "./background.js";
import type { MaskArray } from "./options.js";

/** How many draws a slice has: copying their parameters takes a few milliseconds. A multiple of 8, for packed bits. */
const sliceDraws = 2 ** 22;
/** One is drawn while the parameters of another are copied. */
const inFlight = 2;
const kinds = { Float32Array, Float64Array, Uint8Array };
const progressInterval = 50;

/** Whether a request has so many parameters that to copy them at once would hold up the event loop. */
export function isLong({ numbers, parameter, weights, x }: MaskRequest): boolean {
  const isStructured = numbers[15] !== 0;
  const copied = parameter !== undefined || weights !== undefined;
  return copied && x === undefined && !isStructured && (numbers[2] as number) > 2 * sliceDraws;
}

/**
 * Runs a long request slice by slice. The arrays of the request are copied as their slices come up, but for those of
 * `target()`, which the worker writes; that is called once, within this call, when nothing can be refused any more.
 * Rejects with the error of the first slice that has one, when no slice is being written any more.
 */
export async function runSlices(
  begin: BeginMask,
  request: MaskRequest,
  target: () => Partial<MaskRequest>,
  controls: Controls<number>,
): Promise<void> {
  const total = request.numbers[2] as number;
  const { onProgress } = controls;
  let written: Partial<MaskRequest> | undefined;
  const failures: { first: number; error: unknown }[] = [];
  let next = 0;
  let done = 0;
  let reported = -progressInterval;
  const draw = async (first: number, count: number): Promise<void> => {
    await runJob<true, number>(
      (settle) => {
        written ??= target();
        const slice = sliceOf({ ...request, ...written }, first, count);
        return begin(slice, (error) => settle(error, error === null ? true : null), null);
      },
      { ...controls, onProgress: undefined },
    );
    done += count;
    if (onProgress === undefined || performance.now() - reported < progressInterval) return;
    reported = performance.now();
    onProgress(done / total);
  };
  const lane = async (): Promise<void> => {
    while (next < total && failures.length === 0) {
      const first = next;
      next = Math.min(total, first + sliceDraws);
      await draw(first, next - first).catch((error: unknown) => failures.push({ first, error }));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const [failure] = failures.sort((a, b) => a.first - b.first);
  if (failure !== undefined) throw failure.error;
}

function sliceOf(request: MaskRequest, first: number, count: number): MaskRequest {
  const numbers = request.numbers.slice();
  numbers[2] = count;
  numbers[18] = first;
  const isPacked = numbers[1] === 1;
  const cut = <A extends MaskArray>(name: string, array: A | undefined): A | undefined =>
    array && view(name, array, first, count);
  const bytes = (array: Uint8Array) => view("out", array, first / 8, Math.ceil(count / 8));
  return {
    ...request,
    numbers,
    parameter: cut<Floats>("the parameters of the mask", request.parameter),
    weights: cut<Floats>("weights", request.weights),
    out: isPacked ? bytes(request.out as Uint8Array) : cut("out", request.out),
    mean: cut("mean", request.mean),
    variance: cut("variance", request.variance),
  };
}

/** Elements first to first + count - 1 of an array, whatever the caller has done to it. */
function view<A extends MaskArray>(name: string, array: A, first: number, count: number): A {
  const Maker = kinds[kindOf(array) as keyof typeof kinds];
  if (first + count <= lengthOf(array)) {
    const start = byteOffsetOf(array) + first * Maker.BYTES_PER_ELEMENT;
    return new Maker(bufferOf(array), start, count) as A;
  }
  const message = `${name} must keep their memory until the promise settles, but its buffer was detached or resized`;
  throw new FlipsideError("INVALID_ARGUMENT", message);
}
