/**
 * A model of n-grams as a network: the distribution of the next token from counts, in place of learnt weights.
 *
 * @module
 */
import type { TensorData } from "../checkpoint/safetensors.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type { Prediction, PredictorState } from "../generation/predictor.ts";
import type { Parameter } from "../layers/parameter.ts";
import { checkOptionNames } from "../text/options.ts";
import { KneserNey } from "./ngram/kneser_ney.ts";
import type { Counting, Network, NetworkConfig } from "./network.ts";

/** Sizes of a model of n-grams. */
export interface NGramConfig {
  /** Tokens in the vocabulary, V. */
  vocabSize: number;
  /** Tokens of the longest n-grams, n. */
  order: number;
}

/** Marks a place before the begin of a document. */
const NOTHING = -1;

/**
 * The network; its state is the last n − 1 tokens of every row, int32, shape (B, n − 1), 1 at least: before the first token
 * the begin of a document, whose id is V, and −1 before that. Its logits are log-probabilities.
 */
export class NGramNetwork implements Network {
  /** Name of the architecture. */
  readonly kind = "ngram";
  /** Sizes. */
  readonly config: NetworkConfig & Readonly<NGramConfig>;
  /** There is nothing that gradients change. */
  readonly parameters: ReadonlyMap<string, Parameter> = new Map();
  /** How it learns. */
  readonly counting: Counting;
  readonly #model: KneserNey;

  /**
   * @param config The vocabulary, and the order.
   * @throws {RangeError} If a size is out of range.
   * @throws {TypeError} If a name is unknown.
   */
  constructor(config: NGramConfig) {
    checkOptionNames("Cannot build an n-gram model", config, [
      "vocabSize",
      "order",
    ]);
    const model = new KneserNey(config);
    let version = 0;
    this.config = { vocabSize: config.vocabSize, order: config.order };
    this.#model = model;
    this.counting = {
      get size() {
        return model.ngramCount;
      },
      get lengths() {
        return model.ngramCounts;
      },
      get memory() {
        return model.memory;
      },
      get version() {
        return version;
      },
      count: (document) => {
        version++;
        return model.updating(document);
      },
      measure: (document) => model.measuring(document),
      tensors: () => tensorsOf(model),
      setTensors: (tensors) => {
        version++;
        model.restore(keptIn(tensors));
      },
    };
  }

  /** One line about the network. */
  get description(): string {
    const count = this.#model.ngramCount.toLocaleString("en-US");
    return `${this.config.order}-gram, modified Kneser–Ney, ${count} n-grams`;
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
   * @returns The begin of a document.
   */
  zeroState(batch: number): PredictorState {
    const width = this.#width;
    const row = new Int32Array(width).fill(NOTHING);
    row[width - 1] = this.config.vocabSize;
    const rows = Int32Array.from(
      { length: batch * width },
      (_, i) => row[i % width]!,
    );
    return [tf.tensor2d(rows, [batch, width], "int32")];
  }

  /**
   * @param ids Token ids, int32, shape (B, T).
   * @param state The state before them.
   * @returns Logits of shape (B, T, V), and the state after the last token.
   */
  forward(ids: Tensor, state: PredictorState): Prediction {
    const [batch, steps] = ids.shape as [number, number];
    const { vocabSize } = this.config;
    const width = this.#width;
    const tokens = ids.dataSync();
    const before = state[0]!.dataSync();
    const logits = new Float32Array(batch * steps * vocabSize);
    const after = new Int32Array(batch * width);
    for (let row = 0; row < batch; row++) {
      const known = [
        ...before.subarray(row * width, (row + 1) * width),
        ...tokens.subarray(row * steps, (row + 1) * steps),
      ];
      for (let t = 0; t < steps; t++) {
        const context = known.slice(t + 1, t + 1 + width)
          .filter((id) => id !== NOTHING);
        const place = (row * steps + t) * vocabSize;
        logits.set(this.#model.logProbabilities(context), place);
      }
      after.set(known.slice(steps), row * width);
    }
    return {
      logits: tf.tensor3d(logits, [batch, steps, vocabSize]),
      state: [tf.tensor2d(after, [batch, width], "int32")],
    };
  }

  /**
   * @param ids Token ids, int32, shape (B,).
   * @param state The state before them.
   * @returns Logits of shape (B, V), and the state after them.
   */
  step(ids: Tensor, state: PredictorState): Prediction {
    const next = this.forward(tf.expandDims(ids, 1), state);
    return { logits: tf.squeeze(next.logits, [1]), state: next.state };
  }

  get #width(): number {
    return Math.max(this.config.order - 1, 1);
  }
}

function tensorsOf(model: KneserNey): Map<string, TensorData> {
  const { tokens, parents, counts } = model.kept;
  const shape = [tokens.length];
  return new Map<string, TensorData>([
    ["ngrams/tokens", { dtype: "I32", shape, data: tokens }],
    ["ngrams/parents", { dtype: "I32", shape, data: parents }],
    ["ngrams/counts", { dtype: "U32", shape, data: counts }],
  ]);
}

function keptIn(
  tensors: ReadonlyMap<string, TensorData>,
): KneserNey["kept"] {
  const names = ["ngrams/tokens", "ngrams/parents", "ngrams/counts"];
  const [tokens, parents, counts] = names.map((name) => tensors.get(name));
  const unknown = [...tensors.keys()].filter((name) => !names.includes(name));
  if (
    unknown.length > 0 || tokens?.dtype !== "I32" || parents?.dtype !== "I32" ||
    counts?.dtype !== "U32" || tokens.shape.length !== 1 ||
    parents.data.length !== tokens.data.length ||
    counts.data.length !== tokens.data.length
  ) {
    const found = [...tensors].map(([name, { dtype, shape }]) =>
      `${name} ${dtype} [${shape}]`
    );
    throw new RangeError(
      `Cannot take over counts: there must be ngrams/tokens and ngrams/parents (I32), and ngrams/counts (U32), all of one length: ${
        found.join(", ") || "none"
      }`,
    );
  }
  return { tokens: tokens.data, parents: parents.data, counts: counts.data };
}
