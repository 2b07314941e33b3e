/**
 * Options of a token cache, and what can be wrong with its file.
 *
 * @module
 */
import type { Newlines } from "../text/load.ts";
import type { Tokenizer, UnknownPolicy } from "../tokenizers/tokenizer.ts";
import type { CutPlace } from "./cut_place.ts";

/** A cache file is not one, or is damaged. */
export class TokenCacheError extends Error {
  /** The file. */
  readonly path: string;

  /**
   * Says which file it is about.
   *
   * @param message What is wrong and what to do about it.
   * @param path The file.
   */
  constructor(message: string, path: string) {
    super(message);
    this.name = "TokenCacheError";
    this.path = path;
  }
}

/** How far the encoding of a text has come. */
export interface TokenCacheProgress {
  /** Bytes of the text that were read. */
  bytesRead: number;
  /** Bytes that it has. */
  bytes: number;
  /** Tokens that were written. */
  tokens: number;
}

/** Options of `TokenCache.open()`. */
export interface TokenCacheOptions {
  /** Turns the text into ids. */
  tokenizer: Tokenizer;

  /**
   * The cache file.
   *
   * @default {the text's path and `.tokens`}
   */
  path?: string | URL;

  /**
   * What becomes of characters that the tokenizer does not know.
   *
   * @default {undefined} which leaves it to the tokenizer
   */
  unknown?: UnknownPolicy;

  /**
   * `"lf"` turns CRLF and a lone CR into LF; `"keep"` leaves every character as it is.
   *
   * @default {"lf"}
   */
  newlines?: Newlines;

  /**
   * Where the text may be cut into pieces that are encoded one by one.
   *
   * @default {cutPlace} as far as the tokenizer's ids are the same then; between any two characters of a long line for
   * tokenizers over characters, after a line feed for those over words
   */
  cut?: CutPlace;

  /**
   * How to find out whether the text is the one that was encoded: `"content"` reads it all and compares its hash,
   * `"time"` trusts its size and the time of its last change.
   *
   * @default {"content"}
   */
  check?: "content" | "time";

  /**
   * Whether to encode the text even if the cache is up to date.
   *
   * @default {false}
   */
  rebuild?: boolean;

  /**
   * Bytes of the file that are kept in memory, one block at least.
   *
   * @default {16_777_216}
   */
  memory?: number;

  /** Gives the encoding up; an older cache is still there then. */
  signal?: AbortSignal;

  /** Told about every piece of the text that was encoded. */
  onProgress?: (progress: TokenCacheProgress) => void;
}
