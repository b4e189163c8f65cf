// What sampleMask refuses, and in which words.
import { describe, expect, test } from "vitest";
import { type HeaderOptions, header, type kinds } from "../../support/maskRequests.ts";
import { handleOf, native } from "../../support/native.ts";

type Given = Float32Array | Float64Array | null;

function refusal(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
  throw new Error("nothing was refused");
}

function sampling(options: Partial<HeaderOptions>, parameter: Given = null, penalty = "") {
  const count = options.count ?? 10;
  const made = penalty === "" ? null : handleOf(penalty, ...(penalty === "mcp" ? [3] : []));
  return refusal(() =>
    native.sampleMask(header({ count, ...options }), new Float32Array(count), parameter, made),
  );
}

describe("a parameter out of its range, by the words of the caller", () => {
  const cases: [keyof typeof kinds, number, string, string][] = [
    ["bernoulli", NaN, "NOT_FINITE", "keepProbability must be from 0 to 1, but @is NaN"],
    ["bernoulli", 1.5, "OUT_OF_RANGE", "keepProbability must be from 0 to 1, but @is 1.5"],
    ["bernoulli", -Infinity, "OUT_OF_RANGE", "keepProbability must be from 0 to 1, but @is -Infinity"],
    ["unscaledBernoulli", -5e-324, "OUT_OF_RANGE", "keepProbability must be from 0 to 1, but @is -5e-324"],
    ["gaussian", NaN, "NOT_FINITE", "standardDeviation must be >= 0, but @is NaN"],
    ["gaussian", -1, "OUT_OF_RANGE", "standardDeviation must be >= 0, but @is -1"],
    ["hardConcrete", NaN, "NOT_FINITE", "location must be a number, but @is NaN"],
  ];
  test.each(cases)("%s: %d", (kind, value, code, message) => {
    expect(sampling({ kind, parameter: value })).toEqual({ code, message: message.replace("@", "") });
    const name = message.split(" ")[0] as string;
    for (const index of [0, 7, 5000, 200_000]) {
      const parameter = new Float64Array(300_000).fill(0.5);
      // The first in order, on however many threads.
      parameter[index] = value;
      parameter[index + 70_000] = value;
      const found = sampling({ kind, count: 300_000 }, parameter);
      expect(found).toEqual({ code, message: message.replace("@", `${name}[${index}] `) });
    }
  });

  test("where the mask goes into the memory of the parameters", () => {
    const memory = new Float64Array(100).fill(0.5);
    memory[77] = 2;
    const found = refusal(() => native.sampleMask(header({ count: 100 }), memory, memory, null));
    expect(found.message).toBe("keepProbability must be from 0 to 1, but keepProbability[77] is 2");
  });

  test("a weight of a penalty, of units too", () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const weights = new Float64Array(24).fill(1);
      weights[13] = value;
      const structure = { rows: 6, columns: 4, unitRows: 6, unitColumns: 1 };
      const expected = { code: "NOT_FINITE", message: `weights must be finite, but weights[13] is ${value}` };
      expect(sampling({ count: 24, lambda: 1 }, weights, "l1")).toEqual(expected);
      const call = () =>
        native.sampleMask(
          header({ count: 4, lambda: 1, structure }),
          new Float32Array(24),
          weights,
          handleOf("l1"),
        );
      expect(refusal(call)).toEqual(expected);
    }
  });
});

test.each([
  [{ shape: [0, -0.1, 1.1] }, "OUT_OF_RANGE", "beta must be a finite number > 0, but is 0"],
  [{ shape: [Infinity, -0.1, 1.1] }, "NOT_FINITE", "beta must be a finite number > 0, but is Infinity"],
  [{ shape: [1, 0, 1.1] }, "OUT_OF_RANGE", "gamma must be a finite number < 0, but is 0"],
  [{ shape: [1, -0.1, 1] }, "OUT_OF_RANGE", "zeta must be a finite number > 1, but is 1"],
  [{ shape: [1, -0.1, NaN] }, "NOT_FINITE", "zeta must be a finite number > 1, but is NaN"],
  [{ first: -1 }, "OUT_OF_RANGE", "offset must be an integer from 0 to 9007199254740991, but is -1"],
  [{ first: 2 ** 53 }, "OUT_OF_RANGE", "offset must be an integer"],
  [{ seed: 0.5 }, "OUT_OF_RANGE", "seed must be an integer from 0 to 4294967295, but is 0.5"],
  [{ stream: -1 }, "OUT_OF_RANGE", "stream must be an integer"],
] as const)("%j", (options, code, message) => {
  const found = sampling({ kind: "hardConcrete", ...options });
  expect(found.code).toBe(code);
  expect(found.message).toContain(message);
});

