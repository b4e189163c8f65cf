import * as zlib from "node:zlib";

/** The CRC-32 of bytes that follow others with the CRC-32 `before`, as of gzip and PNG. */
export type Crc32 = (bytes: Uint8Array, before?: number) => number;

/** Node has it since 20.15. */
const quick = (zlib as { crc32?: Crc32 }).crc32;

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let rest = n;
  for (let k = 0; k < 8; ++k) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

/** The same without Node's. */
export const crc32OfTable: Crc32 = (bytes, before = 0) => {
  let rest = ~before;
  for (const byte of bytes) rest = (table[(rest ^ byte) & 255] as number) ^ (rest >>> 8);
  return ~rest >>> 0;
};

export const crc32: Crc32 = quick ?? crc32OfTable;

/** The bytes of a typed array. */
export function bytesOf(array: Float32Array | Float64Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
