import { native } from "./binding.js";
import { isInstance, property } from "./checks.js";
import { FlipsideError, unreadable } from "./errors.js";

/** How a job of the addon is begun: a call of `native` with its last two arguments. @internal */
export type Begin<Result, State> = (
  settle: (error: Error | null, result: Result | null) => void,
  progress: ((state: State) => void) | null,
) => number;

/** What a job is watched and stopped by. @internal */
export interface Controls<State> {
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((state: State) => void) | undefined;
  /** What the signal is called in an error, by default "convergence.signal". */
  readonly signalName?: string;
  /** The message of ABORTED. */
  readonly aborted: string;
}

/**
 * Runs a job on a worker of the addon. Resolves with its result; rejects with an error of the addon, with ABORTED if it
 * was stopped before there was a result, or with what onProgress threw. `begin` is called once, before this returns,
 * and not kept: the caller's data do not stay alive by it.
 * @internal
 */
export function runJob<Result, State>(
  begin: Begin<Result, State>,
  controls: Controls<State>,
): Promise<Result> {
  const job = new Job<Result, State>(controls);
  job.start(begin);
  return job.result;
}

const progressInterval = 50;

// No closure here may capture `begin`: the caller's matrix would stay alive as long as the job.
class Job<Result, State> {
  readonly result: Promise<Result>;
  readonly #controls: Controls<State>;
  #resolve!: (result: Result) => void;
  #reject!: (error: unknown) => void;
  #number: number | undefined;
  #settled = false;
  #reported = -progressInterval;
  #thrown: { error: unknown } | undefined;
  readonly #cancel = () => {
    if (this.#number !== undefined && !this.#settled) native.cancel(this.#number);
  };

  constructor(controls: Controls<State>) {
    this.#controls = controls;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  start(begin: Begin<Result, State>): void {
    const { signal, signalName = "convergence.signal", onProgress } = this.#controls;
    try {
      if (signal !== undefined) {
        if (property(signalName, signal, "aborted")) throw this.#aborted();
        listen(signal, signalName, this.#cancel);
      }
      const settle = (error: Error | null, result: Result | null) => this.#settle(error, result);
      const progress = onProgress === undefined ? null : (state: State) => this.#report(state);
      this.#number = begin(settle, progress);
    } catch (error) {
      this.#finish();
      this.#reject(error);
    }
  }

  #report(state: State): void {
    if (this.#settled || this.#thrown !== undefined) return;
    // The worker keeps the interval, but a busy event loop delivers late and the next one on time.
    const now = performance.now();
    if (now - this.#reported < progressInterval) return;
    this.#reported = now;
    try {
      const answer: unknown = this.#controls.onProgress?.(state);
      // An async function that rejects stops the job as one that throws does.
      if (isInstance(answer, Promise)) answer.catch((error: unknown) => this.#stop(error));
    } catch (error) {
      this.#stop(error);
    }
  }

  #stop(error: unknown): void {
    if (this.#settled) return;
    this.#thrown ??= { error };
    this.#cancel();
  }

  #settle(error: Error | null, result: Result | null): void {
    this.#finish();
    if (this.#thrown !== undefined) this.#reject(this.#thrown.error);
    else if (result !== null) this.#resolve(result);
    else if ((error as FlipsideError | null)?.code === "ABORTED") this.#reject(this.#aborted());
    else this.#reject(error);
  }

  #aborted(): FlipsideError {
    const { signal, aborted } = this.#controls;
    try {
      return new FlipsideError("ABORTED", aborted, { cause: signal?.reason });
    } catch {
      return new FlipsideError("ABORTED", aborted);
    }
  }

  #finish(): void {
    this.#settled = true;
    const { signal } = this.#controls;
    if (signal !== undefined) unlisten(signal, this.#cancel);
  }
}

// One listener per signal, however many jobs it controls: more than ten would print a warning.
const listeners = new WeakMap<AbortSignal, { callbacks: Set<() => void>; onAbort: () => void }>();

function listen(signal: AbortSignal, name: string, callback: () => void): void {
  let entry = listeners.get(signal);
  if (entry === undefined) {
    const callbacks = new Set<() => void>();
    entry = {
      callbacks,
      onAbort: () => {
        for (const cancel of callbacks) cancel();
      },
    };
    try {
      signal.addEventListener("abort", entry.onAbort);
    } catch (cause) {
      throw unreadable(name, cause);
    }
    listeners.set(signal, entry);
  }
  entry.callbacks.add(callback);
}

function unlisten(signal: AbortSignal, callback: () => void): void {
  const entry = listeners.get(signal);
  if (entry === undefined || !entry.callbacks.delete(callback) || entry.callbacks.size > 0) return;
  listeners.delete(signal);
  try {
    signal.removeEventListener("abort", entry.onAbort);
  } catch {
    // Not a real signal: nothing to do about it after the job.
  }
}
