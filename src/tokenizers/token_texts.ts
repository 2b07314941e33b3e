/**
 * What each token adds to a text, as bytes of UTF-8: the decoders of all tokenizers turned inside out.
 *
 * @module
 */
import { brief } from "./brief.ts";
import { ByteTokenizer } from "./byte_tokenizer.ts";
import { CharTokenizer } from "./char_tokenizer.ts";
import { PipelineTokenizer } from "./pipeline_tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { WordTokenizer } from "./word_tokenizer.ts";
import { pipelineTexts } from "./_pipeline_texts.ts";
import { wordTexts } from "./_word_texts.ts";

/** Tokens that a decoder treats alike, and what each writes. */
export interface TokenGroup {
  /** Ids of the tokens, shape (N). */
  readonly ids: Int32Array;
  /** What each writes, as UTF-8; may be a part of a character, or nothing. */
  readonly texts: readonly Uint8Array[];
}

/** How a decoder goes on with the tokens of a group. */
export interface TokenMove {
  /** What comes before the text of each. */
  readonly lead: "" | " ";
  /** Number of the group. */
  readonly group: number;
  /** Number of the context after the token. */
  readonly next: number;
}

/**
 * What every token adds to a text.
 *
 * What a decoder writes for a token may depend on the tokens before; all that it depends on is one of a few contexts.
 * Every token is in one group of a context at most. In none are the special tokens, ids without a token, tokens that are
 * no well-formed text, and those that add nothing where they change nothing either.
 */
export interface TokenTexts {
  /** Number V of ids. */
  readonly vocabSize: number;
  /** The groups. */
  readonly groups: readonly TokenGroup[];
  /** By context, what may come next; context 0 is the beginning of a text. */
  readonly contexts: readonly (readonly TokenMove[])[];
}

const known = new WeakMap<Tokenizer, TokenTexts>();

/** By texts and id, the texts without that token. */
const others = new WeakMap<TokenTexts, Map<number, TokenTexts>>();

/**
 * Tells what each token adds to a text, when ids are decoded from the first one on by `decodeStream()`.
 *
 * Bytes that are no UTF-8 are not told apart from U+FFFD, which a decoder writes for them: whoever joins the bytes must
 * see to it that they make characters.
 *
 * @example A decoder that has a rule for the first token
 * ```ts
 * import { tokenTexts } from "./token_texts.ts";
 * import { WordPieceTokenizer } from "./word_piece_tokenizer.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { contexts, groups } = tokenTexts(WordPieceTokenizer.train("a a a", { vocabSize: 2 })); // [UNK] and a
 * const texts = contexts.map(([move]) => new TextDecoder().decode(groups[move!.group]!.texts[0]));
 * assertEquals(texts, ["a", " a"]); // at the beginning, and after
 * ```
 *
 * @param tokenizer One of this library's.
 * @returns The texts; the same object for the same tokenizer.
 * @throws {TypeError} If the tokenizer is of another class.
 * @throws {RangeError} If its decoder does more than can be told token by token.
 */
export function tokenTexts(tokenizer: Tokenizer): TokenTexts {
  let texts = known.get(tokenizer);
  if (texts === undefined) {
    texts = readTexts(tokenizer);
    known.set(tokenizer, texts);
  }
  return texts;
}

/**
 * Leaves a token out, such as one that ends a text and is none.
 *
 * @param texts The texts of all tokens.
 * @param id The token.
 * @returns The texts of the others, the same object each time; `texts` itself if it had none.
 */
export function withoutToken(texts: TokenTexts, id: number): TokenTexts {
  let without = others.get(texts);
  if (without === undefined) others.set(texts, without = new Map());
  let rest = without.get(id);
  if (rest === undefined) without.set(id, rest = leaveOut(texts, id));
  return rest;
}

function leaveOut(texts: TokenTexts, id: number): TokenTexts {
  if (!texts.groups.some(({ ids }) => ids.includes(id))) return texts;
  const groups = texts.groups.map((group) => {
    const place = group.ids.indexOf(id);
    if (place < 0) return group;
    return {
      ids: group.ids.filter((other) => other !== id),
      texts: group.texts.toSpliced(place, 1),
    };
  });
  return { ...texts, groups };
}

function readTexts(tokenizer: Tokenizer): TokenTexts {
  if (tokenizer instanceof ByteTokenizer) {
    return freeTexts(
      Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    );
  }
  if (tokenizer instanceof CharTokenizer) {
    const encoder = new TextEncoder();
    return freeTexts(tokenizer.vocabulary.map((text) => encoder.encode(text)));
  }
  if (tokenizer instanceof WordTokenizer) return wordTexts(tokenizer);
  if (tokenizer instanceof PipelineTokenizer) return pipelineTexts(tokenizer);
  throw new TypeError(
    `Cannot constrain: what tokens add to a text is known of tokenizers of this library: ${
      brief((tokenizer as Tokenizer | undefined)?.kind)
    }`,
  );
}

/** Tokens that always write the same. */
function freeTexts(texts: readonly Uint8Array[]): TokenTexts {
  return {
    vocabSize: texts.length,
    groups: [{ ids: Int32Array.from(texts.keys()), texts }],
    contexts: [[{ lead: "", group: 0, next: 0 }]],
  };
}
