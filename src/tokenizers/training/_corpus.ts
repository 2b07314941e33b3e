/**
 * The words of a training text in one array, with their counts.
 *
 * @module
 */
import { brief } from "../brief.ts";

/** Words one after the other, each followed by a zero. */
export interface Corpus {
  /** The UTF-16 units of all words. */
  readonly units: Uint16Array;
  /** Where each word starts; one more at the end. Word i ends at `starts[i + 1]` - 1. */
  readonly starts: Int32Array;
  /** How often each occurs. */
  readonly counts: Float64Array;
}

/**
 * Lays words out in one array.
 *
 * @param trainer What is trained, for messages.
 * @param words Counts by word; empty words are left out.
 * @returns The words.
 * @throws {TypeError} If a count is not a positive whole number.
 * @throws {RangeError} If there is no word.
 */
export function makeCorpus(
  trainer: string,
  words: ReadonlyMap<string, number>,
): Corpus {
  let total = 0;
  let size = 0;
  for (const [word, count] of words) {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new TypeError(
        `Cannot train ${trainer}: counts must be whole numbers from 1: ${
          brief(count)
        } for ${brief(word)}`,
      );
    }
    if (word === "") continue;
    total += word.length + 1;
    size++;
  }
  if (size === 0) {
    throw new RangeError(
      `Cannot train ${trainer}: there must be a word: none in ${words.size} entries`,
    );
  }
  const units = new Uint16Array(total);
  const starts = new Int32Array(size + 1);
  const counts = new Float64Array(size);
  let at = 0;
  let index = 0;
  for (const [word, count] of words) {
    if (word === "") continue;
    const whole = word.toWellFormed();
    counts[index++] = count;
    for (let i = 0; i < whole.length; i++) units[at++] = whole.charCodeAt(i);
    starts[index] = ++at;
  }
  return { units, starts, counts };
}

/** Whether a unit is the first half of a character. */
export function isHigh(unit: number): boolean {
  return (unit & 0xFC00) === 0xD800;
}

/** Whether a unit is the second half of a character. */
export function isLow(unit: number): boolean {
  return (unit & 0xFC00) === 0xDC00;
}
