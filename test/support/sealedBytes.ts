// The bytes of networks and checkpoints with changes (lib/network/container.ts).
import { crc32 } from "../../dist/network/crc32.js";

/** Bytes whose checksum is right again. */
export function sealed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (copy.length >= 16) new DataView(copy.buffer).setUint32(12, crc32(copy.subarray(16)), true);
  return copy;
}

/** The same with another header. */
export function reheaded(
  bytes: Uint8Array,
  change: (header: Record<string, unknown>) => unknown,
): Uint8Array {
  const length = new DataView(bytes.buffer).getUint32(16, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(24, 24 + length)));
  const text = new TextEncoder().encode(JSON.stringify(change(header)));
  const copy = new Uint8Array(bytes.length - length + text.length);
  copy.set(bytes.subarray(0, 24));
  copy.set(text, 24);
  copy.set(bytes.subarray(24 + length), 24 + text.length);
  new DataView(copy.buffer).setUint32(16, text.length, true);
  return sealed(copy);
}
