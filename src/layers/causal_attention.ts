/**
 * Causal self-attention: every token gathers what it needs from itself and the tokens before it.
 *
 *     q, k, v = x·K + b      y = softmax(q·kᵀ / √S) · v · P + c
 *
 * Vaswani et al., "Attention Is All You Need", 2017, section 3.2, with several queries to a key as in Ainslie et al.,
 * "GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints", 2023: H heads in G groups, of
 * which each has one key and one value. Head h belongs to group ⌊h · G / H⌋.
 *
 * @module
 */
import { isForXla, withRowSlicesAt } from "../engine/slices.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type { SequencePlan, StepPlan } from "./attention_plan.ts";
import { Dense } from "./dense.ts";
import type { Parameter } from "./parameter.ts";
import { rotate, type Rotation } from "./rotary.ts";

/** Options of {@linkcode CausalAttention}. */
export interface CausalAttentionOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Numbers in a row, D. */
  width: number;

  /** Heads, H; a divisor of the width. */
  heads: number;

  /** Keys and values of a token, G; a divisor of the heads. */
  keyValueHeads: number;

  /** Whether the linear maps have offsets. */
  bias: boolean;

  /** Standard deviation of the first values of the map to queries, keys and values. */
  deviation: number;

  /** Standard deviation of the first values of the map back. */
  residualDeviation: number;

  /** Where the first values come from. */
  seed: number;
}

/** What a layer remembers: a ring of keys and values. */
export interface KeyValueCache {
  /** Keys, shape (B, G, S, C); with rotary positions turned by their slot's number. */
  keys: Tensor;
  /** Values, shape (B, G, C, S). */
  values: Tensor;
}

/** What a layer gives. */
export interface Attended {
  /** Rows, shape (BT, D), or (B, D) for one token. */
  outputs: Tensor;
  /** What it remembers now; undefined without a memory. */
  cache?: KeyValueCache;
}

/** One layer of attention with several heads. */
export class CausalAttention {
  /** To queries, keys and values side by side, shape (D, (H + 2G) S). */
  readonly qkv: Dense;
  /** From the heads' results, shape (D, D). */
  readonly projection: Dense;
  readonly #heads: number;
  readonly #groups: number;
  readonly #size: number;

  /** @param options Name, sizes, first values and seed. */
  constructor(options: CausalAttentionOptions) {
    const { name, width, heads, keyValueHeads, bias, seed } = options;
    this.#heads = heads;
    this.#groups = keyValueHeads;
    this.#size = width / heads;
    this.qkv = new Dense({
      name: `${name}/qkv`,
      inputs: width,
      units: width + 2 * keyValueHeads * this.#size,
      seed,
      bias,
      deviation: options.deviation,
    });
    this.projection = new Dense({
      name: `${name}/projection`,
      inputs: width,
      units: width,
      seed,
      bias,
      deviation: options.residualDeviation,
    });
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return [...this.qkv.parameters, ...this.projection.parameters];
  }

  /**
   * @param batch Rows, B.
   * @param context Slots, C.
   * @returns An empty memory.
   */
  zeroCache(batch: number, context: number): KeyValueCache {
    const [groups, size] = [this.#groups, this.#size];
    return {
      keys: tf.zeros([batch, groups, size, context]),
      values: tf.zeros([batch, groups, context, size]),
    };
  }

  /**
   * @param x Rows, float32, shape (BT, D), the tokens of a row of the batch one after the other.
   * @param plan Who sees whom.
   * @param cache The memory, where the plan has one.
   * @returns What the tokens gather, and the memory.
   */
  forward(x: Tensor, plan: SequencePlan, cache?: KeyValueCache): Attended {
    const [heads, groups, size] = [this.#heads, this.#groups, this.#size];
    const steps = plan.places.size;
    const batch = x.shape[0]! / steps;
    const split = (part: Tensor, heads: number): Tensor =>
      tf.transpose(tf.reshape(part, [batch, steps, heads, size]), [0, 2, 1, 3]);
    const [q, k, v] = this.#split(this.qkv.forward(x));
    const queries = split(tf.mul(q, 1 / Math.sqrt(size)), heads); // (B, H, T, S)
    const keys = split(k, groups); // (B, G, T, S)
    const values = split(v, groups); // (B, G, T, S)
    const { rotation, memory } = plan;
    const turned = rotation === undefined ? queries : rotate(queries, rotation);
    /** Queries of a group one after the other, shape (B, G, RT, S). */
    const grouped = (queries: Tensor): Tensor =>
      tf.reshape(queries, [batch, groups, -1, size]);
    const remembered = (queries: Tensor): Tensor =>
      tf.matMul(grouped(queries), cache!.keys); // (B, G, RT, C)
    let scores = tf.matMul(
      grouped(turned),
      rotation === undefined ? keys : rotate(keys, rotation),
      false,
      true,
    ); // (B, G, RT, T)
    let seen = values;
    let next: KeyValueCache | undefined;
    if (memory !== undefined) {
      let old = remembered(turned);
      let kept = keys;
      if (memory.rotary !== undefined) {
        const { around, slots, isSameTurn } = memory.rotary;
        const before = remembered(rotate(queries, around));
        old = tf.where(isSameTurn, old, before);
        kept = rotate(keys, slots);
      }
      scores = tf.concat([old, scores], 3); // (B, G, RT, C + T)
      seen = tf.concat([cache!.values, values], 2); // (B, G, C + T, S)
      const places = memory.kept as tf.Tensor1D;
      next = {
        keys: tf.gather(
          tf.concat([cache!.keys, tf.transpose(kept, [0, 1, 3, 2])], 3),
          places,
          3,
        ),
        values: tf.gather(seen, places, 2),
      };
    }
    const unseen = groups === heads
      ? plan.unseen
      : tf.tile(plan.unseen, [heads / groups, 1]); // (RT, K)
    const weights = tf.softmax(tf.add(scores, unseen)); // (B, G, RT, K)
    const mixed = tf.reshape(tf.matMul(weights, seen), [
      batch,
      heads,
      steps,
      size,
    ]);
    const together = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), x.shape); // (BT, D)
    const outputs = this.projection.forward(together);
    return next === undefined ? { outputs } : { outputs, cache: next };
  }

