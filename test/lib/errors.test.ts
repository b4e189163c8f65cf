// The words of errors: short whatever the value, and without running the caller's code.
import { FlipsideError, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { loose } from "../support/failures.ts";

const penalty = penalties.l1();

/** What an error says that came instead of a number. */
function described(value: unknown): string {
  try {
    loose(fitSync)({ x: [[1]], y: [1] }, { penalty, lambda: value });
  } catch (error) {
    return (error as Error).message.replace("lambda must be a finite number >= 0, but is ", "");
  }
  throw new Error("no error came");
}

class Shape {}

describe("what came is described", () => {
  test.each<[unknown, string]>([
    [undefined, "undefined"],
    [null, "null"],
    [true, "true (boolean)"],
    ["a", '"a" (string)'],
    ["x".repeat(1000), `"${"x".repeat(60)}…" (string)`],
    ['"\n', '"\\"\\n" (string)'],
    [-1, "-1 (number)"],
    [12n, "12n (bigint)"],
    [10n ** 40n, "a huge bigint"],
    [Symbol("s"), "Symbol(s) (symbol)"],
    [() => 1, "a function"],
    [[1, 2], "an array of length 2"],
    [{}, "an object"],
    [Object.create(null), "an object"],
    [new Map(), "a Map"],
    [new Shape(), "a Shape"],
    [new Float32Array(3), "a Float32Array of length 3"],
    [new Int8Array(1), "an Int8Array of length 1"],
    [new ArrayBuffer(8), "an ArrayBuffer"],
    [new Error("boo"), "Error: boo"],
    [new Proxy({}, {}), "a Proxy"],
    [Promise.resolve(), "a Promise"],
  ])("%#", (value, words) => {
    expect(described(value)).toBe(words);
  });

  test("nothing of the caller's is run", () => {
    const never = () => {
      throw new Error("was run");
    };
    const trapped = new Proxy({}, { get: never, getPrototypeOf: never, ownKeys: never });
    expect(described(trapped)).toBe("a Proxy");
    expect(described({ toString: never, valueOf: never, toJSON: never })).toBe("an object");
    expect(
      described(
        Object.create({
          get constructor() {
            return never();
          },
        }),
      ),
    ).toBe("an object");
    class Named {}
    Object.defineProperty(Named, "name", { get: never });
    expect(described(new Named())).toBe("an object");
  });
});

describe("FlipsideError", () => {
  test("is an Error with a code and a name", () => {
    const error = new FlipsideError("EMPTY", "nothing is there", { cause: 3 });
    expect(error).toBeInstanceOf(Error);
    expect([error.code, error.message, error.cause, error.name]).toEqual([
      "EMPTY",
      "nothing is there",
      3,
      "FlipsideError",
    ]);
    expect(String(error)).toBe("FlipsideError: nothing is there");
    expect(error.stack).toMatch(/^FlipsideError: nothing is there\n/);
    expect(Object.keys(error)).toEqual(["code"]);
  });

  test("those of the addon are of the same class", () => {
    try {
      fitSync({ x: [[1], [2]], y: [1e200, -1e200] }, { penalty, lambda: 1 });
    } catch (error) {
      expect(error).toBeInstanceOf(FlipsideError);
      expect((error as FlipsideError).code).toBe("NUMERIC");
      return;
    }
    throw new Error("no error came");
  });
});

describe("misspelt options", () => {
  test.each([
    ["labmda", "lambda"],
    ["Lambda", "lambda"],
    ["standardise", "standardize"],
    ["intercep", "intercept"],
    ["weights", undefined],
  ])("%s", (key, near) => {
    const call = () => loose(fitSync)({ x: [[1]], y: [1] }, { penalty, lambda: 1, [key]: 1 });
    expect(call).toThrow(
      near === undefined ? /^options has no "weights": known are/ : `did you mean "${near}"?`,
    );
  });
});
