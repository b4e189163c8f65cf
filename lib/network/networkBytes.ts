import type { FieldReader } from "../json.js";
import { corrupt, type Kind, pack, unpack } from "./container.js";
import type { EncodedArray } from "./encoding.js";
import {
  decodeCompressed,
  decodeNetwork,
  encodeCompressed,
  encodeNetwork,
  type Fetch,
} from "./networkJSON.js";
import type { CompressedParts, NetworkParts } from "./parts.js";

const kind: Kind = { word: "FLPNET", noun: "a network" };

/** An array in the header: its bytes follow in the order of the headers. */
interface StoredArray {
  encoding: string;
  bytes: number;
}

function packing(encode: (store: (encoded: EncodedArray) => StoredArray) => object): Uint8Array {
  const arrays: Uint8Array[] = [];
  const header = encode(({ encoding, data }) => {
    arrays.push(data);
    return { encoding, bytes: data.length };
  });
  return pack(kind, header, arrays);
}

export function bytesOfNetwork(parts: NetworkParts): Uint8Array {
  return packing((store) => encodeNetwork(parts, store));
}

export function bytesOfCompressed(parts: CompressedParts): Uint8Array {
  return packing((store) => encodeCompressed(parts, store));
}

export function networkOfBytes(argument: string, bytes: unknown): NetworkParts {
  return unpacking(argument, bytes, decodeNetwork);
}

export function compressedOfBytes(argument: string, bytes: unknown): CompressedParts {
  return unpacking(argument, bytes, decodeCompressed);
}

function unpacking<Parts>(
  argument: string,
  bytes: unknown,
  decode: (argument: string, json: unknown, fetch: Fetch) => Parts,
): Parts {
  const { header, rest } = unpack(kind, argument, bytes);
  let position = 0;
  const parts = decode(`the header of ${argument}`, header, (read: FieldReader) => {
    const count = read.count("bytes", 0, 2 ** 40);
    if (count > rest.length - position) throw corrupt(argument, "ends before its arrays do");
    position += count;
    return rest.subarray(position - count, position);
  });
  if (position !== rest.length) throw corrupt(argument, `has ${rest.length - position} bytes too many`);
  return parts;
}
