/**
 * Unpacks gzip, no further than a cap.
 *
 * RFC 1952; members one after the other are one text. Sums and lengths are checked by zlib.
 *
 * @module
 */
import { gunzipSync } from "node:zlib";

/** Whether bytes start like gzip. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1F && bytes[1] === 0x8B;
}

/**
 * Unpacks gzip.
 *
 * @param bytes The packed bytes.
 * @param options The file's name for errors, and most bytes to unpack.
 * @returns The unpacked bytes.
 * @throws {SyntaxError} If the bytes are not gzip, cut off or damaged.
 * @throws {RangeError} If there are more.
 */
export function gunzip(
  bytes: Uint8Array,
  { name, maxBytes }: { name: string; maxBytes: number },
): Uint8Array {
  const what = `Cannot unpack ${JSON.stringify(name)}`;
  if (!isGzip(bytes)) {
    throw new SyntaxError(
      `${what}: the file must be gzip, as its name says: it starts with ${
        bytes.subarray(0, 2).toHex() || "nothing"
      }`,
    );
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    const { code, message } = cause as Error & { code?: string };
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw new RangeError(
        `${what}: it must unpack to at most ${maxBytes} bytes: ${bytes.length} bytes hold more; raise maxBytes if you trust the file`,
        { cause },
      );
    }
    const why = code === "Z_BUF_ERROR" ? "it is cut off" : message;
    throw new SyntaxError(`${what}: the gzip data is damaged: ${why}`, {
      cause,
    });
  }
}
