/**
 * The byte alphabet of GPT-2: a printable character for each of the 256 bytes, so that any text is a string of them.
 *
 * The bytes of printable Latin-1 characters stand for themselves; the others take U+0100 and on, in order (Radford et
 * al. 2019, `bytes_to_unicode`).
 *
 * @module
 */

/** Characters by byte. */
export const BYTE_CHARACTERS: readonly string[] = makeAlphabet();

/** Bytes by code of their character; -1 elsewhere. */
export const CHARACTER_BYTES: Int16Array = new Int16Array(0x180).fill(-1);
for (const [byte, character] of BYTE_CHARACTERS.entries()) {
  CHARACTER_BYTES[character.charCodeAt(0)] = byte;
}

function makeAlphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 0x20 && byte < 0x7F) ||
      (byte > 0xA0 && byte !== 0xAD);
    return String.fromCharCode(printable ? byte : next++);
  });
}

/**
 * Writes the UTF-8 bytes of a text as characters of the alphabet.
 *
 * @param text A well-formed string.
 * @returns One character for each byte.
 */
export function encodeBytes(text: string): string {
  let result = "";
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      result += BYTE_CHARACTERS[code]!;
      continue;
    }
    if (code < 0x800) {
      result += BYTE_CHARACTERS[0xC0 | code >> 6]!;
    } else if (code >= 0xD800 && code < 0xDC00) {
      code = text.codePointAt(i++)!;
      result += BYTE_CHARACTERS[0xF0 | code >> 18]! +
        BYTE_CHARACTERS[0x80 | code >> 12 & 0x3F]! +
        BYTE_CHARACTERS[0x80 | code >> 6 & 0x3F]!;
    } else {
      result += BYTE_CHARACTERS[0xE0 | code >> 12]! +
        BYTE_CHARACTERS[0x80 | code >> 6 & 0x3F]!;
    }
    result += BYTE_CHARACTERS[0x80 | code & 0x3F]!;
  }
  return result;
}

/**
 * Reads characters of the alphabet back.
 *
 * @param text A string.
 * @returns Its bytes; undefined if a character is not one of the alphabet.
 */
export function decodeBytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = CHARACTER_BYTES[text.charCodeAt(i)] ?? -1;
    if (byte < 0) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}
