/**
 * Writes tokens in blocks: choosing a token and reading it is one compiled loop, so that nothing goes back and forth
 * between JavaScript and the engine within a block.
 *
 * The tokens are chosen as `Sampler` chooses them, by the same random numbers, in single precision: softmax of the logits
 * over the temperature, all but the k largest dropped, and the first token whose cumulative weight exceeds the random
 * share of the total.
 *
 * @module
 */
import { compile, type CompiledFunction } from "../engine/compile.ts";
import { scan } from "../engine/control_flow.ts";
import { randomUniform, seedTensor } from "../engine/random_uniform.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type { Prediction, Predictor } from "./predictor.ts";
import { SAMPLING_STREAM, type SamplingSettings } from "./sampler.ts";

/** Tokens of a block; a multiple of 4, so that blocks use whole blocks of random numbers. */
export const BLOCK_LENGTH = 64;

/** Numbers that one product with a triangular matrix sums up, at most. */
const LONGEST_ROW = 128;

/** What a block is written from. */
interface BlockInputs {
  /** Scores of the first token, shape (1, V). */
  logits: Tensor;
  /** What the model remembers before it. */
  state: Tensor[];
  /** float32, shape (); absent for the likeliest token always. */
  temperature?: Tensor;
  /** int32, shape (2,). */
  seed?: Tensor;
  /** Number of the block, int32, shape (). */
  block: Tensor;
  /** How many tokens may be chosen from; 0 for all. */
  topK: number;
}

/** What a block gives. */
interface BlockResults {
  /** int32, shape (BLOCK_LENGTH,). */
  ids: Tensor;
  /** Whether the scores before each token were numbers, bool, shape (BLOCK_LENGTH,). */
  sound: Tensor;
  /** Scores of the token after the block, shape (1, V). */
  logits: Tensor;
  /** What the model remembers after it. */
  state: Tensor[];
}

/** A block of new tokens. */
export interface WrittenBlock {
  /** The tokens. */
  ids: Int32Array;
  /** How many of them were chosen from scores that are numbers; what comes after means nothing. */
  soundLength: number;
  /** The prediction after the block; the caller disposes it. */
  next: Prediction;
}

/** Writes blocks with one model. */
export class BlockWriter {
  readonly #predictor: Predictor;
  readonly #write: CompiledFunction<[BlockInputs], BlockResults>;

  /** @param predictor The model. */
  constructor(predictor: Predictor) {
    this.#predictor = predictor;
    this.#write = compile((inputs: BlockInputs) => this.#writeBlock(inputs), {
      name: "generation",
    });
  }

  /**
   * Writes one block, on another thread.
   *
   * @param from The prediction before it, which the caller still owns.
   * @param block Number of the block, from 0.
   * @param settings How the tokens are chosen.
   * @returns The block.
   */
  async write(
    from: Prediction,
    block: number,
    { temperature, topK, seed }: SamplingSettings,
  ): Promise<WrittenBlock> {
    const inputs: BlockInputs = {
      logits: from.logits,
      state: [...from.state],
      block: tf.scalar(block, "int32"),
      topK: topK < from.logits.size ? topK : 0,
      ...(temperature > 0 && {
        temperature: tf.scalar(temperature),
        seed: seedTensor(seed!),
      }),
    };
    try {
      const { ids, sound, logits, state } = await this.#write.inBackground(
        inputs,
      );
      const flags = await sound.data();
      const written = await ids.data() as Int32Array;
      tf.dispose([ids, sound]);
      const unsound = flags.indexOf(0);
      return {
        ids: written,
        soundLength: unsound < 0 ? written.length : unsound,
        next: { logits, state },
      };
    } finally {
      const { block, temperature, seed } = inputs;
      tf.dispose([block, ...(temperature ? [temperature, seed!] : [])]);
    }
  }

  /** Frees the compiled loop. */
  dispose(): void {
    this.#write.dispose();
  }

  #writeBlock(
    { logits, state, temperature, seed, block, topK }: BlockInputs,
  ): BlockResults {
    const uniforms = seed === undefined
      ? tf.zeros([BLOCK_LENGTH])
      : randomUniform([BLOCK_LENGTH], {
        seed,
        stream: SAMPLING_STREAM,
        draw: block,
      });
    const sums = temperature === undefined
      ? undefined
      : triangles(logits.shape[1]!);
    const [last, { ids, sound }] = scan(
      (now: { logits: Tensor; state: Tensor[] }, uniform: Tensor) => {
        const row = tf.reshape(now.logits, [-1]); // (V,)
        const id = sums === undefined
          ? tf.argMax(row)
          : choose(row, tf.div(row, temperature!), uniform, topK, sums); // ()
        const next = this.#predictor.step(tf.reshape(id, [1]), now.state);
        return [
          { logits: next.logits, state: [...next.state] },
          { ids: id, sound: isSound(row) },
        ];
      },
      { logits, state },
      uniforms,
    );
    return { ids, sound, ...last };
  }
}

