/**
 * Tokens that are found in a text before anything else happens to it: special tokens, and words that a user added.
 *
 * Where several could begin the longest is taken, as in Hugging Face tokenizers (`AddedVocabulary`).
 *
 * @module
 */
import { type JsonMembers, refuse } from "./json_members.ts";
import { MAX_ID } from "./models/read_vocab.ts";
import { escapeExpression } from "./regular_expression.ts";
import type { JsonObject } from "./tokenizer.ts";

/** A token that is found as it is. */
export interface AddedToken {
  /** Its id. */
  readonly id: number;
  /** Its text. */
  readonly content: string;
  /** Whether it must stand alone, with no letter or digit before or after. */
  readonly singleWord: boolean;
  /** Whether it takes the white space before it. */
  readonly lstrip: boolean;
  /** Whether it takes the white space after it. */
  readonly rstrip: boolean;
  /** Whether it is looked for in the normalized text. */
  readonly normalized: boolean;
  /** Whether it is no text, and left out when decoding. */
  readonly special: boolean;
}

/** A part of a text: an added token, or what lies between. */
export interface TextPart {
  /** Id of the token; undefined for text. */
  readonly id: number | undefined;
  /** Where it starts, in UTF-16 units. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/**
 * Reads an entry of `added_tokens`.
 *
 * @param json The entry.
 * @returns The token.
 * @throws {TypeError} If a member is missing or of the wrong type.
 */
export function readAddedToken(json: JsonMembers): AddedToken {
  const special = json.boolean("special", false);
  const id = json.count("id");
  if (id > MAX_ID) {
    throw refuse(json.at("id"), `a whole number up to ${MAX_ID}`, id);
  }
  return {
    id,
    content: json.string("content"),
    singleWord: json.boolean("single_word", false),
    lstrip: json.boolean("lstrip", false),
    rstrip: json.boolean("rstrip", false),
    normalized: json.boolean("normalized", !special),
    special,
  };
}

/**
 * Makes a special token.
 *
 * @param content Its text.
 * @param id Its id.
 * @returns The token.
 */
export function specialToken(content: string, id: number): AddedToken {
  return {
    id,
    content,
    singleWord: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
}

/** The token as an entry of `added_tokens`. */
export function addedTokenToJSON(token: AddedToken): JsonObject {
  return {
    id: token.id,
    content: token.content,
    single_word: token.singleWord,
    lstrip: token.lstrip,
    rstrip: token.rstrip,
    normalized: token.normalized,
    special: token.special,
  };
}

/** Finds added tokens in texts. */
export class AddedTokenFinder {
  readonly #tokens = new Map<string, AddedToken>();
  readonly #expression: RegExp | undefined;

  /**
   * @param tokens The tokens.
   * @param change What happens to a text before they are looked for.
   */
  constructor(
    tokens: readonly AddedToken[],
    change: (text: string) => string = (text) => text,
  ) {
    for (const token of tokens) {
      const content = change(token.content);
      if (content !== "" && !this.#tokens.has(content)) {
        this.#tokens.set(content, token);
      }
    }
    if (this.#tokens.size > 0) {
      const alternatives = [...this.#tokens.keys()].sort((a, b) =>
        b.length - a.length
      );
      this.#expression = new RegExp(
        alternatives.map(escapeExpression).join("|"),
        "gu",
      );
    }
  }

  /**
   * Cuts a text at the tokens in it.
   *
   * @param text The text.
   * @returns Its parts, none of them empty.
   */
  split(text: string): TextPart[] {
    if (this.#expression === undefined) {
      return text === "" ? [] : [{ id: undefined, start: 0, end: text.length }];
    }
    const parts: TextPart[] = [];
    let last = 0;
    for (const { 0: found, index } of text.matchAll(this.#expression)) {
      const token = this.#tokens.get(found)!;
      let start = index;
      let end = index + found.length;
      if (token.singleWord && !standsAlone(text, start, end)) continue;
      if (token.lstrip) {
        while (start > last && isWhiteSpace(text[start - 1]!)) start--;
      }
      if (token.rstrip) {
        while (end < text.length && isWhiteSpace(text[end]!)) end++;
      }
      if (start > last) parts.push({ id: undefined, start: last, end: start });
      // White space that the token before has taken cannot begin another.
      parts.push({ id: token.id, start: Math.max(start, last), end });
      last = end;
    }
    if (last < text.length) {
      parts.push({ id: undefined, start: last, end: text.length });
    }
    return parts;
  }
}

const WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

function isWhiteSpace(unit: string): boolean {
  return /\p{White_Space}/u.test(unit);
}

function standsAlone(text: string, start: number, end: number): boolean {
  const before = Array.from(text.slice(Math.max(0, start - 2), start)).at(-1);
  const after = text.codePointAt(end);
  return !(before !== undefined && WORD.test(before)) &&
    !(after !== undefined && WORD.test(String.fromCodePoint(after)));
}
