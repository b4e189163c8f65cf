import type { NativeStructure } from "../binding.js";

/** Where in options the structure of a penalty is told. @internal */
export const structureKeys: readonly string[] = [];

/** Undefined where the penalty acts on each coefficient alike. @internal */
export function readStructure(
  _options: object,
  _columns: number,
  _outputs: number,
): NativeStructure | undefined {
  return undefined;
}
