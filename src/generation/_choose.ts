/**
 * Chooses a token for every row of scores, on the engine: what the chain of stages and `Sampler` do, in single precision.
 *
 * Top-k, top-p and min-p are those of `chain/truncation.ts`, in this order, and the temperature comes last. What a large
 * vocabulary has left after top-k is gathered first, so that all that follows has few numbers to look at.
 *
 * @module
 */
import { slicesAt } from "../engine/slices.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { cumulate, LONGEST_ROW } from "./_cumulate.ts";
import { firstUntil, MOST_PAIRS } from "./_falling_order.ts";

/** How many of a large vocabulary are gathered for top-k. */
const GATHERED = [16, 32, 64, MOST_PAIRS];

/** A weight that nothing but 0 is below: that of the likeliest token is 1. */
const TINY = 1e-30;

/**
 * Takes the likeliest tokens, the lowest ids among equals.
 *
 * @param scores Shape (B, V).
 * @returns Their ids, int32, shape (B,).
 */
export function chooseLikeliest(scores: Tensor): Tensor {
  return tf.argMax(scores, 1);
}

/**
 * @param logits Shape (B, V).
 * @returns Whether all rows are scores of a distribution: numbers below Infinity, not all −Infinity; bool, shape ().
 */
export function areSound(logits: Tensor): Tensor {
  const largest = tf.max(
    tf.where(tf.isNaN(logits), tf.scalar(Infinity), logits),
    1,
  ); // (B,)
  return tf.all(tf.isFinite(largest));
}

/** How tokens are drawn; a stage that is left out is not there. */
export interface Drawing {
  /** float32, shape (). */
  temperature: Tensor;
  /** How many tokens are kept, float32, shape (), and what {@linkcode mostKept} says of it. */
  topK?: { count: Tensor; most: number | undefined };
  /** The share that the tokens kept have at least, float32, shape (). */
  topP?: Tensor;
  /** The logarithm of the share of the likeliest token's probability that others must have, float32, shape (). */
  minP?: Tensor;
}

/**
 * For how many tokens top-k is compiled, so that another k does not always need another recording.
 *
 * @param topK From 1.
 * @returns As many or more; undefined where they are too many to be gathered first.
 */
export function mostKept(topK: number): number | undefined {
  return GATHERED.find((most) => topK <= most);
}

/**
 * Draws tokens by random numbers.
 *
 * @param scores Sound ones, shape (B, V).
 * @param uniforms From 0 up to but not 1, shape (B,).
 * @param drawing The stages.
 * @returns Their ids, int32, shape (B,).
 */
export function drawTokens(
  scores: Tensor,
  uniforms: Tensor,
  { temperature, topK, topP, minP }: Drawing,
): Tensor {
  const best = tf.max(scores, 1, true); // (B, 1)
  const { left, ids } = topK === undefined
    ? { left: scores, ids: undefined }
    : likeliestOf(scores, topK.most); // (B, N) both
  const kept: Tensor[] = []; // bool, shape (B, N) each
  if (topK !== undefined) {
    const one = tf.onesLike(left);
    kept.push(firstUntil(left, one, tf.reshape(topK.count, [1, 1])));
  }
  if (topP !== undefined) {
    const weights = relativeWeights(left, best); // (B, N)
    const total = tf.sum(keep(weights, kept), 1, true); // (B, 1)
    const goal = tf.maximum(tf.mul(total, topP), tf.scalar(TINY)); // (B, 1)
    kept.push(firstUntil(left, weights, goal));
  }
  if (minP !== undefined) {
    kept.push(tf.greaterEqual(left, tf.add(best, minP)));
  }
  const weights = keep(relativeWeights(left, best, temperature), kept);
  if (ids !== undefined) return drawById(weights, ids, uniforms);
  return weights.shape[1]! <= LONGEST_ROW
    ? drawPlace(weights, uniforms)
    : drawInPieces(weights, uniforms);
}

/** Those that top-k may keep, in falling order with their ids, where that is fewer to look at; else all as they are. */
function likeliestOf(
  scores: Tensor,
  most: number | undefined,
): { left: Tensor; ids?: Tensor } {
  if (most === undefined || scores.shape[1]! <= MOST_PAIRS) {
    return { left: scores };
  }
  const zerosAlike = tf.where(tf.equal(scores, 0), tf.scalar(0), scores); // XLA puts −0 below 0
  const { values, indices } = tf.topk(zerosAlike, most); // (B, most) both
  return { left: values, ids: indices };
}

