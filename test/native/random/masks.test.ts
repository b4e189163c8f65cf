// Every Bernoulli kernel with every set of instructions against the definition, one element at a time.
import { afterAll, describe, expect, test } from "vitest";
import { keptElementwise, keptUniform } from "../../support/masks.ts";
import { native } from "../../support/native.ts";

const targets = (["baseline", "avx2", "avx512"] as const).filter((name) => {
  try {
    native.simd(name);
    return true;
  } catch {
    return false;
  }
});
const { best } = native.simd();
native.simd(best as "baseline");
afterAll(() => void native.simd(best as "baseline"));

const header = (kind: number, length: number, parameter: number, first = 0) =>
  Float64Array.of(kind, 0, length, 7, 0, 3, 0, first, parameter, 2 / 3, -0.1, 1.1, 0, 0, 0, 0, 0, 0);
const place = (element: number) => ({ seed: 7n, stream: 3n, element: BigInt(element) });

describe.each(targets)("%s", (target) => {
  test.each([0, 5, 2 ** 34 + 3])("draws from element %d", (first) => {
    native.simd(target);
    const out = new Float64Array(700);
    const each = Float64Array.from(out, (_, i) => ((i * 37) % 101) / 100);
    native.sampleMask(header(0, 700, 0.3, first), out, null, null);
    expect(out).toEqual(out.map((_, i) => (keptUniform(place(first + i), 0.3) ? 1 / 0.3 : 0)));
    native.sampleMask(header(0, 700, 0, first), out, each, null);
    expect(out).toEqual(each.map((alpha, i) => (keptElementwise(place(first + i), alpha) ? 1 / alpha : 0)));
  });
});
