import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Binding, ErrorConstructor } from "../binding.js";
import { FlipsideError } from "./errors.js";

/** The addon, ready for use. Loading this module without a built addon throws. */
export const native: Binding = load();

function load(): Binding {
  const root = fileURLToPath(new URL("..", import.meta.url));
  let binding: Binding;
  try {
    const find = createRequire(import.meta.url)("node-gyp-build") as (directory: string) => Binding;
    binding = find(root);
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`;
    const message =
      `the native addon of flipside for ${platform} must be loadable from ${root}, but is not: ` +
      'run "npm run compile:native" there';
    throw new FlipsideError("UNSUPPORTED", message, { cause });
  }
  binding.initialize(FlipsideError as unknown as ErrorConstructor);
  return binding;
}
