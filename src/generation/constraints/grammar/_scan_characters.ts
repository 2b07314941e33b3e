/**
 * Which characters a class of a regular expression has, by asking JavaScript's own engine: the class runs over a text of all
 * characters in their order, and each match is a range.
 *
 * So properties of Unicode, case and set operations are what RegExp takes them for.
 *
 * @module
 */
import { type CharacterSet, characterSet } from "./character_set.ts";

/** What a class has. */
export interface ScannedCharacters {
  /** The characters; without the flags u and v those up to U+FFFF alone. */
  readonly set: CharacterSet;

  /** Without the flags u and v: which halves of characters beyond U+FFFF it has as well. */
  readonly halves: "all" | "some" | "none";
}

/** Classes that are kept. */
const MOST_KEPT = 500;

/** How many code points are put into the text at once. */
const BLOCK = 0x400;

/** Every half of a character beyond U+FFFF, none beside one that it could join. */
const HALVES = Array.from(
  { length: 0x800 },
  (_, i) => String.fromCharCode(0xdfff - i),
);

const kept = new Map<string, ScannedCharacters>();
let all: WeakRef<{ text: string }> | undefined;
let cased: string | undefined;

/**
 * Finds the characters of a class.
 *
 * @param atom The class as a regular expression has it, such as `[a-z]`, `\p{L}` or `.`.
 * @param flags Those of i, s, u and v that are set.
 */
export function scanCharacters(atom: string, flags: string): ScannedCharacters {
  const key = `${flags}/${atom}`;
  let found = kept.get(key);
  if (found === undefined) {
    found = scan(atom, flags);
    if (kept.size === MOST_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(key, found);
  }
  return found;
}

/**
 * Finds the characters that are one character in capitals or small letters.
 *
 * @param codePoint The character.
 * @param flags Flags, i among them.
 */
export function scanCases(codePoint: number, flags: string): CharacterSet {
  const isUnicode = /[uv]/.test(flags);
  const alone = [codePoint, codePoint];
  if (!isUnicode && codePoint > 0xffff) return alone;
  cased ??= Array.from(
    textOfAll().matchAll(/[\p{CWCM}\p{CWCF}]/gu),
    ([character]) => character,
  ).join("");
  const hex = codePoint.toString(16).padStart(4, "0");
  const atom = new RegExp(isUnicode ? `\\u{${hex}}` : `\\u${hex}`, `${flags}g`);
  const points = Array.from(
    cased.matchAll(atom),
    ([character]) => character.codePointAt(0)!,
  );
  return characterSet([...alone, ...points.flatMap((point) => [point, point])]);
}

function scan(atom: string, flags: string): ScannedCharacters {
  const isUnicode = /[uv]/.test(flags);
  const text = textOfAll();
  const searched = isUnicode ? text : text.slice(0, 0x10000 - 0x800);
  const ranges: number[] = [];
  for (
    const { 0: run, index } of searched.matchAll(
      new RegExp(`${atom}+`, `${flags}g`),
    )
  ) ranges.push(pointAt(index), pointAt(index + run.length - 1));
  const set = characterSet(ranges);
  if (isUnicode) return { set, halves: "none" };
  const one = new RegExp(`^${atom}$`, flags);
  const count = HALVES.filter((half) => one.test(half)).length;
  const halves = count === HALVES.length ? "all" : "some";
  return { set, halves: count === 0 ? "none" : halves };
}

/** All characters in their order. */
function textOfAll(): string {
  let holder = all?.deref();
  if (holder === undefined) {
    const blocks: string[] = [];
    for (let from = 0; from <= 0x10ffff; from += BLOCK) {
      if (from >= 0xd800 && from < 0xe000) continue;
      const points = Array.from({ length: BLOCK }, (_, i) => from + i);
      blocks.push(String.fromCodePoint(...points));
    }
    holder = { text: blocks.join("") };
    all = new WeakRef(holder);
  }
  return holder.text;
}

/** The character of which the text of all characters has a unit at a place. */
function pointAt(place: number): number {
  if (place < 0xd800) return place;
  const last = 0x10000 - 0x800;
  return place < last ? place + 0x800 : 0x10000 + ((place - last) >> 1);
}
