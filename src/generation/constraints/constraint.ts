/**
 * What a caller asks a text to keep to, checked before a token is written.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { brief } from "../../tokenizers/brief.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { Acceptor } from "./acceptor.ts";
import { checkAcceptor } from "./check_acceptor.ts";
import { contradiction } from "./_contradiction.ts";
import { type ConstraintData, fromData } from "./constraint_data.ts";
import { ConstrainedText } from "./constrained_text.ts";
import { AllOf, allOf } from "./forms/all_of.ts";
import { TokenMasks } from "./token_masks.ts";

/**
 * What a text must keep to: a language, or several at once. What was found out about a language is kept for the next text;
 * several are kept where they were joined by {@linkcode allOf}. Plain data of a language is as good as the language.
 */
export type Constraint =
  | Acceptor
  | ConstraintData
  | readonly (Acceptor | ConstraintData)[];

/** Options of {@linkcode constrain}. */
export interface ConstrainOptions {
  /** The tokenizer of the model, one of this library's. */
  tokenizer: Tokenizer;

  /** How many tokens to write at most, from 0; the text is complete by then. The end token is one of them. */
  maxTokens: number;

  /**
   * Id of the token by which the model ends a text: it may choose it wherever the text is complete.
   *
   * @default {undefined} which is for models that have none
   */
  endToken?: number | undefined;

  /**
   * Ends a text as soon as it is complete. Otherwise it ends where nothing can follow, such as after the last bracket of a
   * JSON object, where the model chooses its end token, or after `maxTokens`: a number grows digit by digit as long as it
   * may.
   *
   * @default {false}
   */
  stopWhenComplete?: boolean;
}

const OPTIONS: readonly string[] = [
  "tokenizer",
  "maxTokens",
  "endToken",
  "stopWhenComplete",
] satisfies (keyof ConstrainOptions)[];

/** Masks by constraint, tokenizer and end token, so that what one call has found out serves the next. */
const kept = new WeakMap<
  Acceptor,
  WeakMap<Tokenizer, Map<number | undefined, TokenMasks>>
>();

/**
 * Begins texts under a constraint, as many as are wanted; a text is what the model writes, without the prompt.
 *
 * @example A text that may not stop early, and must not run on
 * ```ts
 * import { CharTokenizer, constrain, mustContain } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("aesw"); // a, e, s, w
 * const begin = constrain(mustContain(["sea"]), { tokenizer, maxTokens: 4 });
 * const text = begin();
 * text.take(3); // "w": three tokens are left, just enough for the word
 * const logits = Float32Array.of(5, 4, 3, 2);
 * text.mask(logits);
 * assertEquals(logits, Float32Array.of(-Infinity, -Infinity, 3, -Infinity));
 * ```
 *
 * @param constraint A language, or several at once.
 * @param options The tokenizer, how many tokens there may be, and when a text ends.
 * @returns A function that begins a text.
 * @throws {TypeError} If the constraint or an option is of the wrong type, or an option is unknown.
 * @throws {RangeError} If an option is out of range, or if no text can be written: several languages have none in common, the
 * vocabulary lacks characters, or `maxTokens` are too few, and then the message says how many it takes.
 */
export function constrain(
  constraint: Constraint,
  options: ConstrainOptions,
): () => ConstrainedText {
  checkOptionNames("Cannot constrain", options, OPTIONS);
  const { tokenizer, maxTokens, endToken, stopWhenComplete = false } = options;
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 0) {
    throw new RangeError(
      `Cannot constrain: maxTokens must be an integer from 0: ${
        brief(maxTokens)
      }`,
    );
  }
  if (typeof stopWhenComplete !== "boolean") {
    throw new TypeError(
      `Cannot constrain: stopWhenComplete must be true or false: ${
        brief(stopWhenComplete)
      }`,
    );
  }
  const acceptor = Array.isArray(constraint)
    ? allOf(
      ...(constraint as readonly (Acceptor | ConstraintData)[]).map(fromData),
    )
    : fromData(constraint as Acceptor | ConstraintData);
  const masks = masksFor(acceptor, tokenizer, endToken);
  checkReach(masks, maxTokens);
  return () => new ConstrainedText(masks, maxTokens, stopWhenComplete);
}

function masksFor(
  acceptor: Acceptor,
  tokenizer: Tokenizer,
  endToken: number | undefined,
): TokenMasks {
  checkAcceptor(acceptor);
  let byTokenizer = kept.get(acceptor);
  if (byTokenizer === undefined) {
    kept.set(acceptor, byTokenizer = new WeakMap());
  }
  const byEnd = byTokenizer.get(tokenizer) ?? new Map();
  let masks = byEnd.get(endToken);
  if (masks === undefined) {
    masks = new TokenMasks(acceptor, tokenizer, { endToken });
    byEnd.set(endToken, masks);
    byTokenizer.set(tokenizer, byEnd);
  }
  return masks;
}

/** Refuses what cannot be done before a token is written. */
function checkReach(masks: TokenMasks, maxTokens: number): void {
  const start = masks.start();
  if (masks.canEnd(start, maxTokens)) return;
  const least = masks.leastTokens(start);
  const { description } = masks.acceptor;
  if (least === Infinity) {
    checkCommonText(masks.acceptor);
    const missing = masks.missingCharacters().map((text) =>
      JSON.stringify(text)
    );
    throw new RangeError(
      `Cannot constrain: the tokens of the vocabulary must be able to make ${description}: ${
        missing.length > 0
          ? `none has ${missing.join(" or ")}`
          : `no such text was found with ${masks.vocabSize} tokens`
      }`,
    );
  }
  throw new RangeError(
    `Cannot constrain: maxTokens must be ${least} or more for ${description}: ${maxTokens}`,
  );
}

/** Refuses languages that contradict each other: it is not the vocabulary's fault then. */
function checkCommonText(acceptor: Acceptor): void {
  const parts = acceptor instanceof AllOf
    ? contradiction(acceptor.parts)
    : undefined;
  if (parts === undefined) return;
  throw new RangeError(
    `Cannot constrain: constraints must have a text in common, whatever the tokens are: nothing is ${
      parts.map(({ description }) => description).join(" that is also ")
    }`,
  );
}
