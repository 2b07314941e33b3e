/**
 * What is measured, in every form that `fit()` takes, with errors that say what cannot be done.
 *
 * @module
 */
import type { Tokenizer, UnknownPolicy } from "../tokenizers/tokenizer.ts";
import {
  type FitData,
  type FitTokens,
  fitTokens,
  textsOf,
} from "../training/fit_data.ts";

/**
 * @param data What the caller gave.
 * @param tokenizer The model's tokenizer.
 * @param unknown What becomes of unknown characters; the tokenizer's own way where nothing was said.
 * @returns The ids, checked, with a token to predict among them.
 * @throws {TypeError} If it is nothing to measure, or `unknown` has no effect on it.
 * @throws {RangeError} If it is too short, if an id is not in the vocabulary, or a character is unknown.
 */
export function evaluatedTokens(
  data: FitData,
  tokenizer: Tokenizer,
  unknown: UnknownPolicy | undefined,
): FitTokens {
  const tokens = fitTokens(data, tokenizer, {
    action: "evaluate",
    ...(unknown !== undefined && { unknown }),
  });
  if (!textsOf(tokens).some(({ length }) => length >= 2)) {
    throw new RangeError(
      "Cannot evaluate: the data needs a text or document of 2 tokens, one to read and one to predict: there is none",
    );
  }
  return tokens;
}
