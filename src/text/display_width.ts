/**
 * How many columns of a terminal a text takes.
 *
 * Columns follow Unicode Standard Annex #11: wide and fullwidth characters take two, marks that combine take none.
 *
 * @module
 */

const ZERO_WIDTH = /^[\p{M}\p{Cf}]$/u;
const WIDE =
  /^(?:\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6])$/u;

/**
 * Counts the columns of a text.
 *
 * @param text A text without control characters.
 * @returns How many there are.
 */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/**
 * Counts the columns of a character.
 *
 * @param character One code point.
 * @returns 0, 1 or 2.
 */
export function characterWidth(character: string): number {
  if (character < "\u0300") return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
