/** A model without weights, which predicts the id after the last one and tells how it was used. @module */
import { type Tensor, tf } from "../../src/engine/tf.ts";
import type { Prediction, Predictor } from "../../src/generation/predictor.ts";

/** Its state is the number of tokens that it has read, shape (1, 1). */
export class CountingPredictor implements Predictor {
  /** Every call: the ids that it was given, in brackets, and how many had been read before. */
  readonly calls: string[] = [];
  readonly #vocabSize: number;

  /** @param vocabSize Tokens in the vocabulary; the one after the last is the first. */
  constructor(vocabSize: number) {
    this.#vocabSize = vocabSize;
  }

  zeroState(batch: number): Tensor[] {
    return [tf.zeros([batch, 1])];
  }

  forward(ids: Tensor, state: readonly Tensor[]): Prediction {
    return this.#predict(ids, state, "forward");
  }

  step(ids: Tensor, state: readonly Tensor[]): Prediction {
    return this.#predict(ids, state, "step");
  }

  #predict(ids: Tensor, [read]: readonly Tensor[], name: string): Prediction {
    this.calls.push(`${name} [${ids.dataSync()}] after ${read!.dataSync()}`);
    const next = [...ids.dataSync()].map((id) => (id + 1) % this.#vocabSize);
    const flat = tf.tensor1d(next, "int32");
    const logits = tf.mul(
      tf.cast(tf.oneHot(flat, this.#vocabSize), "float32"),
      1000,
    ); // sure of it
    return {
      logits: tf.reshape(logits, [...ids.shape, this.#vocabSize]),
      state: [tf.add(read!, ids.size)],
    };
  }
}
