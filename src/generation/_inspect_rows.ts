/**
 * What the model held of the tokens that the compiled loop chooses: the same as {@linkcode inspectToken} tells, in tensors.
 *
 * @module
 */
import { withSliceAt } from "../engine/slices.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { DetailsOfScores, type TokenDetails } from "./_inspect.ts";

/** Up to so many tokens all scores are kept: looking for the likeliest of them takes as long as a third of a small model. */
const MOST_KEPT = 128;

/** What is told beside the log-probability of a token: how many of the likeliest tokens, or the scores of all. */
export type Told = number | "scores";

/**
 * @param alternatives How many of the likeliest tokens are wanted beside each.
 * @param vocabSize How many tokens there are.
 * @returns What the loop has to tell for that.
 */
export function toldFor(alternatives: number, vocabSize: number): Told {
  if (alternatives === 0) return 0;
  return vocabSize <= MOST_KEPT ? "scores" : Math.min(alternatives, vocabSize);
}

/** Room for the details of a block. */
export interface DetailRoom {
  /** Places, T. */
  length: number;
  /** Rows, B. */
  rows: number;
  /** Tokens of the vocabulary, V. */
  vocabSize: number;
  /** What is told. */
  told: Told;
}

/**
 * Makes room.
 *
 * @param room How much.
 * @returns Log-probabilities, shape (T, B); of all scores, their shape is (B, T, V); of n alternatives, their ids, int32, and their
 * log-probabilities, shape (T, B, n) both.
 */
export function emptyDetails(
  { length, rows, vocabSize, told }: DetailRoom,
): Tensor[] {
  const own = tf.zeros([length, rows]);
  if (told === 0) return [own];
  if (told === "scores") return [own, tf.zeros([rows, length, vocabSize])];
  const shape = [length, rows, told];
  return [own, tf.zeros(shape, "int32"), tf.zeros(shape)];
}

/**
 * Adds the details of one place.
 *
 * @param details Those so far, as {@linkcode emptyDetails} made them.
 * @param place Where, int32, shape ().
 * @param logits Shape (B, V).
 * @param chosen The tokens, int32, shape (B,).
 * @returns All of them.
 */
export function withDetails(
  details: readonly Tensor[],
  place: Tensor,
  logits: Tensor,
  chosen: Tensor,
): Tensor[] {
  const [own, ...others] = details as [Tensor, ...Tensor[]];
  const [rows, vocabSize] = logits.shape as [number, number];
  const totals = tf.logSumExp(logits, 1); // (B,)
  const first = tf.mul(
    tf.range(0, rows, 1, "int32"),
    tf.scalar(vocabSize, "int32"),
  );
  const flat = tf.reshape(logits, [-1]);
  const taken = tf.gather(flat, tf.add(chosen, first)); // (B,)
  const next = [withSliceAt(own, place, tf.sub(taken, totals))];
  if (others.length === 0) return next;
  if (others.length === 1) {
    return [...next, withSliceAt(others[0]!, place, logits, 1)];
  }
  const [ids, scores] = others as [Tensor, Tensor];
  const best = tf.topk(logits, ids.shape[2]!); // (B, n)
  return [
    ...next,
    withSliceAt(ids, place, best.indices),
    withSliceAt(scores, place, tf.sub(best.values, tf.expandDims(totals, 1))),
  ];
}

/** What details are read for. */
export interface DetailsWanted {
  /** The tokens of every row that were chosen, as many as places are filled. */
  rows: readonly Int32Array[];
  /** How many of the likeliest tokens are wanted. */
  alternatives: number;
}

/**
 * Reads details.
 *
 * @param details As {@linkcode withDetails} gave them; they are disposed.
 * @param wanted For what.
 * @returns Those of every row.
 */
export async function readDetails(
  details: readonly Tensor[],
  { rows, alternatives }: DetailsWanted,
): Promise<TokenDetails[]> {
  const [own, ...others] = await Promise.all(
    details.map((tensor) => tensor.data()),
  );
  const [places] = details[0]!.shape as [number];
  const each = details[2]?.shape[2] ?? 0;
  tf.dispose([...details]);
  return rows.map((ids, row) => {
    const { length } = ids;
    const logProbabilities = new Float32Array(length);
    for (let place = 0; place < length; place++) {
      logProbabilities[place] = own![place * rows.length + row]!;
    }
    if (others.length === 1) {
      const all = others[0] as Float32Array;
      const vocabSize = all.length / (places * rows.length);
      const first = row * places * vocabSize;
      const scores = all.slice(first, first + length * vocabSize);
      return new DetailsOfScores({
        ids,
        logProbabilities,
        scores,
        alternatives,
      });
    }
    const told = {
      logProbabilities,
      alternatives: new Int32Array(length * each),
      alternativeLogProbabilities: new Float32Array(length * each),
    };
    for (let i = 0; i < length * each; i++) {
      const place = Math.floor(i / each);
      const at = (place * rows.length + row) * each + i - place * each;
      told.alternatives[i] = others[0]![at]!;
      told.alternativeLogProbabilities[i] = others[1]![at]!;
    }
    return told;
  });
}