/** Whether a distribution can be made of scores: none is NaN or Infinity, and one at least is above −Infinity. */
function isSound(logits: Tensor): Tensor {
  const best = tf.max(logits); // ()
  const isNumber = tf.logicalNot(tf.any(tf.isNaN(logits)));
  return tf.logicalAnd(isNumber, tf.isFinite(best)); // ()
}

function choose(
  logits: Tensor,
  scaled: Tensor,
  uniform: Tensor,
  topK: number,
  sums: Triangles,
): Tensor {
  const weights = tf.exp(tf.sub(scaled, tf.max(scaled))); // (V,)
  const kept = topK === 0
    ? weights
    : tf.mul(weights, largest(logits as tf.Tensor1D, topK)); // (V,)
  const cumulative = cumulate(kept, sums); // (V,)
  const total = tf.slice(cumulative, [logits.size - 1], [1]); // (1,)
  const below = tf.cast(
    tf.lessEqual(cumulative, tf.mul(uniform, total)),
    "int32",
  );
  const places = tf.range(0, logits.size, 1, "int32"); // (V,)
  const possible = tf.mul(tf.cast(tf.greater(kept, 0), "int32"), places);
  return tf.minimum(tf.sum(below), tf.max(possible)); // ()
}

/** 1 for the k largest scores, the lower ids among equals, 0 for the others. */
function largest(logits: tf.Tensor1D, k: number): Tensor {
  const { indices } = tf.topk(logits, k); // (k,)
  return tf.scatterND(
    tf.expandDims(indices, 1),
    tf.ones([k]),
    [logits.size],
  ); // (V,)
}

/** Matrices that turn a row of numbers into its running sums. */
interface Triangles {
  rows: number;
  /** Numbers in a row. */
  width: number;
  /** Ones on and above the diagonal, shape (width, width). */
  within: Tensor;
  /** Ones above the diagonal, shape (rows, rows). */
  before: Tensor;
}

function triangles(size: number): Triangles {
  const width = Math.min(size, LONGEST_ROW);
  const rows = Math.ceil(size / width);
  const upper = (n: number, diagonal: boolean): Tensor => {
    const place = tf.range(0, n, 1, "int32");
    const [from, to] = [tf.expandDims(place, 1), tf.expandDims(place, 0)];
    return tf.cast(
      diagonal ? tf.lessEqual(from, to) : tf.less(from, to),
      "float32",
    );
  };
  return {
    rows,
    width,
    within: upper(width, true),
    before: upper(rows, false),
  };
}

/** Running sums by two matrix products: within rows of 128, and over the rows before. */
function cumulate(
  weights: Tensor,
  { rows, width, within, before }: Triangles,
): Tensor {
  const size = weights.size;
  const padded = tf.pad(weights, [[0, rows * width - size]]);
  const inside = tf.matMul(tf.reshape(padded, [rows, width]), within); // (rows, width)
  if (rows === 1) return tf.slice(tf.reshape(inside, [width]), [0], [size]);
  const totals = tf.slice(inside, [0, width - 1], [rows, 1]); // (rows, 1)
  const earlier = tf.matMul(before, totals, true, false); // (rows, 1)
  return tf.slice(
    tf.reshape(tf.add(inside, earlier), [rows * width]),
    [0],
    [size],
  ); // (V,)
}
