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
import type { BatchRows, DropoutDraw } from "../layers/dropout.ts";
import { Parameter } from "../layers/parameter.ts";
import { applyLayersModel } from "./_layers_model_hooks.ts";
import {
  countParameters,
  type ForwardOptions,
  type Network,
  type NetworkConfig,
} from "./network.ts";

/** What is needed to build the network again. */
export interface LayersModelConfig {
  /** `Sequential` or `Model`. */
  className: string;
  /** The model's `getConfig()` as JSON. */
  topology: string;
  /** Names and shapes of the weights in the model's order, as JSON. */
  weights: string;
  /** Tokens of the vocabulary, V. */
  vocabSize: number;
  /** Tokens that the model reads at once, C. */
  context: number;
  /** Whether it reads C tokens always, and not fewer. */
  fixed: boolean;
  /** Whether it reads one-hot vectors, shape (B, T, V), or ids, shape (B, T). */
  oneHot: boolean;
  /** Whether it predicts after each token, shape (B, T, V), or after the last, shape (B, V). */
  everywhere: boolean;
  /** Whether the softmax of its last layer is left out. */
  withoutSoftmax: boolean;
  /** Whether its output are probabilities. */
  probabilities: boolean;
}

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
    const [batch, steps] = ids.shape as [number, number];
    const { context, everywhere } = this.config;
    if (!everywhere) {
      const before = state[0] ?? this.zeroState(batch)[0]!;
      const { logits, window } = this.#slide(ids, before, draw);
      return { logits, state: state.length === 0 ? [] : [window] };
    }
    if (state.length === 0) {
      return { logits: this.#read(ids, draw), state: [] };
    }
    const [block, count] = state as [Tensor, Tensor];
    const read = firstOf(count, context); // ()
    const blocks = Math.ceil((context - 1 + steps) / context);
    const columns = tf.range(0, blocks * context, 1, "int32"); // (KC,)
    const place = tf.minimum(
      tf.add(tf.sub(columns, read), int(context)),
      int(context + steps),
    ); // (KC,)
    const line = tf.gather(
      tf.concat([block, ids, tf.zeros([batch, 1], "int32")], 1), // (B, C + T + 1)
      tf.where(tf.less(columns, read), columns, place),
      1,
    ); // (B, KC): the block under way, the new tokens behind it, padding
    const total = tf.add(read, int(steps)); // ()
    const begin = tf.mul(
      tf.floorDiv(tf.sub(total, int(1)), int(context)),
      int(context),
    ); // (): where the last block begins
    const slots = tf.range(0, context, 1, "int32"); // (C,)
    return {
      logits: tf.gather(
        this.#read(line, draw),
        tf.add(tf.range(0, steps, 1, "int32"), read) as tf.Tensor1D,
        1,
      ), // (B, T, V)
      state: [
        tf.gather(line, tf.add(slots, begin) as tf.Tensor1D, 1), // (B, C)
        inAllRows(tf.sub(total, begin), batch), // (B,)
      ],
    };
  }

  /**
   * @param ids Token ids, int32, shape (B,).
   * @param state The state before them.
   * @returns Logits of shape (B, V), and the state after them.
   */
  step(ids: Tensor, state: PredictorState): Prediction {
    const { context, everywhere, vocabSize } = this.config;
    const batch = ids.shape[0]!;
    const column = tf.reshape(ids, [batch, 1]);
    if (!everywhere) {
      const { logits, window } = this.#slide(column, state[0]!, undefined);
      return {
        logits: tf.reshape(logits, [batch, vocabSize]),
        state: [window],
      };
    }
    const [block, count] = state as [Tensor, Tensor];
    const read = tf.mod(count, int(context)); // (B,)
    const isHere = tf.equal(
      tf.range(0, context, 1, "int32"),
      tf.expandDims(read, 1),
    ); // (B, C)
    const next = tf.where(isHere, tf.tile(column, [1, context]), block); // (B, C)
    const begins = tf.mul(tf.range(0, batch, 1, "int32"), int(context)); // (B,)
    const all = tf.reshape(this.#read(next, undefined), [-1, vocabSize]); // (BC, V)
    return {
      logits: tf.gather(all, tf.add(begins, read) as tf.Tensor1D), // (B, V)
      state: [next, tf.add(read, int(1))],
    };
  }

  /** Reads rows by blocks of C tokens, each by itself, shape (B, T) to (B, T, V). */
  #read(ids: Tensor, draw: DropoutDraw | undefined): Tensor {
    const [batch, steps] = ids.shape as [number, number];
    const { context, fixed, vocabSize } = this.config;
    const width = fixed || steps > context ? context : steps;
    const blocks = Math.ceil(steps / width);
    const padding = blocks * width - steps;
    const padded = padding === 0
      ? ids
      : tf.concat([ids, tf.zeros([batch, padding], "int32")], 1);
    const rows = tf.reshape(padded, [batch * blocks, width]);
    const logits = tf.reshape(
      this.#apply(rows, ofParts(draw, blocks)),
      [batch, blocks * width, vocabSize],
    );
    return padding === 0
      ? logits
      : tf.slice(logits, [0, 0, 0], [batch, steps, vocabSize]);
  }

  /** Reads a window of C tokens before each prediction; gives logits (B, T, V) and the last window (B, C). */
  #slide(
    ids: Tensor,
    before: Tensor,
    draw: DropoutDraw | undefined,
  ): { logits: Tensor; window: Tensor } {
    const [batch, steps] = ids.shape as [number, number];
    const { context, vocabSize } = this.config;
    const line = tf.concat([before, ids], 1); // (B, C + T)
    const places = Int32Array.from(
      { length: steps * context },
      (_, i) => 1 + Math.floor(i / context) + i % context,
    );
    const windows = tf.reshape(
      tf.gather(line, tf.tensor1d(places), 1),
      [batch * steps, context],
    );
    const logits = this.#apply(windows, ofParts(draw, steps)); // (BT, V)
    return {
      logits: tf.reshape(logits, [batch, steps, vocabSize]),
      window: tf.slice(line, [0, steps], [batch, context]),
    };
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

/** Masks of rows that were each cut into parts. */
function ofParts(
  draw: DropoutDraw | undefined,
  parts: number,
): DropoutDraw | undefined {
  if (draw?.rows === undefined || parts === 1) return draw;
  const { places, of } = draw.rows;
  const each = tf.add(
    tf.expandDims(tf.mul(places, int(parts)), 1),
    tf.range(0, parts, 1, "int32"),
  ); // (b, parts)
  const rows: BatchRows = { places: tf.reshape(each, [-1]), of: of * parts };
  return { ...draw, rows };
}

/** Tokens that all rows have read in the block under way, shape (); 0 after a whole one. */
function firstOf(count: Tensor, context: number): Tensor {
  return tf.mod(tf.reshape(tf.slice(count, [0], [1]), []), int(context));
}

function inAllRows(position: Tensor, batch: number): Tensor {
  return tf.tile(tf.reshape(position, [1]), [batch]); // (B,)
}

function int(value: number): Tensor {
  return tf.scalar(value, "int32");
}
