/**
 * The chain of a call, with what ends its texts.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { Chain } from "./chain/chain.ts";
import { type GenerationSettings, textEnds } from "./generate_options.ts";
import { textChain, type TextChainOptions } from "./text_chain.ts";
import type { TextEnds } from "./text_row.ts";

/** What {@linkcode prepareChain} makes. */
export interface PreparedChain {
  /** What ends a text. */
  ends: TextEnds;
  /** What the chain was made of. */
  options: TextChainOptions;
  /** How tokens are chosen. */
  chain: Chain;
  /** What random numbers follow from; undefined where none are drawn. */
  seed: number | undefined;
}

/**
 * Makes the chain of a call, and checks all that goes with it.
 *
 * @param settings The options.
 * @param tokenizer Makes ids of words.
 * @returns The chain, and what goes with it.
 * @throws {TypeError} If an option has no effect.
 * @throws {RangeError} If a number is out of range.
 */
export function prepareChain(
  settings: GenerationSettings,
  tokenizer: Tokenizer,
): PreparedChain {
  const ends = textEnds(settings, tokenizer);
  const { stopTokens, minTokens } = ends;
  const { sampling } = settings;
  const waits = stopTokens.length > 0 && minTokens > 0;
  const options: PreparedChain["options"] = {
    ...sampling,
    ...(waits && { minTokens }),
    ...((waits || sampling.lengthDecay !== undefined) && { stopTokens }),
  };
  const chain = textChain(options, tokenizer);
  const { seed } = chain.start({ // refuses seeds that are none, or have no effect
    ...(settings.seed !== undefined && { seed: settings.seed }),
  });
  if (seed === undefined && settings.row !== 0) {
    throw new TypeError(
      "Cannot generate: row has no effect at temperature 0, where all rows write the same: leave it out",
    );
  }
  return { ends, options, chain, seed };
}
