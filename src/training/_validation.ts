/**
 * The validation part of a run: how large it is, and how it is measured again and again.
 *
 * @module
 */
import { type TokenArray, toTokenSource } from "../data/token_source.ts";
import { type FitTokens, sizeOf, textsOf } from "./fit_data.ts";
import { measureCounts } from "./_measure_counts.ts";
import type { TrainableModel } from "./trainable_model.ts";
import {
  compileReader,
  measure,
  type Measurement,
  type WindowReader,
} from "./validate.ts";
import type { MetricName } from "./fit_options.ts";

/** A validation of fewer tokens is over before compiling it would pay. */
const COMPILED_FROM_TOKENS = 20_000;

/** Tokens that are decoded at a time. */
const DECODED_AT_ONCE = 2 ** 20;

/** Measures a model on the same tokens as often as is wanted. */
export class Validation {
  /** Tokens there are. */
  readonly size: number;
  readonly #model: TrainableModel;
  readonly #tokens: FitTokens;
  readonly #counted: boolean;
  #reader: WindowReader | undefined;
  /** Tokens that a character takes, once it is known. */
  #tokensPerCharacter: number | undefined;

  /**
   * @param model What is measured.
   * @param tokens On what.
   * @param metrics What is measured beside the loss.
   */
  constructor(
    model: TrainableModel,
    tokens: FitTokens,
    metrics: readonly MetricName[] = [],
  ) {
    this.#model = model;
    this.#tokens = tokens;
    this.#counted = metrics.includes("accuracy");
    this.size = sizeOf(tokens);
  }

  /**
   * @param pause Awaited after every window; the measurement is given up when it says `true`.
   * @returns Mean loss in nats per token, which need not be finite, and what else is measured; undefined when it was given
   * up.
   */
  measure(pause: () => Promise<boolean>): Promise<Measurement | undefined> {
    const { network } = this.#model;
    const tokens = this.#tokens;
    const measured = tokens.kind === "text" ? tokens.tokens : tokens.documents;
    if (network.counting !== undefined && !this.#counted) {
      return measureCounts(network.counting, measured, pause);
    }
    if (this.size >= COMPILED_FROM_TOKENS && network.counting === undefined) {
      this.#reader ??= compileReader(network, this.#counted);
    }
    return measure(network, measured, {
      pause,
      counted: this.#counted,
      ...(this.#reader && { reader: this.#reader }),
    });
  }

  /**
   * @param loss Nats per token.
   * @returns Bits per character.
   */
  bitsPerCharacter(loss: number): number {
    this.#tokensPerCharacter ??= this.#countTokensPerCharacter();
    return loss / Math.LN2 * this.#tokensPerCharacter;
  }

  /** Frees what was compiled. */
  dispose(): void {
    this.#reader?.dispose();
    this.#reader = undefined;
  }

  /** The first token of a text is read only, never predicted. */
  #countTokensPerCharacter(): number {
    let [tokens, characters] = [0, 0];
    for (const source of textsOf(this.#tokens).map(toTokenSource)) {
      for (let at = 1; at < source.length; at += DECODED_AT_ONCE) {
        const ids: TokenArray = source.read(
          at,
          Math.min(source.length, at + DECODED_AT_ONCE),
        );
        tokens += ids.length;
        for (const _ of this.#model.tokenizer.decode(ids)) characters++;
      }
    }
    return tokens / characters;
  }
}
