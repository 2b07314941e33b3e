/**
 * A corpus that does not fit into memory: encoded once into a file, from which batches read what they need.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { buildCache, hashOf, isUpToDate, statText } from "./_build_cache.ts";
import {
  BLOCK,
  type CacheHeader,
  openCache,
  readBlock,
} from "./_cache_file.ts";
import { checkNames } from "./_checks.ts";
import type { TokenArray, TokenSource } from "./token_source.ts";
import {
  TokenCacheError,
  type TokenCacheOptions,
} from "./token_cache_options.ts";

const OPTION_NAMES: readonly string[] = [
  "tokenizer",
  "path",
  "unknown",
  "newlines",
  "cut",
  "check",
  "rebuild",
  "memory",
  "signal",
  "onProgress",
];

/**
 * The tokens of a text file, in a file of their own.
 *
 * The cache knows what it was made from: the text's content, the tokenizer, and the options that matter. When one of
 * them is another, or the cache is damaged or cut off, the text is encoded anew; it is read in pieces, and the new
 * cache takes the old one's place when it is whole. Close it when it is not needed any more.
 *
 * @example Encode once, read at any place
 * ```ts
 * import { CharTokenizer, TokenCache } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "to be or not to be");
 * const tokenizer = CharTokenizer.train("to be or not");
 * {
 *   using cache = await TokenCache.open(path, { tokenizer });
 *   assertEquals([cache.length, cache.reused], [18, false]);
 *   assertEquals(tokenizer.decode(cache.read(3, 8)), "be or");
 * }
 * using again = await TokenCache.open(path, { tokenizer });
 * assertEquals(again.reused, true);
 * await Deno.remove(path);
 * await Deno.remove(`${path}.tokens`);
 * ```
 */
export class TokenCache implements TokenSource, Disposable {
  /** The cache file. */
  readonly path: string;
  /** How many tokens there are, N. */
  readonly length: number;
  /** How many ids there could be, V. */
  readonly vocabSize: number;
  /** Whether the cache was there already. */
  readonly reused: boolean;
  readonly #file: Deno.FsFile;
  readonly #header: CacheHeader;
  readonly #checksums: Uint32Array;
  /** Blocks in memory, the one used last at the end. */
  readonly #blocks = new Map<number, TokenArray>();
  readonly #mostBlocks: number;
  #isOpen = true;

  private constructor(
    file: Deno.FsFile,
    found: { header: CacheHeader; checksums: Uint32Array },
    options: { path: string; memory: number; reused: boolean },
  ) {
    const { header, checksums } = found;
    this.path = options.path;
    this.length = header.tokens;
    this.vocabSize = header.vocabSize;
    this.reused = options.reused;
    this.#file = file;
    this.#header = header;
    this.#checksums = checksums;
    this.#mostBlocks = Math.max(1, Math.floor(options.memory / BLOCK));
  }

  /**
   * Opens the cache of a text, and makes it first where it is not there or not up to date.
   *
   * @param text Path of the text file, UTF-8, relative to the current folder, or a `file:` URL.
   * @param options The tokenizer, where the cache lies, and how the text is read.
   * @returns The cache, to be closed.
   * @throws {TokenCacheError} If the cache's path holds another kind of file, which is left as it is.
   * @throws {Deno.errors.NotFound} If there is no such text, or no such folder.
   * @throws {SyntaxError} If the text is not UTF-8.
   * @throws {RangeError} If the text is empty, has characters that the tokenizer does not know, or no place to cut it,
   * or if an option is out of range.
   * @throws {TypeError} If an option is unknown.
   * @throws The signal's reason, once it is aborted.
   */
  static async open(
    text: string | URL,
    options: TokenCacheOptions,
  ): Promise<TokenCache> {
    checkOptions(options);
    const { memory = 2 ** 24, rebuild = false, signal } = options;
    const textPath = text instanceof URL ? fromFileUrl(text) : text;
    const path = options.path instanceof URL
      ? fromFileUrl(options.path)
      : options.path ?? `${textPath}.tokens`;
    const info = await statText(textPath);
    signal?.throwIfAborted();

    const found = await openCache(path);
    if (found !== undefined) {
      const isFresh = !rebuild &&
        await isUpToDate(found.header, { path: textPath, info }, options).catch(
          (error) => {
            found.file.close();
            throw error;
          },
        );
      if (isFresh) {
        return new TokenCache(found.file, found, {
          path,
          memory,
          reused: true,
        });
      }
      found.file.close();
    }
    await buildCache(path, { path: textPath, info }, options);
    const made = await openCache(path);
    if (made === undefined) {
      throw new TokenCacheError(
        `Cannot open the token cache "${path}": it was damaged as soon as it was written`,
        path,
      );
    }
    return new TokenCache(made.file, made, { path, memory, reused: false });
  }

