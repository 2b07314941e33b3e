/**
 * One of the words of a list, or several.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { givenWords } from "./_given_words.ts";
import { madeBy } from "./made_by.ts";
import type { Acceptor } from "./acceptor.ts";
import { Grammar, type GrammarNode } from "./grammar/grammar.ts";
import { GrammarAcceptor } from "./grammar/grammar_acceptor.ts";

/** Options of {@linkcode wordsOf}. */
export interface WordsOptions {
  /**
   * What stands between two words; the empty text puts them side by side.
   *
   * @default {" "}
   */
  separator?: string;

  /**
   * How many words there are at least, from 0.
   *
   * @default {1}
   */
  min?: number;

  /**
   * How many words there are at most, Infinity for no end.
   *
   * @default {Infinity}
   */
  max?: number;
}

/** Words that are named in a description. */
const MOST_NAMED = 8;

/**
 * Makes the language of a few texts: one of them, as it stands.
 *
 * @param words The texts, one at least; tens of thousands are no trouble.
 * @returns The language.
 * @throws {TypeError} If they are no list of texts.
 * @throws {RangeError} If there is none, or one is empty.
 *
 * @example A verdict
 * ```ts
 * import { oneOf } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const verdict = oneOf(["good", "bad"]);
 * assertEquals(verdict.description, 'one of "bad", "good"');
 * assertEquals(verdict.next(verdict.start, "u".codePointAt(0)!), undefined);
 * ```
 */
export function oneOf(words: readonly string[]): Acceptor {
  const list = givenWords(words).sort();
  const grammar = new Grammar();
  const acceptor = new GrammarAcceptor(
    grammar,
    choiceOf(grammar, list),
    `one of ${nameSome(list)}`,
  );
  return madeBy(acceptor, "oneOf", [list]);
}

/**
 * Makes the language of the words of a list, each as often as it likes, with something between them.
 *
 * @param words The words, one at least.
 * @param options What is between them, and how many they are.
 * @returns The language.
 * @throws {TypeError} If the words are no list of texts, an option is unknown, or the separator is no text.
 * @throws {RangeError} If there is no word, one is empty, or `min` and `max` are no numbers of words.
 *
 * @example Only the thousand words that a child knows
 * ```ts
 * import { wordsOf } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const child = wordsOf(["the", "whale", "swims"], { max: 5 });
 * let state: unknown = child.start;
 * for (const character of "the whale") state = child.next(state, character.codePointAt(0)!);
 * assertEquals(child.isComplete(state), true);
 * ```
 */
export function wordsOf(
  words: readonly string[],
  options: WordsOptions = {},
): Acceptor {
  checkOptionNames("Cannot constrain", options, ["separator", "min", "max"]);
  const { separator = " ", min = 1, max = Infinity } = options;
  const list = givenWords(words).sort();
  if (typeof separator !== "string" || !separator.isWellFormed()) {
    throw new TypeError(
      `Cannot constrain: the separator must be a text of whole characters: ${
        JSON.stringify(separator)
      }`,
    );
  }
  if (!Number.isSafeInteger(min) || min < 0) {
    throw new RangeError(
      `Cannot constrain: min must be an integer from 0: ${min}`,
    );
  }
  if ((max !== Infinity && !Number.isSafeInteger(max)) || max < min) {
    throw new RangeError(
      `Cannot constrain: max must be an integer from min (${min}), or Infinity: ${max}`,
    );
  }
  const grammar = new Grammar();
  const word = choiceOf(grammar, list);
  const more = grammar.repeat(
    grammar.text(separator, word),
    Math.max(0, min - 1),
    max - 1,
  );
  const some = max === 0 ? grammar.empty : grammar.sequence([word, more]);
  const acceptor = new GrammarAcceptor(
    grammar,
    min === 0 ? grammar.choice([grammar.empty, some]) : some,
    `words of ${nameSome(list)}`,
  );
  const bounds = { separator, min, ...(max < Infinity && { max }) };
  return madeBy(acceptor, "wordsOf", [list, bounds]);
}

function choiceOf(grammar: Grammar, words: readonly string[]): GrammarNode {
  return grammar.choice(words.map((word) => grammar.text(word)));
}

function nameSome(words: readonly string[]): string {
  const named = words.slice(0, MOST_NAMED).map((word) => JSON.stringify(word))
    .join(", ");
  const left = words.length - MOST_NAMED;
  return left > 0 ? `${named} and ${left} more` : named;
}
