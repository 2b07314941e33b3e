/**
 * A recurrent language model: embedding, a stack of LSTM layers, and a linear map to the vocabulary.
 *
 * Graves, "Generating Sequences With Recurrent Neural Networks", 2013; dropout, where asked for, after every LSTM
 * layer and never along time, as in Zaremba, Sutskever and Vinyals, "Recurrent Neural Network Regularization", 2014.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import type {
  Prediction,
  PredictorState,
  Stepper,
} from "../generation/predictor.ts";
import { Dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout.ts";
import { Embedding } from "../layers/embedding.ts";
import { LSTM } from "../layers/lstm.ts";
import type { LSTMSequence } from "../layers/lstm_sequence.ts";
import type { LSTMState } from "../layers/lstm_step.ts";
import type { Parameter } from "../layers/parameter.ts";
import {
  countParameters,
  type ForwardOptions,
  type Network,
} from "./network.ts";

/** A damaged file must not make us build layers until the memory is full. */
const MOST_LAYERS = 1000;

/** Rows of the largest table of products that a stepper makes: about as many as it will read tokens. */
const LONGEST_TABLE = 512;

/** Sizes of an {@linkcode LSTMNetwork}. */
export interface LSTMNetworkConfig {
  /** Tokens in the vocabulary, V. */
  vocabSize: number;

  /** Numbers in the vector of a token, E. */
  embedding: number;

  /** Units of each LSTM layer, H. */
  units: number;

  /** LSTM layers, one upon the other. */
  layers: number;

  /** Share of each LSTM layer's outputs that training drops, from 0 up to but not 1. */
  dropout: number;
}

/** The network; its state is h and c of each layer in turn, shape (B, H) each. */
export class LSTMNetwork implements Network {
  /** Name of the architecture. */
  readonly kind = "lstm";
  /** The sizes. */
  readonly config: Readonly<LSTMNetworkConfig & Record<string, number>>;
  /** Everything that training changes, by name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly #embedding: Embedding;
  readonly #layers: LSTM[];
  readonly #output: Dense;

  /**
   * @param config Sizes.
   * @param seed Where the first weights come from.
   * @throws {RangeError} If a size is not a positive integer, or the dropout not a share below 1, or at more than 1,000
   * layers.
   */
  constructor(config: LSTMNetworkConfig, seed: number = 0) {
    const { vocabSize, embedding, units, layers, dropout } = config;
    for (
      const [name, value] of Object.entries({
        vocabSize,
        embedding,
        units,
        layers,
      })
    ) {
      if (!Number.isSafeInteger(value) || value < 1) {
        throw new RangeError(
          `Cannot build an LSTM: ${name} must be a positive integer: ${value}`,
        );
      }
    }
    if (layers > MOST_LAYERS) {
      throw new RangeError(
        `Cannot build an LSTM: layers must be at most ${MOST_LAYERS}: ${layers}`,
      );
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new RangeError(
        `Cannot build an LSTM: dropout must be a share from 0 up to but not 1: ${dropout}`,
      );
    }
    this.config = { vocabSize, embedding, units, layers, dropout };
    this.#embedding = new Embedding({
      name: "embedding",
      vocabSize,
      width: embedding,
      seed,
    });
    this.#layers = Array.from(
      { length: layers },
      (_, i) =>
        new LSTM({
          name: `lstm_${i + 1}`,
          inputs: i === 0 ? embedding : units,
          units,
          seed,
        }),
    );
    this.#output = new Dense({
      name: "output",
      inputs: units,
      units: vocabSize,
      seed,
    });
    const parts = [this.#embedding, ...this.#layers, this.#output];
    this.parameters = new Map(
      parts.flatMap((part) => part.parameters).map((
        parameter,
      ) => [parameter.name, parameter]),
    );
  }

  /** One line about the network. */
  get description(): string {
    const { layers, units } = this.config;
    const parameters = countParameters(this).toLocaleString("en-US");
    return `LSTM, ${layers} ${
      layers === 1 ? "layer" : "layers"
    } of ${units} units, ${parameters} parameters`;
  }

  /**
   * @param batch Rows, B.
   * @returns Zeros.
   */
  zeroState(batch: number): PredictorState {
    return this.#layers.flatMap((layer) => {
      const { h, c } = layer.zeroState(batch);
      return [h, c];
    });
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
    const [batch, steps] = ids.shape as [number, number];
    const { units, vocabSize, dropout: rate } = this.config;
    const next: Tensor[] = [];
    const places = tf.transpose(ids); // (T, B): time leads, the layers go through it
    let x: Tensor | undefined;
    for (const [i, layer] of this.#layers.entries()) {
      const before = stateOf(i, state);
      const { outputs, last }: LSTMSequence = x === undefined
        ? layer.forwardRows(this.#embedding.table.variable, places, before)
        : layer.forward(x, before);
      next.push(last.h, last.c);
      x = outputs; // (T, B, H)
      if (options.dropout && rate > 0) {
        x = dropout(x, {
          rate,
          place: `lstm_${i + 1}`,
          draw: options.dropout,
          batchAxis: 1,
        });
      }
    }
    const rows = this.#output.forward(tf.reshape(x!, [steps * batch, units])); // (TB, V)
    const logits = tf.transpose(
      tf.reshape(rows, [steps, batch, vocabSize]),
      [1, 0, 2],
    ); // (B, T, V)
    return { logits, state: next };
  }

  /**
   * @param ids Token ids, int32, shape (B,).
   * @param state The state before them.
   * @returns Logits of shape (B, V), and the state after them.
   */
  step(ids: Tensor, state: PredictorState): Prediction {
    const [first] = this.#layers;
    const x = this.#embedding.forward(ids); // (B, E)
    return this.#goOn(first!.step(x, stateOf(0, state)), state);
  }

  /**
   * @returns {@linkcode LSTMNetwork.step}; with a small vocabulary, the first layer's product for every token is taken
   * now.
   */
  stepper(): Stepper {
    if (this.config.vocabSize > LONGEST_TABLE) {
      return (ids, state) => this.step(ids, state);
    }
    const [first] = this.#layers;
    const stepRows = first!.rowStepper(this.#embedding.table.variable);
    return (ids, state) => this.#goOn(stepRows(ids, stateOf(0, state)), state);
  }

  /** The way from the first layer's new state to the logits. */
  #goOn({ h, c }: LSTMState, before: PredictorState): Prediction {
    const state = [h, c];
    for (const [i, layer] of this.#layers.entries()) {
      if (i === 0) continue;
      ({ h, c } = layer.step(h, stateOf(i, before))); // (B, H) each
      state.push(h, c);
    }
    return { logits: this.#output.forward(h), state }; // (B, V)
  }
}

function stateOf(layer: number, state: PredictorState): LSTMState {
  return { h: state[2 * layer]!, c: state[2 * layer + 1]! };
}
