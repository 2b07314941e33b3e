/**
 * Ids checked against the vocabulary, in the fewest bytes that hold them.
 *
 * @module
 */
import type { TokenSource } from "./token_source.ts";

/** Options of {@linkcode compactIds}. */
export interface CompactIdsOptions {
  /**
   * What cannot be done with ids that are not valid, as errors say it.
   *
   * @default {"take ids"}
   */
  action?: string;

  /**
   * How errors name the place of an id.
   *
   * @default {(index) => `place ${index}`}
   */
  placeOf?: (index: number) => string;
}

/**
 * How many bytes an id takes.
 *
 * @param vocabSize Tokens in the vocabulary, V.
 * @returns 1, 2 or 4.
 */
export function bytesPerId(vocabSize: number): 1 | 2 | 4 {
  return vocabSize <= 2 ** 8 ? 1 : vocabSize <= 2 ** 16 ? 2 : 4;
}

/**
 * Checks ids and copies them to bytes, or to integers of 16 or 32 bits, whichever is enough for the vocabulary. An
 * array that is of that type already is given back as it is.
 *
 * @param ids Whole numbers, as numbers or bigints.
 * @param vocabSize Tokens in the vocabulary, V.
 * @param options What errors say.
 * @returns The same ids.
 * @throws {RangeError} If an id is not a whole number from 0 to V − 1, or if V is not a positive integer up to 2³².
 *
 * @example A vocabulary of 100 tokens takes one byte an id
 * ```ts
 * import { compactIds } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(compactIds(Int32Array.of(7, 99), 100), Uint8Array.of(7, 99));
 * ```
 */
export function compactIds(
  ids: ArrayLike<number> | ArrayLike<bigint>,
  vocabSize: number,
  options: CompactIdsOptions = {},
): Uint8Array | Uint16Array | Uint32Array {
  const { action = "take ids", placeOf = (index) => `place ${index}` } =
    options;
  if (
    !Number.isSafeInteger(vocabSize) || vocabSize < 1 || vocabSize > 2 ** 32
  ) {
    throw new RangeError(
      `Cannot ${action}: the vocabulary's size must be an integer from 1 to 4294967296: ${vocabSize}`,
    );
  }
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (id >= 0 && id < vocabSize && isWhole(id)) continue;
    const rule = Number.isNaN(id) || !isWhole(id)
      ? "must be whole numbers"
      : `must be from 0 to ${vocabSize - 1}`;
    throw new RangeError(
      `Cannot ${action}: token ids ${rule}: ${id} at ${placeOf(i)}`,
    );
  }
  const size = bytesPerId(vocabSize);
  const Narrow = size === 1
    ? Uint8Array
    : size === 2
    ? Uint16Array
    : Uint32Array;
  if (ids instanceof Narrow) return ids;
  const narrow = new Narrow(ids.length);
  for (let i = 0; i < ids.length; i++) narrow[i] = Number(ids[i]!);
  return narrow;
}

function isWhole(id: number | bigint): boolean {
  return typeof id === "bigint" || Number.isInteger(id) ||
    Math.abs(id) === Infinity; // out of range rather than broken
}

/**
 * Checks a source, and its ids as they are read.
 *
 * @param source Where the ids come from.
 * @param vocabSize Tokens in the vocabulary, V.
 * @param action What cannot be done with ids that are not valid.
 * @returns A source that throws as {@linkcode compactIds} does, and where it reads another number of ids than asked for.
 * @throws {RangeError} If its length is not a whole number from 0.
 */
export function checkedSource(
  source: TokenSource,
  vocabSize: number,
  action: string,
): TokenSource {
  const { length } = source;
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new RangeError(
      `Cannot ${action}: a source's length must be a whole number from 0: ${length}`,
    );
  }
  return {
    length,
    read(start, end) {
      const ids = source.read(start, end);
      if (!ArrayBuffer.isView(ids) || ids.length !== end - start) {
        const found = ArrayBuffer.isView(ids) ? ids.length : typeof ids;
        throw new TypeError(
          `Cannot ${action}: a source must read the ids asked for into a typed array: ${
            end - start
          } from place ${start} on: ${found}`,
        );
      }
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i]!;
        if (id >= 0 && id < vocabSize && Number.isInteger(id)) continue;
        const rule = Number.isFinite(id) && !Number.isInteger(id)
          ? "must be whole numbers"
          : `must be from 0 to ${vocabSize - 1}`;
        throw new RangeError(
          `Cannot ${action}: token ids ${rule}: ${id} at place ${start + i}`,
        );
      }
      return ids;
    },
  };
}
