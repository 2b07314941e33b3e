/**
 * Attention of a recurrent layer over its own past: every output looks back at the W outputs before it.
 *
 *     e_s = h_t · A · h_s / √H,   s from t − W to t − 1      c_t = Σ_s softmax(e)_s h_s      y_t = tanh([c_t; h_t] · P)
 *
 * Luong, Pham and Manning, "Effective Approaches to Attention-based Neural Machine Translation", 2015, equation 5 and the
 * general score of section 3.1, over a window of the model's own past as in Daniluk et al., "Frustratingly Short Attention
 * Spans in Neural Language Modeling", 2017, section 2.1. The scores are divided by √H as in Vaswani et al., "Attention Is
 * All You Need", 2017, so that normalised outputs do not begin with all weight on one place. Outputs from before the first
 * token are zeros that are looked at like any other, as the layer's own first state is.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { Dense } from "./dense.ts";
import type { Parameter } from "./parameter.ts";
import { inOrder, type Ring, withNext } from "./ring.ts";

/** Added to the score of an output that is not looked at; its weight is exactly 0 then. */
const UNSEEN = -1e9;

/** Options of {@linkcode StateAttention}. */
export interface StateAttentionOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Numbers in an output, H. */
  units: number;

  /** How many outputs are looked back at, W. */
  window: number;

  /** Where the first values come from. */
  seed: number;
}

/** What the attention makes of outputs. */
export interface AttendedStates {
  /** The shape of what came in. */
  outputs: Tensor;
  /** The ring's rows afterwards, shape (B, W, H); in order after a sequence, so that its position is 0 then. */
  rows: Tensor;
}

/** Attention over past outputs; it remembers the last W. */
export class StateAttention {
  /** A, shape (H, H), Glorot uniform at the start. */
  readonly score: Dense;
  /** P, shape (2H, H), Glorot uniform at the start. */
  readonly output: Dense;
  readonly #units: number;
  readonly #window: number;

  /** @param options Name, sizes and seed. */
  constructor(options: StateAttentionOptions) {
    const { name, units, window, seed } = options;
    this.#units = units;
    this.#window = window;
    const map = (part: string, inputs: number): Dense =>
      new Dense({ name: `${name}/${part}`, inputs, units, bias: false, seed });
    this.score = map("score", units);
    this.output = map("output", 2 * units);
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return [...this.score.parameters, ...this.output.parameters];
  }

  /**
   * @param batch Rows, B.
   * @returns The ring's rows before any token: zeros, shape (B, W, H).
   */
  zeroRows(batch: number): Tensor {
    return tf.zeros([batch, this.#window, this.#units]);
  }

  /**
   * @param h Outputs of every step, float32, shape (T, B, H).
   * @param ring The outputs before them.
   * @returns The outputs joined with what they looked at, shape (T, B, H), and the ring's rows, the oldest first.
   */
  forward(h: Tensor, ring: Ring): AttendedStates {
    const [steps, batch, units] = h.shape as [number, number, number];
    const window = this.#window;
    const own = tf.transpose(h, [1, 0, 2]); // (B, T, H)
    const past = tf.concat([inOrder(ring), own], 1); // (B, W + T, H)
    const queries = this.#queries(tf.reshape(own, [batch * steps, units])); // (BT, H)
    const scores = tf.matMul(
      tf.reshape(queries, own.shape),
      past,
      false,
      true,
    ); // (B, T, W + T)
    const weights = tf.softmax(tf.add(scores, unseen(steps, window)));
    const context = tf.transpose(tf.matMul(weights, past), [1, 0, 2]); // (T, B, H)
    const rows = (x: Tensor): Tensor => tf.reshape(x, [steps * batch, units]);
    return {
      outputs: tf.reshape(this.#join(rows(context), rows(h)), h.shape),
      rows: tf.slice(past, [0, steps, 0], [batch, window, units]), // (B, W, H)
    };
  }

  /**
   * @param h One output for every row, float32, shape (B, H).
   * @param ring The outputs before it.
   * @returns The output joined with what it looked at, shape (B, H), and the ring's rows.
   */
  step(h: Tensor, ring: Ring): AttendedStates {
    const [batch, units] = h.shape as [number, number];
    const query = tf.reshape(this.#queries(h), [batch, 1, units]);
    const weights = tf.softmax(tf.matMul(query, ring.rows, false, true)); // (B, 1, W): in any order
    const context = tf.matMul(weights, ring.rows); // (B, 1, H)
    return {
      outputs: this.#join(tf.reshape(context, h.shape), h), // (B, H)
      rows: withNext(ring, h), // (B, W, H)
    };
  }

  /** What the outputs look for, shape (N, H). */
  #queries(h: Tensor): Tensor {
    return tf.mul(this.score.forward(h), 1 / Math.sqrt(this.#units));
  }

  /** Both of shape (N, H), as is the result. */
  #join(context: Tensor, h: Tensor): Tensor {
    return tf.tanh(this.output.forward(tf.concat([context, h], 1)));
  }
}

/** Which of the W outputs before a sequence and of the T in it are not before each of the T, or too far, shape (T, W + T). */
function unseen(steps: number, window: number): Tensor {
  const from = tf.range(0, steps, 1, "int32");
  const place = tf.range(0, window + steps, 1, "int32");
  const distance = tf.sub(place, tf.expandDims(from, 1)); // (T, W + T), from the oldest that is seen
  const isSeen = tf.logicalAnd(
    tf.greaterEqual(distance, tf.scalar(0, "int32")),
    tf.less(distance, tf.scalar(window, "int32")),
  );
  return tf.mul(tf.cast(tf.logicalNot(isSeen), "float32"), UNSEEN);
}
