// What a study is as JSON: what was trained on which data, and a record of each run.
import type { Machine } from "../machine.ts";
import type { ImageData } from "./data.ts";
import type { Setting } from "./settings.ts";

/** One number per epoch, rounded for reading. */
export interface History {
  /** Mean loss of the batches, with the noise of the method. */
  readonly loss: readonly number[];
  /** R; the objective is lossScale (L + lambda R). */
  readonly penalty: readonly number[];
  /** Fraction of the weights that count as nonzero. */
  readonly nonzero: readonly number[];
  /** Fraction of the validation rows that the pruned network misclassifies. */
  readonly validationError: readonly number[];
}

export interface Run {
  readonly method: string;
  readonly seed: number;
  readonly history: History;
  readonly nonzero: number;
  /** Fractions of the test rows that are misclassified. */
  readonly testError: { readonly trained: number; readonly pruned: number };
  readonly seconds: {
    /** Median over the epochs, without validation. */
    readonly epoch: number;
    /** The whole call, with validation and copies. */
    readonly total: number;
  };
}

export type MethodRecord = Omit<Setting, "options" | "published"> & {
  /** null where there is none. */
  readonly published: Setting["published"] | null;
};

export interface Study {
  readonly command: string;
  readonly commit: string;
  /** When its last run ended. */
  readonly date: string;
  readonly machine: Machine;
  readonly data: Omit<ImageData, "train" | "test"> & {
    readonly training: number;
    readonly validation: number;
    readonly test: number;
  };
  readonly network: {
    /** Units, inputs and outputs included. */
    readonly layers: readonly number[];
    readonly epochs: number;
    readonly batchSize: number;
    readonly optimizer: string;
    readonly learningRateSchedule: string;
    readonly threshold: number;
    readonly pinThreads: boolean;
  };
  readonly methods: readonly MethodRecord[];
  readonly runs: readonly Run[];
}

/** Those of a method, by seed. */
export function runsOf({ runs }: Study, method: string): readonly Run[] {
  return runs.filter((run) => run.method === method).sort((a, b) => a.seed - b.seed);
}

/** Whether runs of one may stand beside runs of the other: the same code, data and settings. */
export function continues(earlier: Study, now: Study): boolean {
  const identity = ({ commit, data, network, methods }: Study) => {
    return JSON.stringify({ commit, data, network, methods: methods.map(({ id }) => id) });
  };
  return earlier.commit !== "unknown" && identity(earlier) === identity(now);
}
