/**
 * What kind of character a code point is: letter, number, white space or other, from a table that fills itself.
 *
 * @module
 */

/** Neither of the others. */
export const OTHER = 0;
/** General category L. */
export const LETTER = 1;
/** General category N. */
export const NUMBER = 2;
/** White space of Unicode, bar line ends. */
export const SPACE = 3;
/** CR or LF. */
export const LINE_END = 4;

const UNKNOWN = 0xFF;
const table = new Uint8Array(0x110000).fill(UNKNOWN);

/**
 * Gives the class of a code point.
 *
 * @param code The code point.
 * @returns One of the classes.
 */
export function classOf(code: number): number {
  const known = table[code]!;
  return known === UNKNOWN ? classify(code) : known;
}

/**
 * Gives the class of the character at a place.
 *
 * @param text A well-formed string.
 * @param at The place of its first unit.
 * @returns One of the classes.
 */
export function classAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return classOf(
    code >= 0xD800 && code < 0xDC00 ? text.codePointAt(at)! : code,
  );
}

function classify(code: number): number {
  const character = String.fromCodePoint(code);
  let kind = OTHER;
  if (code === 0x0A || code === 0x0D) kind = LINE_END;
  else if (/\p{L}/u.test(character)) kind = LETTER;
  else if (/\p{N}/u.test(character)) kind = NUMBER;
  else if (/\p{White_Space}/u.test(character)) kind = SPACE;
  return table[code] = kind;
}
