/**
 * The file of a token cache: how it is laid out, written and opened.
 *
 *     0      8 bytes   "TXLTOKEN"
 *     8      4 bytes   length of the header, uint32
 *     12     4 bytes   CRC-32 of the header
 *     16     …         the header, JSON in UTF-8, then zeros up to 4,096
 *     4096   N · b     the ids, b bytes each: uint8, uint16 or uint32
 *     …      4 · ⌈N · b / 65,536⌉   CRC-32 of each block of 65,536 bytes of ids, uint32
 *
 * All numbers are little-endian, as is every machine that Deno runs on.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { crc32 } from "node:zlib";
import { bytesPerId } from "./compact_ids.ts";
import { TokenCacheError } from "./token_cache_options.ts";
import type { TokenArray } from "./token_source.ts";

const MAGIC = "TXLTOKEN";
const HEADER_START = 16;
/** Of the layout, and of the way texts are read. */
export const VERSION = 2;
/** Where the ids begin. */
export const IDS_START = 4096;
/** Bytes of ids that one checksum covers. */
export const BLOCK = 2 ** 16;
/** A temporary file this old, whose writer does not hold it any more, was left behind by a killed one. */
const ABANDONED_AFTER = 60_000; // milliseconds

/** What a cache was made from: it is of use as long as all of this is the same. */
export interface CacheKey {
  /** {@linkcode VERSION}. */
  readonly version: number;
  /** SHA-256 of the tokenizer's JSON. */
  readonly tokenizer: string;
  /** What became of unknown characters; empty for the tokenizer's own choice. */
  readonly unknown: string;
  /** What became of line ends. */
  readonly newlines: string;
  /** SHA-256 of the text file. */
  readonly content: string;
  /** Its bytes. */
  readonly size: number;
}

/** The header of a cache. */
export interface CacheHeader {
  /** What it was made from. */
  readonly key: CacheKey;
  /** When the text file was last changed, in milliseconds since 1970. */
  readonly modified: number;
  /** How many ids there are. */
  readonly tokens: number;
  /** How many ids there could be, V. */
  readonly vocabSize: number;
  /** Bytes that an id takes. */
  readonly bytesPerId: 1 | 2 | 4;
}

/** A cache, open to be read. */
export interface OpenCache {
  /** The file; whoever gets it closes it. */
  file: Deno.FsFile;
  /** What it says about itself. */
  header: CacheHeader;
  /** The checksum of each block of ids. */
  checksums: Uint32Array;
}

/** Writes a cache beside its place, and moves it there when it is whole. */
export class CacheWriter {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: Deno.FsFile;
  readonly #block = new Uint8Array(BLOCK);
  #filled = 0;
  #bytes = 0;
  #checksums: number[] = [];
  #isOpen = true;

  private constructor(path: string, temporary: string, file: Deno.FsFile) {
    this.#path = path;
    this.#temporary = temporary;
    this.#file = file;
  }

  /**
   * Begins a cache, and removes what killed writers of the same one have left.
   *
   * @param path Where it will be.
   * @returns The writer.
   */
  static async create(path: string): Promise<CacheWriter> {
    await removeAbandoned(path);
    const temporary = join(
      dirname(path),
      `${prefix(path)}${crypto.randomUUID()}.tmp`,
    );
    const file = await Deno.open(temporary, { write: true, createNew: true });
    await file.lock(true); // says that the writer lives
    await file.seek(IDS_START, Deno.SeekMode.Start);
    return new CacheWriter(path, temporary, file);
  }

