/**
 * The normalization rules of SentencePiece in their compiled form: a double array (Aoe 1989, as Darts-clone keeps it)
 * over bytes of UTF-8, and the replacements in one block.
 *
 * How a text is cut before the rules see it follows `Precompiled` of Hugging Face tokenizers: whole grapheme clusters of
 * less than six bytes come first, single characters next, and a rule for the start of either takes the place of all of it.
 *
 * @module
 */
import { brief } from "../brief.ts";
import type { JsonMembers } from "../json_members.ts";
import type { JsonObject } from "../tokenizer.ts";
import { AlignedText } from "./aligned_text.ts";
import type { NormalizedText, Normalizer } from "./normalizer.ts";

/** Grapheme clusters of this many bytes or more are taken character by character only. */
const LONG = 6;

/** Most strings whose replacements are kept. */
const MAX_KEPT = 1 << 14;

/** Stretches that need a look at grapheme clusters: anything beyond ASCII, and the neighbours that may belong to it. */
// deno-lint-ignore no-control-regex
const BEYOND_ASCII = /[\0-\x7F]?(?:[^\0-\x7F]+[\0-\x0C\x0E-\x7F]?)+|\r\n/g;

/** Replaces characters by compiled rules. */
export class PrecompiledNormalizer implements Normalizer {
  readonly #base64: string;
  readonly #units: Uint32Array;
  readonly #block: Uint8Array;
  readonly #segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
  readonly #kept = new Map<string, string | undefined>();
  /** Which ASCII characters have a rule. */
  readonly #asciiRules: readonly boolean[];
  /** What a rule may change: those, and all beyond ASCII. */
  readonly #changeable: RegExp;

  /**
   * @param base64 The rules: the size of the double array in bytes, the array, the replacements, each ended by a zero.
   * @throws {SyntaxError} If that is not base64, or not made of such parts.
   */
  constructor(base64: string) {
    const bytes = decodeBase64(base64);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const size = bytes.length >= 4 ? view.getUint32(0, true) : 0;
    if (size === 0 || size % 4 !== 0 || size > bytes.length - 4) {
      throw new SyntaxError(
        `Cannot load tokenizer: precompiled_charsmap must begin with the size of its double array: ${size} of ${bytes.length} bytes`,
      );
    }
    this.#base64 = base64;
    this.#units = Uint32Array.from(
      { length: size / 4 },
      (_, i) => view.getUint32(4 + 4 * i, true),
    );
    this.#block = bytes.subarray(4 + size);
    this.#asciiRules = Array.from(
      { length: 128 },
      (_, code) => this.#lookUp(String.fromCharCode(code)) !== undefined,
    );
    const codes = this.#asciiRules.flatMap((has, code) => has ? [code] : []);
    const escapes = codes.map((code) =>
      `\\x${code.toString(16).padStart(2, "0")}`
    );
    this.#changeable = new RegExp(`[${escapes.join("")}\\x80-\\uFFFF]`);
  }

  /**
   * Reads the normalizer of a tokenizer.json.
   *
   * @param json The member `normalizer`.
   * @returns The normalizer.
   * @throws {TypeError} If `precompiled_charsmap` is not a string.
   * @throws {SyntaxError} If it is damaged.
   */
  static fromJSON(json: JsonMembers): PrecompiledNormalizer {
    return new PrecompiledNormalizer(json.string("precompiled_charsmap"));
  }

  /** @inheritdoc */
  normalize(text: string): NormalizedText {
    if (!this.#changeable.test(text)) return { text, origins: undefined };
    const result = new AlignedText(text.length);
    let isChanged = false;
    let last = 0; // where what is not in the result yet starts
    const replace = (part: string, start: number): boolean => {
      const replacement = this.#replacementOf(part);
      if (replacement === undefined) return false;
      result.keep(text, last, start);
      pushAligned(result, replacement, part, start);
      last = start + part.length;
      isChanged = true;
      return true;
    };
    const replaceAscii = (start: number, end: number) => {
      for (let i = start; i < end; i++) {
        if (this.#asciiRules[text.charCodeAt(i)]!) replace(text[i]!, i);
      }
    };
    let seen = 0;
    for (const { 0: stretch, index } of text.matchAll(BEYOND_ASCII)) {
      replaceAscii(seen, index);
      for (const { segment, index: at } of this.#segmenter.segment(stretch)) {
        const start = index + at;
        if (sizeInBytes(segment) < LONG && replace(segment, start)) continue;
        let inside = start;
        for (const character of segment) {
          replace(character, inside);
          inside += character.length;
        }
      }
      seen = index + stretch.length;
    }
    replaceAscii(seen, text.length);
    if (!isChanged) return { text, origins: undefined };
    result.keep(text, last, text.length);
    return result.finish();
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return { type: "Precompiled", precompiled_charsmap: this.#base64 };
  }

  /** What takes the place of a part, from memory where possible. */
  #replacementOf(part: string): string | undefined {
    const kept = this.#kept;
    const known = kept.get(part);
    if (known !== undefined || kept.has(part)) return known;
    const found = this.#lookUp(part);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(part, found);
    return found;
  }

  /** What takes the place of a part: the replacement of the first rule on the way down the double array. */
  #lookUp(part: string): string | undefined {
    const units = this.#units;
    let at = offsetOf(units[0]!);
    for (const byte of new TextEncoder().encode(part)) {
      at ^= byte;
      const unit = units[at];
      if (byte === 0 || unit === undefined || labelOf(unit) !== byte) break;
      at ^= offsetOf(unit);
      if ((unit >>> 8 & 1) === 1) return this.#replacementAt(units[at]);
    }
    return undefined;
  }

  #replacementAt(leaf: number | undefined): string {
    const start = leaf === undefined ? Infinity : leaf & 0x7FFF_FFFF;
    if (start > this.#block.length) throw damaged(start);
    const end = this.#block.indexOf(0, start);
    const bytes = this.#block.subarray(start, end < 0 ? undefined : end);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
        .decode(bytes);
    } catch {
      throw damaged(start);
    }
  }
}

function damaged(start: number): SyntaxError {
  return new SyntaxError(
    `Cannot load tokenizer: precompiled_charsmap must have a replacement for every rule: none at byte ${start}`,
  );
}

/** The byte that leads to a unit of the double array; those that hold a value have none. */
function labelOf(unit: number): number {
  return (unit & 0x8000_00FF) >>> 0;
}

/** What leads from a unit to its children. */
function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

function decodeBase64(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
  } catch {
    throw new SyntaxError(
      `Cannot load tokenizer: precompiled_charsmap must be base64: ${
        brief(base64)
      }`,
    );
  }
}

/** Adds a replacement: its characters came from those of the part one by one, further ones from the last of them. */
function pushAligned(
  result: AlignedText,
  replacement: string,
  part: string,
  start: number,
): void {
  const originals = Array.from(part);
  let index = 0;
  let from = start;
  let to = start;
  for (const character of replacement) {
    if (index < originals.length) {
      from = to;
      to += originals[index++]!.length;
    }
    result.push(character, from, to);
  }
}

function sizeInBytes(text: string): number {
  let size = 0;
  for (let i = 0; i < text.length && size < LONG; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) size += 1;
    else if (unit < 0x800 || (unit & 0xF800) === 0xD800) size += 2;
    else size += 3;
  }
  return size;
}
