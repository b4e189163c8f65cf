// The penalties of the comparison, and what each package calls them. Every package minimises
//   loss + lambda sum_j omega(|w_j|),   loss = ||y - Xw||^2 / (2n) or the mean of log(1 + exp z) - y z,
// but some leave a factor out of omega or start it at another value: `alpha` is their strength for our lambda.
import { type Penalty, penalties } from "flipside";

export type PenaltyName = "l1" | "logSum" | "mcp" | "scad" | "lp";

export interface PeerPenalty {
  readonly name: PenaltyName;
  /** As a table shows it. */
  readonly label: string;
  readonly ours: Penalty;
  readonly convex: boolean;
  /** omega(t) - omega(0), t >= 0: the objective of 0 is then the loss alone, whatever constant a package adds. */
  omega(t: number, lambda: number): number;
  /** omega'(t), at 0 the limit from the right. */
  slope(t: number, lambda: number): number;
  readonly skglm: PeerForm;
}

/** A penalty as another package has it. */
export interface PeerForm {
  readonly name: string;
  /** Its strength where ours is lambda. */
  alpha(lambda: number): number;
  /** Its other parameters. */
  readonly parameters: readonly number[];
}

const epsilon = 0.1;
const mcpA = 3;
const scadA = 3.7;
const power = 0.5;
const same = (lambda: number) => lambda;

export const peerPenalties: Record<PenaltyName, PeerPenalty> = {
  l1: {
    name: "l1",
    label: "l1",
    ours: penalties.l1(),
    convex: true,
    omega: (t) => t,
    slope: () => 1,
    skglm: { name: "L1", alpha: same, parameters: [] },
  },
  logSum: {
    name: "logSum",
    label: `logSum(${epsilon})`,
    ours: penalties.logSum({ epsilon }),
    convex: false,
    omega: (t) => Math.log1p(t / epsilon),
    slope: (t) => 1 / (t + epsilon),
    skglm: { name: "LogSumPenalty", alpha: same, parameters: [epsilon] },
  },
  mcp: {
    name: "mcp",
    label: `mcp(${mcpA})`,
    ours: penalties.mcp({ a: mcpA }),
    convex: false,
    omega: (t, lambda) => (t < mcpA * lambda ? t - (t * t) / (2 * mcpA * lambda) : (mcpA * lambda) / 2),
    slope: (t, lambda) => Math.max(0, 1 - t / (mcpA * lambda)),
    skglm: { name: "MCPenalty", alpha: same, parameters: [mcpA] },
  },
  scad: {
    name: "scad",
    label: `scad(${scadA})`,
    ours: penalties.scad({ a: scadA }),
    convex: false,
    omega: (t, lambda) => {
      if (t <= lambda) return t;
      if (t >= scadA * lambda) return ((scadA + 1) * lambda) / 2;
      return (2 * scadA * lambda * t - t * t - lambda * lambda) / (2 * (scadA - 1) * lambda);
    },
    slope: (t, lambda) => (t <= lambda ? 1 : Math.max(0, (scadA * lambda - t) / ((scadA - 1) * lambda))),
    skglm: { name: "SCAD", alpha: same, parameters: [scadA] },
  },
  lp: {
    name: "lp",
    label: "lp(1/2)",
    ours: penalties.lp({ p: power }),
    convex: false,
    omega: (t) => t ** power / power,
    slope: (t) => t ** (power - 1),
    // alpha sum sqrt |w|
    skglm: { name: "L0_5", alpha: (lambda) => lambda / power, parameters: [] },
  },
};

export const penaltyNames = Object.keys(peerPenalties) as readonly PenaltyName[];
