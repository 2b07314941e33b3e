/**
 * A document that is counted or measured: its ids checked, and read piece by piece.
 *
 * @module
 */
import { checkedSource, compactIds } from "../../data/compact_ids.ts";
import {
  type TokenArray,
  type TokenSource,
  toTokenSource,
} from "../../data/token_source.ts";

/** Tokens that are read at a time: milliseconds of work, even with the longest n-grams. */
const TOKENS_PER_PIECE = 2 ** 13;

/**
 * @param document What the caller gave.
 * @param vocabSize Tokens in the vocabulary, V.
 * @param action What cannot be done with ids that are not valid.
 * @returns The same ids; those of a source are checked as they are read.
 * @throws {RangeError} If an id is not in the vocabulary.
 * @throws {TypeError} If it is no document.
 */
export function checkedDocument(
  document: TokenArray | TokenSource,
  vocabSize: number,
  action: string,
): TokenArray | TokenSource {
  if (ArrayBuffer.isView(document) && !(document instanceof DataView)) {
    return compactIds(document, vocabSize, { action });
  }
  if (typeof (document as TokenSource | null)?.read !== "function") {
    throw new TypeError(
      `Cannot ${action}: a document must be a typed array of ids, or a source of tokens: ${
        document === null ? "null" : typeof document
      }`,
    );
  }
  return checkedSource(document as TokenSource, vocabSize, action);
}

/**
 * @param document Some ids.
 * @returns Yields them in order, as many at a time as are worked on between two turns of the event loop.
 */
export function* piecesOf(
  document: TokenArray | TokenSource,
): Generator<TokenArray, void> {
  const source = toTokenSource(document);
  for (let from = 0; from < source.length; from += TOKENS_PER_PIECE) {
    yield source.read(from, Math.min(source.length, from + TOKENS_PER_PIECE));
  }
}
