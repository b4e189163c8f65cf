import type { EncoderJSON, FitJSON, PathJSON } from "../index.js";
import type { FitArguments, Outcome } from "./fitCommand.js";
import { packageVersion } from "./package.js";

/** The file that `flipside fit` writes. `Fit.fromJSON(model.fit)` gives the fit back. */
export interface ModelJSON {
  format: "flipside.model";
  version: 1;
  /** Version of the program that wrote it. */
  flipside: string;
  data: { file: string; rows: number };
  target: string;
  /** Names of the coefficients, in their order. */
  features: readonly string[];
  /** Of a file with columns of texts: `Encoder.fromJSON(model.encoder).transform(rows)` gives x. */
  encoder?: EncoderJSON;
  weights: string | null;
  offset: string | null;
  intercept: boolean;
  standardize: boolean;
  fit: FitJSON | null;
  /** Only with --path. */
  path?: PathJSON;
}

/** As JSON text; the same data and options give the same text. */
export function makeModel(
  { dataset, fit, path }: Pick<Outcome, "dataset" | "fit" | "path">,
  values: Pick<FitArguments, "intercept" | "standardize">,
): string {
  const model: ModelJSON = {
    format: "flipside.model",
    version: 1,
    flipside: packageVersion(),
    data: { file: dataset.file, rows: dataset.rows },
    target: dataset.target,
    features: dataset.features,
    ...(dataset.encoder !== undefined && { encoder: dataset.encoder.toJSON() }),
    weights: dataset.weightsColumn ?? null,
    offset: dataset.offsetColumn ?? null,
    intercept: values.intercept,
    standardize: values.standardize,
    fit: fit?.toJSON() ?? null,
    ...(path === undefined ? {} : { path: path.toJSON() }),
  };
  return `${JSON.stringify(model, null, 2)}\n`;
}
