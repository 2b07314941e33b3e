/**
 * Stages that know tokens by their ids: a bias for some, a ban on others. A bias or a ban of several tokens in a row is on the
 * last of them, where the text ends in the others.
 *
 * The meaning is that of Hugging Face's sequence bias, bad words and suppressed tokens. A ban that would leave no candidate
 * leaves the best one.
 *
 * @module
 */
import { tokenIds } from "../token_ids.ts";
import { finiteScore } from "./_finite_score.ts";
import {
  readSequence,
  readSequences,
  type TokenSequence,
  vocabularyCheck,
  wouldComplete,
} from "./_token_sequences.ts";
import { type ChainStage, writeValue } from "./stage.ts";

export type { TokenSequence };

/** What is added to the scores of tokens: by id, or by the ids of several tokens in a row. */
export type LogitBias =
  | Readonly<Record<number, number>>
  | ReadonlyMap<TokenSequence, number>
  | readonly (readonly [tokens: TokenSequence, bias: number])[];

/**
 * Options of the stages that know tokens.
 *
 * @example Token 1 is likelier, 2 never comes after 0, and 3 never at all
 * ```ts
 * import { createChain } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const chain = createChain({ logitBias: { 1: 5 }, badWords: [[0, 2]], suppress: [3] });
 * const row = chain.apply(Float32Array.of(4, 3, 2, 1), { tokens: [0], promptLength: 1 });
 * assertEquals([...row], [4, 8, -Infinity, -Infinity]);
 * ```
 */
export interface TokenRuleOptions {
  /**
   * Added to the scores of tokens; −Infinity bans one. For several tokens in a row it is added to the last, where the text ends
   * in those before. What is given for one token in several ways adds up.
   *
   * @default {nothing}
   */
  logitBias?: LogitBias;

  /**
   * Ids of tokens that are never chosen while there is another one.
   *
   * @default {none}
   */
  suppress?: ArrayLike<number>;

  /**
   * Ids of tokens that the new text does not begin with, while there is another one.
   *
   * @default {none}
   */
  suppressAtBegin?: ArrayLike<number>;

  /**
   * Tokens, or several in a row, that are never written while there is something else; a prompt may have begun one.
   *
   * @default {none}
   */
  badWords?: readonly TokenSequence[];
}

/**
 * Makes the stage that adds to the scores of tokens.
 *
 * @param bias What to add.
 * @returns The stage; it throws a RangeError where the vocabulary lacks a token of it.
 * @throws {TypeError} If it is no object, map or list of pairs.
 * @throws {RangeError} If a token is no id, or a bias is NaN or Infinity.
 */
export function logitBiasStage(bias: LogitBias): ChainStage {
  const rules = readBias(bias);
  const checkVocabulary = vocabularyCheck(
    "logitBias",
    rules.map(({ sequence }) => sequence),
  );
  return {
    name: "logitBias",
    description: `logitBias of ${count(rules.length, "sequence")}`,
    apply(candidates): void {
      const { logits, context: { tokens } } = candidates;
      checkVocabulary(logits.length);
      const banned: number[] = [];
      for (const { sequence, bias } of rules) {
        if (bias === 0 || !wouldComplete(tokens, sequence)) continue;
        const id = sequence.at(-1)!;
        if (bias === -Infinity) banned.push(id);
        else logits[id] = finiteScore(logits[id]! + bias);
        candidates.sorted = false;
      }
      if (banned.length > 0) candidates.remove(banned);
    },
  };
}

/**
 * Makes the stage of tokens that are never chosen, or never at the beginning.
 *
 * @param name Which of the two.
 * @param banned Ids of the tokens.
 * @returns The stage; it throws a RangeError where the vocabulary lacks one of them.
 * @throws {TypeError} If it is no list.
 * @throws {RangeError} If something is no id.
 */
export function suppressStage(
  name: "suppress" | "suppressAtBegin",
  banned: ArrayLike<number>,
): ChainStage {
  const ids = tokenIds("Cannot sample", name, banned);
  const checkVocabulary = vocabularyCheck(name, [ids]);
  return {
    name,
    description: `${name} ${count(ids.length, "token")}`,
    apply(candidates): void {
      checkVocabulary(candidates.ids.length);
      if (ids.length === 0) return;
      if (name === "suppressAtBegin" && candidates.position > 0) return;
      candidates.remove(ids);
    },
  };
}

/**
 * Makes the stage of what is never written.
 *
 * @param words Tokens, or several in a row.
 * @returns The stage; it throws a RangeError where the vocabulary lacks a token of them.
 * @throws {TypeError} If it is no list of ids and lists of ids.
 * @throws {RangeError} If a sequence is empty or has something that is no id.
 */
export function badWordsStage(words: readonly TokenSequence[]): ChainStage {
  const sequences = readSequences("badWords", words);
  const checkVocabulary = vocabularyCheck("badWords", sequences);
  return {
    name: "badWords",
    description: `badWords ${count(sequences.length, "sequence")}`,
    apply(candidates): void {
      const { ids, context: { tokens } } = candidates;
      checkVocabulary(ids.length);
      const banned: number[] = [];
      for (const sequence of sequences) {
        if (wouldComplete(tokens, sequence)) banned.push(sequence.at(-1)!);
      }
      if (banned.length > 0) candidates.remove(banned);
    },
  };
}

/** What is added to the last token of a sequence. */
interface BiasRule {
  sequence: Int32Array;
  bias: number;
}

/** Checks what is to be added. */
function readBias(given: LogitBias): BiasRule[] {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(
      `Cannot sample: logitBias must be an object of numbers by id, a Map or a list of pairs of tokens and a number: ${
        given === null ? null : typeof given
      }`,
    );
  }
  const pairs = Array.isArray(given) || given instanceof Map
    ? [...given]
    : Object.entries(given).map(([id, bias]) => [idOf(id), bias]);
  return pairs.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(
        `Cannot sample: logitBias must have pairs such as [5, -2] or [[5, 7], -2]: ${
          writeValue(pair)
        }`,
      );
    }
    const [tokens, bias] = pair;
    const sequence = readSequence("logitBias", tokens);
    if (typeof bias === "number" && bias < Infinity) return { sequence, bias };
    throw new RangeError(
      `Cannot sample: logitBias must have numbers below Infinity: ${
        writeValue(bias)
      } for ${sequence.join(", ")}`,
    );
  });
}

/** The id that a name of a member stands for; refuses other names. */
function idOf(name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  throw new RangeError(
    `Cannot sample: logitBias must be by token ids, integers from 0: ${
      JSON.stringify(name)
    }; encode text with the tokenizer first`,
  );
}

/** A number of things for people. */
function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
