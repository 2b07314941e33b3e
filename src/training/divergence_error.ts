/**
 * The error of a training whose loss exploded, or came to no number.
 *
 * @module
 */

/**
 * The loss exploded, or it or its gradient stopped being a number. The model has weights from before.
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
  /** What went wrong, such as `the loss`. */
  readonly what: string;
  /** The rule that it broke, such as `must be a number`. */
  readonly rule: string;
  /** Number of the step, from 1. */
  readonly step: number;
  /** What came out as its loss, in nats per token, or as the norm of its gradients. */
  readonly loss: number;
  /** The learning rate of the step. */
  readonly learningRate: number;

  /**
   * Says what happened, at which step, and what to do.
   *
   * @param what What went wrong, such as `the loss`.
   * @param details Step, loss and learning rate; the rule that was broken, and which weights the model keeps.
   */
  constructor(
    what: string,
    details: {
      step: number;
      loss: number;
      learningRate: number;
      rule?: string;
      kept?: string;
    },
  ) {
    const { step, loss, learningRate } = details;
    const { rule = "must be a number" } = details;
    const { kept = "the last weights that gave one" } = details;
    super(
      `Cannot go on training: ${what} ${rule}: ${
        Number(loss.toPrecision(6))
      } at step ${step}, with learningRate ${
        Number(learningRate.toPrecision(6))
      }; ` +
        `the model keeps ${kept}; train on with a smaller learningRate or clipNorm`,
    );
    this.name = "DivergenceError";
    this.what = what;
    this.rule = rule;
    this.step = step;
    this.loss = loss;
    this.learningRate = learningRate;
  }
}
