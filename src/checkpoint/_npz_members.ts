/**
 * The members of a .npz archive: what they may be, and unpacking them no further than they say.
 *
 * @module
 */
import type { Entry, FileEntry } from "@zip.js/zip.js";

/** What deflate can make of one byte at most: 1032 bytes (zlib's technical notes). */
const MAX_RATIO = 1032;

/** The ways of packing that every ZIP program knows: stored and deflated. */
const STORED = 0;
const DEFLATED = 8;

/** The suffix of every member. */
export const SUFFIX = ".npy";

/**
 * Checks what the archive says of a member before a byte of it is unpacked.
 *
 * @param entry The member.
 * @param place What cannot be done, and the member's name, for errors.
 * @throws {SyntaxError} If it is no .npy file, or cannot be what it says.
 */
export function checkEntry(
  entry: Entry,
  place: string,
): asserts entry is FileEntry {
  const { filename, compressionMethod: method } = entry;
  if (entry.directory || !filename.endsWith(SUFFIX)) {
    throw new SyntaxError(`${place}: every member must be a .npy file`);
  }
  if (entry.encrypted) {
    throw new SyntaxError(`${place}: the archive is locked by a password`);
  }
  if (method !== STORED && method !== DEFLATED) {
    throw new SyntaxError(
      `${place}: members must be stored or deflated: it is packed by method ${method}`,
    );
  }
  const { compressedSize: packed, uncompressedSize: size } = entry;
  if (method === STORED ? size !== packed : size > MAX_RATIO * packed) {
    throw new SyntaxError(
      `${place}: the archive lies about its size: ${packed} bytes cannot unpack to ${size}`,
    );
  }
}

/**
 * Unpacks a member; what comes out beyond the size that it claims is not kept.
 *
 * @param entry The member.
 * @returns Its bytes.
 */
export async function unpack(entry: FileEntry): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  await entry.getData(
    new WritableStream<Uint8Array>({
      write(chunk) {
        length += chunk.length;
        if (length > entry.uncompressedSize) {
          throw new Error(`it is longer than ${entry.uncompressedSize} bytes`);
        }
        chunks.push(chunk);
      },
    }),
    { useWebWorkers: false },
  );
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
