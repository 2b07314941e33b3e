/**
 * A text file piece by piece, so that it never lies in memory as a whole.
 *
 * The rules are those of `loadText()`: UTF-8 only, no byte order mark at the start, one kind of line end unless told
 * otherwise. Incomplete characters at the end of what was read are recognised by table 3-6 of the Unicode Standard.
 *
 * @module
 */
import type { Newlines } from "../text/load.ts";
import type { CutPlace } from "./cut_place.ts";

/** Bytes that are read at a time. */
const READ = 2 ** 16;
/** UTF-16 units that a piece has at least, save for the last. */
const PIECE = 2 ** 16;
/** UTF-16 units after which a place to cut must have come. */
const LONGEST_PIECE = 2 ** 24;

/** Options of {@linkcode textPieces}. */
export interface TextPiecesOptions {
  /** What becomes of line ends. */
  newlines: Newlines;
  /** Where the text may be cut. */
  cut: CutPlace;
  /** Gives the reading up. */
  signal?: AbortSignal | undefined;
  /** Sees the bytes of the file, in order. */
  onBytes?: ((bytes: Uint8Array) => void) | undefined;
}

/** A piece of a text. */
export interface TextPiece {
  /** Its characters; not empty. */
  text: string;
  /** Number of its first line, from 1. */
  line: number;
}

/**
 * Reads a text file.
 *
 * @param path The file.
 * @param options Line ends, places to cut, a signal.
 * @returns The pieces; together they are the text.
 * @throws {SyntaxError} If the file is not UTF-8.
 * @throws {RangeError} If there is no place to cut in 17 million UTF-16 units.
 * @throws The signal's reason, once it is aborted.
 */
export async function* textPieces(
  path: string,
  { newlines, cut, signal, onBytes }: TextPiecesOptions,
): AsyncGenerator<TextPiece> {
  let pending = "";
  let line = 1;
  let wanted = PIECE; // twice as much after a search in vain, so that no place is looked at often
  for await (const decoded of decodedText(path, { signal, onBytes })) {
    const text = pending + decoded;
    const held = text.endsWith("\r") ? 1 : 0; // perhaps the first half of a line end
    const whole = text.slice(0, text.length - held);
    pending = (newlines === "lf" ? toLineFeeds(whole) : whole) +
      (held === 1 ? "\r" : "");
    if (pending.length < wanted) continue;
    const place = cut(pending);
    if (place > 0) {
      const piece = pending.slice(0, place);
      yield { text: piece, line };
      line += countLines(piece);
      pending = pending.slice(place);
      wanted = PIECE;
    } else if (pending.length >= LONGEST_PIECE) {
      throw new RangeError(
        `Cannot encode ${
          JSON.stringify(path)
        }: a long text needs places to cut it: there is none in ${pending.length} ` +
          `characters from line ${line} on; give a cut that knows where this tokenizer allows it`,
      );
    } else {
      wanted = 2 * pending.length;
    }
  }
  if (newlines === "lf") pending = toLineFeeds(pending);
  if (pending !== "") yield { text: pending, line };
}

function toLineFeeds(text: string): string {
  return text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    count++;
  }
  return count;
}

/** The file's characters, about a million at a time. */
async function* decodedText(
  path: string,
  { signal, onBytes }: Pick<TextPiecesOptions, "signal" | "onBytes">,
): AsyncGenerator<string> {
  using file = await Deno.open(path);
  const buffer = new Uint8Array(READ);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let [held, offset] = [0, 0]; // bytes of an incomplete character; place in the file of the buffer's first byte
  while (true) {
    signal?.throwIfAborted();
    const read = await file.read(buffer.subarray(held));
    const bytes = buffer.subarray(0, held + (read ?? 0));
    if (read !== null) onBytes?.(bytes.subarray(held));
    const whole = read === null
      ? bytes.length
      : bytes.length - incompleteTail(bytes);
    let text: string;
    try {
      text = decoder.decode(bytes.subarray(0, whole));
    } catch (cause) {
      throw invalidUtf8(path, bytes, offset, cause);
    }
    if (offset === 0 && text.startsWith("\uFEFF")) text = text.slice(1);
    if (text !== "") yield text;
    if (read === null) return;
    buffer.copyWithin(0, whole, bytes.length);
    held = bytes.length - whole;
    offset += whole;
  }
}

/** How many bytes at the end begin a character that is not complete. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue; // inside of a character
    const size = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return size > back ? back : 0;
  }
  return 0;
}

/** The error about the first byte that cannot be read. */
function invalidUtf8(
  path: string,
  bytes: Uint8Array,
  offset: number,
  cause: unknown,
): SyntaxError {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let place = 0;
  try {
    for (; place < bytes.length; place++) {
      decoder.decode(bytes.subarray(place, place + 1), { stream: true });
    }
  } catch {
    // The byte at `place` is the one.
  }
  const byte = bytes[place];
  const what = byte === undefined
    ? "it ends inside of a character"
    : `byte 0x${byte.toString(16).toUpperCase().padStart(2, "0")} at offset ${
      offset + place
    }`;
  return new SyntaxError(
    `Cannot encode ${
      JSON.stringify(path)
    }: text must be UTF-8: ${what}; convert it first`,
    { cause },
  );
}
