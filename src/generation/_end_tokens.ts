/**
 * Which tokens end a text: those that the tokenizer puts after one, and special tokens that models end texts with.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** What special tokens at the end of a text are called. */
const NAMES = [
  "</s>",
  "<eos>",
  "[EOS]",
  "<|endoftext|>",
  "<|end_of_text|>",
  "<|eot_id|>",
  "<|im_end|>",
];

/**
 * @param tokenizer Any tokenizer.
 * @returns The ids in rising order; none where texts have no end.
 */
export function endTokens(tokenizer: Tokenizer): number[] {
  const { specialTokens } = tokenizer;
  if (specialTokens.size === 0) return [];
  const ids = new Set<number>();
  for (const name of NAMES) {
    const id = specialTokens.get(name);
    if (id !== undefined) ids.add(id);
  }
  for (const id of tokensAfter(tokenizer)) ids.add(id);
  return [...ids].sort((a, b) => a - b);
}

/** The special tokens that a tokenizer puts after a text. */
function tokensAfter(tokenizer: Tokenizer): readonly number[] {
  const special = new Set(tokenizer.specialTokens.values());
  for (const token of ["a", "\n", ...tokenizer.vocabulary]) {
    const whole = [...tokenizer.encode(token, { unknown: "skip" })];
    const last = whole.findLastIndex((id) => !special.has(id));
    if (last >= 0) return whole.slice(last + 1);
  }
  return [];
}
