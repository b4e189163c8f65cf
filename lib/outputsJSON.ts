import { expected } from "./errors.js";
import { encodeNumbers, type FieldReader, type JSONNumber } from "./json.js";
import type { LossName } from "./solver.js";
import { arrayLength, element } from "./views.js";

/** What the JSON of a fit with several outputs has beside that of others. */
export interface OutputsJSON {
  outputs: number;
  intercepts: JSONNumber[];
  classes?: string[];
}

/** What a fit knows of its outputs. @internal */
export interface Outputs {
  readonly outputs: number;
  readonly intercepts: Float64Array | undefined;
  readonly classes: readonly string[] | undefined;
}

const mostOutputs = 65536;

/** @internal */
export function encodeOutputs(of: Outputs): OutputsJSON | undefined {
  const { outputs, intercepts, classes } = of;
  if (intercepts === undefined) return undefined;
  return {
    outputs,
    intercepts: encodeNumbers(intercepts),
    ...(classes !== undefined && { classes: [...classes] }),
  };
}

/** One output where JSON does not speak of them. @internal */
export function decodeOutputs(read: FieldReader, loss: LossName): Outputs {
  const several = loss === "multinomial" || loss === "multiTask";
  const least = loss === "multinomial" ? 2 : 1;
  const given = loss === "multinomial" || read.has("outputs");
  const outputs = given ? read.count("outputs", least, several ? mostOutputs : 1) : 1;
  if (outputs === 1) return { outputs, intercepts: undefined, classes: undefined };
  const intercepts = read.numbers("intercepts", outputs, -Number.MAX_VALUE, Number.MAX_VALUE);
  return { outputs, intercepts, classes: loss === "multinomial" ? readLabels(read, outputs) : undefined };
}

function readLabels(read: FieldReader, outputs: number): readonly string[] {
  const name = read.name("classes");
  const array = read.array("classes");
  if (arrayLength(name, array) !== outputs) {
    throw expected(name, `an array of length ${outputs}`, array, "LENGTH_MISMATCH");
  }
  const classes = Array.from({ length: outputs }, (_, k) => {
    const label = element(name, array, k);
    if (typeof label !== "string") throw expected(`${name}[${k}]`, "a string", label);
    return label;
  });
  if (new Set(classes).size < outputs) throw expected(name, "an array of different labels", array);
  return Object.freeze(classes);
}
