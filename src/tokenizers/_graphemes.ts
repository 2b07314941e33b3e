/**
 * Graphemes: what a reader takes for one character (UAX #29), as `Intl.Segmenter` finds them.
 *
 * @module
 */

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Below this code nothing joins what is before it, except LF after CR. */
const FIRST_JOINER = 0x300;

/** Longest part of a text that the segmenter is given at once: it copies what it is given. */
const WINDOW = 256;

/**
 * Finds the end of the grapheme that starts at a place.
 *
 * @param text A well-formed string.
 * @param start Where a grapheme starts.
 * @returns Where it ends.
 */
export function graphemeEnd(text: string, start: number): number {
  const code = text.charCodeAt(start);
  const next = text.charCodeAt(start + 1); // NaN at the end
  if (code < FIRST_JOINER && !(next >= FIRST_JOINER)) {
    return start + (code === 0x0D && next === 0x0A ? 2 : 1);
  }
  for (let size = WINDOW;; size *= 2) {
    const part = text.slice(start, start + size);
    const { done, value } = segmenter.segment(part)[Symbol.iterator]().next();
    const length = done ? 0 : value.segment.length;
    // One that ends with the window might go on behind it.
    if (length < part.length - 1 || start + size >= text.length) {
      return start + length;
    }
  }
}

/**
 * Tells whether a string is one grapheme.
 *
 * @param text A well-formed string.
 * @returns True if nothing comes before or after it.
 */
export function isOneGrapheme(text: string): boolean {
  return text !== "" && graphemeEnd(text, 0) === text.length;
}