describe("a header that does not fit", () => {
  const spoiled = (index: number, value: number) => {
    const numbers = header({ count: 10 });
    numbers[index] = value;
    return refusal(() => native.sampleMask(numbers, new Float32Array(10), null, null)).message;
  };

  test("in each of its numbers", () => {
    const names = ["kind", "format", "count", "seed", "seed", "stream", "stream", "offset"];
    for (const value of [NaN, -1, 0.5, Infinity, 1e300]) {
      names.forEach((name, index) => {
        expect(spoiled(index, value)).toContain(`${name} must be an integer from 0 to`);
      });
      ["rows", "columns", "unitRows", "unitColumns", "columns"].forEach((name, index) => {
        expect(spoiled(13 + index, value)).toContain(name);
      });
    }
    expect(spoiled(0, 4)).toContain("kind must be an integer from 0 to 3, but is 4");
  });

  test("with its arrays", () => {
    expect(sampling({ count: 10 }, new Float32Array(9))).toEqual({
      code: "LENGTH_MISMATCH",
      message: "parameter must have length 10 (the draws), but has length 9",
    });
    const refuseOut = (out: Float32Array | Uint8Array, options: Partial<HeaderOptions> = {}) =>
      refusal(() => native.sampleMask(header({ count: 10, ...options }), out, null, null));
    expect(refuseOut(new Float32Array(11)).code).toBe("LENGTH_MISMATCH");
    expect(refuseOut(new Uint8Array(10), { packed: true }).code).toBe("LENGTH_MISMATCH");
    expect(refuseOut(new Float32Array(2), { packed: true }).code).toBe("INVALID_ARGUMENT");
    expect(refuseOut(new Uint8Array(10), { kind: "gaussian" }).code).toBe("UNSUPPORTED");
    expect(refuseOut(new Uint8Array(2), { kind: "gaussian", packed: true }).code).toBe("UNSUPPORTED");
  });

  test("with itself", () => {
    const structure = { rows: 4, columns: 5, unitRows: 2, unitColumns: 2 };
    const refuse = (own: Partial<typeof structure>, count = 6) =>
      refusal(() =>
        native.sampleMask(
          header({ count, structure: { ...structure, ...own } }),
          new Float32Array(20),
          null,
          null,
        ),
      );
    expect(refuse({}, 7).message).toBe("count must be the 6 units of the structure, but is 7");
    expect(refuse({ unitRows: 0 }).message).toContain("unitRows and unitColumns must both be 0 or neither");
    expect(refuse({ rows: 0 }).message).toContain("rows and columns of a structured mask must be > 0");
    expect(refuse({ rows: 2 ** 40, columns: 2 }).code).toBe("OUT_OF_RANGE");
  });

  test("weights per draw or per element, nothing between", () => {
    const structure = { rows: 4, columns: 5, unitRows: 2, unitColumns: 2 };
    const options = { count: 6, structure, lambda: 1 };
    const call = () =>
      native.sampleMask(header(options), new Float32Array(20), new Float32Array(19), handleOf("l1"));
    expect(refusal(call).message).toBe(
      "parameter must have length 6 (the draws) or 20 (the elements), but has length 19",
    );
  });
});

test("a penalty that is not separable, a lambda that is none", () => {
  const weights = new Float32Array(10);
  const refuse = (lambda: number, ...[name, ...parameters]: [string, ...number[]]) =>
    refusal(() =>
      native.sampleMask(
        header({ count: 10, lambda }),
        new Float32Array(10),
        weights,
        handleOf(name, ...parameters),
      ),
    );
  expect(refuse(1, "hardThreshold", 3)).toEqual({
    code: "INVALID_ARGUMENT",
    message: "penalty must be separable, but is not",
  });
  expect(refuse(1, "ard", 1).code).toBe("INVALID_ARGUMENT");
  expect(refuse(-1, "l1")).toEqual({
    code: "OUT_OF_RANGE",
    message: "lambda must be a finite number >= 0, but is -1",
  });
  for (const lambda of [NaN, Infinity]) expect(refuse(lambda, "l1").code).toBe("NOT_FINITE");
});

test("an output that overlaps the parameters, unless it is them", () => {
  const memory = new ArrayBuffer(800);
  const parameter = new Float32Array(memory, 0, 100);
  const refuse = (out: Float32Array | Float64Array | Uint8Array, packed = false) =>
    refusal(() => native.sampleMask(header({ count: 100, packed }), out, parameter, null));
  const expected = {
    code: "INVALID_ARGUMENT",
    message: "out must not overlap parameter unless it is the same elements, but does",
  };
  expect(refuse(new Float32Array(memory, 4, 100))).toEqual(expected);
  expect(refuse(new Float64Array(memory, 0, 100))).toEqual(expected);
  expect(refuse(new Uint8Array(memory, 390, 100))).toEqual(expected);
  expect(refuse(new Uint8Array(memory, 0, 13), true)).toEqual(expected);
  // Next to each other is fine.
  native.sampleMask(header({ count: 100 }), new Float32Array(memory, 400, 100), parameter, null);
});
