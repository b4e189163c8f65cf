// A parameter theta on an interval, whole or half line, by a coordinate u that is dense at the finite ends.

export interface Coordinates {
  readonly from: number;
  readonly to: number;
  theta(u: number): number;
  /** An end of the domain itself is (nearly) reached at this end of u. */
  readonly closedLeft: boolean;
  readonly closedRight: boolean;
}

/** exp(±140) is beyond every scale of interest. */
const far = 140;

/** How near e^u may come to a finite end before rounding swallows it. */
function nearest(end: number): number {
  return end === 0 ? -far : Math.log(Math.abs(end)) - 28;
}

export function coordinates(low: number, high: number): Coordinates {
  if (low === -Infinity && high === Infinity) {
    return { from: -45, to: 45, theta: Math.sinh, closedLeft: false, closedRight: false };
  }
  if (high === Infinity) {
    return {
      from: nearest(low),
      to: far,
      theta: (u) => low + Math.exp(u),
      closedLeft: true,
      closedRight: false,
    };
  }
  if (low === -Infinity) {
    return {
      from: -far,
      to: -nearest(high),
      theta: (u) => high - Math.exp(-u),
      closedLeft: false,
      closedRight: true,
    };
  }
  const width = high - low;
  const left = Math.max(-far, nearest(low) - Math.log(width));
  const right = Math.max(-far, nearest(high) - Math.log(width));
  return {
    from: left,
    to: -right,
    theta: (u) => (u < 0 ? low + width / (1 + Math.exp(-u)) : high - width / (1 + Math.exp(u))),
    closedLeft: true,
    closedRight: true,
  };
}
