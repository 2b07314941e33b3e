/**
 * Which tokens come first in the falling order of their scores, until their weights are enough: what top-k and top-p keep,
 * on the engine and without a sort.
 *
 * A few scores are compared each with each; where there are many, the last one that is kept is searched for bit by bit. Both
 * put equal scores in the order of their places.
 *
 * @module
 */
import { whileLoop } from "../engine/control_flow.ts";
import { orderedBits } from "../engine/ordered_bits.ts";
import { sliceAt } from "../engine/slices.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { cumulate } from "./_cumulate.ts";

/** Bits of a key. */
const BITS = 32;

/** Scores of a row that are compared each with each, at most; from about here on the search is faster. */
export const MOST_PAIRS = 96;

/**
 * @param scores Shape (B, N).
 * @param weights From 0, shape (B, N).
 * @param goals Above 0, shape (B, 1) or (1, 1).
 * @returns Whether what comes before each score weighs less than the goal, bool, shape (B, N): the first ones, one at
 * least, up to the one with which the goal is reached.
 */
export function firstUntil(
  scores: Tensor,
  weights: Tensor,
  goals: Tensor,
): Tensor {
  return scores.shape[1]! <= MOST_PAIRS
    ? firstByPairs(scores, weights, goals)
    : firstBySearch(scores, weights, goals);
}

/** {@linkcode firstUntil} of few scores: adds up what comes before each of them. */
export function firstByPairs(
  scores: Tensor,
  weights: Tensor,
  goals: Tensor,
): Tensor {
  const place = tf.range(0, scores.shape[1]!, 1, "int32");
  const isEarlier = tf.less(tf.expandDims(place, 1), tf.expandDims(place, 0)); // (N, N), of j and i
  const [other, own] = [tf.expandDims(scores, 2), tf.expandDims(scores, 1)]; // (B, N, 1) of j, (B, 1, N) of i
  const comesFirst = tf.logicalOr(
    tf.greater(other, own),
    tf.logicalAnd(tf.equal(other, own), isEarlier),
  ); // (B, N, N)
  const before = tf.sum(
    tf.where(comesFirst, tf.expandDims(weights, 2), tf.scalar(0)),
    1,
  ); // (B, N)
  return tf.less(before, goals);
}

/** A search under way. */
interface Search {
  /** Place of the next bit, int32, shape (). */
  place: Tensor;
  /** The largest key so far above which the goal is reached, int32, shape (B, 1). */
  reached: Tensor;
}

/** {@linkcode firstUntil} of many scores: searches for the largest key above which the goal is still reached. */
export function firstBySearch(
  scores: Tensor,
  weights: Tensor,
  goals: Tensor,
): Tensor {
  const keys = orderedBits(scores); // (B, N)
  const above = (key: Tensor): Tensor =>
    tf.sum(tf.where(tf.greater(keys, key), weights, tf.scalar(0)), 1, true); // (B, 1)
  // In a loop, which takes no longer than 32 steps written out and is compiled sooner. The sign adds as a bit does.
  const bits = tf.tensor1d(
    Array.from({ length: BITS }, (_, i) => (2 ** (BITS - 1 - i)) | 0),
    "int32",
  );
  const { reached } = whileLoop(
    ({ place }: Search) => tf.less(place, int(BITS)),
    ({ place, reached }) => {
      const higher = tf.add(reached, sliceAt(bits, place)); // (B, 1)
      const isReached = tf.greaterEqual(above(higher), goals); // (B, 1)
      return {
        place: tf.add(place, int(1)),
        reached: tf.where(isReached, higher, reached),
      };
    },
    {
      place: int(0),
      reached: tf.fill([scores.shape[0]!, 1], -(2 ** 31), "int32") as Tensor, // below all keys
    },
  );
  const last = tf.add(reached, int(1)); // (B, 1)
  const isLast = tf.equal(keys, last); // (B, N), equal scores
  const tied = tf.where(isLast, weights, tf.scalar(0)); // (B, N)
  const before = tf.add(above(last), tf.sub(cumulate(tied), tied)); // (B, N)
  return tf.logicalOr(
    tf.greater(keys, last),
    tf.logicalAnd(isLast, tf.less(before, goals)),
  );
}

function int(value: number): Tensor {
  return tf.scalar(value, "int32");
}
