/**
 * A network around a model of TensorFlow.js's layers (`tf.LayersModel`), which is trained and sampled as the library's
 * own are.
 *
 * Layers models have no state that could be carried, so the state is the tokens themselves, and a step runs the model
 * over its whole context again. A model that predicts after each token reads blocks of C tokens from the beginning of
 * the text: after C tokens it starts over. One that predicts after the last token of a window alone (the next-character
 * model of Keras's examples) reads the window of the last C tokens before each prediction; at the beginning of a text the
 * window is filled up in front, with id 0 as Keras's `pad_sequences` does, or with zero vectors where it reads one-hot.
 *
 * @module
 */
import { buildLayersModel, type LayersModel } from "../engine/layers_model.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type { Prediction, PredictorState } from "../generation/predictor.ts";
import type { DropoutDraw } from "../layers/dropout.ts";
import { Parameter } from "../layers/parameter.ts";
import { applyLayersModel } from "./_layers_model_hooks.ts";
import {
  type ApplyRows,
  continueBlocks,
  readBlocks,
  type Reading,
  slideWindow,
  stepInBlock,
} from "./_layers_model_reading.ts";
import type { LayersModelConfig } from "./layers_model_config.ts";
import {
  countParameters,
  type ForwardOptions,
  type Network,
  type NetworkConfig,
} from "./network.ts";

/** Tokens that a step of training reads in each row, where every one of them takes a window of its own. */
const MOST_WINDOWS = 16;

/** Keras's epsilon: the smallest probability whose logarithm is taken. */
const EPSILON = 1e-7;

/** The id in front of a text: no token where the model reads one-hot, which makes a zero vector of it. */
const fillOf = (oneHot: boolean): number => oneHot ? -1 : 0;

/**
 * The network; the state of a model that predicts after each token is the block under way, int32, shape (B, C), and how
 * many tokens of it were read, int32, shape (B,), for `forward()` the same number in all rows; of one that predicts after
 * the last token, the last C tokens, int32, shape (B, C).
 */
export class LayersModelNetwork implements Network {
  /** Name of the architecture. */
  readonly kind = "layers_model";
  /** Sizes, topology, and what the model reads and gives. */
  readonly config: Readonly<LayersModelConfig> & NetworkConfig;
  /** The model's weights, by name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Whether training carries the tokens before a batch: where every prediction has a window of its own. */
  readonly carriesState: boolean;
  /** Tokens of a row that training reads at once. */
  readonly context: number;
  /** Tokens after which it starts over; undefined where the window slides. */
  readonly startsOverAfter?: number;
  #model: LayersModel | undefined;

  /**
   * @param config What the network was, or is to be.
   * @param model The model; without it one is built from the configuration when it is first needed.
   * @throws {SyntaxError} If the topology or the weights are not JSON.
   */
  constructor(config: LayersModelConfig, model?: LayersModel) {
    this.config = { ...config };
    this.#model = model;
    const { context, everywhere } = config;
    this.carriesState = !everywhere;
    this.context = everywhere ? context : Math.min(context, MOST_WINDOWS);
    if (everywhere) this.startsOverAfter = context;
    const weights = JSON.parse(config.weights) as [string, number[]][];
    JSON.parse(config.topology);
    const parameters = weights.map(([name, shape], i) => {
      if (model !== undefined) {
        return Parameter.of(name, model.weights[i]!.val);
      }
      const size = shape.reduce((product, length) => product * length, 1);
      return new Parameter(
        name,
        shape,
        () => new Float32Array(size),
        (values) => {
          const variable = this.#built().weights[i]!.val;
          tf.tidy(() => variable.assign(tf.tensor(values, shape)));
          return variable;
        },
      );
    });
    this.parameters = new Map(parameters.map((each) => [each.name, each]));
  }

  /** One line about the network. */
  get description(): string {
    const { topology } = this.config;
    const { name, layers } = JSON.parse(topology) as {
      name?: string;
      layers?: unknown[];
    };
    const count = layers?.length ?? 0;
    const parameters = countParameters(this).toLocaleString("en-US");
    return `layers model "${name}", ${count} ${
      count === 1 ? "layer" : "layers"
    }, ${parameters} parameters`;
  }

  /** One line about the network. */
  toString(): string {
    return this.description;
  }

  /** Gives `console.log()` one line in place of the weights. */
  [Symbol.for("Deno.customInspect")](): string {
    return `${this.constructor.name} { ${this.description} }`;
  }

  /**
   * @param batch Rows, B.
   * @returns An empty memory.
   */
  zeroState(batch: number): PredictorState {
    const { context, everywhere, oneHot } = this.config;
    if (!everywhere) {
      return [tf.fill([batch, context], fillOf(oneHot), "int32")];
    }
    return [tf.zeros([batch, context], "int32"), tf.zeros([batch], "int32")];
  }

  /**
   * @param ids Token ids, int32, shape (B, T); T may be more than the context.
   * @param state The state before them; an empty one begins without memory and keeps none, for training.
   * @param options Whether and how to drop out.
   * @returns Logits of shape (B, T, V), and the state after the last token, empty where there was none before.
   */
  forward(
    ids: Tensor,
    state: PredictorState,
    { dropout: draw }: ForwardOptions = {},
  ): Prediction {
    const isTraining = state.length === 0;
    if (this.config.everywhere) {
      return isTraining
        ? { logits: readBlocks(ids, this.#reading(draw)), state }
        : continueBlocks(ids, state, this.#reading(draw));
    }
    const before = state[0] ?? this.zeroState(ids.shape[0]!)[0]!;
    const { logits, window } = slideWindow(ids, before, this.#reading(draw));
    return { logits, state: isTraining ? [] : [window] };
  }

  /**
   * @param ids Token ids, int32, shape (B,).
   * @param state The state before them.
   * @returns Logits of shape (B, V), and the state after them.
   */
  step(ids: Tensor, state: PredictorState): Prediction {
    const { everywhere, vocabSize } = this.config;
    if (everywhere) return stepInBlock(ids, state, this.#reading());
    const [batch] = ids.shape as [number];
    const column = tf.reshape(ids, [batch, 1]);
    const { logits, window } = slideWindow(column, state[0]!, this.#reading());
    return { logits: tf.reshape(logits, [batch, vocabSize]), state: [window] };
  }

  #reading(draw?: DropoutDraw): Reading {
    const apply: ApplyRows = (rows, draw) => this.#apply(rows, draw);
    return { config: this.config, apply, draw };
  }

  /** Runs the model over rows of ids. */
  #apply(rows: Tensor, draw: DropoutDraw | undefined): Tensor {
    const { oneHot, vocabSize, withoutSoftmax, probabilities } = this.config;
    const inputs = oneHot ? tf.oneHot(rows, vocabSize) : rows;
    const outputs = applyLayersModel(
      this.#built(),
      oneHot ? tf.cast(inputs, "float32") : inputs,
      { withoutSoftmax, draw },
    );
    return probabilities
      ? tf.log(tf.clipByValue(outputs, EPSILON, 1))
      : outputs;
  }

  /** The model, with the weights it has. */
  #built(): LayersModel {
    if (this.#model !== undefined) return this.#model;
    const { className, topology } = this.config;
    this.#model = buildLayersModel(className, JSON.parse(topology));
    for (const parameter of this.parameters.values()) void parameter.variable;
    return this.#model;
  }
}
