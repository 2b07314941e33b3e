/**
 * A recurrent language model: embedding, a stack of recurrent layers, and a linear map to the vocabulary.
 *
 * Graves, "Generating Sequences With Recurrent Neural Networks", 2013. Dropout, where asked for, comes after every
 * recurrent layer and never along time, as in Zaremba, Sutskever and Vinyals, "Recurrent Neural Network Regularization",
 * 2014; recurrent dropout comes along time, with one mask for all steps. With residual connections and layer normalisation
 * a layer is norm(x + dropout(layer(x))), as in Vaswani et al., "Attention Is All You Need", 2017, section 5.4. Attention,
 * where asked for, is over the past outputs of the last layer.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import type {
  HiddenPrediction,
  Prediction,
  PredictorState,
  Stepper,
} from "../generation/predictor.ts";
import { Dense } from "../layers/dense.ts";
import { dropout, type DropoutDraw } from "../layers/dropout.ts";
import { Embedding } from "../layers/embedding.ts";
import { GRU } from "../layers/gru.ts";
import { LayerNorm } from "../layers/layer_norm.ts";
import { LSTM } from "../layers/lstm.ts";
import { type Parameter, parametersByName } from "../layers/parameter.ts";
import type {
  RecurrentLayer,
  RecurrentState,
} from "../layers/recurrent_layer.ts";
import { nextPosition, positionOf, type Ring } from "../layers/ring.ts";
import { SimpleRNN } from "../layers/simple_rnn.ts";
import { StateAttention } from "../layers/state_attention.ts";
import { describeRecurrent, GATES, placeOf } from "./_recurrent_layers.ts";
import {
  countParameters,
  type ForwardOptions,
  type LayerDescription,
  type Network,
  type NetworkConfig,
} from "./network.ts";
import {
  completeConfig,
  type CompleteRecurrentConfig,
  type RecurrentConfig,
  type RecurrentKind,
} from "./recurrent_config.ts";

/** Rows of the largest table of products that a stepper makes: about as many as it will read tokens. */
const LONGEST_TABLE = 512;

/**
 * The network; its state is that of each layer in turn, h and for an LSTM c, shape (B, H) each. With attention there follow
 * a ring of the last layer's outputs, shape (B, W, H), and where it goes on, int32, shape (B,), the same in all rows.
 */
export class RecurrentNetwork implements Network {
  /** Which cell; also the name of the architecture. */
  readonly kind: RecurrentKind;
  /** Sizes and options, all of them. */
  readonly config: NetworkConfig & Readonly<CompleteRecurrentConfig>;
  /** Everything that training changes, by name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Made of operations on tensors. */
  readonly isCompilable = true;
  readonly #embedding: Embedding;
  readonly #layers: RecurrentLayer[];
  readonly #norms: LayerNorm[];
  readonly #attention: StateAttention | undefined;
  readonly #hidden: Dense | undefined;
  readonly #output: Dense;

