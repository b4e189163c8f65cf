// PyTorch in a child process that lives as long as the benchmark.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../drivers/native.ts";
import { Child } from "../peers/child.ts";
import { saveNumbers } from "../peers/files.ts";
import { interpreters } from "../peers/interpreters.ts";
import { batchSize, epsilon, fullEpochs, type Setting, threshold } from "./settings.ts";
import type { Result, TrainingSide } from "./sides.ts";

interface Versions {
  readonly python: string;
  readonly torch: string;
  readonly threads: number;
  /** Whether it has the fused Adam on CPUs. */
  readonly fused: boolean;
}

/** Rows of images in memory, with their labels. */
export interface Rows {
  readonly x: Float32Array;
  readonly y: Int32Array;
}

/** One interpreter that has PyTorch. */
export class Torch {
  readonly #child: Child<Versions>;

  private constructor(child: Child<Versions>) {
    this.#child = child;
  }

  /** Of every interpreter that has it, one per version. */
  static async find(threads: number): Promise<Torch[]> {
    const script = fileURLToPath(new URL("bench/caseStudy/pytorch.py", packageRoot));
    const found = new Map<string, Torch>();
    for (const program of interpreters()) {
      const child = await Child.start<Versions>(program, [script, String(threads)]);
      if (child === undefined) continue;
      if (found.has(child.greeting.torch)) child.stop();
      else found.set(child.greeting.torch, new Torch(child));
    }
    return [...found.values()];
  }

  get versions(): Versions {
    return this.#child.greeting;
  }

  /** The same bits as ours, by way of files that are gone afterwards. */
  async load(training: Rows, validation: Rows, inputs: number): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "flipside-training-"));
    try {
      const arrays = { x: training.x, y: training.y, validationX: validation.x, validationY: validation.y };
      for (const [name, array] of Object.entries(arrays)) saveNumbers(join(folder, `${name}.bin`), array);
      const sizes = { training: training.y.length, validation: validation.y.length };
      await this.#child.ask({ load: { folder, inputs, ...sizes } });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** With Adam as it comes and, where there is one, the fused Adam. */
  sides(images: number): TrainingSide[] {
    const { torch, fused } = this.versions;
    const side = (name: string, useFused: boolean): TrainingSide => ({
      name,
      library: torch,
      train: (setting, epochs, seed) =>
        this.#child.ask<Result>({ train: requestOf(setting, images, epochs, seed, useFused) }),
    });
    return [side(`torch ${torch}`, false), ...(fused ? [side(`torch ${torch}, fused Adam`, true)] : [])];
  }

  stop(): void {
    this.#child.stop();
  }
}

/** The numbers of the setting as they go to trainNetwork. */
function requestOf(setting: Setting, images: number, epochs: number, seed: number, fused: boolean): object {
  const { method, lambda, lossScale = 1 } = setting.options(images, fullEpochs);
  const own = typeof method === "object" ? method : {};
  const { logSigma, logAlpha, logEta, ...more } = own as Record<string, unknown>;
  return {
    ...more,
    method: setting.id,
    theta: logSigma ?? logAlpha ?? logEta ?? 0,
    epochs,
    of: fullEpochs,
    learningRate: setting.learningRate,
    lambda,
    lossScale,
    epsilon,
    batchSize,
    seed,
    threshold,
    fused,
  };
}
