import type { LossName } from "./solver.js";

/** Where in options the numbers of a loss are told. @internal */
export const lossKeys: readonly string[] = [];

/** The numbers of a loss as the addon takes them; undefined for the usual ones. @internal */
export function readLossOptions(_options: object, _loss: LossName): Float64Array | undefined {
  return undefined;
}
