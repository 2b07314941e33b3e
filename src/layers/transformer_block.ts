/**
 * One block of a decoder-only transformer: attention and a feed-forward layer, each behind a norm and added to what
 * came in.
 *
 *     x = x + attention(norm_1(x))      x = x + feed_forward(norm_2(x))
 *
 * The norm comes first as in Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, section 2.3.
 * Dropout, where asked for, is on what each part adds.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import type { SequencePlan, StepPlan } from "./attention_plan.ts";
import {
  type Attended,
  CausalAttention,
  type CausalAttentionOptions,
  type KeyValueCache,
} from "./causal_attention.ts";
import { dropout, type DropoutDraw } from "./dropout.ts";
import { type Activation, FeedForward } from "./feed_forward.ts";
import { LayerNorm } from "./layer_norm.ts";
import type { Parameter } from "./parameter.ts";
import { RMSNorm } from "./rms_norm.ts";

/** How rows are normalised: by mean and variance, or by the root mean square. */
export type NormName = "layer" | "rms";

/** The norms by name. */
export const NORMS: readonly NormName[] = ["layer", "rms"];

/** Options of {@linkcode createNorm}. */
export interface NormOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Which. */
  norm: NormName;

  /** Numbers in a row, D. */
  width: number;

  /** Whether a layer norm has an offset. */
  bias: boolean;

  /** What is added under the root. */
  epsilon: number;
}

/**
 * @param options Which norm, of what width.
 * @returns The norm.
 */
export function createNorm(
  { norm, ...options }: NormOptions,
): LayerNorm | RMSNorm {
  return norm === "layer" ? new LayerNorm(options) : new RMSNorm(options);
}

/** Options of {@linkcode TransformerBlock}. */
export interface TransformerBlockOptions
  extends CausalAttentionOptions, NormOptions {
  /** Numbers in between of the feed-forward layer, F. */
  feedForward: number;

  /** How the feed-forward layer bends. */
  activation: Activation;

  /** Share of what each part adds that training drops. */
  dropout: number;
}

/** One block. */
export class TransformerBlock {
  /** Gathers from the tokens before. */
  readonly attention: CausalAttention;
  /** Works on each token by itself. */
  readonly feedForward: FeedForward;
  readonly #norms: readonly [LayerNorm | RMSNorm, LayerNorm | RMSNorm];
  readonly #name: string;
  readonly #dropout: number;

  /** @param options Name, sizes, parts, first values and seed. */
  constructor(options: TransformerBlockOptions) {
    const { name } = options;
    this.#name = name;
    this.#dropout = options.dropout;
    this.#norms = [
      createNorm({ ...options, name: `${name}/norm_1` }),
      createNorm({ ...options, name: `${name}/norm_2` }),
    ];
    this.attention = new CausalAttention({
      ...options,
      name: `${name}/attention`,
    });
    this.feedForward = new FeedForward({
      ...options,
      name: `${name}/feed_forward`,
      units: options.feedForward,
    });
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    const [first, second] = this.#norms;
    return [first, this.attention, second, this.feedForward]
      .flatMap((part) => part.parameters);
  }

  /**
   * @param x Rows, float32, shape (BT, D), the tokens of a row of the batch one after the other.
   * @param plan Who sees whom.
   * @param cache The memory, where the plan has one.
   * @param draw Which dropout masks to draw; without it nothing is dropped.
   * @returns The rows changed, and the memory.
   */
  forward(
    x: Tensor,
    plan: SequencePlan,
    cache?: KeyValueCache,
    draw?: DropoutDraw,
  ): Attended {
    const [first, second] = this.#norms;
    const steps = plan.places.size;
    const drop = (added: Tensor, part: string): Tensor =>
      dropoutOfRows(added, {
        steps,
        rate: this.#dropout,
        place: `${this.#name}/${part}`,
        draw,
      });
    const attended = this.attention.forward(first.forward(x), plan, cache);
    x = tf.add(x, drop(attended.outputs, "attention")); // (BT, D)
    const added = this.feedForward.forward(second.forward(x)); // (BT, D)
    return { ...attended, outputs: tf.add(x, drop(added, "feed_forward")) };
  }

  /**
   * @param x One token in every row, float32, shape (B, D).
   * @param plan Who sees whom.
   * @param cache The memory.
   * @returns The rows changed, and the memory with them.
   */
  step(x: Tensor, plan: StepPlan, cache: KeyValueCache): Required<Attended> {
    const [first, second] = this.#norms;
    const attended = this.attention.step(first.forward(x), plan, cache);
    x = tf.add(x, attended.outputs); // (B, D)
    const added = this.feedForward.forward(second.forward(x)); // (B, D)
    return { cache: attended.cache, outputs: tf.add(x, added) };
  }
}

/** Options of {@linkcode dropoutOfRows}. */
export interface DropoutOfRowsOptions {
  /** Tokens of a row of the batch, T. */
  steps: number;

  /** Share to drop. */
  rate: number;

  /** Name of the place in the model. */
  place: string;

  /** Which masks to draw; undefined to drop nothing. */
  draw: DropoutDraw | undefined;
}

/**
 * @param x Rows, float32, shape (BT, D), the tokens of a row of the batch one after the other.
 * @param options What to drop; a mask belongs to a row of the batch.
 * @returns The same shape.
 */
export function dropoutOfRows(
  x: Tensor,
  { steps, rate, place, draw }: DropoutOfRowsOptions,
): Tensor {
  if (draw === undefined || rate === 0) return x;
  const apart = tf.reshape(x, [-1, steps, x.shape[1]!]); // (B, T, D)
  return tf.reshape(dropout(apart, { rate, place, draw }), x.shape);
}
