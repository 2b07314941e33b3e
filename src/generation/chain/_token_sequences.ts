/**
 * Tokens, or several in a row, that a stage waits for at the end of the text.
 *
 * @module
 */
import { tokenIds } from "../token_ids.ts";

/** A token's id, or those of several tokens in a row. */
export type TokenSequence = number | ArrayLike<number>;

/**
 * Checks a sequence.
 *
 * @param name The option it is of.
 * @param sequence What the caller gave.
 * @returns Its ids, one at least.
 * @throws {TypeError} If it is neither a number nor a list.
 * @throws {RangeError} If it is empty, or has something that is no token id.
 */
export function readSequence(
  name: string,
  sequence: TokenSequence,
): Int32Array {
  const ids = tokenIds(
    "Cannot sample",
    name,
    typeof sequence === "number" ? [sequence] : sequence,
  );
  if (ids.length > 0) return ids;
  throw new RangeError(
    `Cannot sample: ${name} must have a token in every sequence: []`,
  );
}

/**
 * Checks a list of sequences.
 *
 * @param name The option it is.
 * @param sequences What the caller gave.
 * @returns Their ids.
 * @throws {TypeError} If it is no list, or a sequence is neither a number nor a list.
 * @throws {RangeError} If a sequence is empty, or has something that is no token id.
 */
export function readSequences(
  name: string,
  sequences: readonly TokenSequence[],
): Int32Array[] {
  if (Array.isArray(sequences) || ArrayBuffer.isView(sequences)) {
    return Array.from(
      sequences as readonly TokenSequence[],
      (sequence) => readSequence(name, sequence),
    );
  }
  throw new TypeError(
    `Cannot sample: ${name} must be a list of ids, or of lists of ids: ${
      sequences === null ? null : typeof sequences
    }`,
  );
}

/**
 * Whether all of a sequence but its last token stands at the end of a text, so that the last one would complete it.
 *
 * @param tokens The text.
 * @param sequence One token at least.
 * @returns True for a sequence of one token always.
 */
export function wouldComplete(
  tokens: ArrayLike<number>,
  sequence: Int32Array,
): boolean {
  const before = sequence.length - 1;
  const first = tokens.length - before;
  if (first < 0) return false;
  for (let i = 0; i < before; i++) {
    if (tokens[first + i] !== sequence[i]) return false;
  }
  return true;
}

/**
 * The check that a stage makes where it first knows how large the vocabulary is.
 *
 * @param name The option.
 * @param sequences All that it names.
 * @returns Refuses a vocabulary, by its size, that lacks one of the tokens.
 */
export function vocabularyCheck(
  name: string,
  sequences: readonly ArrayLike<number>[],
): (vocabSize: number) => void {
  let largest = -1;
  for (const sequence of sequences) {
    for (const id of Array.from(sequence)) largest = Math.max(largest, id);
  }
  return (vocabSize) => {
    if (largest < vocabSize) return;
    throw new RangeError(
      `Cannot sample: ${name} must name tokens of the vocabulary, below ${vocabSize}: ${largest}`,
    );
  };
}
