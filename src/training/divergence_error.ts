/**
 * The error of a training that came to no number.
 *
 * @module
 */

/**
 * The loss or its gradient stopped being a number. The model has the last weights whose loss was one.
 *
 * @example Catch it
 * ```ts
 * import { buildLSTM, CharTokenizer, DivergenceError, fit } from "@textloom/textloom";
 * import { assert, assertRejects } from "@std/assert";
 *
 * const text = "to be or not to be";
 * const model = buildLSTM({ tokenizer: CharTokenizer.train(text), units: 4, embedding: 4 });
 * const options = { steps: 50, sequenceLength: 4, validation: 0, learningRate: 1e38, sample: false, display: "none" } as const;
 * const error = await assertRejects(async () => await fit(model, text, options), DivergenceError);
 * assert(error.step > 1);
 * model.dispose();
 * ```
 */
export class DivergenceError extends RangeError {
  /** Number of the step, from 1. */
  readonly step: number;
  /** What came out as its loss, in nats per token, or as the norm of its gradients. */
  readonly loss: number;
  /** The learning rate of the step. */
  readonly learningRate: number;

  /**
   * Says what happened, at which step, and what to do.
   *
   * @param what What stopped being a number.
   * @param details Step, loss and learning rate.
   */
  constructor(
    what: string,
    details: { step: number; loss: number; learningRate: number },
  ) {
    const { step, loss, learningRate } = details;
    super(
      `Cannot go on training: ${what} must be a number: ${loss} at step ${step}, with learningRate ${learningRate}; ` +
        "the model keeps the last weights that gave one; train on with a smaller learningRate or clipNorm",
    );
    this.name = "DivergenceError";
    this.step = step;
    this.loss = loss;
    this.learningRate = learningRate;
  }
}
