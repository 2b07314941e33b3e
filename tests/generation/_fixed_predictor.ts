/** A model without weights, which gives its tokens the same probabilities everywhere. @module */
import { type Tensor, tf } from "../../src/engine/tf.ts";
import type { Prediction, Predictor } from "../../src/generation/predictor.ts";

/** Its state is empty, shape (B, 1). */
export class FixedPredictor implements Predictor {
  readonly #scores: Float32Array;

  /** @param probabilities Of every token; 0 makes its score −Infinity. */
  constructor(probabilities: readonly number[]) {
    this.#scores = Float32Array.from(probabilities, Math.log);
  }

  zeroState(batch: number): Tensor[] {
    return [tf.zeros([batch, 1])];
  }

  forward(ids: Tensor, state: readonly Tensor[]): Prediction {
    return this.#predict(ids, state);
  }

  step(ids: Tensor, state: readonly Tensor[]): Prediction {
    return this.#predict(ids, state);
  }

  #predict(ids: Tensor, [state]: readonly Tensor[]): Prediction {
    const scores = tf.tensor1d(this.#scores);
    return {
      logits: tf.broadcastTo(scores, [...ids.shape, scores.size]),
      state: [tf.clone(state!)],
    };
  }
}
