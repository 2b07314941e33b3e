/**
 * A convolutional language model: embedding, a causal convolution, blocks of gated causal convolutions that look ever
 * farther back, and a map from the sum of what the blocks say to the vocabulary.
 *
 * Van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016, section 2 and figure 4. What every convolution
 * remembers is a ring of its last inputs, so that a token takes the same time wherever it stands (Le Paine et al., "Fast
 * WaveNet Generation Algorithm", 2016), and so that the windows of a text may be read one after the other as if it were
 * read in one go.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import type {
  HiddenPrediction,
  Prediction,
  PredictorState,
} from "../generation/predictor.ts";
import { CausalConv } from "../layers/causal_conv.ts";
import { Dense } from "../layers/dense.ts";
import { Embedding } from "../layers/embedding.ts";
import { GatedConvBlock } from "../layers/gated_conv_block.ts";
import { type Parameter, parametersByName } from "../layers/parameter.ts";
import { nextPosition, positionOf, type Ring } from "../layers/ring.ts";
import {
  checkCNNConfig,
  type CNNConfig,
  receptiveField,
} from "./cnn_config.ts";
import {
  countParameters,
  type ForwardOptions,
  type LayerDescription,
  type Network,
  type NetworkConfig,
} from "./network.ts";

/**
 * The network; its state is where the rings go on, int32, shape (B,), the same number in all rows, and the ring of each
 * convolution in turn: (B, k − 1, E) of the first, (B, (k − 1) d, F) of the blocks.
 */
export class CNNNetwork implements Network {
  /** Name of the architecture. */
  readonly kind = "cnn";
  /** Every convolution reads a whole window. */
  readonly readsAtOnce = true;
  /** Sizes and options, all of them. */
  readonly config: NetworkConfig & Readonly<CNNConfig>;
  /** Everything that training changes, by name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Made of operations on tensors. */
  readonly isCompilable = true;
  readonly #embedding: Embedding;
  readonly #first: CausalConv;
  readonly #blocks: GatedConvBlock[];
  readonly #hidden: Dense | undefined;
  readonly #output: Dense;
  /** The length of the longest ring, of which all others are divisors. */
  readonly #turn: number;

