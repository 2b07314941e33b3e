/**
 * What bytes that are not UTF-8 look like, and how to read them all the same.
 *
 * @module
 */
import { characterLength } from "./_utf8.ts";

/** Bytes looked at to tell UTF-16. */
const SAMPLE = 65_536;

/**
 * Recognises UTF-16 and UTF-32 by their byte order mark, and UTF-16 by a NUL in every second byte too.
 *
 * UTF-16 of plain English without a mark is well-formed UTF-8, so this is asked of every text.
 *
 * @param bytes The text.
 * @returns Name of the encoding; undefined if it is neither.
 */
export function guessWide(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, SAMPLE);
  const [a, b, c, d] = sample;
  if (a === 0xFF && b === 0xFE) {
    return c === 0 && d === 0 ? "UTF-32LE" : "UTF-16LE";
  }
  if (a === 0xFE && b === 0xFF) return "UTF-16BE";
  if (a === 0 && b === 0 && c === 0xFE && d === 0xFF) return "UTF-32BE";
  const nulls = [0, 0];
  for (const [i, byte] of sample.entries()) {
    if (byte === 0) nulls[i % 2]!++;
  }
  const [even, odd] = nulls as [number, number];
  const half = Math.floor(sample.length / 2);
  if (half >= 2 && odd >= 0.7 * half && even < 0.1 * half) return "UTF-16LE";
  if (half >= 2 && even >= 0.7 * half && odd < 0.1 * half) return "UTF-16BE";
  return undefined;
}

/**
 * Tells a text in a one-byte encoding from a binary file and a damaged one.
 *
 * @param bytes The text, which is not UTF-8.
 * @returns What it looks like, and the way out.
 */
export function guessNarrow(bytes: Uint8Array): string {
  let controls = 0;
  let wellFormed = 0; // characters of more than one byte
  let illFormed = 0; // runs of bytes
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    if (length > 1) wellFormed++;
    else if (length === 0) illFormed++;
    else if (isControl(bytes[at]!)) controls++;
    at += Math.max(1, length);
    while (length === 0 && bytes[at]! >= 0x80 && bytes[at]! < 0xC0) at++;
  }
  if (controls > 0.02 * bytes.length) {
    return "it looks like a binary file; unpack it or convert it to text first";
  }
  if (illFormed > wellFormed) {
    return 'it looks like Windows-1252 (Latin-1); decode it with new TextDecoder("windows-1252")';
  }
  return "it looks damaged or cut off; new TextDecoder() reads it with U+FFFD in place of what is broken";
}

/** Control characters that no text file has: all but tab, line ends, form feed and escape. */
function isControl(byte: number): boolean {
  return byte < 0x20 && (byte < 0x09 || byte > 0x0D) && byte !== 0x1B;
}
