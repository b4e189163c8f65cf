import type { NativeTrainingState } from "../../binding.js";
import { isInstance } from "../checks.js";
import { expected } from "../errors.js";
import { notConstructible } from "../penalty.js";
import { kindOf } from "../views.js";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpointBytes.js";
import type { Identity } from "./identity.js";
import type { EpochEntry } from "./parts.js";

/** All of a run that goes on later. */
export interface CheckpointContent {
  readonly identity: Identity;
  /** CRC-32 of the data. */
  readonly checksum: number;
  readonly stepsPerEpoch: number;
  /** Spent on the epoch that has begun. */
  readonly seconds: number;
  readonly history: readonly EpochEntry[];
  readonly state: NativeTrainingState;
}

const secret = Symbol("made by flipside");
let contentOf: (value: object) => CheckpointContent | undefined;

export let makeCheckpoint: (content: CheckpointContent) => Checkpoint;

/**
 * Where a run of `trainNetwork` was: the parameters, what the optimiser remembers, the history, and which options and
 * data the run had. Given as `resume`, the run goes on with the same bits as if it had never stopped. Immutable; made
 * by `trainNetwork` or `Checkpoint.fromBytes`.
 */
export class Checkpoint {
  /** Epochs that are complete. */
  readonly epoch: number;
  /** Steps since the start of the run; more than the complete epochs have where it was interrupted within one. */
  readonly step: number;
  /** An entry per complete epoch. */
  readonly history: readonly EpochEntry[];
  readonly #content: CheckpointContent;

  static {
    makeCheckpoint = (content) => new Checkpoint(secret, content);
    contentOf = (value) => (#content in value ? value.#content : undefined);
  }

  private constructor(key: symbol, content: CheckpointContent) {
    if (key !== secret) throw notConstructible("Checkpoint", "trainNetwork or Checkpoint.fromBytes");
    this.#content = content;
    this.epoch = content.history.length;
    this.step = content.state.step;
    this.history = content.history;
    Object.freeze(this);
  }

  /** For a file: a binary form with a checksum, that `Checkpoint.fromBytes` restores exactly. */
  toBytes(): Uint8Array {
    return encodeCheckpoint(this.#content);
  }

  /**
   * What `toBytes` wrote.
   *
   * @throws FlipsideError INVALID_ARGUMENT for bytes that are not those of a checkpoint or are damaged; VERSION for
   * those of a newer version.
   */
  static fromBytes(bytes: Uint8Array): Checkpoint {
    return makeCheckpoint(decodeCheckpoint("bytes", bytes));
  }
}

export function readCheckpoint(argument: string, value: unknown): CheckpointContent | undefined {
  if (value === undefined) return undefined;
  if (kindOf(value) === "Uint8Array") return decodeCheckpoint(argument, value);
  const content = isInstance(value, Checkpoint) ? contentOf(value) : undefined;
  if (content === undefined) throw expected(argument, "a Checkpoint or its bytes", value);
  return content;
}
