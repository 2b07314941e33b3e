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

/**
 * Finds a stop token that would end a text before it is whole, under a constraint: it knows one alone.
 *
 * @param stopTokens Ids of the tokens that end a text.
 * @param tokenizer Tells which of them are special.
 * @returns The id of one that is text, beside the first; undefined where there is none.
 */
export function strayEndToken(
  [, ...others]: readonly number[],
  { specialTokens }: Tokenizer,
): number | undefined {
  const special = new Set(specialTokens.values());
  return others.find((id) => !special.has(id));
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
