/**
 * A decoder-only transformer: embedding, blocks of attention and feed-forward layers, a norm, and scores of all tokens.
 *
 * Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, with their first values; Touvron et al.,
 * "LLaMA: Open and Efficient Foundation Language Models", 2023, section 2.2; the output by the embedding's vectors as in
 * Press and Wolf, "Using the Output Embedding to Improve Language Models", 2017. With sinusoidal positions the
 * embedding's vectors are multiplied by √D, as in Vaswani et al., "Attention Is All You Need", 2017, section 3.4.
 *
 * @module
 */
import { slicesAt } from "../engine/slices.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type {
  HiddenPrediction,
  Prediction,
  PredictorState,
  Stepper,
} from "../generation/predictor.ts";
import {
  type AttentionSizes,
  planSequence,
  planStep,
  type RotationLookup,
} from "../layers/attention_plan.ts";
import type { KeyValueCache } from "../layers/causal_attention.ts";
import { Dense } from "../layers/dense.ts";
import { Embedding } from "../layers/embedding.ts";
import type { LayerNorm } from "../layers/layer_norm.ts";
import { type Parameter, parametersByName } from "../layers/parameter.ts";
import type { RMSNorm } from "../layers/rms_norm.ts";
import { rotationAt } from "../layers/rotary.ts";
import { sinusoidalPositions } from "../layers/sinusoidal.ts";
import {
  createNorm,
  dropoutOfRows,
  TransformerBlock,
} from "../layers/transformer_block.ts";
import {
  countParameters,
  type ForwardOptions,
  type LayerDescription,
  type Network,
  type NetworkConfig,
} from "./network.ts";
import {
  checkTransformerConfig,
  type TransformerNetworkConfig,
} from "./transformer_config.ts";

/** GPT-2's standard deviation of first weights. */
const DEVIATION = 0.02;

/**
 * The network; its state is how many tokens every row has read, int32, shape (B,), the same number in all rows, and the
 * keys and values of each block in turn, shape (B, G, S, C) and (B, G, C, S).
 *
 * With rotary positions a token sees itself and the C − 1 tokens before it, for ever. Learned and sinusoidal positions
 * end with the context: after C tokens the network starts over at position 0, without memory.
 */
export class TransformerNetwork implements Network {
  /** Name of the architecture. */
  readonly kind = "transformer";
  /** Sizes and parts. */
  readonly config: Readonly<TransformerNetworkConfig> & NetworkConfig;
  /** Everything that training changes, by name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Training reads every window by itself. */
  readonly carriesState = false;
  /** Made of operations on tensors. */
  readonly isCompilable = true;
  /** Tokens that training reads at once. */
  readonly context: number;
  /** Tokens after which it starts over; undefined with rotary positions. */
  readonly startsOverAfter?: number;
  readonly #embedding: Embedding;
  readonly #positions: Embedding | undefined;
  readonly #blocks: TransformerBlock[];
  readonly #norm: LayerNorm | RMSNorm;
  readonly #output: Dense | undefined;
  readonly #sizes: AttentionSizes;

