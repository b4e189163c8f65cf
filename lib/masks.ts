import type { Floats } from "../binding.js";
import { native } from "./binding.js";
import { FlipsideError } from "./errors.js";
import { runJob } from "./job.js";
import { fillInBackground, maskControls, settlingWith } from "./masks/background.js";
import { type Given, type MaskCall, maskCalls, readGiven } from "./masks/given.js";
import { apart, freshArray, inOtherBuffer, readStorage, type Storage, storedLength } from "./masks/memory.js";
import type {
  ArrayOfFormat,
  BackgroundOptions,
  FreshArray,
  MaskArray,
  MaskFormat,
  MaskMoments,
  MaskOptions,
  SampleMaskOptions,
} from "./masks/options.js";
import { headerOf, type Plan, planMask, requireSmall, syncLimit } from "./masks/plan.js";
import { isLong, runSlices } from "./masks/slices.js";
import type { Variation } from "./masks/variation.js";

const sampling = maskCalls("sampleMask", ["format", "out"]);
const keeping = maskCalls("sampleKept", []);
const moments = maskCalls("maskMoments", []);

/**
 * Draws a mask on the calling thread and idle ones of the library, for up to `syncLimit.draws` elements, with a penalty
 * `syncLimit.penalized`. It goes into `out`, which is returned, or into a fresh array of `format`.
 *
 * Element i of a stream is the same bits, Philox4x32-10 (Salmon et al. 2011) at (seed, stream, offset + i), however the
 * range is cut into calls, on any number of threads and with any instructions. float32 and float64 are the same draw in
 * two precisions, and uint8 and bits say which of its elements are not 0. One keepProbability for all and an array of equal
 * ones are different draws. What a penalty makes of the weights may differ in the last bit between mathematical libraries.
 *
 * @throws FlipsideError: bad options, TOO_LARGE (use `sampleMaskAsync`), OUT_OF_MEMORY.
 */
export function sampleMask<
  Format extends MaskFormat = never,
  Out extends ArrayOfFormat<Format> = FreshArray<Format>,
>(options: SampleMaskOptions<Format, Out>): NoInfer<Out> {
  const given = readGiven(sampling.here, options);
  const storage = readStorage(given);
  const plan = planMask(given, storage);
  requireSmallMask(sampling.here, plan.extent.elements, plan.variation);
  const out = storage.out ?? freshMask(storage, plan);
  const parameter =
    plan.parameter === null || storage.out === undefined ? plan.parameter : apart(plan.parameter, out, true);
  native.sampleMask(headerOf(plan, storage.format), out, parameter, plan.variation.penalty);
  return out as NoInfer<Out>;
}

/**
 * The same in the background, for masks of any size. Arrays of the caller are copied before the call returns, those of
 * more than 2^23 draws a slice at a time meanwhile: leave them as they are until the promise settles. The memory of
 * `out` is transferred: its whole buffer is detached, as by `postMessage`, and the promise resolves with a new array over
 * the same memory. If it rejects after that, the error has that array as its property `out`.
 *
 * @throws FlipsideError, always as a rejection: bad options, ABORTED, OUT_OF_MEMORY.
 */
export async function sampleMaskAsync<
  Format extends MaskFormat = never,
  Out extends ArrayOfFormat<Format> = FreshArray<Format>,
>(options: SampleMaskOptions<Format, Out> & BackgroundOptions): Promise<NoInfer<Out>> {
  const given = readGiven(sampling.background, options);
  const storage = readStorage(given);
  const plan = planMask(given, storage);
  const request = {
    numbers: headerOf(plan, storage.format).slice(),
    parameter: movable(plan.parameter, storage.out),
    penalty: plan.variation.penalty ?? undefined,
  };
  const make = () => freshMask(storage, plan);
  const controls = maskControls(sampling.background, given);
  return fillInBackground(native.sampleMaskAsync, request, storage.out, make, controls) as Promise<
    NoInfer<Out>
  >;
}

/**
 * The places of the kept draws of a bernoulli or hard concrete mask, those that are not 0, counted from 0 and ascending:
 * what `sampleMask` gives with the same options, without the mask. With `structure` they are those of the kept units.
 *
 * @throws FlipsideError: bad options, TOO_LARGE (use `sampleKeptAsync`; more than 2^32 draws), OUT_OF_MEMORY.
 */
