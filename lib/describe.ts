import { types } from "node:util";

const longestText = 60;
const largestBigint = 10n ** 30n;

/**
 * A bad value in a few words for an error message, such as `-1 (number)` or `an array of length 3`. Runs no
 * code of the caller that could throw out of here, and its result is short whatever the value.
 */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "number":
      return `${Object.is(value, -0) ? "-0" : value} (number)`;
    case "string":
      return `${JSON.stringify(shorten(value))} (string)`;
    case "boolean":
      return `${value} (boolean)`;
    case "bigint":
      return -largestBigint < value && value < largestBigint ? `${value}n (bigint)` : "a huge bigint";
    case "symbol":
      return `${shorten(Symbol.prototype.toString.call(value))} (symbol)`;
    case "function":
      return "a function";
    default:
      return value === null ? "null" : describeObject(value as object);
  }
}

function shorten(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

function describeObject(value: object): string {
  try {
    if (types.isProxy(value)) return "a Proxy";
    if (Array.isArray(value)) return `an array of length ${value.length}`;
    if (types.isNativeError(value)) return describeError(value);
    const name = constructorName(value);
    if (ArrayBuffer.isView(value) && !types.isDataView(value)) {
      return `${article(name)} of length ${(value as Uint8Array).length}`;
    }
    return name === "Object" || name === "" ? "an object" : article(name);
  } catch {
    return "an object";
  }
}

function describeError(error: Error): string {
  const message = Object.getOwnPropertyDescriptor(error, "message")?.value;
  const name = constructorName(error) || "Error";
  return typeof message === "string" ? `${name}: ${shorten(message)}` : article(name);
}

/** Data properties only: a getter on the way is not called. */
function constructorName(value: object): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || types.isProxy(prototype)) return "";
  const maker = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof maker !== "function" || types.isProxy(maker)) return "";
  const name = Object.getOwnPropertyDescriptor(maker, "name")?.value;
  return typeof name === "string" ? shorten(name) : "";
}

function article(name: string): string {
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name || "object"}`;
}
