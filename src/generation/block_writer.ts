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
import { whileLoop } from "../engine/control_flow.ts";
import { randomUniform, seedTensor } from "../engine/random_uniform.ts";
import { sliceAt, withSliceAt } from "../engine/slices.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type { Predictor, PredictorState } from "./predictor.ts";
import { SAMPLING_STREAM, type SamplingSettings } from "./sampler.ts";

/** Most tokens of a block. Blocks end where a multiple of it is reached; a multiple of 4, as random numbers are made. */
export const LONGEST_BLOCK = 512;

/** Tokens of a block whose pace is not known yet, and of the shortest one. */
const FIRST_BLOCK = 64;

/** Milliseconds that a block takes, about: so long the reader waits for the next tokens. */
const BLOCK_TIME = 50;

/** Numbers that one product with a triangular matrix sums up, at most. */
const LONGEST_ROW = 128;

/** What a block is written from. */
interface BlockInputs {
  /** The token before the first, which the model has not read yet, int32, shape (1,). */
  token: Tensor;
  /** What the model remembers before it. */
  state: Tensor[];
  /** float32, shape (); absent for the likeliest token always. */
  temperature?: Tensor;
  /** int32, shape (2,). */
  seed?: Tensor;
  /** How many times LONGEST_BLOCK tokens lie before, int32, shape (). */
  draw: Tensor;
  /** Places of the first token and behind the last, counted from there, int32, shape () each. */
  start: Tensor;
  end: Tensor;
  /** How many tokens may be chosen from; 0 for all. */
  topK: number;
}

/** What a block gives, and what its loop carries from token to token. */
interface BlockState {
  /** Place of the next token, int32, shape (). */
  place: Tensor;
  /** int32, shape (LONGEST_BLOCK,). */
  ids: Tensor;
  /** Whether all scores so far were numbers, bool, shape (). */
  sound: Tensor;
  /** The last token, which the model has not read yet, int32, shape (1,). */
  token: Tensor;
  /** What the model remembers before it. */
  state: Tensor[];
}

/** What a block goes on from. */
export interface BlockStart {
  /** The token before the block, which the model has not read yet. */
  token: number;
  /** What the model remembers before it; the caller still owns it. */
  state: PredictorState;
}

/** Which tokens a block has. */
export interface BlockPlace {
  /** Position of the first token, from 0. */
  position: number;
  /** How many tokens are wanted, from 1; a block has as many or fewer. */
  most: number;
}

/** A block of new tokens. */
export interface WrittenBlock {
  /** The tokens. */
  ids: Int32Array;
  /** Whether all of them were chosen from scores that are numbers; if not, they mean nothing. */
  sound: boolean;
  /** What the model remembers before the last token; the caller disposes it. */
  state: PredictorState;
}

/** Writes blocks with one model. */
export class BlockWriter {
  readonly #predictor: Predictor;
  readonly #write: CompiledFunction<[BlockInputs], BlockState>;
  readonly #read: CompiledFunction<[Tensor], Tensor[]>;
  /** Tokens of the next block, at most. */
  #length = FIRST_BLOCK;

  /** @param predictor The model. */
  constructor(predictor: Predictor) {
    this.#predictor = predictor;
    this.#write = compile((inputs: BlockInputs) => this.#writeBlock(inputs), {
      name: "generation",
    });
    this.#read = compile(
      (
        ids: Tensor,
      ) => [...predictor.forward(ids, predictor.zeroState(1)).state],
      { name: "reading again" },
    );
  }

  /**
   * Reads tokens without memory of what was before, on another thread. It is compiled for every number of tokens.
   *
   * @param ids The tokens.
   * @returns What the model remembers then; the caller disposes it.
   */
  async read(ids: Int32Array): Promise<PredictorState> {
    const row = tf.tensor2d(ids, [1, ids.length], "int32");
    try {
      return await this.#read.inBackground(row);
    } finally {
      row.dispose();
    }
  }

  /**
   * Writes one block, on another thread.
   *
   * @param from What it goes on from.
   * @param block Which tokens.
   * @param settings How the tokens are chosen.
   * @returns The block.
   */
  async write(
    { token, state }: BlockStart,
    { position, most }: BlockPlace,
    { temperature, topK, seed }: SamplingSettings,
  ): Promise<WrittenBlock> {
    const start = position % LONGEST_BLOCK;
    const length = Math.min(most, this.#length, LONGEST_BLOCK - start);
    const end = start + length;
    const inputs: BlockInputs = {
      token: tf.tensor1d([token], "int32"),
      state: [...state],
      draw: tf.scalar(Math.floor(position / LONGEST_BLOCK), "int32"),
      start: tf.scalar(start, "int32"),
      end: tf.scalar(end, "int32"),
      topK,
      ...(temperature > 0 && {
        temperature: tf.scalar(temperature),
        seed: seedTensor(seed!),
      }),
    };
    const begun = performance.now();
    try {
      const { place, ids, sound, token, state: next } = await this.#write
        .inBackground(inputs);
      const [isSound] = await sound.data();
      this.#keepPace(length / (performance.now() - begun));
      const written = await ids.data() as Int32Array;
      tf.dispose([place, ids, sound, token]);
      return {
        ids: written.slice(start, end),
        sound: isSound === 1,
        state: next,
      };
    } finally {
      const { token, draw, start, end, temperature, seed } = inputs;
      tf.dispose([
        token,
        draw,
        start,
        end,
        ...(temperature ? [temperature, seed!] : []),
      ]);
    }
  }

  /** Frees what is compiled. */
  dispose(): void {
    this.#write.dispose();
    this.#read.dispose();
  }

  /** Makes blocks as long as their time allows, at a pace in tokens per millisecond. */
  #keepPace(pace: number): void {
    this.#length = Math.max(Math.floor(pace * BLOCK_TIME), FIRST_BLOCK);
  }

  #writeBlock(
    { token, state, temperature, seed, draw, start, end, topK }: BlockInputs,
  ): BlockState {
    const choose = temperature === undefined
      ? chooseLikeliest
      : sampling(topK, temperature, seed!, draw);
    const step = this.#predictor.stepper?.() ??
      ((ids, state) => this.#predictor.step(ids, state));
    return whileLoop(
      ({ place, sound }: BlockState) =>
        tf.logicalAnd(sound, tf.less(place, end)),
      ({ place, ids, token, state }) => {
        const next = step(token, state);
        const { id, sound } = choose(tf.reshape(next.logits, [-1]), place);
        return {
          place: tf.add(place, tf.scalar(1, "int32")),
          ids: withSliceAt(ids, place, id),
          sound,
          token: tf.reshape(id, [1]),
          state: [...next.state],
        };
      },
      {
        place: start,
        ids: tf.zeros([LONGEST_BLOCK], "int32"),
        sound: tf.scalar(true, "bool") as Tensor,
        token,
        state,
      },
    );
  }
}

