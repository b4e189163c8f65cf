import type { Floats, MaskRequest } from "../binding.js";
import { native } from "./binding.js";
import { expected } from "./errors.js";
import { fillInBackground, maskControls } from "./masks/background.js";
import { type Given, maskCalls, readGiven } from "./masks/given.js";
import { apart, freshArray, inOtherBuffer, requireOut, sameElements } from "./masks/memory.js";
import { readOperand, readRight } from "./masks/operands.js";
import type { ApplyMaskOptions, BackgroundOptions, MaskedArray, MaskedWeights } from "./masks/options.js";
import { headerOf, type Plan, planApplied, requireSmall, syncLimit } from "./masks/plan.js";
import { requireLength } from "./masks/structure.js";
import { kindOf, lengthOf } from "./views.js";

const applying = maskCalls("applyMask", ["x", "out"]);

/**
 * weights ∘ mask, or with `x` the matrix product (weights ∘ mask) x, in which the masked weights exist a panel at a time.
 * The mask is the one that `sampleMask` gives with the same options. Weights are a vector, or a matrix of rows x columns;
 * x is a vector of `columns` entries or a matrix of columns x k, converted to the kind of the weights where it is of another.
 * The result is an array of that kind, Float32Array or Float64Array: as long as the weights, or the rows x k elements of the
 * product row by row. Without x, `out` may be the array of the weights. A penalty takes its keep probabilities from the
 * weights, which are then on the standardised scale.
 *
 * On the calling thread and idle ones of the library, for up to `syncLimit.draws` weights, with a penalty
 * `syncLimit.penalized`, and `syncLimit.products` multiplications.
 *
 * @throws FlipsideError: bad options, TOO_LARGE (use `applyMaskAsync`), OUT_OF_MEMORY.
 */
export function applyMask<Weights extends MaskedWeights>(
  options: ApplyMaskOptions<Weights>,
): MaskedArray<Weights> {
  const work = readWork(readGiven(applying.here, options));
  const { plan, weights, x, width, length } = work;
  const { elements } = plan.extent;
  if (plan.variation.penalty === null) requireSmall(applying.here, elements, syncLimit.draws, "weights");
  else requireSmall(applying.here, elements, syncLimit.penalized, "weights with a penalty");
  requireSmall(applying.here, elements * width, syncLimit.products, "multiplications");
  const out = work.out ?? fresh(weights, length);
  const input = (array: Floats, inPlace: boolean) =>
    work.out === undefined ? array : apart(array, out, inPlace);
  const request = {
    ...requestOf(work),
    weights: input(weights, x === undefined),
    x: x && input(x, false),
    parameter: plan.parameter === null ? undefined : input(plan.parameter, false),
    out,
  };
  if (x === undefined) native.applyMask(request);
  else native.maskedProduct(request);
  return out as MaskedArray<Weights>;
}

/**
 * The same in the background, for any size. Arrays of the caller are copied as by `sampleMaskAsync`, with `x` all of them
 * before the call returns; the memory of `out` is transferred as there.
 *
 * @throws FlipsideError, always as a rejection: bad options, ABORTED, OUT_OF_MEMORY.
 */
export async function applyMaskAsync<Weights extends MaskedWeights>(
  options: ApplyMaskOptions<Weights> & BackgroundOptions,
): Promise<MaskedArray<Weights>> {
  const given = readGiven(applying.background, options);
  const { work, request } = readMovable(given);
  const { weights, length } = work;
  const make = () => fresh(weights, length);
  const begin = work.x === undefined ? native.applyMaskAsync : native.maskedProductAsync;
  const controls = maskControls(applying.background, given);
  return fillInBackground(begin, request, work.out, make, controls) as Promise<MaskedArray<Weights>>;
}

/** What is to be computed. */
interface Work {
  readonly plan: Plan;
  readonly weights: Floats;
  readonly x: Floats | undefined;
  /** Columns of x, 0 without. */
  readonly width: number;
  readonly out: Floats | undefined;
  /** Of the result. */
  readonly length: number;
}

function readWork(given: Given): Work {
  const operand = readOperand("weights", given.weights);
  const plan = planApplied(given, operand);
  const weights = operand.data;
  if (given.x === undefined) {
    const length = lengthOf(weights);
    const out = readOut(given.out, weights, length, "as weights have");
    return { plan, weights, x: undefined, width: 0, out, length };
  }
  if (operand.matrix === undefined) {
    throw expected("weights", "a matrix { data, rows, columns } to be multiplied with x", given.weights);
  }
  const { rows, columns } = operand.matrix;
  const { data, width } = readRight(given.x, columns, weights);
  const out = readOut(given.out, weights, rows * width, "rows of weights * columns of x");
  return { plan, weights, x: data, width, out, length: rows * width };
}

function readOut(value: unknown, weights: Floats, length: number, reason: string): Floats | undefined {
  if (value === undefined) return undefined;
  const out = requireOut(value);
  if (kindOf(out) !== kindOf(weights)) throw expected("out", `a ${kindOf(weights)}, as weights are`, value);
  requireLength("out", lengthOf(out), length, reason);
  return out as Floats;
}

function fresh(weights: Floats, length: number): Floats {
  return freshArray(kindOf(weights) === "Float32Array" ? "float32" : "float64", length);
}

function requestOf({ plan, width }: Work): MaskRequest {
  return {
    numbers: headerOf(plan, "float64", width).slice(),
    penalty: plan.variation.penalty ?? undefined,
  };
}

function readMovable(given: Given): { work: Work; request: MaskRequest } {
  const work = readWork(given);
  const { out, weights, x, plan } = work;
  const move = (input: Floats) => (out === undefined ? input : inOtherBuffer(input, out));
  // Each weight is read before its place is written.
  const inPlace = out !== undefined && x === undefined && sameElements(weights, out);
  const request = {
    ...requestOf(work),
    weights: inPlace ? weights : move(weights),
    x: x && move(x),
    parameter: plan.parameter === null ? undefined : move(plan.parameter),
  };
  return { work, request };
}
