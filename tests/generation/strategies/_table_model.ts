/**
 * A model that is a table: the logits of the next token by the last one, as a function and as a predictor.
 *
 * @module
 */
import { RandomStream } from "../../../src/engine/random.ts";
import { type Tensor, tf } from "../../../src/engine/tf.ts";
import type { Predictor } from "../../../src/generation/predictor.ts";
import { logSoftmax } from "../../../src/generation/strategies/log_softmax.ts";
import type { NextLogits } from "../../../src/generation/strategies/row_logits.ts";

/** Logits by the last token. */
export class TableModel {
  /** Shape (V, V). */
  readonly table: Float32Array[];

  /** A table of V rows, drawn by a seed. */
  constructor(vocabSize: number, seed: number) {
    const random = new RandomStream(seed);
    this.table = Array.from(
      { length: vocabSize },
      () =>
        Float32Array.from({ length: vocabSize }, () => 1.5 * random.normal()),
    );
  }

  /** The table as a function. */
  get next(): NextLogits {
    return (rows) => rows.map((ids) => this.table[ids.at(-1)!]!);
  }

  /** The table as a predictor; it remembers nothing but a number that it never looks at. */
  get predictor(): Predictor {
    const logits = (ids: Tensor): Tensor =>
      tf.gather(tf.stack(this.table.map((row) => tf.tensor1d(row))), ids);
    return {
      zeroState: (batch) => [tf.zeros([batch])],
      forward: (ids, [memory]) => ({
        logits: logits(ids),
        state: [tf.add(memory!, 1)],
      }),
      step: (ids, [memory]) => ({
        logits: logits(ids),
        state: [tf.add(memory!, 1)],
      }),
    };
  }

  /** ln p(text | prompt). */
  logProbability(prompt: number, text: readonly number[]): number {
    let [sum, last] = [0, prompt];
    for (const id of text) {
      sum += logSoftmax(this.table[last]!)[id]!;
      last = id;
    }
    return sum;
  }
}
