/**
 * Chooses a token for every row of scores, on the engine: what `Sampler` does, in single precision.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";

/** Numbers that one product with a triangular matrix sums up, at most. */
const LONGEST_ROW = 128;

/** Chosen tokens, int32, shape (B,), and whether all scores are those of a distribution, bool, shape (). */
export interface Choice {
  ids: Tensor;
  sound: Tensor;
}

/**
 * Takes the likeliest tokens, the lowest ids among equals.
 *
 * @param logits Shape (B, V).
 * @returns The choice.
 */
export function chooseLikeliest(logits: Tensor): Choice {
  const isNumber = tf.logicalNot(tf.any(tf.isNaN(logits)));
  const isFinite = tf.all(tf.isFinite(tf.max(logits, 1)));
  return {
    ids: tf.argMax(logits, 1),
    sound: tf.logicalAnd(isNumber, isFinite),
  };
}

/** How tokens are drawn. */
export interface Drawing {
  /** float32, shape (). */
  temperature: Tensor;
  /** How many tokens may be chosen from; 0 for all. */
  topK: number;
}

/**
 * Draws tokens by random numbers.
 *
 * @param logits Shape (B, V).
 * @param uniforms From 0 up to but not 1, shape (B,).
 * @param drawing Temperature and top-k.
 * @returns The choice.
 */
export function drawTokens(
  logits: Tensor,
  uniforms: Tensor,
  { temperature, topK }: Drawing,
): Choice {
  const vocabSize = logits.shape[1]!;
  const weights = relativeWeights(logits, temperature); // (B, V)
  const kept = topK === 0 || topK >= vocabSize
    ? weights
    : tf.mul(weights, largest(logits, topK)); // (B, V)
  const cumulative = cumulate(kept); // (B, V)
  const totals = tf.slice(cumulative, [0, vocabSize - 1], [-1, 1]); // (B, 1)
  // Below the total, as a random number is below 1 by 2⁻²⁴ at least: so it is exceeded somewhere.
  const shares = tf.mul(tf.expandDims(uniforms, 1), totals); // (B, 1)
  return {
    ids: tf.argMax(tf.cast(tf.greater(cumulative, shares), "int32"), 1),
    sound: tf.all(tf.isFinite(totals)),
  };
}

/**
 * The softmax of the scores but for a factor; NaN somewhere in a row if a score is NaN or Infinity, or if all are
 * −Infinity. That is arranged for apart, since XLA's exponential makes numbers of NaN and of −Infinity.
 */
function relativeWeights(logits: Tensor, temperature: Tensor): Tensor {
  const best = tf.max(logits, 1, true); // (B, 1)
  const hasBest = tf.isFinite(best); // (B, 1)
  const isSound = tf.logicalAnd(tf.lessEqual(logits, best), hasBest); // (B, V)
  const weights = tf.exp(tf.div(tf.sub(logits, best), temperature)); // (B, V)
  const none = tf.where(hasBest, tf.scalar(0), tf.scalar(NaN)); // (B, 1)
  return tf.where(
    tf.equal(logits, tf.scalar(-Infinity)),
    tf.add(tf.zerosLike(logits), none),
    tf.where(isSound, weights, tf.scalar(NaN)),
  ); // (B, V)
}

/** 1 for the k largest scores of a row, the lower ids among equals, 0 for the others. */
function largest(logits: Tensor, k: number): Tensor {
  const [rows, vocabSize] = logits.shape as [number, number];
  const { indices } = tf.topk(logits, k); // (B, k)
  const first = tf.mul(tf.range(0, rows, 1, "int32"), int(vocabSize)); // (B,)
  const places = tf.reshape(tf.add(indices, tf.expandDims(first, 1)), [-1, 1]);
  const marks = tf.scatterND(places, tf.ones([rows * k]), [rows * vocabSize]);
  return tf.reshape(marks, logits.shape);
}

/** Running sums along the rows by two products with triangular matrices: within 128 numbers, and over those before. */
function cumulate(weights: Tensor): Tensor {
  const [rows, size] = weights.shape as [number, number];
  const width = Math.min(size, LONGEST_ROW);
  const pieces = Math.ceil(size / width);
  const padded = tf.pad(weights, [[0, 0], [0, pieces * width - size]]);
  const inside = tf.matMul(
    tf.reshape(padded, [rows * pieces, width]),
    triangle(width, tf.lessEqual),
  ); // (B pieces, width)
  if (pieces === 1) return inside;
  const totals = tf.reshape(
    tf.slice(inside, [0, width - 1], [-1, 1]),
    [rows, pieces],
  );
  const earlier = tf.matMul(totals, triangle(pieces, tf.less)); // (B, pieces)
  const sums = tf.add(
    tf.reshape(inside, [rows, pieces, width]),
    tf.expandDims(earlier, 2),
  );
  return tf.slice(tf.reshape(sums, padded.shape), [0, 0], [rows, size]);
}

/** Ones above the diagonal, and on it where places are compared by "less or equal", shape (n, n); made once by XLA. */
function triangle(n: number, compare: typeof tf.less): Tensor {
  const place = tf.range(0, n, 1, "int32");
  const [from, to] = [tf.expandDims(place, 1), tf.expandDims(place, 0)];
  return tf.cast(compare(from, to), "float32");
}

function int(value: number): Tensor {
  return tf.scalar(value, "int32");
}
