/**
 * What training makes small, by name or by a function.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { focalLoss } from "./focal_loss.ts";
import { meanCrossEntropy, weightedCrossEntropy } from "./loss.ts";
import { checkOptions, KEPT, NOT_NEGATIVE, show } from "./option_checks.ts";

/** Name of a loss. The second and third are Keras's names of the first. */
export type LossName =
  | "crossentropy"
  | "categorical_crossentropy"
  | "sparse_categorical_crossentropy"
  | "focal";

/**
 * A loss of one's own: logits, float32, shape (N, V); the ids that came, int32, shape (N,); how much each row counts,
 * float32, shape (N,); to the sum over all rows, each by its weight, float32, shape (). The weights of a batch add up to 1,
 * and are 0 for padding. It has to be made of operations of TensorFlow.js that have a gradient, without reading a value.
 *
 * @example The cross-entropy, with confidence held down
 * ```ts
 * import { buildLSTM, CharTokenizer, fit, type LossFunction } from "@textloom/textloom";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { assert } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(4);
 * const model = buildLSTM({ tokenizer: CharTokenizer.train(text), units: 8, embedding: 8 });
 * const loss: LossFunction = (logits, targets, weights) => {
 *   const scores = tf.logSoftmax(logits); // (N, V)
 *   const wanted = tf.oneHot(targets as tf.Tensor1D, logits.shape[1]!);
 *   const entropies = tf.neg(tf.sum(tf.mul(scores, wanted), 1)); // (N,)
 *   const sizes = tf.square(tf.logSumExp(logits, 1)); // (N,)
 *   return tf.sum(tf.mul(tf.add(entropies, tf.mul(sizes, 1e-4)), weights));
 * };
 * const history = await fit(model, text, { steps: 10, loss, batchSize: 2, sequenceLength: 8, sample: false, display: "none" });
 * assert(history.loss! < Math.log(10));
 * model.dispose();
 * ```
 */
export type LossFunction = (
  logits: Tensor,
  targets: Tensor,
  weights: Tensor,
) => Tensor;

/**
 * A loss by its name, by its name with options, or a function. `gamma` is the focal loss's γ, from 0: how much less counts
 * what is predicted well; 2 by default.
 */
export type LossChoice =
  | LossName
  | { name: Exclude<LossName, "focal"> }
  | { name: "focal"; gamma?: number }
  | LossFunction;

/** From logits (N, V), ids (N,), and weights (N,), all the same where they are left out, to the loss, shape (). */
export type TrainingLoss = (
  logits: Tensor,
  targets: Tensor,
  weights?: Tensor,
) => Tensor;

type Named = Exclude<LossChoice, string | LossFunction>;

/** γ where none is given: the paper's. */
const GAMMA = 2;

/** Of every name, what is meant. */
const KINDS: Record<LossName, "crossentropy" | "focal"> = {
  crossentropy: "crossentropy",
  categorical_crossentropy: "crossentropy",
  sparse_categorical_crossentropy: "crossentropy",
  focal: "focal",
};

/**
 * Checks a choice without making anything, so that no engine is needed.
 *
 * @param choice Name, name and options, or a function.
 * @param labelSmoothing How much of every target is spread over all tokens, ε, from 0 up to but not 1.
 * @throws {RangeError} If there is no loss of this name, or a number is out of range.
 * @throws {TypeError} If the choice is of another kind, or an option is unknown, of the wrong type or has no effect.
 */
export function checkLoss(choice: LossChoice, labelSmoothing = 0): void {
  const isObject = typeof choice === "object" && choice !== null &&
    !Array.isArray(choice);
  if (
    typeof choice !== "string" && typeof choice !== "function" && !isObject
  ) {
    throw new TypeError(
      `Cannot make a loss: it must be a name, options with a name, such as { name: "focal" }, or a function: ${
        show(choice)
      }`,
    );
  }
  checkOptions("a loss", { labelSmoothing }, {
    numbers: { labelSmoothing: KEPT },
  });
  let kind: "crossentropy" | "focal" | "function" = "function";
  if (typeof choice !== "function") {
    const named = byName(choice);
    if (!Object.hasOwn(KINDS, named.name)) {
      throw new RangeError(
        `Cannot make a loss: its name must be one of ${
          Object.keys(KINDS).join(", ")
        }: ${show(named.name)}`,
      );
    }
    kind = KINDS[named.name];
    checkOptions(`the loss ${named.name}`, named, {
      numbers: kind === "focal" ? { gamma: NOT_NEGATIVE } : {},
    });
  }
  if (labelSmoothing > 0 && kind !== "crossentropy") {
    throw new TypeError(
      `Cannot make a loss: labelSmoothing has no effect on ${
        kind === "focal" ? "the focal loss" : "a function"
      }, leave it out`,
    );
  }
}

/**
 * @param choice Name, name and options, or a function.
 * @param labelSmoothing As {@linkcode checkLoss} has it.
 * @returns The loss.
 * @throws As {@linkcode checkLoss}; the loss itself throws a TypeError if a function gives no tensor of shape ().
 */
export function createLoss(
  choice: LossChoice,
  labelSmoothing = 0,
): TrainingLoss {
  checkLoss(choice, labelSmoothing);
  if (typeof choice === "function") {
    return (logits, targets, weights) =>
      checkedLoss(
        choice(logits, targets, weights ?? evenWeights(targets.size)),
      );
  }
  const named = byName(choice);
  if (named.name === "focal") {
    const { gamma = GAMMA } = named;
    return (logits, targets, weights) =>
      focalLoss(logits, targets, weights ?? evenWeights(targets.size), gamma);
  }
  return (logits, targets, weights) =>
    weights === undefined
      ? meanCrossEntropy(logits, targets, labelSmoothing)
      : weightedCrossEntropy(logits, targets, weights, labelSmoothing);
}

function byName(choice: Exclude<LossChoice, LossFunction>): Named {
  return typeof choice === "string" ? { name: choice } as Named : choice;
}

function evenWeights(rows: number): Tensor {
  return tf.fill([rows], 1 / rows); // (N,)
}

/** What a caller's function gave, if it is a loss. */
function checkedLoss(loss: unknown): Tensor {
  if (
    loss instanceof tf.Tensor && loss.rank === 0 && loss.dtype === "float32"
  ) return loss;
  throw new TypeError(
    `Cannot train: loss must give a float32 tensor of shape (), such as tf.sum() does: ${
      loss instanceof tf.Tensor
        ? `${loss.dtype} of shape (${loss.shape.join(", ")})`
        : show(loss)
    }`,
  );
}
