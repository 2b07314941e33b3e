/**
 * What modified Kneser–Ney smoothing makes of counts: discounts, and from them every n-gram's share of the probability.
 *
 * Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling", 1998, section 3; n-grams at the
 * begin of a document keep their counts, as in Heafield et al., "Scalable Modified Kneser-Ney Language Model Estimation",
 * 2013, section 3.
 *
 * @module
 */
import { type NGramCounts, ROOT } from "./ngram_counts.ts";

/** What is taken off n-grams seen once, twice, and three times or more, where the counts of counts give no discounts. */
const FALLBACK = [0, 0.5, 1, 1.5] as const;

/** Nodes that are gone through at a time. */
const NODES_PER_PIECE = 2 ** 16;

/**
 * The probability of a token w after a context of k tokens c is own(cw) + weight(c) · p(w), where p is the probability after
 * the last k − 1 tokens, and 1/V before the shortest. It is of the counts as they were when it was made.
 */
export class Smoothing {
  /** Discounts by length of the n-gram, then by its count: 0, 1, 2, and 3 or more. */
  readonly discounts: readonly (readonly number[])[];
  readonly #counts: NGramCounts;
  /** By node: what its last token has of the probability after the others, whatever the shorter n-grams say. */
  readonly #own: Float64Array;
  /** By node: what is left for the shorter n-grams after it; 1 where nothing was seen. */
  readonly #weights: Float64Array;
  /** The distribution without any context, its logarithms, and room for what longer n-grams add, shape (V,) each. */
  #shortest: Record<"row" | "logs" | "added", Float64Array> | undefined;

  private constructor(
    counts: NGramCounts,
    { discounts, own, weights }: {
      discounts: readonly (readonly number[])[];
      own: Float64Array;
      weights: Float64Array;
    },
  ) {
    this.#counts = counts;
    this.discounts = discounts;
    this.#own = own;
    this.#weights = weights;
  }

  /**
   * Makes it piece by piece; the counts must not change meanwhile.
   *
   * @param counts How often each n-gram was seen.
   * @returns Yields after each piece, and returns the smoothing.
   */
  static *of(counts: NGramCounts): Generator<void, Smoothing> {
    const { order, size, lengths, parents } = counts;
    const found = Array.from({ length: order + 1 }, () => [0, 0, 0, 0, 0]);
    for (let node = 1; node < size; node++) {
      if (node % NODES_PER_PIECE === 0) yield;
      const count = adjusted(counts, node);
      if (count <= 4) found[lengths[node]!]![count]!++;
    }
    const discounts = found.map(discountsOf);
    const totals = new Float64Array(size); // by node: the sum of what follows
    const weights = new Float64Array(size); // what the discounts take off that, and then its share
    for (let node = 1; node < size; node++) {
      if (node % NODES_PER_PIECE === 0) yield;
      const count = adjusted(counts, node);
      const parent = parents[node]!;
      totals[parent]! += count;
      weights[parent]! += discounts[lengths[node]!]![Math.min(count, 3)]!;
    }
    const own = new Float64Array(size);
    const toWeight = (node: number): void => {
      weights[node] = totals[node] === 0 ? 1 : weights[node]! / totals[node]!;
    };
    toWeight(ROOT);
    for (let node = 1; node < size; node++) {
      if (node % NODES_PER_PIECE === 0) yield;
      toWeight(node);
      const count = adjusted(counts, node);
      if (count === 0) continue;
      const discount = discounts[lengths[node]!]![Math.min(count, 3)]!;
      own[node] = (count - discount) / totals[parents[node]!]!;
    }
    return new Smoothing(counts, { discounts, own, weights });
  }

  /**
   * What {@linkcode Smoothing.of} takes.
   *
   * @param counts How often each n-gram was seen.
   * @returns Bytes that are held, with the distribution without a context, and those while it is made.
   */
  static memory(
    { size, vocabSize }: NGramCounts,
  ): { smoothing: number; making: number } {
    const number = Float64Array.BYTES_PER_ELEMENT;
    return {
      smoothing: number * (2 * size + 3 * vocabSize),
      making: number * 3 * size,
    };
  }

