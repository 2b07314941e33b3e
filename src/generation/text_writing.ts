/**
 * Texts that are about to be written: everything that a call asks for is checked and made ready, before any work begins.
 *
 * @module
 */
import { ensureEngine } from "../engine/engine.ts";
import { RandomStream } from "../engine/random.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { Chain } from "./chain/chain.ts";
import { encodePrompt } from "./encode_prompt.ts";
import { type GenerationSettings, textEnds } from "./generate_options.ts";
import type { BlockSource, CompiledBlocks } from "./generate_rows.ts";
import type { Predictor } from "./predictor.ts";
import { checkOptionNames } from "../text/options.ts";
import { canCompile, compiledSampling } from "./chain/compiled_sampling.ts";
import { constrain, type ConstrainedText } from "./constraints/constraint.ts";
import { samplingStream } from "./sampler.ts";
import { guided } from "./strategies/guidance.ts";
import { mixture } from "./strategies/mixture.ts";
import { textChain } from "./text_chain.ts";
import { type TextEnds, TextRow } from "./text_row.ts";
import { type TokenChooser, writeTexts } from "./write_texts.ts";

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
  readonly #network: Predictor;
  readonly #settings: GenerationSettings;
  /** Whether tokens that end a text have to wait. */
  readonly #waits: boolean;
  readonly #constrained: (() => ConstrainedText) | undefined;

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
    const { constraint, stopWhenComplete, maxTokens } = settings;
    if (constraint !== undefined) {
      checkOneEnd(ends.stopTokens, tokenizer);
      this.#constrained = constrain(constraint, {
        tokenizer,
        maxTokens,
        endToken: ends.stopTokens[0],
        stopWhenComplete,
      });
    }
    this.#model = model;
    this.#waits = ends.stopTokens.length > 0 && ends.minTokens > 0;
    this.#network = networkOf(model, settings);
    this.#settings = settings;
  }

  /**
   * Writes the texts.
   *
   * @param alternatives How many likely tokens to name beside each; nothing is told of the tokens without it.
   * @returns Token after token, what is certain of each text now.
   */
  async *write(
    alternatives?: number,
  ): AsyncGenerator<string[], void, undefined> {
    await ensureEngine(); // only then it is known whether blocks can be written
    const { maxTokens, maxSeconds, signal, row: first } = this.#settings;
    const seed = this.seed === undefined ? {} : { seed: this.seed };
    yield* writeTexts(this.#network, this.rows, {
      choosers: this.rows.map((_, row): TokenChooser => {
        const session = this.chain.start({ ...seed, row: first + row });
        const text = this.#constrained?.();
        return text === undefined
          ? session
          : new ConstrainedChooser(text, session);
      }),
      maxTokens,
      maxSeconds,
      signal,
      blocks: this.#blocks(),
      alternatives,
    });
  }

  /** Writes in blocks where the loop knows the chain, and it is quicker. */
  #blocks(): CompiledBlocks | undefined {
    const { maxTokens, row: first, sampling } = this.#settings;
    const {
      preset,
      logitBias,
      suppress,
      suppressAtBegin,
      badWords,
      dry,
      ...rest
    } = sampling;
    const isPlain = [
      preset,
      logitBias,
      suppress,
      suppressAtBegin,
      badWords,
      dry,
    ]
      .every((each) => each === undefined);
    if (
      !isPlain || !canCompile(rest) || this.#waits ||
      this.#constrained !== undefined ||
      this.#network !== this.#model.network
    ) return undefined;
    const source = this.#model.blocksFor?.(maxTokens * this.rows.length);
    if (source === undefined) return undefined;
    const streams: RandomStream[] = [];
    const uniformAt = (row: number, position: number): number => {
      if (this.seed === undefined) return 0;
      streams[row] ??= new RandomStream(this.seed, samplingStream(first + row));
      return streams[row].uniformAt(position);
    };
    return {
      source,
      sampling: compiledSampling(rest, { uniformAt }),
      contexts: this.rows,
    };
  }
}

/** Refuses stop tokens that are texts beside the one that a constraint knows: they would end a text before it is whole. */
function checkOneEnd(
  [, ...others]: readonly number[],
  { specialTokens }: Tokenizer,
): void {
  const special = new Set(specialTokens.values());
  const text = others.find((id) => !special.has(id));
  if (text === undefined) return;
  throw new TypeError(
    "Cannot generate: stopTokens must be one token under a constraint, special tokens aside, or it may end the text " +
      `before it is whole: ${text} besides; leave it out`,
  );
}

/** The network of a call: alone, together with others, or under guidance. */
function networkOf(
  { network, tokenizer }: TextPredictor,
  { mixture: others, guidance, unknown }: GenerationSettings,
): Predictor {
  let all = network;
  if (others.length > 0) {
    const left = others.reduce((rest, { weight }) => rest - weight, 1);
    all = mixture([
      ...(left === 0 ? [] : [{ predictor: network, weight: left }]),
      ...others.map(({ model, weight }) => {
        checkSameVocabulary(tokenizer, model?.tokenizer);
        return { predictor: model.network, weight };
      }),
    ]);
  }
  if (guidance === undefined) return all;
  checkOptionNames("Cannot generate: guidance", guidance, [
    "scale",
    "negativePrompt",
  ]);
  const { scale, negativePrompt } = guidance;
  return guided(all, {
    scale,
    ...(negativePrompt !== undefined &&
      { negative: encodePrompt(tokenizer, negativePrompt, unknown) }),
  });
}

function checkSameVocabulary(
  own: Tokenizer,
  other: Tokenizer | undefined,
): void {
  if (
    own === other ||
    (own.vocabSize === other?.vocabSize &&
      own.vocabulary.every((token, id) => token === other.vocabulary[id]))
  ) return;
  throw new RangeError(
    `Cannot generate: models of a mixture must have one vocabulary: ${own.vocabSize} and ${
      other?.vocabSize ?? "no"
    } tokens${own.vocabSize === other?.vocabSize ? ", other ones" : ""}`,
  );
}

/** Chooses among the tokens that a constraint allows. */
class ConstrainedChooser implements TokenChooser {
  readonly #text: ConstrainedText;
  readonly #chooser: TokenChooser;
  #logits = new Float32Array(0);

  constructor(text: ConstrainedText, chooser: TokenChooser) {
    this.#text = text;
    this.#chooser = chooser;
  }

  get isOver(): boolean {
    return this.#text.hasEnded;
  }

  pick(logits: Float32Array, row: TextRow): number {
    if (this.#logits.length !== logits.length) {
      this.#logits = new Float32Array(logits.length);
    }
    this.#logits.set(logits); // the scores stay as they are for those who look at them
    this.#text.mask(this.#logits);
    const id = this.#chooser.pick(this.#logits, row);
    this.#text.take(id);
    return id;
  }
}