  /**
   * @param config Sizes and parts.
   * @param seed Where the first weights come from.
   * @throws {RangeError} If a size or a share is out of range, or a part unknown.
   * @throws {TypeError} If a switch is neither true nor false.
   */
  constructor(config: TransformerNetworkConfig, seed: number = 0) {
    const checked = checkTransformerConfig(config);
    const { vocabSize, context, layers, heads, width, positions } = checked;
    const deviation = DEVIATION;
    const residualDeviation = DEVIATION / Math.sqrt(2 * layers);
    this.config = { ...checked };
    this.context = context;
    if (positions !== "rotary") this.startsOverAfter = context;
    this.#sizes = {
      context,
      rotary: positions === "rotary"
        ? { size: width / heads, base: checked.rotaryBase }
        : undefined,
    };
    const table = { width, seed, deviation };
    this.#embedding = new Embedding({ name: "embedding", vocabSize, ...table });
    this.#positions = positions === "learned"
      ? new Embedding({ name: "positions", vocabSize: context, ...table })
      : undefined;
    this.#blocks = Array.from(
      { length: layers },
      (_, i) =>
        new TransformerBlock({
          ...checked,
          name: `block_${i + 1}`,
          deviation,
          residualDeviation,
          seed,
        }),
    );
    this.#norm = createNorm({ ...checked, name: "norm" });
    this.#output = checked.tied ? undefined : new Dense({
      name: "output",
      inputs: width,
      units: vocabSize,
      bias: false,
      deviation,
      seed,
    });
    this.parameters = parametersByName([
      this.#embedding,
      this.#positions,
      ...this.#blocks,
      this.#norm,
      this.#output,
    ]);
  }

  /** One line about the network. */
  get description(): string {
    const { layers, heads, width } = this.config;
    const parameters = countParameters(this).toLocaleString("en-US");
    return `transformer, ${layers} ${
      layers === 1 ? "layer" : "layers"
    } of width ${width}, ${heads} ${
      heads === 1 ? "head" : "heads"
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
   * Per token, a block multiplies D·(D + 2·G·S) weights for queries, keys and values, D² for the projection, 2·D·F for
   * the feed-forward layer (3·D·F with SwiGLU), and attention takes the products of T queries and keys, masked or not:
   * 2·T·D more.
   *
   * @param steps Tokens that are read at once, T.
   * @returns What each layer takes.
   */
  describe(steps: number): LayerDescription[] {
    const { layers, heads, keyValueHeads, width, feedForward } = this.config;
    const { activation, norm, positions, tied, vocabSize, context } =
      this.config;
    const keyValues = 2 * keyValueHeads * (width / heads);
    const up = feedForward * (activation === "swiglu" ? 2 : 1);
    const none = { flops: 0, activations: 0, state: 0 };
    const parts: LayerDescription[] = [
      { ...none, name: "embedding", type: "Embedding", width },
    ];
    if (positions === "learned") {
      parts.push({ ...none, name: "positions", type: "Embedding", width });
    }
    for (let i = 0; i < layers; i++) {
      parts.push({
        name: `block_${i + 1}`,
        type: "TransformerBlock",
        width,
        flops: 2 * width * (2 * width + keyValues + up + feedForward) +
          4 * steps * width,
        activations: 8 * width + keyValues + 2 * heads * steps + up +
          2 * feedForward,
        state: keyValues * context,
      });
    }
    const type = norm === "rms" ? "RMSNorm" : "LayerNorm";
    parts.push({ ...none, name: "norm", type, width, activations: 2 * width });
    return [...parts, {
      ...none,
      name: "output",
      type: tied ? "Dense, by the embedding" : "Dense",
      width: vocabSize,
      flops: 2 * width * vocabSize,
      activations: width + 4 * vocabSize,
    }];
  }

  /**
   * @param batch Rows, B.
   * @returns An empty memory.
   */
  zeroState(batch: number): PredictorState {
    const caches = this.#blocks.flatMap(({ attention }) => {
      const { keys, values } = attention.zeroCache(batch, this.context);
      return [keys, values];
    });
    return [tf.zeros([batch], "int32"), ...caches];
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
    options: ForwardOptions = {},
  ): Prediction {
    const { logits, state: next } = this.#read(ids, state, options);
    return { logits, state: next };
  }

  /**
   * @param ids Token ids, int32, shape (B, T).
   * @param state The state before them.
   * @returns What {@linkcode TransformerNetwork.forward} gives, and the rows after the last norm, shape (B, T, D).
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
    const { vocabSize, dropout: rate } = this.config;
    const draw = options.dropout;
    const plan = planSequence(steps, this.#sizes, positionOf(state));
    let x = this.#embed(tf.reshape(ids, [-1])); // (BT, D)
    const places = this.#placesOf(plan.places); // (T, D)
    if (places !== undefined) {
      x = tf.reshape(
        tf.add(tf.reshape(x, [batch, steps, -1]), places),
        x.shape,
      );
    }
    x = dropoutOfRows(x, { steps, rate, place: "embedding", draw });
    const next: Tensor[] = [];
    for (const [i, block] of this.#blocks.entries()) {
      const before = plan.memory && cacheOf(i, state);
      const { outputs, cache } = block.forward(x, plan, before, draw);
      x = outputs; // (BT, D)
      if (cache !== undefined) next.push(cache.keys, cache.values);
    }
    const rows = this.#norm.forward(x); // (BT, D)
    const said = {
      logits: tf.reshape(this.#score(rows), [batch, steps, vocabSize]),
      hidden: tf.reshape(rows, [batch, steps, -1]), // (B, T, D)
    };
    if (plan.memory === undefined) return { ...said, state: [] };
    const position = inAllRows(plan.memory.position, batch);
    return { ...said, state: [position, ...next] };
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
   * @returns What {@linkcode TransformerNetwork.step} gives, and the rows after the last norm, shape (B, D).
   */
  stepHidden(ids: Tensor, state: PredictorState): HiddenPrediction {
    return this.#step(ids, state);
  }

  /**
   * @returns {@linkcode TransformerNetwork.step}; the angles or vectors of all positions are computed now.
   */
  stepper(): Stepper {
    const { context, rotary } = this.#sizes;
    if (rotary === undefined) {
      const table = this.#placesOf(tf.range(0, context, 1, "int32"))!; // (C, D)
      return (ids, state) => this.#step(ids, state, { table });
    }
    const { cos, sin } = rotationAt(
      tf.range(0, 2 * context, 1, "int32"),
      rotary,
    ); // (2C, S/2) each
    const lookUp: RotationLookup = (positions) => ({
      cos: slicesAt(cos, positions), // (B, S/2)
      sin: slicesAt(sin, positions), // (B, S/2)
    });
    return (ids, state) => this.#step(ids, state, { lookUp });
  }

  #step(
    ids: Tensor,
    state: PredictorState,
    { lookUp, table }: { lookUp?: RotationLookup; table?: Tensor } = {},
  ): HiddenPrediction {
    const plan = planStep(this.#sizes, state[0]!, lookUp);
    let x = this.#embed(ids); // (B, D)
    const places = table === undefined
      ? this.#placesOf(plan.slots)
      : slicesAt(table, plan.slots); // (B, D)
    if (places !== undefined) x = tf.add(x, places);
    const next = [plan.positions];
    for (const [i, block] of this.#blocks.entries()) {
      const { outputs, cache } = block.step(x, plan, cacheOf(i, state));
      x = outputs; // (B, D)
      next.push(cache.keys, cache.values);
    }
    const hidden = this.#norm.forward(x); // (B, D)
    return { logits: this.#score(hidden), hidden, state: next };
  }

  /** Vectors of tokens, shape (N, D). */
  #embed(ids: Tensor): Tensor {
    const x = this.#embedding.forward(ids);
    const { positions, width } = this.config;
    return positions === "sinusoidal" ? tf.mul(x, Math.sqrt(width)) : x;
  }

  /** Vectors of absolute positions, shape (N, D); undefined with rotary ones. */
  #placesOf(places: Tensor): Tensor | undefined {
    const { positions, width } = this.config;
    if (positions === "rotary") return undefined;
    return this.#positions?.forward(places) ??
      sinusoidalPositions(places, width);
  }

  /** From rows after the last norm, shape (N, D), to the logits, shape (N, V). */
  #score(rows: Tensor): Tensor {
    return this.#output?.forward(rows) ??
      tf.matMul(rows, this.#embedding.table.variable, false, true);
  }
}

/** Tokens that every row has read so far, shape (); undefined for an empty state. */
function positionOf([position]: PredictorState): Tensor | undefined {
  return position && tf.reshape(tf.slice(position, [0], [1]), []);
}

function inAllRows(position: Tensor, batch: number): Tensor {
  return tf.tile(tf.reshape(position, [1]), [batch]); // (B,)
}

function cacheOf(block: number, state: PredictorState): KeyValueCache {
  return { keys: state[1 + 2 * block]!, values: state[2 + 2 * block]! };
}
