/**
 * Places in a text: from UTF-16 units to code points.
 *
 * @module
 */
import type { Offsets } from "./tokenizer.ts";

/**
 * Counts code points where UTF-16 units were counted.
 *
 * @param text The text.
 * @param units Places in UTF-16 units.
 * @returns The same places in code points.
 */
export function toCodePoints(text: string, units: Offsets): Offsets {
  const pairs = findPairs(text);
  if (pairs.length === 0) {
    return { starts: units.starts.slice(), ends: units.ends.slice() };
  }
  let near = 0; // places mostly grow
  function convert(place: number): number {
    while (near > 0 && pairs[near - 1]! >= place) near--;
    while (near < pairs.length && pairs[near]! < place) near++;
    return place - near;
  }
  return { starts: units.starts.map(convert), ends: units.ends.map(convert) };
}

/** Where the characters of two units have their second one. */
function findPairs(text: string): number[] {
  const pairs: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xD800 && code < 0xDC00) pairs.push(i++);
  }
  return pairs;
}
