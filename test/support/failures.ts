import { FlipsideError, type FlipsideErrorCode } from "flipside";
import { expect } from "vitest";

/** A call with arguments that its types forbid. */
export const loose = <T>(callable: T) => callable as unknown as (...given: unknown[]) => unknown;

/** What the call throws, which must be something. */
export function failureOf(call: () => unknown): Error & { code: string } {
  try {
    call();
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error("accepted");
}

/** Asserts that the call throws a FlipsideError with this code whose message begins as given. */
export function expectFailure(call: () => unknown, code: FlipsideErrorCode, begins: string): FlipsideError {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  return inspect(error, code, begins);
}

/** The same for a promise, which must not throw directly. */
export async function expectRejection(
  call: () => unknown,
  code: FlipsideErrorCode,
  begins: string,
): Promise<FlipsideError> {
  const promise = call() as Promise<unknown>;
  expect(promise).toBeInstanceOf(Promise);
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return inspect(error, code, begins);
}

function inspect(error: unknown, code: FlipsideErrorCode, begins: string): FlipsideError {
  expect(error).toBeInstanceOf(FlipsideError);
  const failure = error as FlipsideError;
  expect([failure.code, failure.message.slice(0, begins.length)]).toEqual([code, begins]);
  expect(failure.name).toBe("FlipsideError");
  return failure;
}