  /** @param ids The next ids, in their final width. */
  async write(ids: TokenArray): Promise<void> {
    const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + BLOCK - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === BLOCK) await this.#flush();
    }
  }

  /**
   * Ends the file and moves it to its place.
   *
   * @param header All but the number of ids.
   */
  async finish(header: Omit<CacheHeader, "tokens">): Promise<void> {
    if (this.#filled > 0) await this.#flush();
    const tokens = this.#bytes / header.bytesPerId;
    await writeAll(this.#file, bytesOf(Uint32Array.from(this.#checksums)));
    const json = new TextEncoder().encode(
      JSON.stringify({ ...header, tokens }),
    );
    const start = new Uint8Array(IDS_START);
    const view = new DataView(start.buffer);
    start.set(new TextEncoder().encode(MAGIC));
    view.setUint32(8, json.length, true);
    view.setUint32(12, crc32(json), true);
    start.set(json, HEADER_START);
    await this.#file.seek(0, Deno.SeekMode.Start);
    await writeAll(this.#file, start);
    await this.#file.sync();
    this.#close();
    await Deno.rename(this.#temporary, this.#path);
  }

  /** Gives the file up, unless it has taken its place. */
  async discard(): Promise<void> {
    this.#close();
    await Deno.remove(this.#temporary).catch(() => {}); // it has taken its place
  }

  async #flush(): Promise<void> {
    const block = this.#block.subarray(0, this.#filled);
    this.#checksums.push(crc32(block));
    await writeAll(this.#file, block);
    this.#bytes += this.#filled;
    this.#filled = 0;
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }
}

/**
 * Opens what lies in a cache's place.
 *
 * @param path The file.
 * @returns The cache; undefined where there is none, or one that is cut off, damaged or of another version. The ids
 * themselves are checked as they are read.
 * @throws {TokenCacheError} If it is another kind of file.
 */
export async function openCache(path: string): Promise<OpenCache | undefined> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  let found: Omit<OpenCache, "file"> | undefined;
  try {
    found = await inspect(file, path);
  } finally {
    if (found === undefined) file.close();
  }
  return found && { file, ...found };
}

async function inspect(
  file: Deno.FsFile,
  path: string,
): Promise<Omit<OpenCache, "file"> | undefined> {
  const { size } = await file.stat();
  const start = await readAt(file, 0, Math.min(size, IDS_START));
  if (new TextDecoder().decode(start.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new TokenCacheError(
      `Cannot open the token cache ${
        JSON.stringify(path)
      }: this is another kind of file, which is left as it is; ` +
        "give another path, or delete it",
      path,
    );
  }
  if (start.length < IDS_START) return undefined;
  const view = new DataView(start.buffer);
  const length = view.getUint32(8, true);
  if (HEADER_START + length > IDS_START) return undefined;
  const json = start.subarray(HEADER_START, HEADER_START + length);
  if (crc32(json) !== view.getUint32(12, true)) return undefined;
  const header = parseHeader(json);
  if (header === undefined) return undefined;
  const bytes = header.tokens * header.bytesPerId;
  const blocks = Math.ceil(bytes / BLOCK);
  if (size !== IDS_START + bytes + 4 * blocks) return undefined;
  const table = await readAt(file, IDS_START + bytes, 4 * blocks);
  return { header, checksums: new Uint32Array(table.buffer, 0, blocks) };
}

/** The header; undefined where it is of another version, or nothing that was written here. */
function parseHeader(json: Uint8Array): CacheHeader | undefined {
  let header: CacheHeader;
  try {
    header = JSON.parse(new TextDecoder().decode(json));
  } catch {
    return undefined;
  }
  if (header?.key?.version !== VERSION) return undefined;
  const { tokens, vocabSize } = header;
  const isWhole = [tokens, vocabSize].every((count) =>
    Number.isSafeInteger(count) && count > 0
  );
  return isWhole && header.bytesPerId === bytesPerId(vocabSize)
    ? header
    : undefined;
}

/**
 * Reads a block of ids at once.
 *
 * @param file The open file.
 * @param index Which block.
 * @param block Where its bytes go, as many as it has.
 * @returns Their checksum.
 */
export function readBlock(
  file: Deno.FsFile,
  index: number,
  block: Uint8Array,
): number {
  file.seekSync(IDS_START + index * BLOCK, Deno.SeekMode.Start);
  let at = 0;
  while (at < block.length) {
    const read = file.readSync(block.subarray(at));
    if (read === null) break; // cut off meanwhile: the checksum tells
    at += read;
  }
  return crc32(block);
}

async function readAt(
  file: Deno.FsFile,
  start: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  await file.seek(start, Deno.SeekMode.Start);
  for (let at = 0; at < length;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) return bytes.slice(0, at);
    at += read;
  }
  return bytes;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
}

function bytesOf(array: Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** How the names of a cache's temporary files begin. */
function prefix(path: string): string {
  return `.${basename(path)}.`;
}

/** Removes the temporary files of writers that do not live any more. */
async function removeAbandoned(path: string): Promise<void> {
  const folder = dirname(path);
  for await (const { name } of Deno.readDir(folder)) {
    const rest = name.startsWith(prefix(path))
      ? name.slice(prefix(path).length)
      : "";
    if (!/^[0-9a-f-]{36}\.tmp$/.test(rest)) continue;
    const temporary = join(folder, name);
    try {
      const { mtime } = await Deno.stat(temporary);
      if (Date.now() - (mtime?.getTime() ?? Date.now()) < ABANDONED_AFTER) {
        continue;
      }
      using file = await Deno.open(temporary, { read: true, write: true });
      if (await file.tryLock(true)) await Deno.remove(temporary);
    } catch {
      // Another process was quicker, or it belongs to another user.
    }
  }
}
