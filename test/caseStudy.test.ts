// The case study in small: its data, its judgement, and a short run from its command line to its files.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { FlipsideError } from "flipside";
import { afterAll, describe, expect, test, vi } from "vitest";
import { runStudy } from "../bench/caseStudy/command.ts";
import { loadImages, splitRows } from "../bench/caseStudy/data.ts";
import { parseIdx, readIdx } from "../bench/caseStudy/idx.ts";
import { judge, spreadOf, studyMarkdown } from "../bench/caseStudy/report.ts";
import { chooseSettings, settings } from "../bench/caseStudy/settings.ts";
import type { Run, Study } from "../bench/caseStudy/study.ts";
import { root } from "./support/child.ts";

const folder = mkdtempSync(join(tmpdir(), "flipside-case-study-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** An IDX file of bytes. */
function idx(dimensions: readonly number[], values: ArrayLike<number>): Buffer {
  const head = Buffer.alloc(4 + 4 * dimensions.length);
  head.writeUInt32BE(0x0800 + dimensions.length, 0);
  dimensions.forEach((size, k) => {
    head.writeUInt32BE(size, 4 + 4 * k);
  });
  return Buffer.concat([head, Uint8Array.from(values)]);
}

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof FlipsideError) return error.code;
    throw error;
  }
  return "no error";
}

async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const spies = [vi.spyOn(console, "log"), vi.spyOn(process.stderr, "write")];
  for (const spy of spies) spy.mockReturnValue(undefined as never);
  try {
    return await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe("IDX files", () => {
  const good = idx([2, 2, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 254, 255]);

  test("are read as they are and packed", () => {
    writeFileSync(join(folder, "plain"), good);
    writeFileSync(join(folder, "packed.gz"), gzipSync(good));
    for (const name of ["plain", "packed"]) {
      const { dimensions, values } = readIdx(folder, name, 3);
      expect(dimensions).toEqual([2, 2, 3]);
      expect(Array.from(values)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 254, 255]);
    }
  });

  test("that are none are refused with a code", () => {
    const parse = (bytes: Uint8Array) => codeOf(() => parseIdx(bytes, "file", 3));
    expect(parse(good.subarray(0, 3))).toBe("INVALID_ARGUMENT");
    expect(parse(good.subarray(0, 15))).toBe("INVALID_ARGUMENT");
    expect(parse(idx([12], new Uint8Array(12)))).toBe("INVALID_ARGUMENT");
    expect(parse(Buffer.alloc(40))).toBe("INVALID_ARGUMENT");
    expect(parse(good.subarray(0, good.length - 1))).toBe("LENGTH_MISMATCH");
    expect(parse(Buffer.concat([good, Buffer.alloc(1)]))).toBe("LENGTH_MISMATCH");
    expect(parse(idx([2 ** 32 - 1, 2 ** 32 - 1, 2], [1]))).toBe("LENGTH_MISMATCH");
    writeFileSync(join(folder, "broken.gz"), good);
    expect(codeOf(() => readIdx(folder, "broken", 3))).toBe("INVALID_ARGUMENT");
    expect(codeOf(() => readIdx(folder, "absent", 3))).toBe("INVALID_ARGUMENT");
  });
});

describe("the data", () => {
  test("are MNIST's images, normalised", () => {
    const { train, test: held, inputs, classes } = loadImages(undefined, 6000);
    expect([train.rows, held.rows, inputs, classes]).toEqual([6000, 1000, 784, 10]);
    // The first ten labels of each part, and the darkest and the brightest pixel.
    expect(Array.from(train.labels.subarray(0, 10))).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect(Array.from(held.labels.subarray(0, 10))).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const extremes = [Math.min, Math.max].map((of) => train.images.reduce((a, b) => of(a, b)));
    expect(extremes).toEqual([Math.fround(-0.1307 / 0.3081), Math.fround(0.8693 / 0.3081)]);
    const mean = train.images.reduce((sum, value) => sum + value, 0) / train.images.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
  });

  test("are split by the seed alone, four to one, without overlap", () => {
    const { training, validation } = splitRows(1000, 3);
    expect([training.length, validation.length]).toEqual([800, 200]);
    expect(new Set([...training, ...validation]).size).toBe(1000);
    expect(splitRows(1000, 3)).toEqual({ training, validation });
    expect(splitRows(1000, 4).validation).not.toEqual(validation);
  });
});