/** A chosen token, int32, shape (), and whether the scores are those of a distribution, bool, shape (). */
interface Choice {
  id: Tensor;
  sound: Tensor;
}

/** Chooses from the scores of a place, shape (V,). */
type Choose = (logits: Tensor, place: Tensor) => Choice;

function chooseLikeliest(logits: Tensor): Choice {
  const isNumber = tf.logicalNot(tf.any(tf.isNaN(logits)));
  return {
    id: tf.argMax(logits),
    sound: tf.logicalAnd(isNumber, tf.isFinite(tf.max(logits))),
  };
}

function sampling(
  topK: number,
  temperature: Tensor,
  seed: Tensor,
  draw: Tensor,
): Choose {
  const uniforms = randomUniform([LONGEST_BLOCK], {
    seed,
    stream: SAMPLING_STREAM,
    draw,
  });
  return (logits, place) => {
    const weights = relativeWeights(logits, temperature); // (V,)
    const kept = topK === 0 || topK >= logits.size
      ? weights
      : tf.mul(weights, largest(logits as tf.Tensor1D, topK)); // (V,)
    const cumulative = cumulate(kept); // (V,)
    const total = tf.slice(cumulative, [logits.size - 1], [1]); // (1,)
    // Below the total, as a random number is below 1 by 2⁻²⁴ at least: so it is exceeded somewhere.
    const share = tf.mul(sliceAt(uniforms, place), total); // (1,)
    return {
      id: tf.argMax(tf.cast(tf.greater(cumulative, share), "int32")),
      sound: tf.reshape(tf.isFinite(total), []),
    };
  };
}

/**
 * The softmax of the scores but for a factor; NaN somewhere if a score is NaN or Infinity, or if all are −Infinity. That
 * is arranged for apart, since XLA's exponential makes numbers of NaN and of −Infinity.
 */
function relativeWeights(logits: Tensor, temperature: Tensor): Tensor {
  const best = tf.max(logits); // ()
  const isSound = tf.logicalAnd(
    tf.lessEqual(logits, best),
    tf.isFinite(best),
  ); // (V,)
  const weights = tf.exp(tf.div(tf.sub(logits, best), temperature)); // (V,)
  return tf.where(
    tf.equal(logits, tf.scalar(-Infinity)),
    tf.where(tf.isFinite(best), tf.zerosLike(logits), tf.scalar(NaN)),
    tf.where(isSound, weights, tf.scalar(NaN)),
  ); // (V,)
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

/** Running sums by two products with triangular matrices: within rows of 128, and over the rows before. */
function cumulate(weights: Tensor): Tensor {
  const size = weights.size;
  const width = Math.min(size, LONGEST_ROW);
  const rows = Math.ceil(size / width);
  const padded = tf.pad(weights, [[0, rows * width - size]]);
  const inside = tf.matMul(
    tf.reshape(padded, [rows, width]),
    triangle(width, tf.lessEqual),
  ); // (rows, width)
  if (rows === 1) return tf.slice(tf.reshape(inside, [width]), [0], [size]);
  const totals = tf.slice(inside, [0, width - 1], [rows, 1]); // (rows, 1)
  const earlier = tf.matMul(triangle(rows, tf.less), totals, true, false); // (rows, 1)
  return tf.slice(
    tf.reshape(tf.add(inside, earlier), [rows * width]),
    [0],
    [size],
  ); // (V,)
}

/** Ones above the diagonal, and on it where places are compared by "less or equal", shape (n, n); made once by XLA. */
function triangle(n: number, compare: typeof tf.less): Tensor {
  const place = tf.range(0, n, 1, "int32");
  const [from, to] = [tf.expandDims(place, 1), tf.expandDims(place, 0)];
  return tf.cast(compare(from, to), "float32");
}
