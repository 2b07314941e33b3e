/**
 * Interpolated modified Kneser–Ney smoothing: the distribution of the next token by counts of n-grams.
 *
 * Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling", 1998, section 3.
 *
 * @module
 */
import { compactIds } from "../../data/compact_ids.ts";
import type { TokenArray, TokenSource } from "../../data/token_source.ts";
import { checkOptionNames } from "../../text/options.ts";
import { wrongNumber } from "../../text/refusal.ts";
import { checkedDocument, piecesOf } from "./_document.ts";
import { type KeptCounts, NGramCounts } from "./ngram_counts.ts";
import { Smoothing } from "./smoothing.ts";

/** Options of {@linkcode KneserNey}. */
export interface KneserNeyOptions {
  /** Tokens in the vocabulary, V. */
  vocabSize: number;

  /**
   * Tokens of the longest n-grams, from 1 to 32: a token is predicted from the order − 1 tokens before it. On the characters
   * of Moby-Dick 7 takes 1.9 times the n-grams of 6, 871,445, for 0.013 bits a character less, 2.022 (`deno task bench:ngram`).
   *
   * @default {6}
   */
  order?: number;
}

/**
 * Counts n-grams and predicts the next token. Without any data every token is as likely as any other.
 *
 * Discounts come from how many n-grams of each order count for 1, 2, 3 and 4; where one of these numbers is 0, or a discount
 * is not above 0, that order has KenLM's fallback, 0.5, 1 and 1.5. Where KenLM estimates or falls back alike, the
 * probabilities are the same. It also estimates without n-grams that count for 4, which takes those that count for 3 away
 * altogether, and takes a discount of 0, which leaves tokens without any probability.
 *
 * @example Learn a line
 * ```ts
 * import { KneserNey } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const model = new KneserNey({ vocabSize: 3, order: 2 });
 * model.update(Uint8Array.of(0, 1, 0, 1, 0, 1));
 * const [zero, one] = model.logProbabilities([0]);
 * assert(one! > zero!);
 * ```
 */
export class KneserNey {
  /** Tokens of the longest n-grams. */
  readonly order: number;
  /** Tokens in the vocabulary, V. */
  readonly vocabSize: number;
  #counts: NGramCounts;
  /** How many times the counts became others. */
  #version = 0;
  /** What follows from the counts; undefined where they became others since. */
  #smoothing: Smoothing | undefined;

  /**
   * Begins without any counts.
   *
   * @param options The vocabulary, and the order.
   * @throws {RangeError} If the size or the order is out of range.
   * @throws {TypeError} If there is no such option.
   */
  constructor(options: KneserNeyOptions) {
    checkOptionNames("Cannot count n-grams", options, ["vocabSize", "order"]);
    const { vocabSize, order = 6 } = options;
    if (
      !(Number.isSafeInteger(vocabSize) && 0 < vocabSize &&
        vocabSize < 2 ** 31 - 1)
    ) {
      throw wrongNumber(
        "Cannot count n-grams: vocabSize must be a positive integer below 2147483647",
        vocabSize,
      );
    }
    if (!(Number.isSafeInteger(order) && 1 <= order && order <= 32)) {
      throw wrongNumber(
        "Cannot count n-grams: order must be an integer from 1 to 32",
        order,
      );
    }
    this.order = order;
    this.vocabSize = vocabSize;
    this.#counts = new NGramCounts(order, vocabSize);
  }

  /** N-grams of all lengths that were seen. */
  get ngramCount(): number {
    return this.#counts.size - 1;
  }

  /** N-grams of one token, of two, and so on, that were seen; the begin of a document is a token. */
  get ngramCounts(): number[] {
    return this.#counts.countLengths();
  }

