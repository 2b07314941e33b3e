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
  let best = -Infinity;
  for (const [id, score] of logits.entries()) {
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
  for (const score of logits) sum += Math.exp(score - best);
  const logSum = best + Math.log(sum);
  return Float64Array.from(logits, (score) => score - logSum);
}