  /**
   * Reads some tokens.
   *
   * @param start Place of the first, from 0.
   * @param end Place after the last, at most `length`.
   * @returns The ids, as bytes or integers of 16 or 32 bits, shape (end − start,); a copy.
   * @throws {RangeError} If the places are not integers with 0 ≤ start ≤ end ≤ length.
   * @throws {TokenCacheError} If the file is damaged there.
   * @throws {TypeError} If the cache was closed.
   */
  read(start: number, end: number): TokenArray {
    const isInside = Number.isSafeInteger(start) && Number.isSafeInteger(end) &&
      0 <= start && start <= end && end <= this.length;
    if (!isInside) {
      throw new RangeError(
        `Cannot read from the token cache: the places must lie inside of its ${this.length} tokens: from ${start} to ${end}`,
      );
    }
    if (!this.#isOpen) {
      throw new TypeError("Cannot read from the token cache: it was closed");
    }
    const perBlock = BLOCK / this.#header.bytesPerId;
    const ids = this.#newArray(end - start);
    for (let at = start; at < end;) {
      const index = Math.floor(at / perBlock);
      const from = at - index * perBlock;
      const part = this.#block(index).subarray(from, from + end - at);
      ids.set(part, at - start);
      at += part.length;
    }
    return ids;
  }

  /**
   * Whether the ids are those of a tokenizer.
   *
   * @param tokenizer Any tokenizer.
   * @returns Whether it is the one that the text was encoded with.
   */
  isOf(tokenizer: Tokenizer): boolean {
    return this.#header.key.tokenizer === hashOf(tokenizer);
  }

  /** Closes the file; nothing can be read any more. */
  close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
    this.#blocks.clear();
  }

  /** Closes the file, at the end of a block that says `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** A block, of which only copies may be handed out: its memory is used again for another. */
  #block(index: number): TokenArray {
    let block = this.#blocks.get(index);
    this.#blocks.delete(index);
    if (block === undefined) {
      const { bytesPerId } = this.#header;
      const start = index * BLOCK;
      const size = Math.min(BLOCK, this.length * bytesPerId - start);
      const buffer = this.#takeBuffer();
      const checksum = readBlock(
        this.#file,
        index,
        new Uint8Array(buffer, 0, size),
      );
      if (checksum !== this.#checksums[index]) {
        throw new TokenCacheError(
          `Cannot read from the token cache "${this.path}": it is damaged in block ${index}; ` +
            "open it with rebuild: true to encode the text again",
          this.path,
        );
      }
      block = viewOf(buffer, bytesPerId).subarray(0, size / bytesPerId);
    }
    this.#blocks.set(index, block);
    return block;
  }

  /** Memory for a block: that of the block which was not used for longest, once there are enough. */
  #takeBuffer(): ArrayBuffer {
    if (this.#blocks.size < this.#mostBlocks) return new ArrayBuffer(BLOCK);
    const [index, oldest] = this.#blocks.entries().next().value!;
    this.#blocks.delete(index);
    return oldest.buffer as ArrayBuffer;
  }

  #newArray(length: number): TokenArray {
    const { bytesPerId } = this.#header;
    return viewOf(new ArrayBuffer(length * bytesPerId), bytesPerId);
  }
}

function viewOf(buffer: ArrayBuffer, bytesPerId: 1 | 2 | 4): TokenArray {
  switch (bytesPerId) {
    case 1:
      return new Uint8Array(buffer);
    case 2:
      return new Uint16Array(buffer);
    case 4:
      return new Uint32Array(buffer);
  }
}

function checkOptions(options: TokenCacheOptions): void {
  const action = "open the token cache";
  checkNames(action, options, OPTION_NAMES);
  const { check = "content", newlines = "lf", memory = BLOCK } = options;
  for (
    const [name, value, known] of [
      ["check", check, ["content", "time"]],
      ["newlines", newlines, ["lf", "keep"]],
    ] as const
  ) {
    if (!(known as readonly string[]).includes(value)) {
      throw new RangeError(
        `Cannot ${action}: ${name} must be "${known.join('" or "')}": ${
          JSON.stringify(value)
        }`,
      );
    }
  }
  if (!(memory > 0)) {
    throw new RangeError(
      `Cannot ${action}: memory must be a positive number of bytes: ${memory}`,
    );
  }
}
