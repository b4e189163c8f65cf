// Tolerances, limits, signals and progress as options.
import { fit as fitAsync, fitPath, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, expectRejection, loose } from "../support/failures.ts";
import { plainProblem, problemOf } from "../support/problems.ts";

const problem = problemOf(plainProblem(30, 5));
const options = { penalty: penalties.l1(), lambda: 0.1 };
const withConvergence = (convergence: unknown) => () => loose(fitAsync)(problem, { ...options, convergence });

describe("signal", () => {
  test.each([["abort"], [{}], [{ aborted: false }], [new EventTarget()], [() => {}], [null]])(
    "%s is none",
    async (signal) => {
      await expectRejection(
        withConvergence({ signal }),
        "INVALID_ARGUMENT",
        "convergence.signal must be an AbortSignal",
      );
    },
  );

  test("one of another realm is known by its shape", async () => {
    const listeners: unknown[] = [];
    const signal = {
      aborted: false,
      reason: undefined,
      addEventListener: (...given: unknown[]) => listeners.push(given),
      removeEventListener: (...given: unknown[]) => listeners.push(given),
    };
    await withConvergence({ signal })();
    expect(listeners.length).toBe(2);
  });

  test("aborted before the call", async () => {
    const signal = AbortSignal.abort("enough");
    const failure = await expectRejection(withConvergence({ signal }), "ABORTED", "the fit was aborted");
    expect(failure.cause).toBe("enough");
    await expectRejection(
      () => loose(fitPath)(problem, { penalty: options.penalty, convergence: { signal } }),
      "ABORTED",
      "the fit was aborted",
    );
  });

  test("AbortSignal.timeout and AbortSignal.any", async () => {
    const signal = AbortSignal.any([AbortSignal.timeout(60_000), new AbortController().signal]);
    const fit = await fitAsync(problem, { ...options, convergence: { signal } });
    expect(fit.converged).toBe(true);
  });

  test("leaves no listener behind", async () => {
    const { signal } = new AbortController();
    let count = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      ++count;
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      --count;
      remove(...given);
    };
    await Promise.all([1, 2, 3].map(() => fitAsync(problem, { ...options, convergence: { signal } })));
    expect(count).toBe(0);
    await (withConvergence({ signal, tolerance: -1 })() as Promise<unknown>).catch(() => {});
    expect(count).toBe(0);
  });
});

describe("onProgress", () => {
  test.each([[1], ["log"], [{}], [null]])("%j is no function", async (onProgress) => {
    await expectRejection(
      withConvergence({ onProgress }),
      "INVALID_ARGUMENT",
      "convergence.onProgress must be a function",
    );
  });

  test("is not called by a fit that takes no time", async () => {
    let calls = 0;
    await withConvergence({ onProgress: () => ++calls })();
    expect(calls).toBe(0);
  });
});

describe("a fit on the calling thread", () => {
  test.each([
    ["signal", new AbortController().signal],
    ["onProgress", () => {}],
  ])("has no %s", (name, value) => {
    expectFailure(
      () => fitSync(problem, { ...options, convergence: { [name]: value } }),
      "UNSUPPORTED",
      `convergence.${name} must be left out`,
    );
  });
});

test("maxIterations and a tolerance of 0", () => {
  const one = fitSync(problem, { ...options, convergence: { maxIterations: 1 } });
  expect([one.converged, one.reason, one.iterations]).toEqual([false, "maxIterations", 1]);
  const exact = fitSync(problem, { ...options, convergence: { tolerance: 0 } });
  expect(exact.stationarity).toBeLessThan(1e-13);
});
