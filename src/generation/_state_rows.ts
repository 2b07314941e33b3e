/**
 * Rows of states, which all lie along the first axis of their tensors.
 *
 * @module
 */
import { tf } from "../engine/tf.ts";
import type { PredictorState } from "./predictor.ts";

/**
 * @param states States of some rows each.
 * @returns Their rows, one after the other; new tensors.
 */
export function joinRows(states: readonly PredictorState[]): PredictorState {
  return tf.tidy(() =>
    states[0]!.map((first, i) =>
      states.length === 1
        ? tf.clone(first)
        : tf.concat(states.map((state) => state[i]!))
    )
  );
}

/**
 * @param state A state of any number of rows.
 * @param row Which of them is to be another.
 * @param fresh That row; a state of one.
 * @returns The state with it; new tensors.
 */
export function withRow(
  state: PredictorState,
  row: number,
  fresh: PredictorState,
): PredictorState {
  return tf.tidy(() =>
    state.map((all, i) => {
      const count = all.shape[0]!;
      if (count === 1) return tf.clone(fresh[i]!);
      const before = tf.slice(all, 0, row);
      const after = tf.slice(all, row + 1, count - row - 1);
      return tf.concat([before, fresh[i]!, after]);
    })
  );
}