test("methods are chosen by their names, unknown ones refused with the list", () => {
  expect(chooseSettings("logSum, varDrop").map(({ id }) => id)).toEqual(["varDrop", "logSum"]);
  expect(() => chooseSettings("logSum,lasso")).toThrow(
    /no method lasso; there are varDropLRAR, .*magnitude$/,
  );
  expect(settings.filter(({ published }) => published)).toHaveLength(7);
});

describe("the judgement", () => {
  const run = (seed: number, nonzero: number, error: number): Run => ({
    method: "adaTikhonov",
    seed,
    history: { loss: [], penalty: [], nonzero: [], validationError: [] },
    nonzero,
    testError: { trained: error, pruned: error },
    seconds: { epoch: 1, total: 1 },
  });
  const { options: _, ...setting } = settings.find(
    ({ id }) => id === "adaTikhonov",
  ) as (typeof settings)[number];
  const method = { ...setting, published: setting.published ?? null };

  test("is of means over the seeds", () => {
    const verdict = judge(method, [run(0, 0.02, 0.029), run(1, 0.024, 0.031)]);
    expect(verdict.nonzero).toEqual(spreadOf([0.02, 0.024]));
    expect(verdict.nonzero.deviation).toBeCloseTo(0.004 / Math.SQRT2, 12);
    expect(verdict.ratio).toBeCloseTo(0.022 / 0.0183, 12);
    expect(verdict.difference).toBeCloseTo(3 - 2.88, 12);
    expect([verdict.nearNonzero, verdict.nearError]).toEqual([true, true]);
  });

  test.each([
    [0.0183 * 1.36, 0.0288, false, true],
    [0.0183 / 1.36, 0.0288, false, true],
    [0.0183 / 1.34, 0.0288 + 0.0051, true, false],
    [0.0183, 0.0288 - 0.0051, true, false],
  ])("of %d nonzero and an error of %d", (nonzero, error, nearNonzero, nearError) => {
    expect(judge(method, [run(0, nonzero, error)])).toMatchObject({ nearNonzero, nearError });
  });
});

