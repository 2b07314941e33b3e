/**
 * Makes a network of a layers model, once it is sure that the model cannot look ahead.
 *
 * @module
 */
import type { LayersModel, LayersModelLike } from "../engine/layers_model.ts";
import { RandomStream } from "../engine/random.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { checkLayersModel, planLayersModel } from "./_layers_model_plan.ts";
import {
  type LayersModelConfig,
  LayersModelNetwork,
} from "./layers_model_network.ts";

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

/** A change of the tokens to come may move an earlier prediction by this share of what it moves a later one. */
const TOLERANCE = 1e-4;

/**
 * @param given The model; an engine must be chosen.
 * @param vocabSize Tokens of the tokenizer, V.
 * @param options What the model does not say.
 * @returns The network, whose weights are the model's own.
 * @throws {TypeError} If it is no model that can be trained and sampled token by token, or an option has no effect.
 * @throws {RangeError} If its vocabulary is another, or an option out of range.
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
  for (const [i, each] of [...network.parameters.values()].entries()) {
    each.set(values[i]!);
  }
  if (plan.everywhere) await refuseLookingAhead(network);
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

/** Changes later tokens, and sees whether earlier predictions change. */
async function refuseLookingAhead(network: LayersModelNetwork): Promise<void> {
  const { context, vocabSize } = network.config as LayersModelConfig;
  if (context < 2 || vocabSize < 2) return;
  const random = new RandomStream(0, "looking ahead");
  const row = Int32Array.from(
    { length: context },
    () => random.integer(vocabSize),
  );
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
      ]);
    });
    const [before, after] = await moved.data();
    moved.dispose();
    if (before! > TOLERANCE * after!) {
      throw new TypeError(
        "Cannot take in the layers model: its predictions must depend on earlier tokens alone: " +
          `another token at place ${place} changes those before it; ` +
          "leave out bidirectional layers, and pad convolutions in front alone",
      );
    }
  }
}
