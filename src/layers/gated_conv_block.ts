/**
 * One block of a convolutional network: a causal convolution, a gate, and a map to what is added to the input and to what
 * goes straight to the end.
 *
 *     a, g = convolution(x)      h = tanh(a) ∘ σ(g)      r, s = h · P + c      x = x + r
 *
 * Van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016, sections 2.3 and 2.4. Not in WaveNet: the norm
 * before the convolution and the dropout of h, where asked for.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { CausalConv } from "./causal_conv.ts";
import { Dense } from "./dense.ts";
import { dropout, type DropoutDraw } from "./dropout.ts";
import { LayerNorm } from "./layer_norm.ts";
import type { Parameter } from "./parameter.ts";
import type { Ring } from "./ring.ts";

/** Options of {@linkcode GatedConvBlock}. */
export interface GatedConvBlockOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Numbers in a row, in every part of the block, F. */
  filters: number;

  /** Inputs that a convolution's output is made of, k. */
  kernelSize: number;

  /** How far apart they are, d. */
  dilation: number;

  /** Whether the convolution sees rows of mean 0 and variance 1, scaled and shifted by learnt numbers. */
  layerNorm: boolean;

  /** Share of the gate's outputs that training drops. */
  dropout: number;

  /** Whether it is the last block, with nothing to add to its input. */
  isLast: boolean;

  /** Where the first values come from. */
  seed: number;
}

/** What a block makes of rows. */
export interface GatedRows {
  /** What the next block reads, the shape of the input; after the last block the input itself. */
  x: Tensor;
  /** What goes straight to the end, shape (TB, F), or (B, F) of a step. */
  skip: Tensor;
  /** What the convolution remembers, shape (B, L, F). */
  rows: Tensor;
}

/** One block. */
export class GatedConvBlock {
  /** Its convolution, which alone remembers. */
  readonly convolution: CausalConv;
  /** The map after the gate: to r and s side by side, or to s in the last block. */
  readonly projection: Dense;
  readonly #norm: LayerNorm | undefined;
  readonly #options: GatedConvBlockOptions;

  /** @param options Name, sizes, parts and seed. */
  constructor(options: GatedConvBlockOptions) {
    const { name, filters, isLast, layerNorm, seed } = options;
    this.#options = options;
    this.#norm = layerNorm
      ? new LayerNorm({ name: `${name}/norm`, width: filters })
      : undefined;
    this.convolution = new CausalConv({
      ...options,
      name: `${name}/convolution`,
      inputs: filters,
      units: 2 * filters,
    });
    this.projection = new Dense({
      name: `${name}/projection`,
      inputs: filters,
      units: isLast ? filters : 2 * filters,
      seed,
    });
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return [
      ...(this.#norm?.parameters ?? []),
      ...this.convolution.parameters,
      ...this.projection.parameters,
    ];
  }

  /**
   * @param x Inputs of every step, float32, shape (T, B, F).
   * @param ring What the convolution remembers.
   * @param draw Which dropout masks to draw; without it nothing is dropped.
   * @returns The rows, and the memory with them.
   */
  forward(x: Tensor, ring: Ring, draw?: DropoutDraw): GatedRows {
    const { name, dropout: rate } = this.#options;
    const { outputs, rows } = this.convolution.forward(
      this.#normalize(x),
      ring,
    );
    let gated = gate(outputs); // (TB, F)
    if (draw && rate > 0) {
      const apart = tf.reshape(gated, x.shape); // (T, B, F)
      const kept = dropout(apart, { rate, place: name, draw, batchAxis: 1 });
      gated = tf.reshape(kept, gated.shape);
    }
    return { ...this.#goOn(x, gated), rows };
  }

  /**
   * @param x One input for every row, float32, shape (B, F).
   * @param ring What the convolution remembers.
   * @returns The rows, and the memory with them.
   */
  step(x: Tensor, ring: Ring): GatedRows {
    const { outputs, rows } = this.convolution.step(this.#normalize(x), ring);
    return { ...this.#goOn(x, gate(outputs)), rows };
  }

  #normalize(x: Tensor): Tensor {
    if (this.#norm === undefined) return x;
    const { filters } = this.#options;
    return tf.reshape(
      this.#norm.forward(tf.reshape(x, [-1, filters])),
      x.shape,
    );
  }

  #goOn(x: Tensor, gated: Tensor): { x: Tensor; skip: Tensor } {
    const added = this.projection.forward(gated); // (N, 2F), or (N, F) in the last block
    if (this.#options.isLast) return { x, skip: added };
    const [r, skip] = tf.split(added, 2, 1) as [Tensor, Tensor]; // (N, F) each
    return { x: tf.add(x, tf.reshape(r, x.shape)), skip };
  }
}

/** From the sums of both halves side by side, shape (N, 2F), to shape (N, F). */
function gate(sums: Tensor): Tensor {
  const [a, g] = tf.split(sums, 2, 1) as [Tensor, Tensor];
  return tf.mul(tf.tanh(a), tf.sigmoid(g));
}
