import type { Floats, MaskHeader } from "../../binding.js";
import { requireNumber } from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { countOf, lengthOf } from "../views.js";
import type { Given, MaskCall } from "./given.js";
import { requireOutLength, type Storage } from "./memory.js";
import { type Operand, readOperand } from "./operands.js";
import type { MaskFormat } from "./options.js";
import { high, low, type Place, readPlace } from "./place.js";
import { type Extent, plain, readStructure, requireLength } from "./structure.js";
import { parameterArray, readVariation, type Variation } from "./variation.js";

/** A mask whose options are in order. */
export interface Plan {
  readonly variation: Variation;
  readonly place: Place;
  readonly extent: Extent;
  /** One number per draw, or with a penalty the weights, one per element; null where one number serves all. */
  readonly parameter: Floats | null;
}

/** How many draws a call on the thread of the caller may take. Beyond that it throws TOO_LARGE. */
export const syncLimit = Object.freeze({
  /** Elements of a mask. */
  draws: 2 ** 24,
  /** With a penalty, and for the moments of hard concrete masks. */
  penalized: 2 ** 20,
  /** Multiplications of applyMask with x: rows * columns * k. */
  products: 2 ** 28,
});

const lengthRange = { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true };

/** `storage` is where the mask itself goes; without it the mask is an intermediate. */
export function planMask(given: Given, storage: Storage | undefined): Plan {
  const variation = readVariation(given, storage?.format);
  if (variation.penalty === null && given.weights !== undefined) {
    throw new FlipsideError("INVALID_ARGUMENT", "weights must be left out without a penalty, but are there");
  }
  const weights = variation.penalty === null ? undefined : readOperand("weights", given.weights);
  const plan = planDraws(given, variation, weights, storage);
  if (storage?.out !== undefined) requireOutLength(storage.out, storage.format, plan.extent);
  return weights === undefined ? plan : { ...plan, parameter: weights.data };
}

/** `weights` as applyMask has them: what is multiplied, and seen by a penalty. */
export function planApplied(given: Given, weights: Operand): Plan {
  return planDraws(given, readVariation(given, undefined), weights, undefined);
}

function planDraws(
  given: Given,
  variation: Variation,
  weights: Operand | undefined,
  storage: Storage | undefined,
): Plan {
  const place = readPlace(given);
  const { parameter, value } = variation;
  const each = value !== undefined && typeof value !== "number";
  const count = each ? countOf(parameter, value) : undefined;
  if (each && count === undefined) {
    throw expected(parameter, "a number, a typed array or an array of numbers", value);
  }
  const extent = readExtent(given, weights, parameter, count, storage);
  if (weights !== undefined) {
    requireLength("weights", lengthOf(weights.data), extent.elements, extent.reason);
  }
  const numbers = each ? parameterArray(parameter, value, extent.draws, extent.drawsReason) : null;
  return { variation, place, extent, parameter: numbers };
}

function readExtent(
  given: Given,
  weights: Operand | undefined,
  parameter: string,
  count: number | undefined,
  storage: Storage | undefined,
): Extent {
  if (given.structure !== undefined) {
    if (given.length === undefined) return readStructure(given.structure, weights?.matrix);
    const message = "length must be left out with structure, whose rows and columns say it, but is there";
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  if (given.length !== undefined) {
    return plain(requireNumber("length", given.length, lengthRange), "as length says", weights?.matrix);
  }
  if (weights !== undefined) return plain(lengthOf(weights.data), "as weights have", weights.matrix);
  if (count !== undefined) return plain(count, `as ${parameter} has`);
  if (storage?.out !== undefined) {
    const length = lengthOf(storage.out);
    return plain(storage.format === "bits" ? 8 * length : length, "as out has");
  }
  const message = "length must be given where no array and no structure says it, but is undefined";
  throw new FlipsideError("INVALID_ARGUMENT", message);
}

/** An error if this is too much for the thread of the caller. */
export function requireSmall(call: MaskCall, size: number, limit: number, what: string): void {
  if (size <= limit) return;
  const message = `options must give at most ${limit} ${what} for ${call.name}, which blocks the thread, but give ${size}: use ${call.name}Async`;
  throw new FlipsideError("TOO_LARGE", message);
}

const numbers = new Float64Array(19);

/**
 * The plan as the addon reads it (binding.d.ts). All plans share one array: no code of the caller runs between this and the
 * call of the addon, which keeps nothing of it. `width` is the number of columns of x, 0 without.
 */
export function headerOf(plan: Plan, format: MaskFormat, width = 0): MaskHeader {
  const { variation, place, extent } = plan;
  const hasShape = width > 0 || extent.unitRows > 0;
  numbers[0] = variation.code;
  numbers[1] = format === "bits" ? 1 : 0;
  numbers[2] = extent.draws;
  numbers[3] = low(place.seed);
  numbers[4] = high(place.seed);
  numbers[5] = low(place.stream);
  numbers[6] = high(place.stream);
  numbers[7] = place.offset;
  numbers[8] = typeof variation.value === "number" ? variation.value : 0;
  numbers[9] = variation.beta;
  numbers[10] = variation.gamma;
  numbers[11] = variation.zeta;
  numbers[12] = variation.lambda;
  numbers[13] = hasShape ? extent.rows : 0;
  numbers[14] = hasShape ? extent.columns : 0;
  numbers[15] = extent.unitRows;
  numbers[16] = extent.unitColumns;
  numbers[17] = width;
  numbers[18] = 0;
  return numbers;
}
