// CRC-32 of ISO 3309, as in gzip and PNG. node:zlib has it too, but not in every version that this package runs on.
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; ++bit) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

export function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (let i = 0; i < bytes.length; ++i)
    remainder = (remainder >>> 8) ^ (table[(remainder ^ (bytes[i] as number)) & 255] as number);
  return (remainder ^ 0xffffffff) >>> 0;
}
