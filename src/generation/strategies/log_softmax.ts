/**
 * Logarithms of probabilities.
 *
 * @module
 */

/**
 * @param logits Scores, shape (V,); −Infinity excludes a token.
 * @returns ln softmax(logits), in double precision, shape (V,).
 * @throws {RangeError} If a score is NaN or Infinity, or if every token is excluded.
 */
export function logSoftmax(logits: Float32Array): Float64Array {
  const total = logSumExp(logits);
  const scores = new Float64Array(logits.length);
  for (let id = 0; id < logits.length; id++) scores[id] = logits[id]! - total;
  return scores;
}

/**
 * @param logits Scores, shape (V,); −Infinity excludes a token.
 * @returns ln Σ exp(logits), in double precision: what a score is less to become a log-probability.
 * @throws {RangeError} If a score is NaN or Infinity, or if every token is excluded.
 */
export function logSumExp(logits: Float32Array): number {
  let best = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const score = logits[id]!;
    if (Number.isNaN(score) || score === Infinity) {
      throw new RangeError(
        `Cannot generate: the logits must be numbers below Infinity: ${score} for id ${id}; ` +
          "the model's weights may have diverged in training",
      );
    }
    if (score > best) best = score;
  }
  if (best === -Infinity) {
    throw new RangeError(
      "Cannot generate: no token is left to choose from: every logit is -Infinity",
    );
  }
  let sum = 0;
  for (let id = 0; id < logits.length; id++) {
    sum += Math.exp(logits[id]! - best);
  }
  return best + Math.log(sum);
}
