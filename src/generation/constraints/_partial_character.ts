/**
 * A character of which some bytes are known: how many are missing, and the bits so far, in one number (RFC 3629).
 *
 * @module
 */

/** Nothing is missing: the next byte begins a character. */
export const WHOLE = 0;
/** No character has such bytes. */
export const IMPOSSIBLE = -1;

/**
 * Begins a character of several bytes.
 *
 * @param byte Its first byte, from 0x80.
 * @returns The character so far, or {@linkcode IMPOSSIBLE}.
 */
export function beginCharacter(byte: number): number {
  if (byte < 0xC2 || byte > 0xF4) return IMPOSSIBLE;
  if (byte < 0xE0) return (byte & 0x1F) << 2 | 1;
  if (byte < 0xF0) return (byte & 0x0F) << 2 | 2;
  return (byte & 0x07) << 2 | 3;
}

/**
 * Goes on with a character.
 *
 * @param partial The character so far, of which a byte is missing.
 * @param byte The next byte.
 * @returns The character so far, or {@linkcode IMPOSSIBLE}; once no byte is missing, the code point times four.
 */
export function continueCharacter(partial: number, byte: number): number {
  if ((byte & 0xC0) !== 0x80) return IMPOSSIBLE;
  const missing = (partial & 3) - 1;
  const bits = partial >> 2 << 6 | byte & 0x3F;
  // Longer than need be, a surrogate, or beyond Unicode.
  if (missing === 2 && (bits < 0x10 || bits > 0x10F)) return IMPOSSIBLE;
  if (missing === 1 && bits < 0x20) return IMPOSSIBLE;
  if (missing === 1 && bits >= 0x360 && bits < 0x380) return IMPOSSIBLE;
  return bits << 2 | missing;
}

/**
 * Gives the number of bytes that are missing.
 *
 * @param partial The character so far.
 * @returns From 0 to 3.
 */
export function missingBytes(partial: number): number {
  return partial & 3;
}

/**
 * Gives the code points that a character may still become.
 *
 * @param partial The character so far, of which a byte is missing.
 * @returns The first and the last one.
 */
export function codePointRange(partial: number): [from: number, to: number] {
  const missing = partial & 3;
  const from = partial >> 2 << 6 * missing;
  const to = from + (1 << 6 * missing) - 1;
  if (missing === 3) return [Math.max(from, 0x10000), Math.min(to, 0x10FFFF)];
  if (missing === 2 && from === 0xD000) return [from, 0xD7FF];
  if (missing === 2) return [Math.max(from, 0x800), to];
  return [from, to];
}