  /** Bytes of the counts, of the smoothing that follows from them, and of the smoothing while it is made. */
  get memory(): { counts: number; smoothing: number; making: number } {
    return { counts: this.#counts.bytes, ...Smoothing.memory(this.#counts) };
  }

  /**
   * Adds the n-grams of a document, which begins without memory.
   *
   * @param document Its ids, shape (N,).
   * @throws {RangeError} If an id is not in the vocabulary; of an array nothing is counted then.
   * @throws {TypeError} If the document is none.
   */
  update(document: TokenArray | TokenSource): void {
    for (const _ of this.updating(document)) continue;
  }

  /**
   * Does what {@linkcode KneserNey.update} does piece by piece.
   *
   * @param document Its ids, shape (N,).
   * @returns Yields how many tokens were counted, after each piece.
   * @throws {RangeError} As {@linkcode KneserNey.update}.
   * @throws {TypeError} As {@linkcode KneserNey.update}.
   */
  *updating(document: TokenArray | TokenSource): Generator<number, void> {
    const ids = checkedDocument(document, this.vocabSize, "count n-grams");
    try {
      for (const count of this.#counts.counting(ids)) {
        this.#changed();
        yield count;
      }
    } finally {
      this.#changed(); // by the piece that a source broke off
    }
  }

  /** What a file has to keep of it. */
  get kept(): KeptCounts {
    return this.#counts.kept();
  }

  /**
   * Takes over what a file kept.
   *
   * @param kept Last token, parent and count of every n-gram.
   * @throws {RangeError} If these are not counts of n-grams.
   */
  restore(kept: KeptCounts): void {
    this.#counts = NGramCounts.restore(this.order, this.vocabSize, kept);
    this.#changed();
  }

  /**
   * The discounts of one order.
   *
   * @param length Tokens of an n-gram, from 1 to the order.
   * @returns What is taken off n-grams of this length that were seen once, twice, and three times or more.
   * @throws {RangeError} If the length is not from 1 to the order.
   */
  discounts(length: number): [number, number, number] {
    if (
      !(Number.isSafeInteger(length) && 1 <= length && length <= this.order)
    ) {
      throw new RangeError(
        `Cannot give discounts: the length must be an integer from 1 to ${this.order}: ${length}`,
      );
    }
    const [, one, two, more] = this.#upToDate().discounts[length]!;
    return [one!, two!, more!];
  }

  /**
   * The distribution of the next token.
   *
   * @param context The ids before it, of which the last order − 1 count; the id V is the begin of a document.
   * @returns Natural logarithms of the probabilities, shape (V,).
   * @throws {RangeError} If an id is not from 0 to V.
   */
  logProbabilities(context: ArrayLike<number>): Float32Array {
    compactIds(context, this.vocabSize + 1, { action: "predict" });
    const smoothing = this.#upToDate();
    const contexts: number[] = [];
    const longest = Math.min(this.order - 1, context.length);
    for (let length = 1; length <= longest; length++) {
      const node = this.#counts.findLast(context, length);
      if (node < 0) break; // longer ones were not seen either
      contexts.push(node);
    }
    return smoothing.logRow(contexts);
  }

  /**
   * The loss on a document, without the distributions.
   *
   * @param document Its ids, shape (N,), from 0 to V − 1.
   * @returns Minus the sum of the natural log-probabilities of all its tokens but the first, which is read only.
   * @throws {RangeError} If an id is not in the vocabulary.
   * @throws {TypeError} If the document is none.
   */
  lossOn(document: TokenArray | TokenSource): number {
    let sum = 0;
    for (const loss of this.measuring(document)) sum += loss;
    return sum;
  }

  /**
   * Does what {@linkcode KneserNey.lossOn} does piece by piece.
   *
   * @param document Its ids, shape (N,), from 0 to V − 1.
   * @returns Yields the loss of each piece, and zeros before while the smoothing is made.
   * @throws {RangeError} As {@linkcode KneserNey.lossOn}.
   * @throws {TypeError} As {@linkcode KneserNey.lossOn}.
   * @throws {Error} If the counts change before the end.
   */
  *measuring(document: TokenArray | TokenSource): Generator<number, void> {
    const ids = checkedDocument(document, this.vocabSize, "measure a loss");
    const making = this.#making();
    let made = making.next();
    for (; !made.done; made = making.next()) yield 0;
    const smoothing = made.value;
    const contexts = this.#counts.begin();
    let isFirst = true;
    for (const piece of piecesOf(ids)) {
      if (this.#smoothing !== smoothing) {
        throw new Error(
          "Cannot measure a loss: the counts must not change meanwhile, begin again",
        );
      }
      let loss = 0;
      for (const id of piece) {
        const probability = smoothing.next(contexts, id);
        if (!isFirst) loss -= Math.log(probability);
        isFirst = false;
      }
      yield loss;
    }
  }

  /** The smoothing of the counts as they are now. */
  #upToDate(): Smoothing {
    const making = this.#making();
    let made = making.next();
    while (!made.done) made = making.next();
    return made.value;
  }

  /** Makes the smoothing piece by piece, unless there is one. */
  *#making(): Generator<void, Smoothing> {
    while (this.#smoothing === undefined) {
      const version = this.#version;
      const smoothing = yield* Smoothing.of(this.#counts);
      if (version === this.#version) this.#smoothing = smoothing;
    }
    return this.#smoothing;
  }

  /** Notes that the counts are others. */
  #changed(): void {
    this.#version++;
    this.#smoothing = undefined;
  }
}
