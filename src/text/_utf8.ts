/**
 * Where a run of bytes stops being UTF-8: table 3-7 of the Unicode Standard, and the line of a byte.
 *
 * @module
 */

/**
 * Finds the first byte that does not belong to a well-formed character.
 *
 * @param bytes Any bytes.
 * @returns Offset of the first byte of the first ill-formed character; -1 if there is none.
 */
export function findInvalidUtf8(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = characterLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

/**
 * Counts the lines before a byte; CRLF, LF and a lone CR end a line.
 *
 * @param bytes Any bytes.
 * @param offset Offset of the byte.
 * @returns Its line, from 1.
 */
export function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i++) {
    if (bytes[i] === 0x0A || (bytes[i] === 0x0D && bytes[i + 1] !== 0x0A)) {
      line++;
    }
  }
  return line;
}

/**
 * Measures the character at an offset.
 *
 * @param bytes Any bytes.
 * @param at Offset of its first byte.
 * @returns Its length in bytes, 1 to 4; 0 if it is ill-formed.
 */
export function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0; // a continuation, an overlong pair, or beyond U+10FFFF
  const length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const low = lead === 0xE0 ? 0xA0 : lead === 0xF0 ? 0x90 : 0x80; // no overlong forms
  const high = lead === 0xED ? 0x9F : lead === 0xF4 ? 0x8F : 0xBF; // no surrogates, nothing beyond U+10FFFF
  const second = bytes[at + 1];
  if (second === undefined || second < low || second > high) return 0;
  for (let i = at + 2; i < at + length; i++) {
    const next = bytes[i];
    if (next === undefined || next < 0x80 || next > 0xBF) return 0;
  }
  return length;
}