  /**
   * @param x One token in every row, float32, shape (B, D).
   * @param plan Who sees whom.
   * @param cache The memory.
   * @returns What the tokens gather, and the memory with them.
   */
  step(x: Tensor, plan: StepPlan, cache: KeyValueCache): Required<Attended> {
    const [heads, groups, size] = [this.#heads, this.#groups, this.#size];
    const [batch, width] = x.shape as [number, number];
    const [q, k, v] = this.#split(this.qkv.forward(x));
    const { rotary, slots, unseen } = plan;
    let queries = tf.reshape(tf.mul(q, 1 / Math.sqrt(size)), [
      batch,
      groups,
      heads / groups,
      size,
    ]); // (B, G, R, S)
    let key = tf.reshape(k, [batch, groups, size]); // (B, G, S)
    if (rotary !== undefined) {
      const { rotation, around } = rotary;
      key = rotate(key, withAxes(rotation, 1));
      queries = tf.concat([
        rotate(queries, withAxes(rotation, 2)),
        rotate(queries, withAxes(around, 2)),
      ], 2); // (B, G, 2R, S)
    }
    const value = tf.reshape(v, [batch, groups, size]);
    const keys = withRowSlicesAt(cache.keys, slots, key, 3); // (B, G, S, C)
    const values = withRowSlicesAt(cache.values, slots, value, 2); // (B, G, C, S)
    let scores = rotary === undefined
      ? rowsTimesMatrix(queries, keys)
      : tf.matMul(queries, keys); // (B, G, R or 2R, C); XLA would turn the queries anew for every slot of a sum
    if (rotary !== undefined) {
      const [here, before] = tf.split(scores, 2, 2) as [Tensor, Tensor];
      scores = tf.where(inAllHeads(rotary.isSameTurn), here, before);
    }
    const weights = tf.softmax(tf.add(scores, inAllHeads(unseen))); // (B, G, R, C)
    const mixed = rowsTimesMatrix(weights, values); // (B, G, R, S)
    const outputs = this.projection.forward(tf.reshape(mixed, [batch, width]));
    return { outputs, cache: { keys, values } };
  }

  /** Queries, keys and values, shape (N, H S), (N, G S) and (N, G S). */
  #split(qkv: Tensor): [Tensor, Tensor, Tensor] {
    const [all, some] = [this.#heads * this.#size, this.#groups * this.#size];
    return tf.split(qkv, [all, some, some], 1) as [Tensor, Tensor, Tensor];
  }
}

/** A rotation of rows for tensors that have axes between the rows and the numbers. */
function withAxes({ cos, sin }: Rotation, axes: number): Rotation {
  const [rows, half] = cos.shape as [number, number];
  const shape = [rows, ...new Array<number>(axes).fill(1), half];
  return { cos: tf.reshape(cos, shape), sin: tf.reshape(sin, shape) };
}

/** From shape (B, C) to shape (B, 1, 1, C). */
function inAllHeads(ofSlots: Tensor): Tensor {
  return tf.expandDims(tf.expandDims(ofSlots, 1), 1);
}

/**
 * A few rows times a matrix, for many of both: shape (B, G, R, N) and (B, G, N, M) to (B, G, R, M). XLA calls a routine
 * for every product; for one row of the batch that takes longer than a sum over N, which becomes one loop along M.
 */
function rowsTimesMatrix(rows: Tensor, matrices: Tensor): Tensor {
  return isForXla() && rows.shape[0] === 1
    ? tf.sum(tf.mul(tf.expandDims(rows, 4), tf.expandDims(matrices, 2)), 3)
    : tf.matMul(rows, matrices);
}
