/**
 * Texts that are about to be written: everything that a call asks for is checked and made ready, before any work begins.
 *
 * @module
 */
import { ensureEngine } from "../engine/engine.ts";
import type { Tokenizer, TokenStream } from "../tokenizers/tokenizer.ts";
import { ConstrainedChooser, WatchedChooser } from "./_choosers.ts";
import { strayEndToken } from "./_end_tokens.ts";
import { networkOfCall } from "./_network_of_call.ts";
import type { CandidatesWatcher } from "./chain/candidates.ts";
import type { Chain } from "./chain/chain.ts";
import type { ChainOptions } from "./chain/chain_options.ts";
import { canCompile, compiledSampling } from "./chain/compiled_sampling.ts";
import { watchedChain } from "./chain/watched_chain.ts";
import type { ConstrainedText } from "./constraints/constrained_text.ts";
import { constrain } from "./constraints/constraint.ts";
import { encodePrompt } from "./encode_prompt.ts";
import type { GenerationSettings } from "./generation_settings.ts";
import type { BlockSource, CompiledBlocks } from "./generate_rows.ts";
import type { Predictor } from "./predictor.ts";
import { prepareChain } from "./prepare_chain.ts";
import { Sampler } from "./sampler.ts";
import { TextAfter } from "./text_after.ts";
import { TextRow } from "./text_row.ts";
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

/** Options of {@linkcode TextWriting.write}. */
export interface WriteOptions {
  /** How many likely tokens to name beside each; nothing is told of the tokens without it. */
  alternatives?: number;

  /**
   * Looks on while the tokens are chosen: sees of each the candidates as the model leaves them, as the constraint does where
   * there is one, and as each stage of the chain does.
   */
  watch?: CandidatesWatcher;
}

/** A prompt, as texts go on from it. */
interface ReadPrompt {
  /** Its tokens. */
  ids: Int32Array;
  /** Decodes what comes after it. */
  decoder: { decodeStream(): TokenStream };
}

/** Texts side by side, with the prompts, the chain and the random numbers that they go on from. */
export class TextWriting {
  /** The texts. */
  readonly rows: readonly TextRow[];
  /** How tokens are chosen. */
  readonly chain: Chain;
  /** What random numbers follow from; undefined where nothing is drawn. */
  readonly seed: number | undefined;
  /** What the chain was made of; words where they are ids to the chain. */
  readonly #chainOptions: ChainOptions;
  readonly #model: TextPredictor;
  readonly #network: Predictor;
  readonly #settings: GenerationSettings;
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
    const { ends, options, chain, seed } = prepareChain(settings, tokenizer);
    this.#chainOptions = options as ChainOptions;
    this.chain = chain;
    this.seed = seed;
    const { constraint, stopWhenComplete, maxTokens, unknown } = settings;
    const known = new Map<string, ReadPrompt>(); // samples share a prompt
    this.rows = prompts.map((prompt) => {
      let read = known.get(prompt);
      if (read === undefined) {
        const ids = encodePrompt(tokenizer, prompt, unknown);
        // Under a constraint a text is of its language from the first character on.
        const decoder = constraint === undefined
          ? new TextAfter(tokenizer, prompt, unknown)
          : tokenizer;
        known.set(prompt, read = { ids, decoder });
      }
      return new TextRow(read.ids, read.decoder.decodeStream(), ends);
    });
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
    this.#network = networkOfCall(model, settings);
    this.#settings = settings;
  }

  /**
   * Writes the texts.
   *
   * @param options What is to be told of the tokens.
   * @returns Block after block, of each text what is certain of it with each new token.
   */
  async *write(
    { alternatives, watch }: WriteOptions = {},
  ): AsyncGenerator<string[][], void, undefined> {
    await ensureEngine(); // only then it is known whether blocks can be written
    const { maxTokens, maxSeconds, breakAfter, signal } = this.#settings;
    yield* writeTexts(this.#network, this.rows, {
      choosers: this.rows.map((_, row) => this.#chooserOf(row, watch)),
      maxTokens,
      maxSeconds,
      breakAfter,
      signal,
      blocks: watch === undefined ? this.#blocks() : undefined,
      alternatives,
    });
  }

  /** What chooses the tokens of a row. */
  #chooserOf(row: number, watch: CandidatesWatcher | undefined): TokenChooser {
    const options = {
      row: this.#settings.row + row,
      ...(this.seed !== undefined && { seed: this.seed }),
    };
    const text = this.#constrained?.();
    if (watch === undefined) {
      const session = this.chain.start(options);
      return text === undefined
        ? session
        : new ConstrainedChooser(text, session);
    }
    const session = watchedChain(this.chain, watch).start(options);
    const chooser = new WatchedChooser(session, watch);
    return text === undefined
      ? chooser
      : new WatchedChooser(new ConstrainedChooser(text, chooser), watch);
  }

  /** Writes in blocks where the loop knows the chain, and it is quicker. */
  #blocks(): CompiledBlocks | undefined {
    const { maxTokens, row: first } = this.#settings;
    if (
      !canCompile(this.#chainOptions) || this.#constrained !== undefined ||
      this.#network !== this.#model.network
    ) return undefined;
    const source = this.#model.blocksFor?.(maxTokens * this.rows.length);
    if (source === undefined) return undefined;
    const random = new Sampler(
      this.seed === undefined ? { temperature: 0 } : { seed: this.seed },
    );
    const uniformAt = (row: number, position: number): number =>
      random.uniformAt(first + row, position);
    return {
      source,
      sampling: compiledSampling(this.#chainOptions, { uniformAt }),
      contexts: this.rows,
    };
  }
}

/** Refuses stop tokens that are texts beside the one that a constraint knows: they would end a text before it is whole. */
function checkOneEnd(
  stopTokens: readonly number[],
  tokenizer: Tokenizer,
): void {
  const text = strayEndToken(stopTokens, tokenizer);
  if (text === undefined) return;
  throw new TypeError(
    "Cannot generate: stopTokens must be one token under a constraint, special tokens aside, or it may end the text " +
      `before it is whole: ${text} besides; leave it out`,
  );
}
