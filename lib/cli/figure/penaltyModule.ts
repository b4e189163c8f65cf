import { access } from "node:fs/promises";
import { basename, extname } from "node:path";
import { pathToFileURL } from "node:url";
import { isObject, property, refuseUnknownKeys } from "../../checks.js";
import { describe } from "../../describe.js";
import { FlipsideError, Penalty, penalties } from "../../index.js";
import { type Io, userPath } from "../io.js";

/** What each kind of description consists of, apart from `options`. */
const descriptions = [
  {
    key: "omega",
    keys: ["omega"],
    make: ({ omega }: Parts, options: never) => penalties.fromPenalty(omega as never, options),
  },
  {
    key: "dual",
    keys: ["dual"],
    make: ({ dual }: Parts, options: never) => penalties.fromDual(dual as never, options),
  },
  {
    key: "keepProbability",
    keys: ["keepProbability"],
    make: ({ keepProbability }: Parts, options: never) =>
      penalties.fromKeepProbability(keepProbability as never, options),
  },
  {
    key: "moments",
    keys: ["moments", "cost", "domain"],
    make: (family: Parts, options: never) => penalties.fromMaskFamily(family as never, options),
  },
] as const;

type Parts = Readonly<Record<string, unknown>>;

const wanted =
  "a Penalty, or an object with omega, dual, keepProbability, or moments and cost, and if need be options";

/**
 * The penalty that a user's module exports as `default` or `penalty`: one made with flipside, or a description for one of
 * the functions that make one.
 *
 * @throws FlipsideError with the name of the file for a module that cannot be loaded or exports something else, and what
 * those functions throw.
 */
export async function readPenaltyModule(file: string, io: Io): Promise<Penalty> {
  const name = basename(file);
  const module = await load(file, name, io);
  const exported = "default" in module ? "default" : "penalty";
  if (!(exported in module)) {
    throw bad(`${name} must export ${wanted}, as default or penalty, but exports neither`);
  }
  const value = property(name, module, exported);
  const argument = `the ${exported === "default" ? "default export" : "export penalty"} of ${name}`;
  if (value instanceof Penalty) return value;
  if (!isObject(value)) throw bad(`${argument} must be ${wanted}, but is ${describe(value)}`);
  if (isForeign(argument, value)) {
    throw bad(
      `${argument} is a Penalty of another copy of flipside, which cannot be used here: run the command of that copy, ` +
        "or export a description such as { omega }",
    );
  }
  return fromDescription(argument, value, name);
}

async function load(file: string, name: string, io: Io): Promise<object> {
  const path = userPath(io, file);
  try {
    await access(path);
  } catch (cause) {
    throw bad(`cannot read ${name}: there is no such file, or it may not be read`, cause);
  }
  try {
    return (await import(pathToFileURL(path).href)) as object;
  } catch (cause) {
    const { code } = Object(cause) as { code?: unknown };
    if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
      const hint = /^\.[cm]?ts$/.test(extname(file))
        ? "this version of Node.js loads no TypeScript"
        : "not a module";
      throw bad(`cannot load ${name}: ${hint}; give a JavaScript module (.js or .mjs)`, cause);
    }
    throw bad(`cannot load ${name}: it threw ${describe(cause)}`, cause);
  }
}

/** It has the methods of a Penalty, but its class is not ours. */
function isForeign(argument: string, value: object): boolean {
  const methods = ["omega", "dual", "etaHat", "keepProbability"];
  return methods.every((method) => typeof property(argument, value, method) === "function");
}

function fromDescription(argument: string, value: object, name: string): Penalty {
  const found = descriptions.filter(({ key }) => property(argument, value, key) !== undefined);
  const [description] = found;
  if (description === undefined) throw bad(`${argument} must be ${wanted}, but is ${describe(value)}`);
  if (found.length > 1) {
    const keys = found.map(({ key }) => key).join(" and ");
    throw bad(`${argument} must have one description, from which the others follow, but has ${keys}`);
  }
  refuseUnknownKeys(argument, value, [...description.keys, "options"]);
  const parts: Record<string, unknown> = {};
  for (const key of description.keys) {
    const part = property(argument, value, key);
    if (part !== undefined) parts[key] = part;
  }
  try {
    return description.make(parts, property(argument, value, "options") as never);
  } catch (error) {
    if (!(error instanceof FlipsideError)) throw error;
    throw new FlipsideError(error.code, `${name}: ${error.message}`, { cause: error });
  }
}

function bad(message: string, cause?: unknown): FlipsideError {
  return new FlipsideError("INVALID_ARGUMENT", message, { cause });
}
