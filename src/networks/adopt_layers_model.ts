/**
 * Makes a network of a layers model, once it is sure that the model predicts, and does not look ahead.
 *
 * @module
 */
import type { LayersModel, LayersModelLike } from "../engine/layers_model.ts";
import { RandomStream } from "../engine/random.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { checkLayersModel, planLayersModel } from "./_layers_model_plan.ts";
import type { LayersModelConfig } from "./layers_model_config.ts";
import { LayersModelNetwork } from "./layers_model_network.ts";

/** Options of {@linkcode fromLayersModel}. */
export interface LayersModelOptions {
  /**
   * Tokens that the model reads at once, where its input has any length. One that has a length says so itself.
   *
   * @default {64}
   */
  context?: number;

  /**
   * What the model's output is: `"logits"`, any scores whose softmax is the distribution, or `"probabilities"`. `"auto"`
   * looks at the last layer: a softmax gives probabilities, no activation gives logits.
   *
   * @default {"auto"}
   */
  output?: "auto" | "logits" | "probabilities";
}

const ACTION = "Cannot take in the layers model";

/** A change of the tokens to come may move an earlier prediction by this share of what it moves a later one. */
const TOLERANCE = 1e-4;

/** What rounding may move a prediction by, as a share of the largest. */
const ROUNDING = 1e-5;

/**
 * @param given The model; an engine must be chosen.
 * @param vocabSize Tokens of the tokenizer, V.
 * @param options What the model does not say.
 * @returns The network, whose weights are the model's own.
 * @throws {TypeError} If it is no model that can be trained and sampled token by token, or an option has no effect.
 * @throws {RangeError} If its vocabulary is another, a weight or prediction is not finite, or an option is out of range.
 */
export async function adoptLayersModel(
  given: LayersModelLike,
  vocabSize: number,
  options: LayersModelOptions,
): Promise<LayersModelNetwork> {
  const model = checkLayersModel(given);
  const { context, output = "auto" } = options;
  const plan = planLayersModel(model, vocabSize, { context, output });
  const network = new LayersModelNetwork({
    className: model.getClassName(),
    topology: JSON.stringify(model.getConfig()),
    weights: JSON.stringify(weightsOf(model)),
    ...plan,
  }, model);
  // The model may have been made before the engine was chosen: its weights move there.
  const values = await Promise.all(
    [...network.parameters.values()].map((each) => each.values()),
  );
  const setAll = (values: readonly Float32Array[]): void => {
    for (const [i, each] of [...network.parameters.values()].entries()) {
      each.set(values[i]!);
    }
  };
  setAll(values);
  refuseBrokenWeights(network, values);
  await refuseBrokenPredictions(network);
  if (plan.everywhere) {
    await refuseLookingAhead(network);
    // Zeros hide what a model reads, such as those that the last layer may begin with.
    try {
      setAll(values.map(withoutZeros));
      await refuseLookingAhead(network);
    } finally {
      setAll(values);
    }
  }
  return network;
}

/** Names and shapes, each name once. */
function weightsOf(model: LayersModel): [string, readonly number[]][] {
  const names = new Set<string>();
  return model.weights.map(({ originalName, shape }) => {
    let name = originalName;
    for (let i = 2; names.has(name); i++) name = `${originalName}_${i}`;
    names.add(name);
    return [name, shape as number[]];
  });
}

function refuseBrokenWeights(
  network: LayersModelNetwork,
  values: readonly Float32Array[],
): void {
  for (const [i, name] of [...network.parameters.keys()].entries()) {
    const broken = values[i]!.find((value) => !Number.isFinite(value));
    if (broken === undefined) continue;
    throw new RangeError(
      `${ACTION}: its weights must be finite numbers: "${name}" has ${broken}`,
    );
  }
}

/** Sees whether the model runs, and gives numbers. */
async function refuseBrokenPredictions(
  network: LayersModelNetwork,
): Promise<void> {
  const row = randomRow(network);
  let sum: Tensor;
  try {
    sum = tf.tidy(() => {
      const ids = tf.tensor2d(row, [1, row.length], "int32");
      const { logits } = network.forward(ids, []); // (1, C, V)
      return tf.sum(tf.mul(logits, 0)); // (), NaN where one of them is not finite
    });
  } catch (cause) {
    throw new TypeError(
      `${ACTION}: it must give predictions of the shape that it says: ${
        cause instanceof Error ? cause.message : cause
      }`,
      { cause },
    );
  }
  const [zero] = await sum.data();
  sum.dispose();
  if (zero !== 0) {
    throw new RangeError(
      `${ACTION}: its predictions must be finite numbers: of ${row.length} tokens at random, some are not`,
    );
  }
}

/** The values of a weight, or others, where all are zeros. */
function withoutZeros(values: Float32Array, i: number): Float32Array {
  if (values.some((value) => value !== 0)) return values;
  const random = new RandomStream(i, "looking ahead");
  return values.map(() => random.uniform() - 0.5);
}

/** Ids at random, as many as the model reads at once. */
function randomRow(network: LayersModelNetwork): Int32Array {
  const { context, vocabSize } = network.config as LayersModelConfig;
  const random = new RandomStream(0, "looking ahead");
  return Int32Array.from({ length: context }, () => random.integer(vocabSize));
}

/** Changes later tokens, and sees whether earlier predictions change. */
async function refuseLookingAhead(network: LayersModelNetwork): Promise<void> {
  const { context, vocabSize } = network.config as LayersModelConfig;
  if (context < 2 || vocabSize < 2) return;
  const row = randomRow(network);
  for (const place of new Set([Math.floor(context / 2), context - 1])) {
    const other = row.map((id, i) => i < place ? id : (id + 1) % vocabSize);
    const moved: Tensor = tf.tidy(() => {
      const ids = tf.tensor2d([...row, ...other], [2, context], "int32");
      const { logits } = network.forward(ids, []); // (2, C, V)
      const [one, two] = tf.unstack(logits) as [Tensor, Tensor]; // (C, V) each
      const size = tf.max(tf.abs(tf.sub(one, two)), 1); // (C,)
      return tf.stack([
        tf.max(tf.slice(size, [0], [place])),
        tf.max(tf.slice(size, [place], [context - place])),
        tf.max(tf.abs(logits)),
      ]);
    });
    const [before, after, largest] = await moved.data();
    moved.dispose();
    if (before! > Math.max(TOLERANCE * after!, ROUNDING * largest!)) {
      throw new TypeError(
        `${ACTION}: its predictions must depend on earlier tokens alone: ` +
          `another token at place ${place} changes those before it; ` +
          "leave out bidirectional layers, and pad convolutions in front alone",
      );
    }
  }
}
