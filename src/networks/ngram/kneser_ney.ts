/**
 * Interpolated modified Kneser–Ney smoothing: the distribution of the next token by counts of n-grams.
 *
 * Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling", 1998, section 3; n-grams at the
 * begin of a document keep their counts, as in Heafield et al., "Scalable Modified Kneser-Ney Language Model Estimation",
 * 2013, section 3.
 *
 * @module
 */
import {
  type TokenArray,
  type TokenSource,
  toTokenSource,
} from "../../data/token_source.ts";
import { checkedSource, compactIds } from "../../data/compact_ids.ts";
import { checkOptionNames } from "../../text/options.ts";
import { type KeptCounts, NGramCounts, READ_AT_ONCE } from "./ngram_counts.ts";

/** Options of {@linkcode KneserNey}. */
export interface KneserNeyOptions {
  /** Tokens in the vocabulary, V. */
  vocabSize: number;

  /**
   * Tokens of the longest n-grams, from 1 to 32: a token is predicted from the order − 1 tokens before it.
   *
   * @default {6}
   */
  order?: number;
}

/** What is taken off n-grams seen once, twice, and three times or more, where the counts of counts give no discounts. */
const FALLBACK = [0, 0.5, 1, 1.5] as const;

/**
 * Counts n-grams and predicts the next token. Without any data every token is as likely as any other.
 *
 * Discounts come from the counts of counts of each order; where one of those is 0, or a discount lies outside of 0 to
 * the count it is taken off, that order has KenLM's fallback, 0.5, 1 and 1.5.
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
  #discounts: number[][] = []; // by length of the n-gram, then by count
  #totals = new Float64Array(1); // by node: the sum of what follows
  #held = new Float64Array(1); // by node: what the discounts take off that
  #isStale = true;

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
      throw new RangeError(
        `Cannot count n-grams: vocabSize must be a positive integer below 2147483647: ${vocabSize}`,
      );
    }
    if (!(Number.isSafeInteger(order) && 1 <= order && order <= 32)) {
      throw new RangeError(
        `Cannot count n-grams: order must be an integer from 1 to 32: ${order}`,
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

  /**
   * Adds the n-grams of a document, which begins without memory.
   *
   * @param document Its ids, shape (N,).
   * @throws {RangeError} If an id is not in the vocabulary; of an array nothing is counted then.
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
   */
  *updating(document: TokenArray | TokenSource): Generator<number, void> {
    const action = "count n-grams";
    const ids = ArrayBuffer.isView(document)
      ? compactIds(document, this.vocabSize, { action })
      : checkedSource(document, this.vocabSize, action);
    this.#isStale = true;
    for (const count of this.#counts.counting(ids)) {
      this.#isStale = true;
      yield count;
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
    this.#isStale = true;
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
    this.#prepare();
    const [, one, two, more] = this.#discounts[length]!;
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
    const { vocabSize } = this;
    compactIds(context, vocabSize + 1, { action: "predict" });
    this.#prepare();
    const counts = this.#counts;
    const row = new Float64Array(vocabSize).fill(1 / vocabSize);
    const longest = Math.min(this.order - 1, context.length);
    for (let length = 0; length <= longest; length++) {
      const node = counts.findLast(context, length);
      if (node < 0) break; // longer ones were not seen either
      const total = this.#totals[node]!;
      if (total === 0) continue;
      const weight = this.#held[node]! / total;
      for (let id = 0; id < vocabSize; id++) row[id]! *= weight;
      const discounts = this.#discounts[length + 1]!;
      for (
        let child = counts.children[node]!;
        child !== 0;
        child = counts.siblings[child]!
      ) {
        const count = this.#adjusted(child);
        if (count === 0) continue;
        row[counts.tokens[child]!]! +=
          (count - discounts[Math.min(count, 3)]!) / total;
      }
    }
    return Float32Array.from(row, Math.log);
  }

  /**
   * The loss on a document, without the distributions.
   *
   * @param document Its ids, shape (N,), from 0 to V − 1.
   * @returns Minus the sum of the natural log-probabilities of all its tokens but the first, which is read only.
   */
  lossOn(document: TokenArray | TokenSource): number {
    this.#prepare();
    const source = toTokenSource(document);
    const context: number[] = [this.vocabSize];
    let sum = 0;
    for (let from = 0; from < source.length; from += READ_AT_ONCE) {
      const to = Math.min(source.length, from + READ_AT_ONCE);
      for (const id of source.read(from, to)) {
        if (context[0] !== this.vocabSize || context.length > 1) {
          sum -= Math.log(this.#probability(context, id));
        }
        context.push(id);
        if (context.length >= this.order && context.length > 1) context.shift();
      }
    }
    return sum;
  }

  /** The probability of one token. */
  #probability(context: readonly number[], id: number): number {
    const counts = this.#counts;
    let probability = 1 / this.vocabSize;
    const longest = Math.min(this.order - 1, context.length);
    for (let length = 0; length <= longest; length++) {
      const node = counts.findLast(context, length);
      if (node < 0) break; // longer ones were not seen either
      const total = this.#totals[node]!;
      if (total === 0) continue;
      probability *= this.#held[node]! / total;
      const child = counts.find(node, id);
      const count = child < 0 ? 0 : this.#adjusted(child);
      if (count === 0) continue;
      const discount = this.#discounts[length + 1]![Math.min(count, 3)]!;
      probability += (count - discount) / total;
    }
    return probability;
  }

  /** What a node counts for: how often it was seen, or, of a shorter n-gram, after how many different tokens. */
  #adjusted(node: number): number {
    const { tokens, lengths, begins, counts, continuations } = this.#counts;
    if (tokens[node] === this.vocabSize) return 0; // never predicted
    return lengths[node] === this.order || begins[node] === 1
      ? counts[node]!
      : continuations[node]!;
  }

  /** Brings discounts and sums up to date. */
  #prepare(): void {
    if (!this.#isStale) return;
    const { size, lengths, parents } = this.#counts;
    const found = Array.from({ length: this.order + 1 }, () => [0, 0, 0, 0, 0]);
    for (let node = 1; node < size; node++) {
      const count = this.#adjusted(node);
      if (count >= 1 && count <= 4) found[lengths[node]!]![count]!++;
    }
    this.#discounts = found.map(discountsOf);
    this.#totals = new Float64Array(size);
    this.#held = new Float64Array(size);
    for (let node = 1; node < size; node++) {
      const count = this.#adjusted(node);
      this.#totals[parents[node]!]! += count;
      this.#held[parents[node]!]! += this
        .#discounts[lengths[node]!]![Math.min(count, 3)]!;
    }
    this.#isStale = false;
  }
}

/** Discounts of counts 0, 1, 2, and 3 or more, from how many n-grams have the counts 1 to 4: equation 26. */
function discountsOf(found: readonly number[]): number[] {
  const [, n1, n2, n3, n4] = found as [number, number, number, number, number];
  const y = n1 / (n1 + 2 * n2);
  const discounts = [
    0,
    1 - 2 * y * n2 / n1,
    2 - 3 * y * n3 / n2,
    3 - 4 * y * n4 / n3,
  ];
  const isSound = n1 > 0 && n2 > 0 && n3 > 0 && n4 > 0 &&
    discounts.every((discount, count) => 0 <= discount && discount <= count);
  return isSound ? discounts : [...FALLBACK];
}
