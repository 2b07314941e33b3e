/**
 * What the model held of a token that was written: its log-probability, and what else it might have been.
 *
 * These are the model's own figures, before any stage of a chain: the softmax of its logits.
 *
 * @module
 */

/** Of every token of a block, row by row, what the model held of it. */
export interface TokenDetails {
  /** Natural logarithms of the probabilities, a number for each token. */
  logProbabilities: Float32Array;
  /** Ids of the likeliest tokens, the best first, n for each token. */
  alternatives: Int32Array;
  /** Natural logarithms of their probabilities, n for each token. */
  alternativeLogProbabilities: Float32Array;
}

/**
 * @param logits Scores of all tokens, shape (V,).
 * @param id The token that was chosen.
 * @param alternatives How many of the likeliest tokens to name, n.
 * @returns The details of this one token.
 */
export function inspectToken(
  logits: Float32Array,
  id: number,
  alternatives: number,
): TokenDetails {
  const best = likeliest(logits, Math.min(alternatives, logits.length));
  let top = -Infinity;
  for (const logit of logits) if (logit > top) top = logit;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - top);
  const logTotal = top + Math.log(total);
  return {
    logProbabilities: Float32Array.of(logits[id]! - logTotal),
    alternatives: best,
    alternativeLogProbabilities: Float32Array.from(
      best,
      (each) => logits[each]! - logTotal,
    ),
  };
}

/**
 * @param logits Numbers by id, such as scores or probabilities, shape (V,).
 * @param n How many are wanted, to V.
 * @returns The ids of the n largest, in falling order, the lower ids first among equals.
 */
export function likeliest(
  logits: Float32Array | Float64Array,
  n: number,
): Int32Array {
  const best = new Int32Array(n);
  let found = 0;
  for (let id = 0; id < logits.length; id++) {
    const score = logits[id]!;
    if (found === n && !(n > 0 && score > logits[best[n - 1]!]!)) continue;
    let place = found < n ? found++ : n - 1;
    for (; place > 0 && score > logits[best[place - 1]!]!; place--) {
      best[place] = best[place - 1]!;
    }
    best[place] = id;
  }
  return best;
}
