import { colours } from "../report/colours.js";
import { fontFamily } from "../report/svg.js";

/** A name for the end of a curve. */
export interface EndLabel {
  /** Where the curve ends, in pixels from the top of the drawing. */
  readonly y: number;
  readonly title: string;
  readonly note: string;
  readonly color: string;
}

const gap = 34;
const leader = 26;

/**
 * Positions as near as possible (in squares) to the wanted ones, in their order, `distance` apart and within bounds:
 * isotonic regression of the wanted positions less what the distances take up, by pooling neighbours.
 */
export function spread(wanted: readonly number[], distance: number, low: number, high: number): number[] {
  const order = Array.from(wanted.keys()).sort((a, b) => (wanted[a] as number) - (wanted[b] as number));
  const pools: { mean: number; count: number }[] = [];
  order.forEach((index, rank) => {
    let pool = { mean: (wanted[index] as number) - rank * distance, count: 1 };
    for (let last = pools.at(-1); last !== undefined && last.mean > pool.mean; last = pools.at(-1)) {
      pools.pop();
      const count = last.count + pool.count;
      pool = { mean: (last.mean * last.count + pool.mean * pool.count) / count, count };
    }
    pools.push(pool);
  });
  const highest = high - (wanted.length - 1) * distance;
  const bases = pools.flatMap(({ mean, count }) =>
    Array<number>(count).fill(Math.max(low, Math.min(mean, highest))),
  );
  const placed = new Array<number>(wanted.length);
  order.forEach((index, rank) => {
    placed[index] = (bases[rank] as number) + rank * distance;
  });
  return placed;
}

/** Names at the right of a panel, each joined to its curve by a thin line. */
export function endLabels(labels: readonly EndLabel[], x: number, top: number, bottom: number): object[] {
  const places = spread(
    labels.map(({ y }) => y),
    gap,
    top,
    bottom,
  );
  return labels.flatMap(({ y, title, note, color }, k) => {
    const place = places[k] as number;
    const points = [
      [x + 2, y],
      [x + leader / 2, place],
      [x + leader, place],
    ];
    const text = (words: string, offset: number, fontSize: number, fill: string) => ({
      type: "text",
      x: x + leader + 5,
      y: place + offset,
      style: { text: words, fill, fontSize, fontFamily, verticalAlign: "middle" },
    });
    return [
      {
        type: "polyline",
        shape: { points },
        style: { stroke: color, lineWidth: 1.2, fill: "none" },
      },
      text(title, -7, 12, colours.ink.text),
      text(note, 8, 11, colours.ink.muted),
    ];
  });
}