  /**
   * @param config Sizes and options.
   * @param seed Where the first weights come from.
   * @throws {RangeError} If a size or a share is out of range.
   * @throws {TypeError} If a name is unknown, or a switch not true or false.
   */
  constructor(config: CNNConfig, seed: number = 0) {
    const checked = checkCNNConfig(config);
    const { vocabSize, embedding, filters, kernelSize } = checked;
    const { layers, stacks, dense } = checked;
    this.config = { ...checked };
    this.#embedding = new Embedding({
      name: "embedding",
      vocabSize,
      width: embedding,
      seed,
    });
    this.#first = new CausalConv({
      name: "input",
      inputs: embedding,
      units: filters,
      kernelSize,
      dilation: 1,
      seed,
    });
    const count = layers * stacks;
    this.#blocks = Array.from({ length: count }, (_, i) =>
      new GatedConvBlock({
        ...checked,
        name: `block_${i + 1}`,
        dilation: 2 ** (i % layers),
        isLast: i === count - 1,
        seed,
      }));
    this.#hidden = dense > 0
      ? new Dense({ name: "dense", inputs: filters, units: dense, seed })
      : undefined;
    this.#output = new Dense({
      name: "output",
      inputs: dense > 0 ? dense : filters,
      units: vocabSize,
      seed,
    });
    this.#turn = (kernelSize - 1) * 2 ** (layers - 1);
    this.parameters = parametersByName([
      this.#embedding,
      this.#first,
      ...this.#blocks,
      this.#hidden,
      this.#output,
    ]);
  }

  /** One line about the network. */
  get description(): string {
    const { layers, stacks, filters } = this.config;
    const [field, parameters] = [
      receptiveField(this.config),
      countParameters(this),
    ].map((count) => count.toLocaleString("en-US"));
    return `CNN, ${stacks} ${stacks === 1 ? "stack" : "stacks"} of ${layers} ${
      layers === 1 ? "layer" : "layers"
    } with ${filters} filters, receptive field of ${field} tokens, ${parameters} parameters`;
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
   * Its layers.
   *
   * @returns A convolution of k taps multiplies k matrices, each block one more; kept for the way back are its input, the
   * sums before the gate, their bends, the gated rows and what the block says; remembered are the inputs of all taps but
   * the newest.
   */
  describe(): LayerDescription[] {
    const { vocabSize, embedding, filters, kernelSize, layerNorm, dense } =
      this.config;
    const none = { flops: 0, activations: 0, state: 0 };
    const hidden = dense > 0 ? dense : filters;
    const blocks = this.#blocks.map(({ convolution, projection }, i) => {
      const said = projection.kernel.shape[1]!;
      return {
        name: `block_${i + 1}`,
        type: "GatedConv",
        width: filters,
        flops: 2 * filters * (2 * filters * kernelSize + said),
        activations: (layerNorm ? 2 : 0) * filters + 6 * filters + said,
        state: convolution.memory * filters,
      };
    });
    const linear = (name: string, inputs: number, width: number) => ({
      ...none,
      name,
      type: "Dense",
      width,
      flops: 2 * inputs * width,
      activations: inputs + 4 * width,
    });
    return [
      { ...none, name: "embedding", type: "Embedding", width: embedding },
      {
        name: "input",
        type: "CausalConv",
        width: filters,
        flops: 2 * kernelSize * embedding * filters,
        activations: embedding + filters,
        state: this.#first.memory * embedding,
      },
      ...blocks,
      ...(dense > 0 ? [linear("dense", filters, dense)] : []),
      linear("output", hidden, vocabSize),
    ];
  }

  /**
   * @param batch Rows, B.
   * @returns Zeros.
   */
  zeroState(batch: number): PredictorState {
    const rings = this.#convolutions().map((part) => part.zeroRows(batch));
    return [tf.zeros([batch], "int32"), ...rings];
  }

  /**
   * @param ids Token ids, int32, shape (B, T).
   * @param state The state before them.
   * @param options Whether and how to drop out.
   * @returns Logits of shape (B, T, V), and the state after the last token.
   */
  forward(
    ids: Tensor,
    state: PredictorState,
    options: ForwardOptions = {},
  ): Prediction {
    const { logits, state: next } = this.#read(ids, state, options);
    return { logits, state: next };
  }

  /**
   * @param ids Token ids, int32, shape (B, T).
   * @param state The state before them.
   * @returns What {@linkcode CNNNetwork.forward} gives, and what the output layer reads, shape (B, T, F).
   */
  forwardHidden(ids: Tensor, state: PredictorState): HiddenPrediction {
    return this.#read(ids, state);
  }

  #read(
    ids: Tensor,
    state: PredictorState,
    options: ForwardOptions = {},
  ): HiddenPrediction {
    const [batch, steps] = ids.shape as [number, number];
    const { filters } = this.config;
    const position = positionOf(state[0]!);
    const vectors = this.#embedding.forward(tf.transpose(ids)); // (T, B, E): time leads
    const first = this.#first.forward(vectors, ringOf(0, state, position));
    const rings = [first.rows];
    let x = tf.reshape(first.outputs, [steps, batch, filters]); // (T, B, F)
    const skips: Tensor[] = [];
    for (const [i, block] of this.#blocks.entries()) {
      const ring = ringOf(1 + i, state, position);
      const next = block.forward(x, ring, options.dropout);
      x = next.x; // (T, B, F)
      skips.push(next.skip); // (TB, F)
      rings.push(next.rows);
    }
    /** From shape (TB, N) to (B, T, N). */
    const byRow = (rows: Tensor): Tensor =>
      tf.transpose(tf.reshape(rows, [steps, batch, -1]), [1, 0, 2]);
    const rows = this.#gather(skips); // (TB, F)
    return {
      logits: byRow(this.#output.forward(rows)), // (B, T, V)
      hidden: byRow(rows),
      state: [tf.zeros([batch], "int32"), ...rings],
    };
  }

  /**
   * @param ids Token ids, int32, shape (B,).
   * @param state The state before them.
   * @returns Logits of shape (B, V), and the state after them.
   */
  step(ids: Tensor, state: PredictorState): Prediction {
    const { logits, state: next } = this.#step(ids, state);
    return { logits, state: next };
  }

  /**
   * @param ids Token ids, int32, shape (B,).
   * @param state The state before them.
   * @returns What {@linkcode CNNNetwork.step} gives, and what the output layer reads, shape (B, F).
   */
  stepHidden(ids: Tensor, state: PredictorState): HiddenPrediction {
    return this.#step(ids, state);
  }

  #step(ids: Tensor, state: PredictorState): HiddenPrediction {
    const [positions] = state;
    const position = positionOf(positions!);
    const vectors = this.#embedding.forward(ids); // (B, E)
    const first = this.#first.step(vectors, ringOf(0, state, position));
    const next = [nextPosition(positions!, this.#turn), first.rows];
    let x = first.outputs; // (B, F)
    const skips: Tensor[] = [];
    for (const [i, block] of this.#blocks.entries()) {
      const after = block.step(x, ringOf(1 + i, state, position));
      x = after.x; // (B, F)
      skips.push(after.skip); // (B, F)
      next.push(after.rows);
    }
    const hidden = this.#gather(skips); // (B, F)
    return { logits: this.#output.forward(hidden), hidden, state: next };
  }

  /** What the output layer reads of all that the blocks say, shape (N, F), or as wide as the dense layer. */
  #gather(skips: Tensor[]): Tensor {
    const x = tf.relu(tf.addN(skips)); // (N, F)
    return this.#hidden ? tf.relu(this.#hidden.forward(x)) : x;
  }

  /** All that remember, in the order of the state. */
  #convolutions(): CausalConv[] {
    return [this.#first, ...this.#blocks.map((block) => block.convolution)];
  }
}

function ringOf(place: number, state: PredictorState, position: Tensor): Ring {
  return { rows: state[1 + place]!, position };
}