export function sampleKept(options: MaskOptions): Uint32Array {
  const plan = planKept(keeping.here, readGiven(keeping.here, options));
  requireSmallMask(keeping.here, readCount(plan), plan.variation);
  return native.sampleKept(requestOf(plan, "bits"));
}

/**
 * The same in the background.
 *
 * @throws FlipsideError, always as a rejection: bad options, ABORTED, OUT_OF_MEMORY, TOO_LARGE for more than 2^32 draws.
 */
export async function sampleKeptAsync(options: MaskOptions & BackgroundOptions): Promise<Uint32Array> {
  const given = readGiven(keeping.background, options);
  const request = requestOf(planKept(keeping.background, given), "bits");
  return runJob<Uint32Array, number>(
    (settle, progress) => native.sampleKeptAsync(request, settle, progress),
    maskControls(keeping.background, given),
  );
}

/**
 * The exact mean and variance of each draw. Hard concrete masks: by quadrature of P(s > t) = sigmoid(log a - β logit((t -
 * γ) / (ζ - γ))), E s = ∫ P(s > t) dt and E s² = ∫ 2t P(s > t) dt. Both are 0 where the mask is always 0. seed, stream and
 * offset do not matter.
 *
 * @throws FlipsideError: bad options, TOO_LARGE (use `maskMomentsAsync`), OUT_OF_MEMORY.
 */
export function maskMoments(options: MaskOptions): MaskMoments {
  const plan = planMask(readGiven(moments.here, options), undefined);
  const { kind, penalty } = plan.variation;
  const isSlow = penalty !== null || kind === "hardConcrete";
  requireSmall(moments.here, readCount(plan), isSlow ? syncLimit.penalized : syncLimit.draws, "draws");
  const result = freshMoments(plan);
  native.maskMoments({ ...requestOf(plan, "float64"), ...result });
  return result;
}

/**
 * The same in the background.
 *
 * @throws FlipsideError, always as a rejection: bad options, ABORTED, OUT_OF_MEMORY.
 */
export async function maskMomentsAsync(options: MaskOptions & BackgroundOptions): Promise<MaskMoments> {
  const given = readGiven(moments.background, options);
  const plan = planMask(given, undefined);
  const request = requestOf(plan, "float64");
  const controls = maskControls(moments.background, given);
  if (isLong(request)) {
    const result = freshMoments(plan);
    return runSlices(native.maskMomentsAsync, request, () => ({ ...result }), controls).then(() => result);
  }
  return runJob<MaskMoments, number>((settle, progress) => {
    const result = freshMoments(plan);
    return native.maskMomentsAsync({ ...request, ...result }, settlingWith(settle, result), progress);
  }, controls);
}

function planKept(call: MaskCall, given: Given): Plan {
  const plan = planMask(given, undefined);
  if (plan.variation.kind === "gaussian") {
    const message = `kind must be "bernoulli" or "hardConcrete" for ${call.name}, but is "gaussian", which keeps all`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  if (plan.extent.draws <= 2 ** 32) return plan;
  const message = `options must give at most 2^32 draws for ${call.name}, but give ${plan.extent.draws}`;
  throw new FlipsideError("TOO_LARGE", message);
}

function requestOf(plan: Plan, format: MaskFormat) {
  return {
    numbers: headerOf(plan, format).slice(),
    parameter: plan.parameter ?? undefined,
    penalty: plan.variation.penalty ?? undefined,
  };
}

function requireSmallMask(call: MaskCall, size: number, { penalty }: Variation): void {
  if (penalty === null) requireSmall(call, size, syncLimit.draws, "elements");
  else requireSmall(call, size, syncLimit.penalized, "elements with a penalty");
}

/** How many elements are read where none is written. */
function readCount({ variation, extent }: Plan): number {
  return variation.penalty === null ? extent.draws : extent.elements;
}

function freshMask({ format }: Storage, { extent }: Plan): MaskArray {
  return freshArray(format, storedLength(format, extent.elements));
}

function freshMoments({ extent }: Plan): MaskMoments {
  return { mean: freshArray("float64", extent.draws), variance: freshArray("float64", extent.draws) };
}

function movable(input: Floats | null, out: MaskArray | undefined): Floats | undefined {
  if (input === null) return undefined;
  return out === undefined ? input : inOtherBuffer(input, out);
}
