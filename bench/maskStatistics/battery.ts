// All tests of one sequence, and those of two that must know nothing of each other.
import { classTests } from "./classes.ts";
import { type Outcome, sumTest } from "./outcome.ts";
import { serialTests } from "./serial.ts";
import { type Block, blockLength, history, pieceLength, type Sequence, Standardiser } from "./standardise.ts";

/** Told the share of the work that is done. */
export type Progress = (share: number) => void;

/** Every test of this folder that suits the sequence, on its first `total` draws. */
export function testSequence(sequence: Sequence, total: number, progress: Progress = () => {}): Outcome[] {
  const standardiser = new Standardiser(sequence);
  const tests = [...serialTests(sequence, standardiser), ...classTests(sequence, standardiser)];
  for (let done = 0; done < total; done += pieceLength) {
    const count = Math.min(pieceLength, total - done);
    const values = sequence.draw(sequence.first + done, count);
    for (let from = 0; from < count; from += blockLength) {
      const block = standardiser.next(values, from, Math.min(blockLength, count - from));
      for (const test of tests) test.add(block);
    }
    progress((done + count) / total);
  }
  return tests.flatMap((test) => test.outcomes(total));
}

/** The correlation of elements with equal places in two sequences, and that of their squares, also crosswise. */
export function testPair(a: Sequence, b: Sequence, total: number, progress: Progress = () => {}): Outcome[] {
  const [first, second] = [new Standardiser(a), new Standardiser(b)];
  const names = ["y", "squares"] as const;
  const pairs = names.flatMap((left) => names.map((right) => ({ left, right, sum: 0 })));
  const tested = pairs.filter(
    ({ left, right }) => (left === "y" || first.hasSquares) && (right === "y" || second.hasSquares),
  );
  for (let done = 0; done < total; done += pieceLength) {
    const count = Math.min(pieceLength, total - done);
    const values = a.draw(a.first + done, count);
    const others = b.draw(b.first + done, count);
    for (let from = 0; from < count; from += blockLength) {
      const length = Math.min(blockLength, count - from);
      const blocks: [Block, Block] = [
        first.next(values, from, length, false),
        second.next(others, from, length, false),
      ];
      for (const pair of tested) pair.sum += product(blocks[0][pair.left], blocks[1][pair.right], length);
    }
    progress((done + count) / total);
  }
  return tested.map(({ left, right, sum }) =>
    sumTest(
      left === "y" && right === "y" ? "correlation" : `correlation of ${left} and ${right}`,
      sum,
      total,
    ),
  );
}

function product(a: Float64Array, b: Float64Array, length: number): number {
  let sum = 0;
  for (let i = history; i < history + length; ++i) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
