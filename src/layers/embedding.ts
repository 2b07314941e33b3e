/**
 * A learnt vector for every token of the vocabulary.
 *
 * @module
 */
import { RandomStream } from "../engine/random.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { normal, uniform } from "./initializers.ts";
import { Parameter } from "./parameter.ts";

/** Keras's default range of a new embedding. */
const INITIAL_LIMIT = 0.05;

/** Options of {@linkcode Embedding}. */
export interface EmbeddingOptions {
  /** Name that the parameter's name begins with. */
  name: string;

  /** Tokens in the vocabulary, V. */
  vocabSize: number;

  /** Numbers in a vector, E. */
  width: number;

  /** Where the first values come from. */
  seed: number;

  /**
   * Standard deviation of the first values, which are normally distributed then.
   *
   * @default {undefined} which is uniform within 0.05
   */
  deviation?: number;
}

/** A table of vectors, looked up by token id. */
export class Embedding {
  /** The vectors, shape (V, E). */
  readonly table: Parameter;

  /** @param options Name, sizes and seed. */
  constructor(options: EmbeddingOptions) {
    const { name, vocabSize, width, seed, deviation } = options;
    const path = `${name}/table`;
    this.table = new Parameter(
      path,
      [vocabSize, width],
      () => {
        const random = new RandomStream(seed, path);
        const size = vocabSize * width;
        return deviation === undefined
          ? uniform(size, INITIAL_LIMIT, random)
          : normal(size, deviation, random);
      },
    );
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return [this.table];
  }

  /**
   * @param ids Token ids, int32, any shape.
   * @returns Their vectors, float32, one axis of length E more.
   */
  forward(ids: Tensor): Tensor {
    return tf.gather(this.table.variable, ids as tf.Tensor1D); // (..., E)
  }
}
