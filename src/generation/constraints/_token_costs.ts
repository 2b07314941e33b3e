/**
 * What characters cost in tokens: at least, whatever tokens they are written with, and at most, written one by one.
 *
 * @module
 */
import type { TokenTexts } from "../../tokenizers/token_texts.ts";
import type { CodePointCost } from "./acceptor.ts";
import {
  beginCharacter,
  continueCharacter,
  IMPOSSIBLE,
  missingBytes,
  WHOLE,
} from "./_partial_character.ts";

/** What the characters cost that a vocabulary can write. */
export interface TokenCosts {
  /**
   * No text takes fewer tokens than its characters cost together. A token of n characters gives each of them 1/n, and a
   * character costs what the most generous of its tokens gives.
   */
  readonly least: CodePointCost;
  /**
   * By context, what is certain: each character is written by itself, with tokens that lead back to the context. Where a
   * text costs so much, it can be written with so many tokens.
   */
  readonly certain: readonly CodePointCost[];
  /** Gives the character of a range of which `least` counts least; the first where nothing is known of any. */
  readonly mostGenerous: (from: number, to: number) => number;
  /** By context, whether every character of several bytes can be written byte by byte. */
  readonly bytewise: readonly boolean[];
  /** Most bytes that a token can add to a character that was begun before it. */
  readonly longestRest: number;
}

/** First bytes of characters of several bytes, and all that follow. */
const MULTIBYTE = Array.from({ length: 0xF5 - 0x80 }, (_, i) => 0x80 + i)
  .filter((byte) => byte < 0xC0 || byte > 0xC1);

/**
 * Counts what characters cost.
 *
 * @param texts What each token adds to a text.
 * @returns The costs.
 */
export function tokenCosts(texts: TokenTexts): TokenCosts {
  const shares = new Map<number, number>(); // the least share of a token, by code point
  let partialShare = Infinity; // the same of characters that a token has a part of
  const certain: CodePointCost[] = [];
  const bytewise: boolean[] = [];
  let longestRest = 1;
  const seen = new Set<string>();
  for (const [context, moves] of texts.contexts.entries()) {
    const singles = new Map<number, number>();
    const bytes = new Set<number>();
    for (const { lead, group, next } of moves) {
      const isFree = lead === "" && next === context;
      const isNew = !seen.has(`${lead}${group}`);
      seen.add(`${lead}${group}`);
      if (!isFree && !isNew) continue;
      for (const text of texts.groups[group]!.texts) {
        const characters = readCharacters(text);
        if (characters === undefined) continue;
        const { whole, parts, rest } = characters;
        longestRest = Math.max(longestRest, rest);
        const count = whole.length + parts + lead.length;
        if (isFree && count === 1 && parts === 0) singles.set(whole[0]!, 1);
        if (isFree && text.length === 1) bytes.add(text[0]!);
        if (!isNew || count === 0) continue;
        if (parts > 0) partialShare = Math.min(partialShare, 1 / count);
        for (const point of lead === "" ? whole : [0x20, ...whole]) {
          shares.set(point, Math.min(shares.get(point) ?? 1, 1 / count));
        }
      }
    }
    const isBytewise = MULTIBYTE.every((byte) => bytes.has(byte));
    bytewise.push(isBytewise);
    certain.push(costOf(singles, isBytewise ? bytesOf : () => Infinity));
  }
  return {
    least: costOf(shares, (_, to) => to < 0x80 ? Infinity : partialShare),
    certain,
    mostGenerous: mostGenerousOf(shares),
    bytewise,
    longestRest,
  };
}

/** Finds cheapest characters, and keeps them. */
function mostGenerousOf(
  shares: ReadonlyMap<number, number>,
): TokenCosts["mostGenerous"] {
  const sorted = [...shares].sort(([a, x], [b, y]) => x - y || a - b);
  const kept = new Map<number, number>();
  return (from, to) => {
    const key = from * 2 ** 21 + to;
    let point = kept.get(key);
    if (point === undefined) {
      point = sorted.find(([p]) => from <= p && p <= to)?.[0] ?? from;
      kept.set(key, point);
    }
    return point;
  };
}

/** Tokens that the cheapest character of a range takes, byte by byte. */
function bytesOf(from: number, to: number): number {
  if (to < 0x80) return Infinity; // has a token of its own, or none at all
  return from < 0x800 ? 2 : from < 0x10000 ? 3 : 4;
}

/** Costs of single code points, and of all others. */
function costOf(
  costs: ReadonlyMap<number, number>,
  otherwise: (from: number, to: number) => number,
): CodePointCost {
  const points = Int32Array.from(costs.keys()).sort();
  const minima = [Float64Array.from(points, (point) => costs.get(point)!)];
  for (let width = 1; width * 2 <= points.length; width *= 2) { // by number of points: 1, 2, 4 …
    const half = minima.at(-1)!;
    minima.push(
      Float64Array.from(
        { length: points.length - width * 2 + 1 },
        (_, i) => Math.min(half[i]!, half[i + width]!),
      ),
    );
  }
  return {
    id: {},
    cheapest(from, to) {
      if (from >= 0xD800 && to <= 0xDFFF) return Infinity; // surrogates are no text
      const first = firstFrom(points, from);
      const count = firstFrom(points, to + 1) - first;
      if (count <= 0) return otherwise(from, to);
      const level = 31 - Math.clz32(count);
      const row = minima[level]!;
      return Math.min(
        row[first]!,
        row[first + count - (1 << level)]!,
        otherwise(from, to),
      );
    },
  };
}

/** Place of the first number that is not below another. */
function firstFrom(sorted: Int32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The characters of a token, how many parts of characters it has, and how many bytes of one that began before it; undefined
 * if no text can have its bytes.
 */
function readCharacters(
  text: Uint8Array,
): { whole: number[]; parts: number; rest: number } | undefined {
  const whole: number[] = [];
  let parts = 0;
  let place = 0;
  while (place < text.length && (text[place]! & 0xC0) === 0x80) place++;
  const rest = place;
  if (rest > 3) return undefined;
  if (rest > 0) parts++;
  let partial = WHOLE;
  for (; place < text.length; place++) {
    const byte = text[place]!;
    if (partial === WHOLE && byte < 0x80) whole.push(byte);
    else {
      partial = partial === WHOLE
        ? beginCharacter(byte)
        : continueCharacter(partial, byte);
      if (partial === IMPOSSIBLE) return undefined;
      if (missingBytes(partial) > 0) continue;
      whole.push(partial >> 2);
      partial = WHOLE;
    }
  }
  if (partial !== WHOLE) parts++;
  return { whole, parts, rest };
}
