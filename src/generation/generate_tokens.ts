/**
 * Writes token after token: the prompt is read once, and from then on the model's state is carried.
 *
 * @module
 */
import { ensureEngine } from "../engine/engine.ts";
import { nextTurn } from "../engine/event_loop.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { BLOCK_LENGTH, type BlockWriter } from "./block_writer.ts";
import type { Prediction, Predictor } from "./predictor.ts";
import type { Sampler } from "./sampler.ts";

/** Tokens of the prompt that are read in one go, before the event loop gets a turn. */
const PROMPT_CHUNK = 64;

/** Writes whole blocks of tokens at a time. */
export type BlockSource = Pick<BlockWriter, "write">;

/** Options of {@linkcode generateTokens}. */
export interface GenerateTokensOptions {
  /** Token ids to go on from, one at least. */
  prompt: Int32Array;

  /** How many tokens to write. */
  maxTokens: number;

  /** Chooses each token. */
  sampler: Sampler;

  /** Stops the work between two tokens. */
  signal?: AbortSignal | undefined;

  /**
   * Writes blocks of tokens, which is faster once it is compiled.
   *
   * @default {undefined} which writes token by token
   */
  blocks?: BlockSource | undefined;
}

/**
 * Generates tokens one by one. Leaving the loop early frees all that the generation holds.
 *
 * @param predictor The model.
 * @param options The prompt, how many tokens, and how they are chosen.
 * @returns The ids of the new tokens.
 * @throws The signal's reason, once it is aborted.
 * @throws {RangeError} If the model's logits are not numbers.
 */
export async function* generateTokens(
  predictor: Predictor,
  options: GenerateTokensOptions,
): AsyncGenerator<number, void, undefined> {
  const { prompt, maxTokens, sampler, signal, blocks } = options;
  await ensureEngine();
  let last: Prediction = {
    logits: tf.zeros([0]),
    state: predictor.zeroState(1),
  };
  try {
    for (let from = 0; from < prompt.length; from += PROMPT_CHUNK) {
      signal?.throwIfAborted();
      last = advance(last, (state) => {
        const ids = tf.tensor1d(
          prompt.subarray(from, from + PROMPT_CHUNK),
          "int32",
        );
        const { logits, state: next } = predictor.forward(
          tf.expandDims(ids, 0),
          state,
        );
        const [, length, vocabulary] = logits.shape as [number, number, number];
        return {
          logits: tf.reshape(
            tf.slice(logits, [0, length - 1, 0], [1, 1, vocabulary]),
            [1, vocabulary],
          ), // (1, V)
          state: next,
        };
      });
      await nextTurn();
    }
    let position = 0;
    while (blocks !== undefined && position < maxTokens) {
      signal?.throwIfAborted();
      const block = await blocks.write(
        last,
        position / BLOCK_LENGTH,
        sampler.settings,
      );
      if (block.soundLength < BLOCK_LENGTH) {
        // Scores that are no numbers: token by token from here, which names the place.
        dispose(block.next);
        break;
      }
      dispose(last);
      last = block.next;
      for (const id of block.ids.subarray(0, maxTokens - position)) {
        signal?.throwIfAborted();
        yield id;
      }
      position += BLOCK_LENGTH;
    }
    for (; position < maxTokens; position++) {
      signal?.throwIfAborted();
      const id = sampler.pick(
        await last.logits.data() as Float32Array,
        position,
      );
      yield id;
      if (position === maxTokens - 1) break; // what would come next is nobody's question
      signal?.throwIfAborted();
      last = advance(
        last,
        (state) => predictor.step(tf.tensor1d([id], "int32"), state),
      ); // logits (1, V)
      await nextTurn();
    }
  } finally {
    dispose(last);
  }
}

function dispose({ logits, state }: Prediction): void {
  tf.dispose([logits, ...state]);
}

/** Computes the next prediction, then frees the one before and everything in between. */
function advance(
  last: Prediction,
  compute: (state: readonly Tensor[]) => Prediction,
): Prediction {
  const [logits, ...state] = tf.tidy(() => {
    const next = compute(last.state);
    return [next.logits, ...next.state];
  });
  dispose(last);
  return { logits: logits!, state };
}
