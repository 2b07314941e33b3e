/**
 * Tokens in order, wherever they lie: in a typed array, in a part of one, or in a file.
 *
 * @module
 */

/** Ids in memory: one byte each for a vocabulary of up to 256 tokens, two for up to 65,536, else four. */
export type TokenArray = Uint8Array | Uint16Array | Uint32Array | Int32Array;

/** Tokens that can be read at any place. */
export interface TokenSource {
  /** How many there are, N. */
  readonly length: number;

  /**
   * Reads some of them.
   *
   * @param start Place of the first, from 0.
   * @param end Place after the last, at most `length`.
   * @returns The ids, shape (end − start,); not to be written to, as they may be the source's own memory.
   */
  read(start: number, end: number): TokenArray;
}

/**
 * One way to read from arrays and sources alike.
 *
 * @param tokens An array, or a source.
 * @returns A source.
 */
export function toTokenSource(tokens: TokenArray | TokenSource): TokenSource {
  if (!ArrayBuffer.isView(tokens)) return tokens;
  return {
    length: tokens.length,
    read: (start, end) => tokens.subarray(start, end),
  };
}

/**
 * A part of some tokens, without copying them.
 *
 * @param tokens An array, or a source.
 * @param start Place of the first, from 0.
 * @param end Place after the last; the part ends with the tokens where it is left out.
 * @returns A view of the array, or a source over a part of the source.
 * @throws {RangeError} If the places are not integers with 0 ≤ start ≤ end ≤ length.
 *
 * @example A document in a long row of tokens
 * ```ts
 * import { sliceTokens } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...sliceTokens(Uint8Array.of(5, 6, 7, 8), 1, 3)], [6, 7]);
 * ```
 */
export function sliceTokens<Tokens extends TokenArray | TokenSource>(
  tokens: Tokens,
  start: number,
  end: number = tokens.length,
): Tokens {
  const isInside = Number.isSafeInteger(start) && Number.isSafeInteger(end) &&
    0 <= start && start <= end && end <= tokens.length;
  if (!isInside) {
    throw new RangeError(
      `Cannot take a part of the tokens: it must lie inside of their ${tokens.length}: from ${start} to ${end}`,
    );
  }
  if (ArrayBuffer.isView(tokens)) {
    return (tokens as TokenArray).subarray(start, end) as Tokens;
  }
  const source: TokenSource = tokens as TokenSource;
  const part: TokenSource = {
    length: end - start,
    read: (from, to) => source.read(start + from, start + to),
  };
  return part as Tokens;
}
