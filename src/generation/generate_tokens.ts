/**
 * Writes token after token: the prompt is read once, and from then on the model's state is carried. A model that starts
 * over after some tokens reads the last half of them again then, so that the text goes on.
 *
 * @module
 */
import { ensureEngine } from "../engine/engine.ts";
import { nextTurn } from "../engine/event_loop.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { ReadingWindow } from "./_reading_window.ts";
import type { BlockWriter } from "./block_writer.ts";
import type { Predictor, PredictorState } from "./predictor.ts";
import type { Sampler } from "./sampler.ts";

/** Tokens of the prompt that are read in one go, before the event loop gets a turn. */
const PROMPT_CHUNK = 64;

/** Writes and reads whole blocks of tokens at a time. */
export type BlockSource = Pick<BlockWriter, "read" | "write">;

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
  let state = predictor.zeroState(1);
  let token = prompt.at(-1)!; // what the model has not read yet
  const window = new ReadingWindow(predictor.startsOverAfter);

  /** Reads tokens piece by piece. */
  async function read(ids: Int32Array): Promise<void> {
    for (let from = 0; from < ids.length; from += PROMPT_CHUNK) {
      signal?.throwIfAborted();
      const piece = ids.subarray(from, from + PROMPT_CHUNK);
      state = replace(state, (before) => {
        const row = tf.tensor2d(piece, [1, piece.length], "int32");
        return [...predictor.forward(row, before).state];
      });
      await nextTurn();
    }
  }

  /** Sees to it that the model has room for a token. */
  async function makeRoom(): Promise<void> {
    if (window.room > 0) return;
    const again = window.startOver();
    if (blocks !== undefined && again.length > 0) {
      const next = await blocks.read(again);
      tf.dispose([...state]);
      state = next;
      return;
    }
    state = replace(state, () => [...predictor.zeroState(1)]);
    await read(again);
  }

  try {
    await read(window.begin(prompt.subarray(0, -1)));
    let position = 0;
    while (blocks !== undefined && position < maxTokens) {
      signal?.throwIfAborted();
      await makeRoom();
      const { ids, sound, state: next } = await blocks.write({ token, state }, {
        position,
        most: Math.min(maxTokens - position, window.room),
      }, sampler.settings);
      if (!sound) {
        // Scores that are no numbers: token by token from here, which names the place.
        tf.dispose([...next]);
        break;
      }
      tf.dispose([...state]);
      state = next;
      window.add([token, ...ids.subarray(0, -1)]);
      token = ids.at(-1)!;
      for (const id of ids) {
        signal?.throwIfAborted();
        yield id;
      }
      position += ids.length;
    }
    for (; position < maxTokens; position++) {
      signal?.throwIfAborted();
      await makeRoom();
      window.add([token]);
      let scores: Tensor;
      [scores, ...state] = replace(state, (before) => {
        const next = predictor.step(tf.tensor1d([token], "int32"), before);
        return [next.logits, ...next.state];
      }) as [Tensor, ...Tensor[]]; // logits (1, V)
      const logits = await scores.data() as Float32Array;
      scores.dispose();
      token = sampler.pick(logits, position);
      yield token;
      await nextTurn();
    }
  } finally {
    tf.dispose([...state]);
  }
}

/** Computes tensors from others, then frees those, and everything in between. */
function replace(
  before: PredictorState,
  compute: (before: PredictorState) => Tensor[],
): Tensor[] {
  const after = tf.tidy(() => compute(before));
  tf.dispose([...before]);
  return after;
}
