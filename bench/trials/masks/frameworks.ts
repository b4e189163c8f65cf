// Masks against numpy and PyTorch in a child process. Each mask stands against the usual form of its peer, for which the
// aim was set, and against faster ones: memory allocated before, fewer passes, other ways to the same mask.
import { freemem } from "node:os";
import { findPeers, type Library, type Peers } from "../../peers/python.ts";
import { type Candidate, race } from "../../timer.ts";
import { type MaskData, maskData, requireSameMean } from "./data.ts";
import { byThreads, type Form, type MaskName, ownMask } from "./ours.ts";
import type { Aim, MaskMeasurement } from "./table.ts";

const smallest = 1e6;
/** Milliseconds between a sample of a peer and ours: threads of OpenMP wait busily for a while when they are done. */
const rest = 30;
/** Bytes per element of both sides at the same time, with some to spare. */
const bytesPerElement = 60;
const leastSamples = 3;

interface Peer {
  readonly library: Library;
  readonly name: string;
  readonly aim?: Aim;
}

interface Opponents {
  readonly mask: MaskName;
  readonly form: Form;
  readonly peers: readonly Peer[];
  readonly aimRate?: number;
}

function peersWithAim(factor: number, set: readonly string[], others: readonly string[]): Peer[] {
  const peer = (name: string, isSet: boolean): Peer => ({
    library: name.startsWith("numpy") ? "numpy" : "torch",
    name,
    aim: { factor, set: isSet },
  });
  return [...set.map((name) => peer(name, true)), ...others.map((name) => peer(name, false))];
}

const opponents: readonly Opponents[] = [
  {
    mask: "unscaled Bernoulli",
    form: "out",
    peers: peersWithAim(
      25,
      ["torch.bernoulli(alpha)", "torch.bernoulli(alpha, out=)"],
      ["torch rand < alpha, out="],
    ),
  },
  { mask: "unscaled Bernoulli", form: "fresh", peers: peersWithAim(25, ["torch.bernoulli(alpha)"], []) },
  {
    mask: "scaled Bernoulli",
    form: "out",
    peers: [
      ...peersWithAim(
        25,
        ["torch.bernoulli(alpha) / alpha", "torch.bernoulli(alpha, out=) / alpha"],
        ["torch rand < alpha, / alpha, out="],
      ),
      ...peersWithAim(
        14,
        ["numpy SFC64 where", "numpy SFC64 divide(where=), out="],
        ["numpy SFC64 kept / alpha, out="],
      ),
    ],
  },
  {
    mask: "unscaled Bernoulli, one α",
    form: "out",
    peers: [{ library: "torch", name: "torch.bernoulli_(0.3)" }],
  },
  {
    mask: "Gaussian",
    form: "out",
    peers: peersWithAim(10, ["1 + s * torch.randn"], ["1 + s * torch.randn, in place"]),
  },
  {
    mask: "hard concrete",
    form: "out",
    peers: peersWithAim(20, ["torch hard concrete"], ["torch hard concrete, in place"]),
  },
  {
    mask: "packed bits, one α",
    form: "out",
    aimRate: 6e9,
    peers: [
      { library: "numpy", name: "numpy packbits(random < alpha)" },
      { library: "numpy", name: "numpy packbits, float32, out=" },
    ],
  },
  {
    mask: "packed bits",
    form: "out",
    peers: [{ library: "numpy", name: "numpy packbits, alpha each, float32, out=" }],
  },
];

export interface FrameworksReport {
  /** Both were there. */
  readonly complete: boolean;
  readonly peers: string;
  readonly remarks: readonly string[];
  readonly measurements: readonly MaskMeasurement[];
}

export async function frameworksTrial(sizes: readonly number[]): Promise<FrameworksReport> {
  const peers = await findPeers();
  const large = sizes.filter((size) => size >= smallest);
  const fitting = large.filter((size) => size * bytesPerElement < freemem());
  const measurements: MaskMeasurement[] = [];
  for (const size of fitting) {
    const data = maskData(size);
    for (const one of opponents) measurements.push(await measure(one, data, peers));
  }
  peers.stop();
  const remarks = large
    .filter((size) => !fitting.includes(size))
    .map((size) => `Not measured for want of memory: n = ${size}.`);
  const complete = peers.numpy !== undefined && peers.torch !== undefined;
  return { complete, peers: peers.description, remarks, measurements };
}

async function measure(one: Opponents, data: MaskData, python: Peers): Promise<MaskMeasurement> {
  const { mask, form, peers, aimRate } = one;
  const { size } = data;
  const own = ownMask(mask, data, form);
  await own.run();
  const mean = own.mean();
  const there = peers.filter(({ library }) => python[library] !== undefined);
  const candidates: Candidate[] = [];
  for (const { library, name } of there) {
    const child = python[library] as NonNullable<Peers[Library]>;
    requireSameMean(name, await child.mean(library, name, size), mean, size);
    candidates.push({ name, run: () => child.run(library, name, size), leastSamples });
  }
  const result = await race([...byThreads(own.run, rest), ...candidates]);
  return {
    mask: form === "fresh" ? `${mask}, fresh array` : mask,
    size,
    aims: Object.fromEntries(there.flatMap(({ name, aim }) => (aim === undefined ? [] : [[name, aim]]))),
    ...(aimRate === undefined ? {} : { aimRate }),
    ...result,
  };
}
