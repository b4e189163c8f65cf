// Bad values for arguments, by name so that fast-check can print and shrink them.

/** An array of the original call that a mutation may start from. */
type Original = unknown;

const numbers = [
  NaN,
  Infinity,
  -Infinity,
  -1,
  -0,
  0,
  0.5,
  1.5,
  1e300,
  -1e300,
  5e-324,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53,
  1e9,
];

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const trap = () => {
  throw new Error("a trap");
};

/** Values of the wrong type wherever they come. */
const junk: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  empty: () => "",
  text: () => "columnMajor".repeat(20),
  symbol: () => Symbol("s"),
  bigint: () => 10n ** 40n,
  function: () => () => 1,
  object: () => ({}),
  bare: () => Object.create(null),
  array: () => [],
  holes: () => new Array(5),
  strings: () => ["1", "2"],
  nested: () => [[[1]]],
  date: () => new Date(0),
  map: () => new Map(),
  promise: () => Promise.resolve(1),
  buffer: () => new ArrayBuffer(64),
  dataView: () => new DataView(new ArrayBuffer(64)),
  boxed: () => new Number(3),
  proxy: () => new Proxy({}, {}),
  trapped: () => new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap }),
  trappedArray: () => new Proxy([1, 2, 3], { get: trap }),
  longArray: () => new Proxy([], { get: (_, key) => (key === "length" ? 2 ** 32 - 1 : 0) }),
  revoked,
  self: () => globalThis,
};

type Typed = Float64Array<ArrayBuffer>;
type Maker = new (length: number) => Typed;

/** What "lying" below has overridden. */
const trueLength = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Float64Array.prototype),
  "length",
)?.get;

function isTyped(value: unknown): value is Typed {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function lengthOf(original: Original): number {
  if (isTyped(original)) return trueLength?.call(original) as number;
  try {
    return Array.isArray(original) && original.length < 1000 ? original.length : 3;
  } catch {
    return 3; // a revoked proxy that an earlier mutation put here
  }
}

function makerOf(original: Original): Maker {
  return (isTyped(original) ? original.constructor : Float64Array) as Maker;
}

function sample(original: Original, length = lengthOf(original)): Typed {
  const made = new (makerOf(original))(length);
  try {
    if (isTyped(original)) made.set(Array.from(original).slice(0, length));
    else made.fill(1);
  } catch {
    // The original is detached or of bigints: zeros will do.
  }
  return made;
}

function over(buffer: ArrayBufferLike, offset?: number, length?: number): unknown {
  return new Float64Array(buffer, offset, length);
}

/** Arrays that are not what they seem, made after the array that stood there. */
const arrays: Record<string, (original: Original, n: number) => unknown> = {
  short: (original) => sample(original, Math.max(0, lengthOf(original) - 1)),
  long: (original) => new (makerOf(original))(lengthOf(original) + 1),
  none: (original) => sample(original, 0),
  otherKind: (original, n) => {
    const kinds = [
      Int8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint32Array,
      Int32Array,
      Float32Array,
      Float64Array,
    ];
    const Kind = kinds[n % kinds.length] as unknown as Maker;
    return new Kind(lengthOf(original)).fill(1);
  },
  bigints: (original) => new BigInt64Array(lengthOf(original)),
  shared: (original) => over(new SharedArrayBuffer(8 * lengthOf(original))),
  detached: (original) => {
    const array = sample(original);
    structuredClone(array.buffer, { transfer: [array.buffer] });
    return array;
  },
  shrunk: (original) => {
    const bytes = 8 * lengthOf(original);
    const buffer = new ArrayBuffer(bytes, { maxByteLength: bytes + 64 });
    const array = over(buffer, 0, lengthOf(original));
    buffer.resize(Math.max(0, bytes - 8));
    return array;
  },
  tracking: (original) => {
    const bytes = 8 * lengthOf(original);
    const buffer = new ArrayBuffer(bytes, { maxByteLength: bytes + 64 });
    const array = over(buffer);
    buffer.resize(8 * Math.floor(lengthOf(original) / 2));
    return array;
  },
  grown: (original) => {
    const bytes = 8 * lengthOf(original);
    const buffer = new ArrayBuffer(8, { maxByteLength: bytes + 64 });
    const array = over(buffer);
    buffer.resize(bytes);
    return array;
  },
  lying: (original) => Object.defineProperty(sample(original), "length", { value: 1e9 }),
  inherited: (original) => Object.create(sample(original)),
  proxied: (original) => new Proxy(sample(original), {}),
  retyped: (original) => Object.setPrototypeOf(new Uint8Array(lengthOf(original)), Float64Array.prototype),
  tainted: (original, n) => {
    const array = new Float64Array(sample(original).length);
    if (array.length > 0) array[n % array.length] = numbers[n % numbers.length] as number;
    return array;
  },
  withText: (original, n) => {
    const array: unknown[] = Array.from(sample(original));
    array[n % Math.max(1, array.length)] = "1";
    return array;
  },
  withHole: (original, n) => {
    const array = Array.from(sample(original));
    delete array[n % Math.max(1, array.length)];
    return array;
  },
};

// What is nearly right goes deeper than what is of the wrong type.
const likely = ["number", "number", "number", "tainted", "tainted", "short", "long", "none", "otherKind"];
const names = [...Object.keys(junk), ...Object.keys(arrays)];
export const hostileNames: readonly string[] = [...names, ...likely, ...likely, ...likely];

/** The bad value of that name; `original` is what stood in its place. */
export function hostile(name: string, original: Original, n: number): unknown {
  if (name === "number") return numbers[n % numbers.length];
  return (junk[name] ?? arrays[name])?.(original, n);
}
