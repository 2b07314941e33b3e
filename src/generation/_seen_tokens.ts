/**
 * Which tokens penalties have seen, within a block: counts over the vocabulary, to which every step adds the last token
 * and from which it takes the one that leaves the window. And the penalties themselves, on the engine: what
 * `chain/scores.ts` does, in single precision.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import type { ChainContext } from "./chain/candidates.ts";
import type { PenaltyWindow } from "./chain/scores.ts";

/** About the largest number of single precision: where penalties end, as in a chain. */
const LARGEST = 3.4e38;

/** What a block begins with; what has no token is −1. */
export interface SeenTokens {
  /** How often the window has each token, but for the last token, shape (B, V). */
  counts: Float32Array;
  /** At {@linkcode SeenTokens.offset} and after it, the token that leaves at each step, shape (B, length). */
  leaving: Int32Array;
  /**
   * Where the token is that leaves at the first step. What the block writes follows the leaving tokens at once, and may
   * leave too: the token of step i stands at `length + i`.
   */
  offset: number;
}

/**
 * Looks at what was there before a block.
 *
 * @param contexts Of every row, the text so far, one token at least.
 * @param window Which tokens of it count.
 * @param sizes The vocabulary, and the steps of the longest block.
 * @returns What the block begins with.
 */
export function seenBefore(
  contexts: readonly ChainContext[],
  window: PenaltyWindow,
  { vocabSize, length }: { vocabSize: number; length: number },
): SeenTokens {
  const counts = new Float32Array(contexts.length * vocabSize);
  const leaving = new Int32Array(contexts.length * length).fill(-1);
  const offset = typeof window === "number"
    ? Math.max(length - 1 - window, 0)
    : 0;
  for (const [row, { tokens, promptLength }] of contexts.entries()) {
    const last = tokens.length - 1;
    const first = typeof window === "number"
      ? last - window
      : window === "all"
      ? 0
      : promptLength;
    for (let i = Math.max(first, 0); i < last; i++) {
      const id = tokens[i]!;
      if (id >= 0 && id < vocabSize) counts[row * vocabSize + id]!++;
    }
    if (typeof window === "number") {
      for (let i = offset; i < length; i++) {
        const place = first + i - offset;
        if (place < 0 || place > last) continue;
        leaving[row * length + i] = tokens[place]!;
      }
    } else if (first > last) leaving[row * length] = tokens[last]!; // the prompt's, which the first step adds
  }
  return { counts, leaving, offset };
}

/**
 * @param counts Shape (B, V).
 * @param added The token that joins the window in every row, int32, shape (B,).
 * @param left The token that leaves it, or −1.
 * @returns The counts then.
 */
export function countOn(counts: Tensor, added: Tensor, left: Tensor): Tensor {
  const ids = tf.expandDims(tf.range(0, counts.shape[1]!, 1, "int32"), 0); // (1, V)
  const isAt = (places: Tensor): Tensor =>
    tf.cast(tf.equal(tf.expandDims(places, 1), ids), "float32"); // (B, V)
  return tf.add(counts, tf.sub(isAt(added), isAt(left)));
}

/** The penalties' numbers, float32, shape () each. */
export type PenaltyNumbers = Record<
  "repetition" | "frequency" | "presence",
  Tensor
>;

/**
 * @param scores Shape (B, V).
 * @param counts How often each token was seen, shape (B, V).
 * @param penalties Their numbers.
 * @returns The scores with the penalties.
 */
export function penalize(
  scores: Tensor,
  counts: Tensor,
  { repetition, frequency, presence }: PenaltyNumbers,
): Tensor {
  const divided = tf.where(
    tf.greater(scores, 0),
    tf.div(scores, repetition),
    tf.mul(scores, repetition),
  );
  const changed = tf.sub(
    tf.sub(divided, tf.mul(counts, frequency)),
    presence,
  );
  const limit = tf.scalar(LARGEST);
  const limited = tf.maximum(tf.neg(limit), tf.minimum(changed, limit));
  const isSeen = tf.logicalAnd(
    tf.greater(counts, 0),
    tf.greater(scores, tf.scalar(-Infinity)),
  );
  return tf.where(isSeen, limited, scores);
}