  /**
   * @param kind Which cell.
   * @param config Sizes and options.
   * @param seed Where the first weights come from.
   * @throws {RangeError} If a size is not a positive integer, a dropout not a share below 1, or at more than 1,000 layers.
   * @throws {TypeError} If a name is unknown, a switch not true or false, or a residual asked for that has no effect.
   */
  constructor(kind: RecurrentKind, config: RecurrentConfig, seed: number = 0) {
    const complete = completeConfig(kind, config);
    const { vocabSize, embedding, units, layers, layerNorm, dense } = complete;
    const { resetAfter = true, attentionWindow: window = 0 } = complete;
    this.kind = kind;
    this.config = complete as NetworkConfig & CompleteRecurrentConfig;
    this.#embedding = new Embedding({
      name: "embedding",
      vocabSize,
      width: embedding,
      seed,
    });
    this.#layers = Array.from({ length: layers }, (_, i) => {
      const name = placeOf(kind, i);
      const inputs = i === 0 ? embedding : units;
      if (kind === "gru") {
        return new GRU({ name, inputs, units, resetAfter, seed });
      }
      const Layer = kind === "rnn" ? SimpleRNN : LSTM;
      return new Layer({ name, inputs, units, seed });
    });
    this.#norms = Array.from(
      { length: layerNorm ? layers : 0 },
      (_, i) => new LayerNorm({ name: `norm_${i + 1}`, width: units }),
    );
    this.#attention = window > 0
      ? new StateAttention({ name: "attention", units, window, seed })
      : undefined;
    this.#hidden = dense > 0
      ? new Dense({ name: "dense", inputs: units, units: dense, seed })
      : undefined;
    this.#output = new Dense({
      name: "output",
      inputs: dense > 0 ? dense : units,
      units: vocabSize,
      seed,
    });
    this.parameters = parametersByName([
      this.#embedding,
      ...this.#layers.flatMap((layer, i) =>
        layerNorm ? [layer, this.#norms[i]!] : [layer]
      ),
      this.#attention,
      this.#hidden,
      this.#output,
    ]);
  }

  /** One line about the network. */
  get description(): string {
    const { layers, units, attentionWindow = 0 } = this.config;
    const parameters = countParameters(this).toLocaleString("en-US");
    return `${this.kind.toUpperCase()}, ${layers} ${
      layers === 1 ? "layer" : "layers"
    } of ${units} units, ${
      attentionWindow > 0 ? `attention over ${attentionWindow} states, ` : ""
    }${parameters} parameters`;
  }

  /** One line about the network. */
  toString(): string {
    return this.description;
  }

  /** Gives `console.log()` one line in place of the weights. */
  [Symbol.for("Deno.customInspect")](): string {
    return `${this.constructor.name} { ${this.description} }`;
  }

  /** @returns What each layer takes. */
  describe(): LayerDescription[] {
    return describeRecurrent(this.kind, this.config);
  }

  /**
   * @param batch Rows, B.
   * @returns Zeros.
   */
  zeroState(batch: number): PredictorState {
    const state = this.#layers.flatMap((layer) =>
      tensorsOf(layer.zeroState(batch))
    );
    if (this.#attention === undefined) return state;
    return [
      ...state,
      this.#attention.zeroRows(batch),
      tf.zeros([batch], "int32"),
    ];
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
   * @returns What {@linkcode RecurrentNetwork.forward} gives, and what the output layer reads, shape (B, T, H).
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
    const { units } = this.config;
    const draw = options.dropout;
    const next: Tensor[] = [];
    const places = tf.transpose(ids); // (T, B): time leads, the layers go through it
    let x: Tensor | undefined;
    for (const [i, layer] of this.#layers.entries()) {
      const before = this.#stateOf(i, state);
      const mask = this.#recurrentMask(i, batch, draw);
      const { outputs, last } = x === undefined
        ? layer.forwardRows(
          this.#embedding.table.variable,
          places,
          before,
          mask,
        )
        : layer.forward(x, before, mask);
      next.push(...tensorsOf(last));
      x = this.#finish(i, outputs, x, draw); // (T, B, H)
    }
    if (this.#attention !== undefined) {
      const { ring } = ringOf(state);
      const attended = this.#attention.forward(x!, ring);
      x = attended.outputs; // (T, B, H)
      next.push(attended.rows, tf.zeros([batch], "int32"));
    }
    const rows = this.#finishAll(tf.reshape(x!, [steps * batch, units])); // (TB, H)
    const hidden = tf.transpose(
      tf.reshape(rows, [steps, batch, -1]),
      [1, 0, 2],
    ); // (B, T, H): what is read is turned around, which may be much narrower than the logits
    const logits = this.#output.forward(tf.reshape(hidden, rows.shape)); // (BT, V)
    return {
      logits: tf.reshape(logits, [batch, steps, -1]),
      hidden,
      state: next,
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
   * @returns What {@linkcode RecurrentNetwork.step} gives, and what the output layer reads, shape (B, H).
   */
  stepHidden(ids: Tensor, state: PredictorState): HiddenPrediction {
    return this.#step(ids, state);
  }

  #step(ids: Tensor, state: PredictorState): HiddenPrediction {
    const [first] = this.#layers;
    const x = this.#embedding.forward(ids); // (B, E)
    return this.#goOn(first!.step(x, this.#stateOf(0, state)), state);
  }

  /**
   * @returns {@linkcode RecurrentNetwork.step}; with a small vocabulary, the first layer's product for every token is
   * taken now.
   */
  stepper(): Stepper {
    if (this.config.vocabSize > LONGEST_TABLE) {
      return (ids, state) => this.step(ids, state);
    }
    const [first] = this.#layers;
    const rows = first!.rowStepper(this.#embedding.table.variable);
    return (ids, state) =>
      this.#goOn(rows.step(ids, this.#stateOf(0, state)), state);
  }

  /** The way from the first layer's new state to the logits. */
  #goOn(first: RecurrentState, before: PredictorState): HiddenPrediction {
    const state = tensorsOf(first);
    let x = this.#finish(0, first.h); // (B, H)
    for (const [i, layer] of this.#layers.entries()) {
      if (i === 0) continue;
      const next = layer.step(x, this.#stateOf(i, before)); // (B, H) each
      state.push(...tensorsOf(next));
      x = this.#finish(i, next.h, x); // (B, H)
    }
    if (this.#attention !== undefined) {
      const { ring, positions } = ringOf(before);
      const attended = this.#attention.step(x, ring);
      x = attended.outputs; // (B, H)
      const window = attended.rows.shape[1]!;
      state.push(attended.rows, nextPosition(positions, window));
    }
    const hidden = this.#finishAll(x); // (B, H)
    return { logits: this.#output.forward(hidden), hidden, state };
  }

  /** What becomes of a layer's outputs, shape (T, B, H), or (B, H) of a step. */
  #finish(
    i: number,
    outputs: Tensor,
    input?: Tensor,
    draw?: DropoutDraw,
  ): Tensor {
    const { dropout: rate, residual, layerNorm, units } = this.config;
    let x = outputs;
    if (draw && rate > 0) {
      x = dropout(x, {
        rate,
        place: placeOf(this.kind, i),
        draw,
        batchAxis: 1,
      });
    }
    if (residual && i > 0) x = tf.add(x, input!);
    if (layerNorm) {
      const rows = tf.reshape(x, [-1, units]); // (TB, H)
      x = tf.reshape(this.#norms[i]!.forward(rows), outputs.shape);
    }
    return x;
  }

  /** From what the layers give, shape (N, H), to what the output layer reads, as wide as the dense layer if there is one. */
  #finishAll(x: Tensor): Tensor {
    return this.#hidden ? tf.relu(this.#hidden.forward(x)) : x;
  }

  /**
   * Which units of a layer's hidden state the next step does not see, and the factor for the others, shape (B, H), or
   * (B, GH) where each of G gates has its own.
   */
  #recurrentMask(
    i: number,
    batch: number,
    draw: DropoutDraw | undefined,
  ): Tensor | undefined {
    const { recurrentDropout: rate, units } = this.config;
    if (!draw || rate === 0) return undefined;
    const isShared = this.config.recurrentDropoutMasks !== "gates";
    const masks = isShared ? 1 : GATES[this.kind];
    const place = `${placeOf(this.kind, i)}/recurrent`;
    return dropout(tf.ones([batch, masks * units]), { rate, place, draw });
  }

  #stateOf(layer: number, state: PredictorState): RecurrentState {
    return this.kind === "lstm"
      ? { h: state[2 * layer]!, c: state[2 * layer + 1]! }
      : { h: state[layer]! };
  }
}

/** The ring at the end of a state with attention. */
function ringOf(state: PredictorState): { ring: Ring; positions: Tensor } {
  const [rows, positions] = state.slice(-2) as [Tensor, Tensor];
  return { ring: { rows, position: positionOf(positions) }, positions };
}

function tensorsOf({ h, c }: RecurrentState): Tensor[] {
  return c === undefined ? [h] : [h, c];
}
