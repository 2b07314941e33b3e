/**
 * The first thing that a builder needs.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/**
 * @param tokenizer What the caller gave as tokenizer.
 * @param model What is built, such as `a transformer`.
 * @returns Number of its ids, V.
 * @throws {TypeError} If it is no tokenizer.
 */
export function vocabSizeOf(tokenizer: Tokenizer, model: string): number {
  const { vocabSize } = tokenizer ?? {} as Partial<Tokenizer>;
  if (typeof vocabSize === "number") return vocabSize;
  throw new TypeError(
    `Cannot build ${model}: tokenizer must be a tokenizer, such as CharTokenizer.train(text): ${
      tokenizer === null ? "null" : typeof tokenizer
    }`,
  );
}
