/**
 * Makes a token cache from a text, and tells whether one is up to date.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import {
  type CacheHeader,
  type CacheKey,
  CacheWriter,
  VERSION,
} from "./_cache_file.ts";
import { type TextPiece, textPieces } from "./_text_pieces.ts";
import { tokenizerCut } from "./_tokenizer_cut.ts";
import { bytesPerId, compactIds } from "./compact_ids.ts";
import type { TokenCacheOptions } from "./token_cache_options.ts";

/** A text file. */
export interface TextFile {
  path: string;
  info: Deno.FileInfo;
}

/**
 * @param path Path of a text file.
 * @returns What the system knows of it.
 * @throws {Deno.errors.NotFound} If there is none.
 */
export async function statText(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(
      `Cannot encode ${JSON.stringify(path)}: no such file`,
      { cause },
    );
  }
}

/**
 * @param tokenizer Any tokenizer.
 * @returns SHA-256 of its JSON, in hexadecimal.
 */
export function hashOf(tokenizer: Tokenizer): string {
  return createHash("sha256").update(JSON.stringify(tokenizer)).digest("hex");
}

/**
 * @param header What the cache was made from.
 * @param text The text as it is now.
 * @param options The tokenizer, the options that matter, and how carefully to look.
 * @returns Whether encoding the text again would give the same cache.
 */
export async function isUpToDate(
  header: CacheHeader,
  text: TextFile,
  options: TokenCacheOptions,
): Promise<boolean> {
  const { key } = header;
  const wanted = keyOf(options, { content: key.content, size: text.info.size });
  if (JSON.stringify(key) !== JSON.stringify(wanted)) return false;
  if (options.check === "time") return header.modified === modifiedOf(text);
  const hash = createHash("sha256");
  using file = await Deno.open(text.path);
  const buffer = new Uint8Array(2 ** 20);
  while (true) {
    options.signal?.throwIfAborted();
    const read = await file.read(buffer);
    if (read === null) return hash.digest("hex") === key.content;
    hash.update(buffer.subarray(0, read));
  }
}

/** Characters of the piece before, at least, that a piece is encoded with. */
const CONTEXT = 64;

/**
 * Encodes a text into a cache.
 *
 * @param path Where the cache will be.
 * @param text The text.
 * @param options The tokenizer, and how the text is read.
 * @throws {SyntaxError} If the text is not UTF-8.
 * @throws {RangeError} If it cannot be encoded.
 * @throws The signal's reason, once it is aborted.
 */
export async function buildCache(
  path: string,
  text: TextFile,
  options: TokenCacheOptions,
): Promise<void> {
  const { tokenizer, newlines = "lf", signal, onProgress } = options;
  const { vocabSize } = tokenizer;
  const hash = createHash("sha256");
  let [bytesRead, tokens] = [0, 0];
  const pieces = textPieces(text.path, {
    newlines,
    cut: options.cut ?? tokenizerCut(tokenizer),
    signal,
    onBytes: (bytes) => {
      hash.update(bytes);
      bytesRead += bytes.length;
    },
  });
  const writer = await CacheWriter.create(path);
  let before = "";
  try {
    for await (const piece of pieces) {
      const ids = compactIds(
        encode(text.path, piece, before, options),
        vocabSize,
      );
      before = endOf(piece.text);
      await writer.write(ids);
      tokens += ids.length;
      onProgress?.({ bytesRead, bytes: text.info.size, tokens });
    }
    if (tokens === 0) {
      throw new RangeError(
        `Cannot encode ${
          JSON.stringify(text.path)
        }: the text has no tokens: it has ${bytesRead} bytes`,
      );
    }
    await writer.finish({
      key: keyOf(options, { content: hash.digest("hex"), size: bytesRead }),
      modified: modifiedOf(text),
      vocabSize,
      bytesPerId: bytesPerId(vocabSize),
    });
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

function keyOf(
  { tokenizer, unknown = undefined, newlines = "lf" }: TokenCacheOptions,
  text: { content: string; size: number },
): CacheKey {
  return {
    version: VERSION,
    tokenizer: hashOf(tokenizer),
    unknown: unknown ?? "",
    newlines,
    ...text,
  };
}

function modifiedOf({ info }: TextFile): number {
  return info.mtime?.getTime() ?? 0;
}

/**
 * Encodes a piece; an error names the file, and the line where the piece begins. The end of the piece before is encoded with
 * it and its tokens are taken off again, since some tokenizers read the beginning of a text differently.
 */
function encode(
  path: string,
  piece: TextPiece,
  before: string,
  { tokenizer, unknown }: TokenCacheOptions,
): Int32Array {
  const encoded = (text: string): Int32Array =>
    tokenizer.encode(text, {
      ...(unknown !== undefined && { unknown }),
      addSpecialTokens: false, // they belong to documents, and this is a piece of one text
    });
  const fail = (problem: string, cause?: unknown): never => {
    throw new RangeError(
      `Cannot encode ${
        JSON.stringify(path)
      }: in the piece that begins with line ${piece.line}: ${problem}`,
      { cause },
    );
  };
  try {
    const whole = encoded(before + piece.text);
    if (before === "") return whole;
    const known = encoded(before);
    if (known.every((id, i) => whole[i] === id)) {
      return whole.subarray(known.length);
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    fail(cause.message, cause);
  }
  return fail(
    "the tokenizer must cut where the text is cut, and it joins what is before and after: give a cut that knows where it " +
      "allows it",
  );
}

/** Some words from the end of a piece, with the space before them. */
function endOf(text: string): string {
  const place = text.lastIndexOf(" ", text.length - CONTEXT);
  return place < 0 ? text : text.slice(place);
}