  /**
   * The probability of a token, without the distribution, and the contexts after it.
   *
   * @param contexts Nodes of the last 0 to n − 1 tokens, −1 where one was never seen; moved on by the token.
   * @param id The token.
   * @returns Its probability.
   */
  next(contexts: Int32Array, id: number): number {
    let probability = 1 / this.#counts.vocabSize;
    let shorter = ROOT; // node of the n-gram without its first token
    for (let k = 0; k < contexts.length; k++) {
      const context = contexts[k]!;
      if (k > 0) contexts[k] = shorter;
      if (context < 0) break; // longer ones were not seen either
      const node = this.#counts.find(context, id);
      probability *= this.#weights[context]!;
      if (node >= 0) probability += this.#own[node]!;
      shorter = node;
    }
    return probability;
  }

  /**
   * The distribution after a context. Only tokens that were seen after it take a logarithm: those of the others are what they
   * are without a context, plus that of the weight.
   *
   * @param contexts Nodes of its last 1, 2, … tokens, as far as they were seen.
   * @returns Natural logarithms of the probabilities, shape (V,).
   */
  logRow(contexts: readonly number[]): Float32Array {
    const { children, siblings, tokens } = this.#counts;
    const { row, logs, added } = this.#shortest ??= this.#withoutContext();
    const seen: number[] = [];
    let weight = 1;
    for (const context of contexts.toReversed()) {
      for (let node = children[context]!; node !== 0; node = siblings[node]!) {
        const own = this.#own[node]! * weight;
        if (own === 0) continue;
        const id = tokens[node]!;
        if (added[id] === 0) seen.push(id);
        added[id]! += own;
      }
      weight *= this.#weights[context]!;
    }
    const logWeight = Math.log(weight);
    const result = new Float32Array(logs.length); // (V,)
    for (let id = 0; id < logs.length; id++) result[id] = logs[id]! + logWeight;
    for (const id of seen) {
      result[id] = Math.log(added[id]! + weight * row[id]!);
      added[id] = 0;
    }
    return result;
  }

  #withoutContext(): Record<"row" | "logs" | "added", Float64Array> {
    const { children, siblings, tokens, vocabSize } = this.#counts;
    const row = new Float64Array(vocabSize)
      .fill(this.#weights[ROOT]! / vocabSize);
    for (let node = children[ROOT]!; node !== 0; node = siblings[node]!) {
      if (tokens[node]! < vocabSize) row[tokens[node]!]! += this.#own[node]!;
    }
    return { row, logs: row.map(Math.log), added: new Float64Array(vocabSize) };
  }
}

/** What a node counts for: how often it was seen, or, of a shorter n-gram, after how many different tokens. */
function adjusted(counts: NGramCounts, node: number): number {
  if (counts.tokens[node] === counts.vocabSize) return 0; // never predicted
  return counts.lengths[node] === counts.order || counts.begins[node] === 1
    ? counts.counts[node]!
    : counts.continuations[node]!;
}

/**
 * Discounts of counts 0, 1, 2, and 3 or more, from how many n-grams have the counts 1 to 4: equation 26, as fractions. A
 * discount of 0 is none: tokens that were never seen after a context would have no probability at all.
 */
function discountsOf(found: readonly number[]): readonly number[] {
  const [, n1, n2, n3, n4] = found as [number, number, number, number, number];
  if (n1 === 0 || n2 === 0 || n3 === 0) return FALLBACK;
  const whole = n1 + 2 * n2;
  const discounts = [
    0,
    n1 / whole,
    (2 * whole * n2 - 3 * n1 * n3) / (whole * n2),
    (3 * whole * n3 - 4 * n1 * n4) / (whole * n3),
  ];
  const isSound = n4 > 0 &&
    discounts.slice(1).every((discount) => discount > 0);
  return isSound ? discounts : FALLBACK;
}
