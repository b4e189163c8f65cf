// sampleKept: the list of what a mask keeps is that of the mask itself.
import { describe, expect, test } from "vitest";
import { type HeaderOptions, header, sample, withThreads } from "../../support/maskRequests.ts";
import { handleOf, native } from "../../support/native.ts";

type Given = Float32Array | Float64Array;

/** The list, and that of the bytes of the same mask. */
function lists(options: HeaderOptions, parameter?: Given, lambda?: number): [Uint32Array, number[]] {
  const penalty = lambda === undefined ? undefined : handleOf("logSum", 0.1);
  const given = { ...options, lambda: lambda ?? 0 };
  const flags = sample("uint8", given, parameter ?? null, penalty ?? null);
  const wanted: number[] = [];
  flags.forEach((flag, i) => {
    if (flag === 1) wanted.push(i);
  });
  return [native.sampleKept({ numbers: header(given), parameter, penalty }), wanted];
}

function expectSame([found, wanted]: [Uint32Array, number[]]): void {
  expect(found).toBeInstanceOf(Uint32Array);
  const bytes = Buffer.from(found.buffer, found.byteOffset, found.byteLength);
  expect(bytes.equals(Buffer.from(Uint32Array.from(wanted).buffer))).toBe(true);
}

describe("the kept elements in order", () => {
  test.each([0, 1, 7, 63, 64, 65, 4095, 2 ** 16, 2 ** 16 + 1, 200_003])("%d draws", (count) => {
    for (const parameter of [0, 1e-3, 0.5, 1]) {
      expectSame(lists({ count, parameter }));
      expectSame(lists({ count, parameter, first: 2 ** 34 + 5 }));
    }
  });

  test.each([1, 2])("on %d threads", (threads) => {
    withThreads(threads, () => {
      const each = Float32Array.from({ length: 150_000 }, (_, i) => (i % 97) / 96);
      expectSame(lists({ count: each.length }, each));
      expectSame(lists({ count: each.length, kind: "hardConcrete" }, each));
      expectSame(lists({ count: each.length, kind: "hardConcrete" }, Float64Array.from(each), 0.01));
      expectSame(lists({ count: each.length }, Float64Array.from(each), 0.01));
    });
  });

  test("so many that the list becomes an array without a copy", () => {
    const options = { count: 2 ** 22 + 2 ** 16, parameter: 1 - 1e-5 };
    const found = native.sampleKept({ numbers: header(options) });
    const flags = sample("uint8", options);
    expect(found.length).toBeGreaterThan(2 ** 22);
    expect(found.length).toBe(Array.from(flags).filter((flag) => flag === 1).length);
    expect(found.findIndex((index, k) => flags[index] !== 1 || index <= (found[k - 1] ?? -1))).toBe(-1);
  });
});

test("of a structured mask the kept units", () => {
  const structure = { rows: 70, columns: 90, unitRows: 2, unitColumns: 9 };
  const options = { count: 350, parameter: 0.4 };
  expect(native.sampleKept({ numbers: header({ ...options, structure }) })).toEqual(
    native.sampleKept({ numbers: header(options) }),
  );
  const weights = Float64Array.from({ length: 6300 }, (_, i) => Math.sin(i));
  const rows = Float64Array.from({ length: 70 }, (_, i) =>
    Math.sqrt(weights.subarray(90 * i, 90 * i + 90).reduce((sum, w) => sum + w * w, 0)),
  );
  const byRow = { count: 70, lambda: 3, structure: { rows: 70, columns: 90, unitRows: 1, unitColumns: 90 } };
  const penalty = handleOf("l1");
  expect(native.sampleKept({ numbers: header(byRow), parameter: weights, penalty })).toEqual(
    native.sampleKept({ numbers: header({ count: 70, lambda: 3 }), parameter: rows, penalty }),
  );
});

test("what has no list is refused", () => {
  const refuse = (options: HeaderOptions, code: string, words: RegExp) => {
    const call = () => native.sampleKept({ numbers: header(options) });
    expect(call).toThrow(words);
    expect(call).toThrow(expect.objectContaining({ code }));
  };
  refuse({ count: 5, kind: "gaussian" }, "UNSUPPORTED", /kind/);
  refuse({ count: 2 ** 32 + 1 }, "TOO_LARGE", /count must be at most 2\^32/);
  refuse({ count: 5, parameter: NaN }, "NOT_FINITE", /keepProbability/);
});
