/**
 * What the model held of the tokens that the compiled loop chooses: the same as {@linkcode inspectToken} tells, in tensors.
 *
 * @module
 */
import { withSliceAt } from "../engine/slices.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type { TokenDetails } from "./_inspect.ts";

/** Room for the details of a block. */
export interface DetailRoom {
  /** Places, T. */
  length: number;
  /** Rows, B. */
  rows: number;
  /** How many of the likeliest tokens are kept, n. */
  alternatives: number;
}

/**
 * Makes room.
 *
 * @param room How much.
 * @returns Log-probabilities, shape (T, B); ids, int32, shape (T, B, n); their log-probabilities, shape (T, B, n); the last two
 * are missing where n is 0.
 */
export function emptyDetails(
  { length, rows, alternatives }: DetailRoom,
): Tensor[] {
  const own = tf.zeros([length, rows]);
  if (alternatives === 0) return [own];
  const shape = [length, rows, alternatives];
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
  const [own, ids, scores] = details as [Tensor, Tensor?, Tensor?];
  const [rows, vocabSize] = logits.shape as [number, number];
  const totals = tf.logSumExp(logits, 1); // (B,)
  const first = tf.mul(
    tf.range(0, rows, 1, "int32"),
    tf.scalar(vocabSize, "int32"),
  );
  const flat = tf.reshape(logits, [-1]);
  const taken = tf.gather(flat, tf.add(chosen, first)); // (B,)
  const next = [withSliceAt(own, place, tf.sub(taken, totals))];
  if (ids === undefined || scores === undefined) return next;
  const best = tf.topk(logits, ids.shape[2]!); // (B, n)
  return [
    ...next,
    withSliceAt(ids, place, best.indices),
    withSliceAt(scores, place, tf.sub(best.values, tf.expandDims(totals, 1))),
  ];
}

/**
 * Reads details.
 *
 * @param details As {@linkcode withDetails} gave them; they are disposed.
 * @param length How many places are filled.
 * @returns Those of every row.
 */
export async function readDetails(
  details: readonly Tensor[],
  length: number,
): Promise<TokenDetails[]> {
  const [own, ids, scores] = await Promise.all(
    details.map((tensor) => tensor.data()),
  );
  const rows = details[0]!.shape[1]!;
  const each = details[1]?.shape[2] ?? 0;
  tf.dispose([...details]);
  return Array.from({ length: rows }, (_, row) => {
    const told: TokenDetails = {
      logProbabilities: new Float32Array(length),
      alternatives: new Int32Array(length * each),
      alternativeLogProbabilities: new Float32Array(length * each),
    };
    for (let place = 0; place < length; place++) {
      const at = place * rows + row;
      told.logProbabilities[place] = own![at]!;
      for (let i = 0; i < each; i++) {
        told.alternatives[place * each + i] = ids![at * each + i]!;
        told.alternativeLogProbabilities[place * each + i] =
          scores![at * each + i]!;
      }
    }
    return told;
  });
}
