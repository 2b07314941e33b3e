/**
 * A fingerprint of tokens: tells whether a run goes on with the data that it began with.
 *
 * SHA-256 over the number of texts, their lengths, and their ids in the fewest bytes that hold the vocabulary, so that the
 * same text has the same fingerprint as a string, as an array and as a token cache.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { nextTurn } from "../engine/event_loop.ts";
import { bytesPerId, compactIds } from "./compact_ids.ts";
import {
  type TokenArray,
  type TokenSource,
  toTokenSource,
} from "./token_source.ts";

/** Ids that are read at once. */
const BLOCK = 2 ** 16;
/** Bytes of ids that are read at most, or a little more: of larger data, blocks that are spread evenly. */
const MOST_BYTES = 2 ** 27;

/** Options of {@linkcode fingerprintOf}. */
export interface FingerprintOptions {
  /** Tokens in the vocabulary, V. */
  vocabSize: number;

  /**
   * Bytes of ids from which on not every block counts.
   *
   * @default {134217728}
   */
  mostBytes?: number;
}

/**
 * Fingerprint of some texts. It takes turns with other work.
 *
 * @param texts The ids of each text.
 * @param options The vocabulary.
 * @returns 64 hexadecimal digits.
 */
export async function fingerprintOf(
  texts: readonly (TokenArray | TokenSource)[],
  options: FingerprintOptions,
): Promise<string> {
  const { vocabSize, mostBytes = MOST_BYTES } = options;
  const hash = createHash("sha256");
  const lengths = Float64Array.from(texts, ({ length }) => length);
  hash.update(bytesOf(Float64Array.of(vocabSize, texts.length)));
  hash.update(bytesOf(lengths));
  const bytes = lengths.reduce((sum, length) => sum + length, 0) *
    bytesPerId(vocabSize);
  const every = Math.max(1, Math.ceil(bytes / mostBytes));
  let blocks = 0;
  for (const source of texts.map(toTokenSource)) {
    for (let at = 0; at < source.length; at += BLOCK) {
      if (blocks++ % every > 0) continue;
      const ids = source.read(at, Math.min(source.length, at + BLOCK));
      hash.update(bytesOf(compactIds(ids, vocabSize)));
      if (blocks % 64 === 0) await nextTurn();
    }
  }
  return hash.digest("hex");
}

/** The memory of an array. All machines that Deno runs on are little-endian. */
function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
