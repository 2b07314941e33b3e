/**
 * What the model held of a token that was written: its log-probability, and what else it might have been.
 *
 * These are the model's own figures, before any stage of a chain: the softmax of its logits.
 *
 * @module
 */

/** Of every token of a block, in one row, what the model held of it. */
export interface TokenDetails {
  /** Natural logarithms of the probabilities, a number for each token. */
  readonly logProbabilities: Float32Array;
  /** Ids of the likeliest tokens, the best first, n for each token. */
  readonly alternatives: Int32Array;
  /** Natural logarithms of their probabilities, n for each token. */
  readonly alternativeLogProbabilities: Float32Array;
}

/** What they say of the likeliest tokens. */
type Likeliest = Pick<
  TokenDetails,
  "alternatives" | "alternativeLogProbabilities"
>;

/** What {@linkcode DetailsOfScores} are made from. */
export interface ScoredTokens {
  /** The tokens that were chosen, T of them. */
  ids: Int32Array;
  /** Natural logarithms of their probabilities. */
  logProbabilities: Float32Array;
  /** Scores of all tokens at every place, shape (T, V). */
  scores: Float32Array;
  /** How many of the likeliest tokens to name, n. */
  alternatives: number;
}

/** Details of tokens whose scores are kept: the likeliest tokens are looked for when somebody asks for them. */
export class DetailsOfScores implements TokenDetails {
  readonly logProbabilities: Float32Array;
  #scored: ScoredTokens | undefined;
  #found: Likeliest | undefined;

  /** @param scored The tokens with all scores. */
  constructor(scored: ScoredTokens) {
    this.logProbabilities = scored.logProbabilities;
    this.#scored = scored;
  }

  get alternatives(): Int32Array {
    return this.#look().alternatives;
  }

  get alternativeLogProbabilities(): Float32Array {
    return this.#look().alternativeLogProbabilities;
  }

  #look(): Likeliest {
    if (this.#found !== undefined) return this.#found;
    const { ids, logProbabilities, scores, alternatives } = this.#scored!;
    this.#scored = undefined;
    const vocabSize = scores.length / ids.length;
    const each = Math.min(alternatives, vocabSize);
    const found = {
      alternatives: new Int32Array(ids.length * each),
      alternativeLogProbabilities: new Float32Array(ids.length * each),
    };
    for (const [place, id] of ids.entries()) {
      const logits = scores.subarray(
        place * vocabSize,
        (place + 1) * vocabSize,
      );
      const logTotal = logits[id]! - logProbabilities[place]!;
      const best = likeliest(logits, each);
      found.alternatives.set(best, place * each);
      for (const [i, other] of best.entries()) {
        found.alternativeLogProbabilities[place * each + i] = logits[other]! -
          logTotal;
      }
    }
    return this.#found = found;
  }
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
