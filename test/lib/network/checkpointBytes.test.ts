// The binary form of checkpoints.
import { Checkpoint } from "flipside";
import { describe, expect, test } from "vitest";
import { type CheckpointContent, makeCheckpoint, readCheckpoint } from "../../../dist/network/checkpoint.js";
import { crc32 } from "../../../dist/network/crc32.js";
import { expectFailure, loose } from "../../support/failures.ts";
import { Random } from "../../support/random.ts";
import { reheaded } from "../../support/sealedBytes.ts";

function contentOf(single: boolean): CheckpointContent {
  const random = new Random(4);
  const floats = (count: number) => {
    const numbers = random.normals(count);
    return single ? Float32Array.from(numbers) : numbers;
  };
  const entry = {
    epoch: 1,
    loss: 0.25,
    penalty: Infinity,
    nonzero: 1,
    learningRate: 1e-3,
    lambda: 0.1,
    seconds: 2,
  };
  return {
    identity: { layers: [3], lambda: 0.1, note: "λ" },
    checksum: 2 ** 32 - 1,
    stepsPerEpoch: 7,
    seconds: 0.5,
    history: [{ ...entry, validationLoss: 0.3, validationError: undefined }],
    state: {
      step: 9,
      epochLoss: 12.5,
      layers: [
        {
          weights: floats(15),
          biases: floats(3),
          theta: floats(15),
          memory: floats(15),
          weightMoments: [floats(15), floats(15)],
          biasMoments: [floats(3), floats(3)],
          thetaMoments: [floats(15), floats(15)],
        },
        { weights: floats(3), biases: floats(1), weightMoments: [], biasMoments: [], thetaMoments: [] },
      ],
    },
  };
}

test.each([true, false])("come back as they were, in single precision: %s", (single) => {
  const content = contentOf(single);
  const checkpoint = makeCheckpoint(content);
  expect(checkpoint).toMatchObject({ epoch: 1, step: 9, history: content.history });
  const bytes = checkpoint.toBytes();
  expect(readCheckpoint("resume", bytes)).toEqual(content);
  expect(readCheckpoint("resume", Checkpoint.fromBytes(bytes))).toEqual(content);
  // Wherever they lie in their buffer.
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(readCheckpoint("resume", shifted.subarray(3))).toEqual(content);
  expect(Checkpoint.fromBytes(Buffer.from(bytes)).toBytes()).toEqual(bytes);
});

test("a header, then the arrays", () => {
  const content = contentOf(true);
  const bytes = makeCheckpoint(content).toBytes();
  const view = new DataView(bytes.buffer);
  expect(new TextDecoder("latin1").decode(bytes.subarray(0, 8))).toBe("\x89FLPCKP\n");
  expect(view.getUint32(8, true)).toBe(1);
  expect(view.getUint32(12, true)).toBe(crc32(bytes.subarray(16)));
  const length = view.getUint32(16, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(24, 24 + length)));
  expect(header).toMatchObject({ step: 9, precision: "float32", history: [{ penalty: "Infinity" }] });
  expect(header.arrays[1]).toEqual([
    ["weights", 3],
    ["biases", 1],
  ]);
  expect(view.getFloat32(24 + length, true)).toBe(content.state.layers[0]?.weights[0]);
  expect(view.getFloat32(bytes.length - 4, true)).toBe(content.state.layers[1]?.biases[0]);
});

describe("bytes that are not a checkpoint", () => {
  const good = makeCheckpoint(contentOf(true)).toBytes();
  const read = loose(Checkpoint.fromBytes);

  /** With a change to the header and a checksum that fits. */
  const forged = (change: (header: Record<string, unknown>) => void): Uint8Array =>
    reheaded(good, (header) => {
      change(header);
      return header;
    });

  test("a forged one without changes is read", () => {
    expect(Checkpoint.fromBytes(forged(() => {})).step).toBe(9);
  });

  test("every damaged byte and every shorter length is noticed", () => {
    for (let i = 0; i < good.length; i += 7) {
      const damaged = good.slice();
      damaged[i] = (damaged[i] as number) ^ 16;
      expect(() => read(damaged), String(i)).toThrow(/^bytes must be/);
      expect(() => read(good.subarray(0, i)), String(i)).toThrow(/^bytes must be/);
    }
  });

  test.each([
    ["nothing", undefined, "INVALID_ARGUMENT", "bytes must be a Uint8Array"],
    ["numbers", [1, 2, 3], "INVALID_ARGUMENT", "bytes must be a Uint8Array"],
    ["no bytes", new Uint8Array(0), "INVALID_ARGUMENT", "bytes must begin like a checkpoint of flipside"],
    [
      "a newer version",
      (() => {
        const bytes = good.slice();
        bytes[8] = 2;
        return bytes;
      })(),
      "VERSION",
      "bytes must be of version 1 at most, but is of 2",
    ],
    [
      "a longer array than there is",
      forged((header) => {
        header.arrays = [[["weights", 1e6]]];
      }),
      "INVALID_ARGUMENT",
      "bytes must be the bytes of a checkpoint, but their arrays do not fit",
    ],
    [
      "a negative length",
      forged((header) => {
        header.arrays = [[["weights", -1]]];
      }),
      "INVALID_ARGUMENT",
      "bytes must be the bytes of a checkpoint, but their arrays do not fit",
    ],
    [
      "fewer arrays than there are",
      forged((header) => {
        header.arrays = [];
      }),
      "INVALID_ARGUMENT",
      "bytes must be the bytes of a checkpoint, but their arrays do not fill them",
    ],
    [
      "an array of another name",
      forged((header) => {
        header.arrays = [[["__proto__", 3]]];
      }),
      "INVALID_ARGUMENT",
      "bytes must be the bytes of a checkpoint, but they have arrays of an unknown name",
    ],
    [
      "a step of another epoch",
      forged((header) => {
        header.step = 30;
      }),
      "INVALID_ARGUMENT",
      "bytes must be the bytes of a checkpoint, but it has 1 epochs in its history after 30 steps",
    ],
    [
      "no history",
      forged((header) => {
        header.history = 3;
      }),
      "INVALID_ARGUMENT",
      "the header of bytes.history must be an array",
    ],
  ] as const)("%s", (_, bytes, code, begins) => {
    expectFailure(() => read(bytes), code, begins);
  });

  test("a Checkpoint is not constructed", () => {
    const Loose = Checkpoint as unknown as new () => unknown;
    expectFailure(() => new Loose(), "INVALID_ARGUMENT", "a Checkpoint must come from trainNetwork");
  });
});
