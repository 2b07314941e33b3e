/**
 * The chain of a call, with what ends its texts.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { Chain } from "./chain/chain.ts";
import type { ChainOptions } from "./chain/chain_options.ts";
import {
  type IdleOptions,
  idleOptions,
  refuseIdle,
} from "./chain/plan_stages.ts";
import { type GenerationSettings, textEnds } from "./generation_settings.ts";
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
  for (const idle of idleOfCall(sampling, settings)) refuseIdle(idle);
  const waits = stopTokens.length > 0 && minTokens > 0;
  const options: PreparedChain["options"] = {
    ...sampling,
    ...(waits && { minTokens }),
    ...((waits || sampling.lengthDecay !== undefined) && { stopTokens }),
  };
  const chain = textChain(options, tokenizer);
  const { seed } = chain.start({ // refuses seeds that are none
    ...(settings.seed !== undefined && { seed: settings.seed }),
  });
  return { ends, options, chain, seed };
}

/**
 * Finds the options of a call that have no effect, so that one message can name them all.
 *
 * @param sampling How tokens are chosen.
 * @param options What is given for draws: a seed, and a row, of which 0 is as good as none.
 * @returns The options, and beside what.
 */
export function idleOfCall(
  sampling: GenerationSettings["sampling"],
  { seed, row = 0 }: { seed?: number | undefined; row?: number },
): IdleOptions[] {
  return idleOptions(sampling as ChainOptions, [
    ...(seed === undefined ? [] : ["seed"]),
    ...(row === 0 ? [] : ["row"]),
  ]);
}
