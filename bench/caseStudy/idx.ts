// The IDX files of MNIST and its kin: two zero bytes, the type of the elements (8 for bytes), the number of dimensions, each
// dimension as a big-endian integer of four bytes, then the elements. LeCun, Cortes and Burges, "The MNIST database".
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { FlipsideError } from "flipside";

export interface IdxArray {
  readonly dimensions: readonly number[];
  /** The last dimension runs fastest. */
  readonly values: Uint8Array;
}

const byteType = 8;

/**
 * The file `name` of a folder, or `name`.gz.
 *
 * @throws FlipsideError INVALID_ARGUMENT for a file that is not there or is no IDX file of bytes with so many dimensions,
 * LENGTH_MISMATCH for one that is shorter or longer than its head says.
 */
export function readIdx(folder: string, name: string, dimensions: number): IdxArray {
  const plain = join(folder, name);
  const file = [plain, `${plain}.gz`].find((path) => existsSync(path));
  if (file === undefined) {
    throw new FlipsideError("INVALID_ARGUMENT", `${folder} must have ${name} or ${name}.gz, but has neither`);
  }
  return parseIdx(unpack(file), file, dimensions);
}

/** @param file Its name in errors. */
export function parseIdx(bytes: Uint8Array, file: string, dimensions: number): IdxArray {
  const head = 4 + 4 * dimensions;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wanted = 256 * byteType + dimensions;
  const magic = bytes.length < head ? undefined : view.getUint32(0);
  if (magic !== wanted) {
    const came = magic === undefined ? `has ${bytes.length} bytes in all` : `begins with ${magic}`;
    const message = `${file} must be an IDX file of bytes with ${dimensions} dimensions (begin with ${wanted}), but ${came}`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  const sizes = Array.from({ length: dimensions }, (_, k) => view.getUint32(4 + 4 * k));
  const expected = sizes.reduce((product, size) => product * size, 1);
  if (bytes.length - head !== expected) {
    const message = `${file} must have ${sizes.join(" x ")} elements after its head, but has ${bytes.length - head}`;
    throw new FlipsideError("LENGTH_MISMATCH", message);
  }
  return { dimensions: sizes, values: bytes.subarray(head) };
}

function unpack(file: string): Uint8Array {
  const bytes = readFileSync(file);
  if (!file.endsWith(".gz")) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new FlipsideError("INVALID_ARGUMENT", `${file} must be a gzip file: ${(cause as Error).message}`, {
      cause,
    });
  }
}
