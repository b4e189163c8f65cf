// One pass through memory, over lengths around those of vectors and chunks, at every alignment.
import { describe, expect, test } from "vitest";
import { native } from "../../support/native.ts";
import { forcedTargets } from "../../support/simd.ts";

const lengths = [0, 1, 3, 15, 16, 17, 63, 64, 65, 1000, 2 ** 17 - 1, 2 ** 18 + 5];
const targets = forcedTargets();

/** toEqual takes seconds for so many elements. */
function expectSame(actual: Uint32Array, expected: Uint32Array): void {
  expect(Buffer.compare(new Uint8Array(actual.buffer), new Uint8Array(expected.buffer))).toBe(0);
}

/** Elements from `offset` on of a buffer with some more on both sides. */
function window(length: number, offset: number): { whole: Uint32Array; part: Uint32Array } {
  const whole = Uint32Array.from({ length: length + 40 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
  return { whole, part: whole.subarray(offset, offset + length) };
}

describe.each(targets)("memory with %s", (target) => {
  test.each(lengths)("%i elements", (length) => {
    native.simd(target);
    for (const offset of [0, 1, 7, 16]) {
      const { whole, part } = window(length, offset);
      expect(native.memory("read", part)).toBe(part.reduce((all, word) => (all ^ word) >>> 0, 0));

      const copied = new Uint32Array(length + 40);
      const expected = copied.slice();
      expected.set(part, 3);
      expect(native.memory("copy", copied.subarray(3, 3 + length), part)).toBe(0);
      expectSame(copied, expected);

      const ones = whole.slice().fill(1, offset, offset + length);
      expect(native.memory("write", part)).toBe(0);
      expectSame(whole, ones);
    }
  });
});

test("what it refuses", () => {
  const array = new Uint32Array(4);
  expect(() => native.memory("move" as "copy", array, array)).toThrow(/operation must be "read"/);
  expect(() => native.memory("copy", array, new Uint32Array(3))).toThrow(
    /from must be a Uint32Array of length 4/,
  );
  expect(() => native.memory("copy", array)).toThrow(/from must be a Uint32Array/);
  expect(() => native.memory("read", new Float32Array(4) as never)).toThrow(/array must be a Uint32Array/);
});
