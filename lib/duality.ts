/**
 * One penalty from four sides (LeJeune, Javadi and Baraniuk, NeurIPS 2021): what it is, and the nearest one that is a
 * dropout strategy. The conversions themselves are `penalties.fromPenalty`, `fromDual`, `fromKeepProbability` and
 * `fromMaskFamily`, and the methods of `Penalty`.
 */
export { type AnalyseOptions, type Analysis, analyse } from "./analysis.js";
export { type BiconjugateOptions, biconjugate } from "./biconjugate.js";
