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
import { withSliceAt } from "../engine/slices.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type { SequencePlan, StepPlan } from "./attention_plan.ts";
import { Dense } from "./dense.ts";
import type { Parameter } from "./parameter.ts";
import { rotate } from "./rotary.ts";

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

/** What a layer remembers: a ring of keys and values, shape (B, G, C, S) each. */
export interface KeyValueCache {
  /** Keys; with rotary positions turned by their slot's number. */
  keys: Tensor;
  /** Values. */
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
    const shape = [batch, this.#groups, context, this.#size];
    return { keys: tf.zeros(shape), values: tf.zeros(shape) };
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
    const score = (queries: Tensor, keys: Tensor): Tensor =>
      tf.matMul(grouped(queries), keys, false, true); // (B, G, RT, K)
    let scores = score(
      turned,
      rotation === undefined ? keys : rotate(keys, rotation),
    ); // (B, G, RT, T)
    let seen = values;
    let next: KeyValueCache | undefined;
    if (memory !== undefined) {
      let old = score(turned, cache!.keys); // (B, G, RT, C)
      let kept = keys;
      if (memory.rotary !== undefined) {
        const { around, slots, isSameTurn } = memory.rotary;
        const before = score(rotate(queries, around), cache!.keys); // (B, G, RT, C)
        old = tf.where(isSameTurn, old, before);
        kept = rotate(keys, slots);
      }
      scores = tf.concat([old, scores], 3); // (B, G, RT, C + T)
      seen = tf.concat([cache!.values, values], 2); // (B, G, C + T, S)
      const places = memory.kept as tf.Tensor1D;
      next = {
        keys: tf.gather(tf.concat([cache!.keys, kept], 2), places, 2),
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
    const context = cache.keys.shape[2]!;
    const [q, k, v] = this.#split(this.qkv.forward(x));
    const { rotary, slot, unseen } = plan;
    let queries = tf.reshape(tf.mul(q, 1 / Math.sqrt(size)), [
      batch,
      groups,
      heads / groups,
      size,
    ]); // (B, G, R, S)
    let key = tf.reshape(k, [batch, groups, size]); // (B, G, S)
    if (rotary !== undefined) {
      key = rotate(key, rotary.rotation);
      queries = tf.concat([
        rotate(queries, rotary.rotation),
        rotate(queries, rotary.around),
      ], 2); // (B, G, 2R, S)
    }
    const value = tf.reshape(v, [batch, groups, size]);
    const keys = withSliceAt(cache.keys, slot, key, 2); // (B, G, C, S)
    const values = withSliceAt(cache.values, slot, value, 2); // (B, G, C, S)
    const flat = [batch * groups, context, size];
    let scores = tf.matMul(
      tf.reshape(queries, [batch * groups, -1, size]),
      tf.reshape(keys, flat),
      false,
      true,
    ); // (BG, R or 2R, C)
    if (rotary !== undefined) {
      const [here, before] = tf.split(scores, 2, 1) as [Tensor, Tensor];
      scores = tf.where(rotary.isSameTurn, here, before);
    }
    const weights = tf.softmax(tf.add(scores, unseen)); // (BG, R, C)
    const mixed = tf.matMul(weights, tf.reshape(values, flat)); // (BG, R, S)
    const outputs = this.projection.forward(tf.reshape(mixed, [batch, width]));
    return { outputs, cache: { keys, values } };
  }

  /** Queries, keys and values, shape (N, H S), (N, G S) and (N, G S). */
  #split(qkv: Tensor): [Tensor, Tensor, Tensor] {
    const [all, some] = [this.#heads * this.#size, this.#groups * this.#size];
    return tf.split(qkv, [all, some, some], 1) as [Tensor, Tensor, Tensor];
  }
}
