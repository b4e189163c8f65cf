import type { FitRequest, NativeFit, NativeProgress } from "../binding.js";
import { native } from "./binding.js";
import { property } from "./checks.js";
import type { Convergence } from "./convergence.js";
import { FlipsideError, unreadable } from "./errors.js";

/**
 * Runs a request on a worker of the addon. Resolves with what was computed when it ended or was stopped; rejects with
 * an error of the addon, with ABORTED if there was nothing yet, or with what onProgress threw.
 */
export function runJob(request: FitRequest, convergence: Convergence): Promise<NativeFit[]> {
  const job = new Job(convergence);
  job.start(request);
  return job.result;
}

const progressInterval = 50;

// No closure here may capture the request: the caller's matrix would stay alive as long as the job.
class Job {
  readonly result: Promise<NativeFit[]>;
  readonly #convergence: Convergence;
  #resolve!: (fits: NativeFit[]) => void;
  #reject!: (error: unknown) => void;
  #number: number | undefined;
  #settled = false;
  #reported = -progressInterval;
  #thrown: { error: unknown } | undefined;
  readonly #cancel = () => {
    if (this.#number !== undefined && !this.#settled) native.cancel(this.#number);
  };

  constructor(convergence: Convergence) {
    this.#convergence = convergence;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  start(request: FitRequest): void {
    const { signal, onProgress } = this.#convergence;
    try {
      if (signal !== undefined) {
        if (property("convergence.signal", signal, "aborted")) throw aborted(signal);
        listen(signal, this.#cancel);
      }
      const settle = (error: Error | null, fits: NativeFit[] | null) => this.#settle(error, fits);
      const progress = onProgress === undefined ? null : (state: NativeProgress) => this.#report(state);
      this.#number = native.fit(request, settle, progress);
    } catch (error) {
      this.#finish();
      this.#reject(error);
    }
  }

  #report(state: NativeProgress): void {
    if (this.#settled || this.#thrown !== undefined) return;
    const { onProgress, maxIterations } = this.#convergence;
    // The worker keeps the interval, but a busy event loop delivers late and the next one on time.
    const now = performance.now();
    if (now - this.#reported < progressInterval) return;
    this.#reported = now;
    try {
      onProgress?.({ ...state, maxIterations });
    } catch (error) {
      this.#thrown = { error };
      this.#cancel();
    }
  }

  #settle(error: Error | null, fits: NativeFit[] | null): void {
    this.#finish();
    const { signal } = this.#convergence;
    if (this.#thrown !== undefined) this.#reject(this.#thrown.error);
    else if (fits !== null) this.#resolve(fits);
    else if ((error as FlipsideError | null)?.code === "ABORTED") this.#reject(aborted(signal));
    else this.#reject(error);
  }

  #finish(): void {
    this.#settled = true;
    if (this.#convergence.signal !== undefined) unlisten(this.#convergence.signal, this.#cancel);
  }
}

function aborted(signal: AbortSignal | undefined): FlipsideError {
  const message = "the fit was aborted before its first iterate";
  try {
    return new FlipsideError("ABORTED", message, { cause: signal?.reason });
  } catch {
    return new FlipsideError("ABORTED", message);
  }
}

// One listener per signal, however many jobs it controls: more than ten would print a warning.
const listeners = new WeakMap<AbortSignal, { callbacks: Set<() => void>; onAbort: () => void }>();

function listen(signal: AbortSignal, callback: () => void): void {
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
      throw unreadable("convergence.signal", cause);
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
    // Not a real signal: nothing to do about it after the fit.
  }
}
