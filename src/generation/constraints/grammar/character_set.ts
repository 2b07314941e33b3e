/**
 * Sets of characters as ranges of code points.
 *
 * Surrogates are no characters: a text has none of them alone, and UTF-8 cannot write them. No set contains one.
 *
 * @module
 */

/** Ranges one after the other, the first and the last code point of each; in rising order, with gaps between them. */
export type CharacterSet = readonly number[];

/** The largest code point. */
export const LAST_CODE_POINT = 0x10ffff;

/** Every character. */
export const ANY_CHARACTER: CharacterSet = [0, 0xd7ff, 0xe000, LAST_CODE_POINT];

/** No character. */
export const NO_CHARACTER: CharacterSet = [];

/**
 * Makes a set of ranges.
 *
 * @param ranges The first and the last code point of each, in any order; they may overlap and cover surrogates.
 * @returns The set.
 */
export function characterSet(ranges: readonly number[]): CharacterSet {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const from = ranges[i]!;
    const to = ranges[i + 1]!;
    if (from < 0xd800) pairs.push([from, Math.min(to, 0xd7ff)]);
    if (to > 0xdfff) pairs.push([Math.max(from, 0xe000), to]);
  }
  pairs.sort(([a], [b]) => a - b);
  const set: number[] = [];
  for (const [from, to] of pairs) {
    if (from > to) continue;
    const end = set.length - 1;
    if (end > 0 && from <= set[end]! + 1) set[end] = Math.max(set[end]!, to);
    else set.push(from, to);
  }
  return set;
}

/**
 * Makes the set of a text's characters.
 *
 * @param text The characters.
 */
export function charactersOf(text: string): CharacterSet {
  return characterSet(
    Array.from(text).flatMap((character) => {
      const point = character.codePointAt(0)!;
      return [point, point];
    }),
  );
}

/**
 * Joins sets.
 *
 * @param sets What to join.
 */
export function unionOf(sets: readonly CharacterSet[]): CharacterSet {
  return sets.length === 1 ? sets[0]! : characterSet(sets.flat());
}

/**
 * Gives the characters that are not in a set.
 *
 * @param set The set.
 */
export function complementOf(set: CharacterSet): CharacterSet {
  const ranges: number[] = [];
  let from = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > from) ranges.push(from, set[i]! - 1);
    from = set[i + 1]! + 1;
  }
  if (from <= LAST_CODE_POINT) ranges.push(from, LAST_CODE_POINT);
  return characterSet(ranges);
}

/**
 * Gives the characters that are in both of two sets.
 *
 * @param a One set.
 * @param b The other.
 */
export function intersectionOf(a: CharacterSet, b: CharacterSet): CharacterSet {
  const ranges: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const from = Math.max(a[i]!, b[j]!);
    const to = Math.min(a[i + 1]!, b[j + 1]!);
    if (from <= to) ranges.push(from, to);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return ranges;
}

/**
 * Whether a set has a character.
 *
 * @param set The set.
 * @param codePoint The character.
 */
export function contains(set: CharacterSet, codePoint: number): boolean {
  for (let i = 0; i < set.length && set[i]! <= codePoint; i += 2) {
    if (codePoint <= set[i + 1]!) return true;
  }
  return false;
}
