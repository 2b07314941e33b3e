/**
 * What a model writes while it is being trained.
 *
 * @module
 */
import type { TokenArray } from "../data/token_source.ts";
import type { SampleOptions } from "./fit_options.ts";
import type { RunControl } from "./run.ts";
import type { TrainableModel } from "./trainable_model.ts";

/** Writes samples, each from the same beginning. */
export class Sampling {
  readonly #model: TrainableModel;
  readonly #options: SampleOptions;
  readonly #seed: number;
  readonly #first: () => TokenArray;

  /**
   * @param model What writes.
   * @param options What it goes on from, how much and how freely.
   * @param seed Chooses the tokens.
   * @param first Gives a token or more that the model learns from.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(
    model: TrainableModel,
    options: SampleOptions,
    seed: number,
    first: () => TokenArray,
  ) {
    this.#model = model;
    this.#options = options;
    this.#seed = seed;
    this.#first = first;
    this.#start(); // only checks the options: nothing is computed before the first piece is asked for
  }

  /**
   * @param control Pauses and ends the run.
   * @returns What the model writes now; undefined where the run is to end before it is written.
   */
  async write(control: RunControl): Promise<string | undefined> {
    let text = "";
    for await (const piece of this.#start()) {
      await control.whenResumed();
      if (control.stopReason !== undefined) return undefined;
      text += piece;
    }
    return text;
  }

  #start(): AsyncGenerator<string> {
    const { prompt = "", maxTokens = 200, temperature = 0.8 } = this.#options;
    return this.#model.stream(prompt || this.#beginning, {
      maxTokens,
      temperature,
      ...(temperature > 0 && { seed: this.#seed }),
    });
  }

  /** What a sample begins with when the vocabulary has no line break. */
  get #beginning(): string {
    const { tokenizer } = this.#model;
    const hasLineBreak = tokenizer.encode("\n", { unknown: "skip" }).length > 0;
    return hasLineBreak ? "" : tokenizer.decode(this.#first().subarray(0, 1));
  }
}
