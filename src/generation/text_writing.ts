/**
 * Texts that are about to be written: everything that a call asks for is checked and made ready, before any work begins.
 *
 * @module
 */
import { freshSeed, RandomStream, seedNumber } from "../engine/random.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { Chain } from "./chain/chain.ts";
import { encodePrompt } from "./encode_prompt.ts";
import { type GenerationSettings, textEnds } from "./generate_options.ts";
import type { BlockSource, CompiledBlocks } from "./generate_rows.ts";
import type { Predictor } from "./predictor.ts";
import { type Sampling, samplingStream } from "./sampler.ts";
import { textChain } from "./text_chain.ts";
import { type TextEnds, TextRow } from "./text_row.ts";
import { writeTexts } from "./write_texts.ts";

/** What is needed to turn text into text. */
export interface TextPredictor {
  /** Turns text into token ids and back. */
  tokenizer: Tokenizer;
  /** Predicts the next token. */
  network: Predictor;
  /**
   * Writes blocks of tokens with the network.
   *
   * @param tokens How many tokens are wanted.
   * @returns undefined where token by token is quicker.
   */
  blocksFor?(tokens: number): BlockSource | undefined;
}

/**
 * Makes the chain of a call, and checks all that goes with it.
 *
 * @param settings The options.
 * @param tokenizer Makes ids of words.
 * @returns What ends a text, how tokens are chosen, and what random numbers follow from: undefined where none are drawn.
 * @throws {TypeError} If an option has no effect.
 * @throws {RangeError} If a number is out of range.
 */
export function prepareChain(
  settings: GenerationSettings,
  tokenizer: Tokenizer,
): { ends: TextEnds; chain: Chain; seed: number | undefined } {
  const ends = textEnds(settings, tokenizer);
  const { stopTokens, minTokens } = ends;
  const { sampling } = settings;
  const waits = stopTokens.length > 0 && minTokens > 0;
  const chain = textChain({
    ...sampling,
    ...(waits && { minTokens }),
    ...((waits || sampling.lengthDecay !== undefined) && { stopTokens }),
  }, tokenizer);
  const { seed } = chain.start({ // refuses seeds that are none, or have no effect
    ...(settings.seed !== undefined && { seed: settings.seed }),
  });
  if (seed === undefined && settings.row !== 0) {
    throw new TypeError(
      "Cannot generate: row has no effect at temperature 0, where all rows write the same: leave it out",
    );
  }
  return { ends, chain, seed };
}

/** Texts side by side, with the prompts, the chain and the random numbers that they go on from. */
export class TextWriting {
  /** The texts. */
  readonly rows: readonly TextRow[];
  /** How tokens are chosen. */
  readonly chain: Chain;
  /** What random numbers follow from; undefined where nothing is drawn. */
  readonly seed: number | undefined;
  readonly #model: TextPredictor;
  readonly #settings: GenerationSettings;

  /**
   * Makes ready.
   *
   * @param model A tokenizer and a network.
   * @param prompts The texts to go on from.
   * @param settings The options.
   * @throws {TypeError} If a prompt is not a string, or if an option has no effect.
   * @throws {RangeError} If a prompt cannot be encoded, or a number of the chain is out of range.
   */
  constructor(
    model: TextPredictor,
    prompts: readonly string[],
    settings: GenerationSettings,
  ) {
    const { tokenizer } = model;
    const { ends, chain, seed } = prepareChain(settings, tokenizer);
    this.chain = chain;
    this.seed = seed;
    this.rows = prompts.map((prompt) =>
      new TextRow(
        encodePrompt(tokenizer, prompt, settings.unknown),
        tokenizer.decodeStream(),
        ends,
      )
    );
    this.#model = model;
    this.#settings = settings;
  }

  /**
   * Writes the texts.
   *
   * @param alternatives How many likely tokens to name beside each; nothing is told of the tokens without it.
   * @returns Token after token, what is certain of each text now.
   */
  write(alternatives?: number): AsyncGenerator<string[], void, undefined> {
    const { maxTokens, maxSeconds, signal, row: first } = this.#settings;
    const seed = this.seed === undefined ? {} : { seed: this.seed };
    return writeTexts(this.#model.network, this.rows, {
      choosers: this.rows.map((_, row) =>
        this.chain.start({ ...seed, row: first + row })
      ),
      maxTokens,
      maxSeconds,
      signal,
      blocks: alternatives === undefined ? this.#blocks() : undefined,
      alternatives,
    });
  }

  /** Writes in blocks where the loop knows the chain, and it is quicker. */
  #blocks(): CompiledBlocks | undefined {
    const { maxTokens, row: first, sampling: options } = this.#settings;
    const { temperature = 1, topK = 0, ...others } = options;
    if (
      typeof temperature !== "number" || typeof topK !== "number" ||
      Object.values(others).some((value) => value !== undefined)
    ) return undefined;
    const source = this.#model.blocksFor?.(maxTokens * this.rows.length);
    return source && {
      source,
      sampling: new SeededSampling(temperature, topK, this.seed, first),
    };
  }
}

/** What the compiled loop draws with. */
class SeededSampling implements Sampling {
  readonly #streams: RandomStream[] = [];

  constructor(
    readonly temperature: number,
    readonly topK: number,
    readonly seed: number | undefined,
    readonly first: number,
  ) {}

  uniformAt(row: number, position: number): number {
    if (this.seed === undefined) return 0;
    const stream = this.#streams[row] ??= new RandomStream(
      this.seed,
      samplingStream(this.first + row),
    );
    return stream.uniformAt(position);
  }
}
