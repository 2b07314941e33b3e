/**
 * The chain for texts: options that name words become those that name ids.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { UnknownCharacterError } from "../tokenizers/tokenizer.ts";
import { type Chain, createChain } from "./chain/chain.ts";
import type { ChainOptions } from "./chain/chain_options.ts";
import type { ChainPresetName } from "./chain/presets.ts";
import type { DryOptions } from "./chain/repeats.ts";
import type { LogitBias, TokenSequence } from "./chain/token_rules.ts";

/** A text, or the ids of its tokens. */
export type Words = string | TokenSequence;

/** Options of a chain for a model with a tokenizer: where tokens are named, their text does too. */
export interface TextChainOptions extends
  Omit<
    ChainOptions,
    "logitBias" | "suppress" | "suppressAtBegin" | "badWords" | "dry"
  > {
  /**
   * A library whose order of stages, borders and default numbers the chain has.
   *
   * @default {undefined} for llama.cpp's order and no default numbers
   */
  preset?: ChainPresetName;

  /**
   * Added to the scores of tokens; −Infinity bans one. An object by ids or by texts of one token each, such as `{ e: -100 }`,
   * where a name of digits is an id; or a map or pairs of ids or texts and numbers. Of several tokens in a row the last is
   * changed, where the text ends in those before.
   *
   * @default {nothing}
   */
  logitBias?:
    | LogitBias
    | Readonly<Record<string, number>>
    | ReadonlyMap<Words, number>
    | readonly (readonly [Words, number])[];

  /**
   * Tokens, by id or by text, that are never chosen while there is another one.
   *
   * @default {none}
   */
  suppress?: readonly (number | string)[];

  /**
   * Tokens that the new text does not begin with, while there is another one.
   *
   * @default {none}
   */
  suppressAtBegin?: readonly (number | string)[];

  /**
   * Words that are never written while there is something else, as the tokenizer cuts them, alone and after a blank.
   *
   * @default {none}
   */
  badWords?: readonly Words[];

  /**
   * Takes from the scores of tokens that would make a repeat longer, the more the longer it is. Its `breakers`, texts or ids,
   * are what no repeat goes across.
   *
   * @default {nothing}
   */
  dry?: Omit<DryOptions, "breakers"> & { breakers?: readonly Words[] };
}

/**
 * Makes a chain of options that name words.
 *
 * @param options The stages' numbers and words.
 * @param tokenizer Makes ids of the words.
 * @returns The chain.
 * @throws {TypeError} As `createChain()`.
 * @throws {RangeError} As `createChain()`, or if a text is no single token where one is wanted.
 */
export function textChain(
  options: TextChainOptions,
  tokenizer: Tokenizer,
): Chain {
  const {
    preset,
    logitBias,
    suppress,
    suppressAtBegin,
    badWords,
    dry,
    ...rest
  } = options;
  return createChain({
    ...rest,
    ...(logitBias !== undefined && { logitBias: biasOf(logitBias, tokenizer) }),
    ...(suppress !== undefined && {
      suppress: singles("suppress", suppress, tokenizer),
    }),
    ...(suppressAtBegin !== undefined && {
      suppressAtBegin: singles("suppressAtBegin", suppressAtBegin, tokenizer),
    }),
    ...(badWords !== undefined && {
      badWords: wordsOf("badWords", badWords, tokenizer),
    }),
    ...(dry !== undefined && { dry: dryOf(dry, tokenizer) }),
  }, preset);
}

function biasOf(
  bias: NonNullable<TextChainOptions["logitBias"]>,
  tokenizer: Tokenizer,
): LogitBias {
  if (typeof bias !== "object" || bias === null) return bias as never; // the stage refuses it
  if (!Array.isArray(bias) && !(bias instanceof Map)) {
    return Object.entries(bias as Readonly<Record<string, number>>).map(
      ([name, value]) =>
        [
          /^\d+$/.test(name)
            ? Number(name)
            : single("logitBias", name, tokenizer, SEVERAL_BIASED),
          value,
        ] as const,
    );
  }
  return [...bias].map((pair) => {
    if (!Array.isArray(pair) || typeof pair[0] !== "string") return pair;
    return [idsOf("logitBias", pair[0], tokenizer), pair[1]];
  }) as LogitBias;
}

/** What to do about a text of several tokens. */
const SEVERAL = "badWords takes several";
const SEVERAL_BIASED =
  "a pair such as [[text, -2]] takes several, and so does badWords";

function dryOf(
  dry: NonNullable<TextChainOptions["dry"]>,
  tokenizer: Tokenizer,
): DryOptions {
  if (dry?.breakers === undefined) return dry as DryOptions;
  return { ...dry, breakers: wordsOf("breakers", dry.breakers, tokenizer) };
}

/** The ids of tokens that are named by id or by text. */
function singles(
  name: string,
  tokens: readonly (number | string)[],
  tokenizer: Tokenizer,
): number[] {
  if (!Array.isArray(tokens)) return tokens as never; // the stage refuses it
  return tokens.map((token) =>
    typeof token === "string" ? single(name, token, tokenizer, SEVERAL) : token
  );
}

/** The id of a token that is named by text. */
function single(
  name: string,
  text: string,
  tokenizer: Tokenizer,
  way: string,
): number {
  const special = tokenizer.specialTokens.get(text);
  if (special !== undefined) return special;
  const ids = idsOf(name, text, tokenizer);
  if (ids.length === 1) return ids[0]!;
  throw new RangeError(
    `Cannot sample: ${name} must have single tokens: ${
      JSON.stringify(text)
    } has ${ids.length}; ${way}`,
  );
}

/** Rows of ids, for each text alone and after a blank; what the tokenizer cannot write needs no ban. */
function wordsOf(
  name: string,
  words: readonly Words[],
  tokenizer: Tokenizer,
): TokenSequence[] {
  if (!Array.isArray(words)) return words as never; // the stage refuses it
  const rows = new Map<string, TokenSequence>();
  for (const word of words) {
    if (typeof word !== "string") {
      rows.set(Array.from(word).join(), word);
      continue;
    }
    if (word === "") {
      throw new RangeError(
        `Cannot sample: a text of ${name} must have a character: ""`,
      );
    }
    for (const text of [word, ` ${word}`]) {
      try {
        const ids = idsOf(name, text, tokenizer);
        rows.set(ids.join(), ids);
      } catch (error) {
        if (!(error instanceof UnknownCharacterError)) throw error;
      }
    }
  }
  return [...rows.values()];
}

function idsOf(name: string, text: string, tokenizer: Tokenizer): number[] {
  const ids = tokenizer.encode(text, {
    addSpecialTokens: false,
    unknown: "error", // and not the token for the unknown, which stands for any text
  });
  if (ids.length > 0) return [...ids];
  throw new RangeError(
    `Cannot sample: a text of ${name} must have a token: ${
      JSON.stringify(text)
    }`,
  );
}