/** The softmax of the scores over the temperature, but for a factor, shape (B, N); XLA makes numbers of exp(−Infinity). */
function relativeWeights(
  scores: Tensor,
  best: Tensor,
  temperature?: Tensor,
): Tensor {
  const distance = tf.sub(scores, best);
  return tf.where(
    tf.equal(scores, tf.scalar(-Infinity)),
    tf.scalar(0),
    tf.exp(temperature ? tf.div(distance, temperature) : distance),
  );
}

/** 0 in place of the weights that a mask leaves out. */
function keep(weights: Tensor, masks: readonly Tensor[]): Tensor {
  if (masks.length === 0) return weights;
  const isKept = masks.reduce((all, mask) => tf.logicalAnd(all, mask));
  return tf.where(isKept, weights, tf.scalar(0));
}

/**
 * The first place of a row whose cumulative weight exceeds the random share of the total, shape (B,). Places without
 * weight never do, however sums are rounded.
 */
function drawPlace(weights: Tensor, uniforms: Tensor): Tensor {
  const sums = sumsAtWeights(cumulate(weights), weights); // (B, N)
  return firstAbove(sums, sharesOf(sums, uniforms));
}

/** The same for long rows: first a piece of the row is drawn, then a place in it. */
function drawInPieces(weights: Tensor, uniforms: Tensor): Tensor {
  const [rows, size] = weights.shape as [number, number];
  const width = LONGEST_ROW;
  const pieces = Math.ceil(size / width);
  const padded = tf.reshape(
    tf.pad(weights, [[0, 0], [0, pieces * width - size]]),
    [rows, pieces, width],
  );
  const totals = tf.sum(padded, 2); // (B, pieces)
  const cumulative = cumulate(totals); // (B, pieces)
  const sums = sumsAtWeights(cumulative, totals); // (B, pieces)
  const shares = sharesOf(sums, uniforms); // (B, 1)
  const piece = firstAbove(sums, shares); // (B,)
  const place = tf.add(
    tf.mul(tf.range(0, rows, 1, "int32"), int(pieces)),
    piece,
  ); // (B,)
  const inside = slicesAt(tf.reshape(padded, [rows * pieces, width]), place); // (B, width)
  const before = slicesAt(
    tf.reshape(tf.sub(cumulative, totals), [rows * pieces, 1]),
    place,
  ); // (B, 1)
  const insideSums = sumsAtWeights(
    tf.add(cumulate(inside), before),
    inside,
  ); // (B, width)
  // Rounding may leave them a little below what the piece had as a whole: its last token then.
  const most = tf.mul(tf.max(insideSums, 1, true), tf.scalar(1 - 2 ** -23)); // (B, 1)
  const chosen = firstAbove(insideSums, tf.minimum(shares, most)); // (B,)
  return tf.add(tf.mul(piece, int(width)), chosen);
}

/** The same where the weights do not stand in the order of their ids, shape (B, N) both: the lowest id whose sum does. */
function drawById(weights: Tensor, ids: Tensor, uniforms: Tensor): Tensor {
  const isUpTo = tf.lessEqual(tf.expandDims(ids, 2), tf.expandDims(ids, 1)); // (B, N, N), of j and i
  const cumulative = tf.sum(
    tf.where(isUpTo, tf.expandDims(weights, 2), tf.scalar(0)),
    1,
  ); // (B, N)
  const sums = sumsAtWeights(cumulative, weights);
  const isAbove = tf.greater(sums, sharesOf(sums, uniforms));
  return tf.min(tf.where(isAbove, ids, int(0x7fffffff)), 1);
}

/** 0 where there is no weight. */
function sumsAtWeights(cumulative: Tensor, weights: Tensor): Tensor {
  const none = tf.scalar(0);
  return tf.where(tf.greater(weights, none), cumulative, none);
}

/** Below the total, as a random number is below 1 by 2⁻²⁴ at least: so it is exceeded somewhere. Shape (B, 1). */
function sharesOf(sums: Tensor, uniforms: Tensor): Tensor {
  return tf.mul(tf.expandDims(uniforms, 1), tf.max(sums, 1, true));
}

function firstAbove(sums: Tensor, shares: Tensor): Tensor {
  return tf.argMax(tf.cast(tf.greater(sums, shares), "int32"), 1);
}

function int(value: number): Tensor {
  return tf.scalar(value, "int32");
}
