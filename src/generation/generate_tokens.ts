/**
 * Writes one text, token after token.
 *
 * @module
 */
import { generateRows, type GenerateRowsOptions } from "./generate_rows.ts";
import type { Predictor } from "./predictor.ts";

/** Options of {@linkcode generateTokens}. */
export interface GenerateTokensOptions
  extends Omit<GenerateRowsOptions, "prompts"> {
  /** Token ids to go on from, one at least. */
  prompt: Int32Array;
}

/**
 * Generates tokens one by one. Leaving the loop early frees all that the generation holds.
 *
 * @param predictor The model.
 * @param options The prompt, how many tokens, and how they are chosen.
 * @returns The ids of the new tokens.
 * @throws The signal's reason, once it is aborted.
 * @throws {RangeError} If the model's logits are not numbers.
 */
export async function* generateTokens(
  predictor: Predictor,
  { prompt, ...options }: GenerateTokensOptions,
): AsyncGenerator<number, void, undefined> {
  const blocks = generateRows(predictor, { prompts: [prompt], ...options });
  for await (const [ids] of blocks) {
    for (const id of ids!) {
      options.signal?.throwIfAborted();
      yield id;
    }
  }
}
