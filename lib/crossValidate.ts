import { FlipsideError } from "./errors.js";

/** Placeholder until the real one is merged. */
export async function crossValidate(_problem: unknown, _options: unknown): Promise<never> {
  throw new FlipsideError("UNSUPPORTED", "cross-validation is not in this version");
}
