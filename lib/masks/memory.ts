import type { Floats } from "../../binding.js";
import { requireChoice } from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { asView, bufferOf, byteOffsetOf, isDetached, kindOf, lengthOf } from "../views.js";
import type { Given } from "./given.js";
import type { MaskArray, MaskFormat } from "./options.js";
import { type Extent, requireLength } from "./structure.js";

const formats = ["float32", "float64", "uint8", "bits"] as const satisfies readonly MaskFormat[];
const constructors = { float32: Float32Array, float64: Float64Array, uint8: Uint8Array, bits: Uint8Array };
const kinds = { Float32Array, Float64Array, Uint8Array };
const formatsOfKinds = { Float32Array: "float32", Float64Array: "float64", Uint8Array: "uint8" } as const;
type Kind = keyof typeof kinds;

/** Where a mask goes. */
export interface Storage {
  readonly format: MaskFormat;
  /** The caller's array. */
  readonly out: MaskArray | undefined;
}

export function readStorage(given: Given): Storage {
  const format = given.format === undefined ? undefined : requireChoice("format", given.format, formats);
  if (given.out === undefined) return { format: format ?? "float32", out: undefined };
  const out = requireOut(given.out);
  const own = formatsOfKinds[kindOf(out) as Kind];
  if (format === undefined || format === own || (format === "bits" && own === "uint8")) {
    return { format: format ?? own, out };
  }
  throw expected("out", `a ${constructors[format].name} (format is ${JSON.stringify(format)})`, given.out);
}

/** An array that can be written: of a kind that holds masks, and over memory that stays put. */
export function requireOut(value: unknown): MaskArray {
  const view = asView("out", value);
  if (view === undefined || !((kindOf(view) as string) in kinds)) {
    throw expected("out", "a Float32Array, a Float64Array or a Uint8Array", value);
  }
  if (view === value) return view as MaskArray;
  const message = "out must be over a buffer of fixed length, but its buffer is resizable";
  throw new FlipsideError("INVALID_ARGUMENT", message);
}

/** How many elements of an array a mask takes. */
export function storedLength(format: MaskFormat, elements: number): number {
  return format === "bits" ? Math.ceil(elements / 8) : elements;
}

export function requireOutLength(out: MaskArray, format: MaskFormat, { elements, reason }: Extent): void {
  const actual = lengthOf(out);
  const stored = storedLength(format, elements);
  if (actual !== stored) requireLength("out", actual, stored, format === "bits" ? `bits, ${reason}` : reason);
}

export function freshArray<Format extends MaskFormat>(
  format: Format,
  length: number,
): InstanceType<(typeof constructors)[Format]> {
  try {
    return new constructors[format](length) as InstanceType<(typeof constructors)[Format]>;
  } catch (cause) {
    const message = `the result must fit into memory, but its ${length} elements do not`;
    throw new FlipsideError("OUT_OF_MEMORY", message, { cause });
  }
}

/** The input, or a copy of it if what is written to `out` would change it. `inPlace`: not where the two are the same array. */
export function apart(input: Floats, out: MaskArray, inPlace: boolean): Floats {
  if (bufferOf(input) !== bufferOf(out) || (inPlace && sameElements(input, out))) return input;
  const first = byteOffsetOf(input);
  const begin = byteOffsetOf(out);
  const disjoint = first + bytesOf(input) <= begin || begin + bytesOf(out) <= first;
  return disjoint ? input : copyOf(input);
}

export function sameElements(a: MaskArray, b: MaskArray): boolean {
  const sameMemory = bufferOf(a) === bufferOf(b) && byteOffsetOf(a) === byteOffsetOf(b);
  return sameMemory && kindOf(a) === kindOf(b) && lengthOf(a) === lengthOf(b);
}

/** The input, or a copy of it if it lies in the buffer of `out`, which is to be taken over. */
export function inOtherBuffer(input: Floats, out: MaskArray): Floats {
  return bufferOf(input) === bufferOf(out) ? copyOf(input) : input;
}

function bytesOf(array: MaskArray): number {
  return lengthOf(array) * kinds[kindOf(array) as Kind].BYTES_PER_ELEMENT;
}

function copyOf(input: Floats): Floats {
  const copy = freshArray(formatsOfKinds[kindOf(input) as "Float32Array"], lengthOf(input)) as Floats;
  copy.set(input);
  return copy;
}

/** A new array over the memory of `out`, whose buffer is detached from then on. */
export function takeOver<Out extends MaskArray>(out: Out): Out {
  const Maker = kinds[kindOf(out) as Kind];
  const buffer = bufferOf(out);
  const first = byteOffsetOf(out);
  const length = lengthOf(out);
  let moved: ArrayBuffer;
  try {
    moved = structuredClone(buffer, { transfer: [buffer] });
  } catch (cause) {
    throw untransferable(cause);
  }
  // Node 20 copies what is marked as untransferable.
  if (!isDetached(buffer)) throw untransferable(undefined);
  return new Maker(moved, first, length) as Out;
}

function untransferable(cause: unknown): FlipsideError {
  const message =
    "out must have a buffer that can be transferred to a worker, but its buffer cannot (a Buffer from Node's pool, or " +
    "WebAssembly memory): use an array of its own";
  return new FlipsideError("INVALID_ARGUMENT", message, { cause });
}