describe("a short study", () => {
  const out = join(folder, "out");
  const words = [
    "--epochs",
    "2",
    "--rows",
    "6000",
    "--methods",
    "varDropLR,varDrop,etaTrick,adaTikhonov",
    "--out",
    out,
  ];
  const read = (name: string) => JSON.parse(readFileSync(join(out, name), "utf8")) as Study;

  test("learns, prunes and writes its files", async () => {
    const files = await quietly(() => runStudy(words));
    expect(files).toEqual(
      ["json", "md", "svg", "png"].map((extension) => join(out, `case-study.${extension}`)),
    );
    const study = read("case-study.json");
    expect(existsSync(join(out, "case-study.unfinished.json"))).toBe(false);
    expect(study.data).toMatchObject({ name: "mnist", training: 4800, validation: 1200, test: 1000 });
    expect(study.runs.map(({ method }) => method)).toEqual([
      "varDropLR",
      "varDrop",
      "etaTrick",
      "adaTikhonov",
    ]);
    for (const { history, nonzero, testError, seconds, method } of study.runs) {
      for (const values of Object.values(history)) expect(values).toHaveLength(2);
      expect(nonzero).toBeGreaterThan(0);
      expect(nonzero).toBeLessThanOrEqual(1);
      expect(Math.abs(nonzero - (history.nonzero.at(-1) as number))).toBeLessThan(1e-4 * nonzero);
      expect(history.loss[1]).toBeLessThan(history.loss[0] as number);
      // 76 steps of at most 1e-4 are not enough for less.
      const slow = method === "adaTikhonov";
      expect(nonzero < 1, method).toBe(slow);
      const bound = slow ? 0.4 : 0.15;
      for (const error of [testError.trained, testError.pruned, history.validationError.at(-1) as number]) {
        expect(error).toBeGreaterThan(0);
        expect(error, method).toBeLessThan(bound);
      }
      expect(seconds.total).toBeGreaterThanOrEqual(seconds.epoch);
    }
    expect(readFileSync(join(out, "case-study.md"), "utf8")).toBe(studyMarkdown(study));
    expect(readFileSync(join(out, "case-study.svg"), "utf8")).toContain("AdaTikhonov");
    expect(readFileSync(join(out, "case-study.png")).subarray(1, 4).toString()).toBe("PNG");
  });

  test("goes on with what has ended", async () => {
    const before = read("case-study.json");
    await quietly(() => runStudy([...words, "--seeds", "0,5", "--continue"]));
    const after = read("case-study.json");
    expect(after.runs.slice(0, 4)).toEqual(before.runs);
    expect(after.runs.slice(4).map(({ method, seed }) => `${method} ${seed}`)).toEqual([
      "varDropLR 5",
      "varDrop 5",
      "etaTrick 5",
      "adaTikhonov 5",
    ]);
  });

  test("takes other images, of any size", async () => {
    const images = join(folder, "stripes");
    writeStripes(images);
    const files = await quietly(() =>
      runStudy(["--data", images, "--epochs", "3", "--methods", "logSum", "--out", out]),
    );
    expect(files[1]).toBe(join(out, "case-study-stripes.md"));
    expect(readFileSync(files[1] as string, "utf8")).not.toContain("published");
    const study = read("case-study-stripes.json");
    expect(study.network.layers).toEqual([30, 300, 100, 3]);
    expect(study.runs).toHaveLength(1);
  });

  test("refuses unknown options", async () => {
    for (const bad of [["--methods", "lasso"], ["--epochs", "0"], ["--seeds", "-1"], ["--what"]]) {
      await expect(quietly(() => runStudy(bad))).rejects.toMatchObject({ exitCode: 1 });
    }
    await expect(quietly(() => runStudy(["--rows", "70000"]))).rejects.toMatchObject({
      code: "OUT_OF_RANGE",
    });
  });
});

/** 400 images of 5 x 6 pixels with one bright row in three, which is the label, and 100 to test. */
function writeStripes(place: string): void {
  mkdirSync(place);
  for (const [part, count] of [
    ["train", 400],
    ["t10k", 100],
  ] as const) {
    const labels = Array.from({ length: count }, (_, i) => (i * 7 + (i >> 3)) % 3);
    const pixels = labels.flatMap((label, i) =>
      Array.from(
        { length: 30 },
        (_, k) => (Math.floor(k / 6) === label ? 200 : 0) + ((i * 31 + k * 17) % 50),
      ),
    );
    writeFileSync(join(place, `${part}-images-idx3-ubyte.gz`), gzipSync(idx([count, 5, 6], pixels)));
    writeFileSync(join(place, `${part}-labels-idx1-ubyte.gz`), gzipSync(idx([count], labels)));
  }
}

test("the committed table is that of the committed numbers", () => {
  const results = join(root, "bench", "results");
  const name = join(results, "case-study.json");
  if (!existsSync(name)) return;
  const study = JSON.parse(readFileSync(name, "utf8")) as Study;
  expect(readFileSync(join(results, "case-study.md"), "utf8")).toBe(studyMarkdown(study));
  expect(new Set(study.runs.map(({ method }) => method))).toEqual(new Set(settings.map(({ id }) => id)));
  for (const { history, nonzero } of study.runs) {
    expect(history.nonzero).toHaveLength(study.network.epochs);
    expect(Math.abs(nonzero - (history.nonzero.at(-1) as number))).toBeLessThanOrEqual(1e-4 * nonzero);
  }
});
