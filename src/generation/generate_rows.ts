/**
 * Writes several texts side by side: every prompt is read once, and from then on the model's state is carried. A model
 * that starts over after some tokens reads the last half of them again then, so that the text goes on.
 *
 * What a row writes follows from its prompt, the seed and its number, not from the rows beside it.
 *
 * @module
 */
import { ensureEngine } from "../engine/engine.ts";
import { Breather, nextTurn } from "../engine/event_loop.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { ReadingWindow } from "./_reading_window.ts";
import { joinRows, withRow } from "./_state_rows.ts";
import type { BlockWriter } from "./block_writer.ts";
import type { ChainContext } from "./chain/candidates.ts";
import type { Predictor, PredictorState } from "./predictor.ts";
import { inspectToken, type TokenDetails } from "./_inspect.ts";
import type { Sampling } from "./sampler.ts";

/** Tokens of a prompt that are read in one go, before the event loop gets a turn. */
const PROMPT_CHUNK = 64;

/** Writes and reads whole blocks of tokens at a time. */
export type BlockSource = Pick<BlockWriter, "read" | "write">;

/** Options of {@linkcode generateRows}. */
export interface GenerateRowsOptions {
  /** For every row, token ids to go on from, one at least. */
  prompts: readonly Int32Array[];

  /** How many tokens to write in every row. */
  maxTokens: number;

  /**
   * Chooses a token.
   *
   * @param logits Scores of all tokens, shape (V,).
   * @param row Which row it is for.
   * @param position Which token of the new text it is, from 0.
   * @returns Its id.
   */
  choose: (logits: Float32Array, row: number, position: number) => number;

  /** Stops the work between two tokens. */
  signal?: AbortSignal | undefined;

  /**
   * Writes blocks of tokens, which is faster once it is compiled.
   *
   * @default {undefined} which writes token by token
   */
  blocks?: CompiledBlocks | undefined;

  /**
   * How many of the likeliest tokens to name beside each that is written.
   *
   * @default {undefined} which tells nothing of the tokens but their ids
   */
  alternatives?: number | undefined;
}

/** Writes blocks, and how it chooses in them: as `choose` would. */
export interface CompiledBlocks {
  /** Writes them. */
  source: BlockSource;
  /** How. */
  sampling: Sampling;
  /** The texts so far, which the reader adds each block to, for penalties. */
  contexts?: readonly ChainContext[] | undefined;
}

/** New tokens, as many in each row. */
export interface RowsBlock {
  /** The ids of every row. */
  ids: Int32Array[];
  /** What the model held of them, row by row; undefined where that was not asked for. */
  details?: TokenDetails[];
}

/**
 * Generates the tokens of several rows. Leaving the loop early frees all that the generation holds.
 *
 * @param predictor The model.
 * @param options The prompts, how many tokens, and how they are chosen.
 * @returns Block by block, the ids of every row's new tokens, as many in each row.
 * @throws The signal's reason, once it is aborted.
 * @throws {RangeError} If the model's logits are not numbers.
 */
export async function* generateRows(
  predictor: Predictor,
  options: GenerateRowsOptions,
): AsyncGenerator<RowsBlock, void, undefined> {
  const { prompts, maxTokens, signal, blocks } = options;
  signal?.throwIfAborted();
  await ensureEngine();
  const rows = new Rows(predictor, options);
  try {
    await rows.begin(prompts);
    let position = 0;
    while (blocks !== undefined && position < maxTokens) {
      signal?.throwIfAborted();
      const most = maxTokens - position;
      const block = await rows.writeBlock(blocks, position, most);
      if (block === undefined) break; // token by token from here, which names the place
      yield block;
      position += block.ids[0]!.length;
    }
    const breather = new Breather();
    for (; position < maxTokens; position++) {
      signal?.throwIfAborted();
      yield await rows.writeToken(position, breather);
      await breather.pause();
    }
  } finally {
    rows.dispose();
  }
}

/** Rows under way: what the model remembers of each, and the tokens that it has not read yet. */
class Rows {
  readonly #predictor: Predictor;
  readonly #signal: AbortSignal | undefined;
  readonly #blocks: BlockSource | undefined;
  readonly #choose: GenerateRowsOptions["choose"];
  readonly #alternatives: number | undefined;
  readonly #windows: ReadingWindow[];
  /** The last token of every row. */
  #tokens: Int32Array;
  #state: PredictorState = [];

  constructor(
    predictor: Predictor,
    options: GenerateRowsOptions,
  ) {
    this.#predictor = predictor;
    this.#signal = options.signal;
    this.#blocks = options.blocks?.source;
    this.#choose = options.choose;
    this.#alternatives = options.alternatives;
    this.#tokens = new Int32Array(options.prompts.length);
    this.#windows = options.prompts.map(() =>
      new ReadingWindow(predictor.startsOverAfter)
    );
  }

  /** Reads all of every prompt but its last token; a prompt that comes again is read once. */
  async begin(prompts: readonly Int32Array[]): Promise<void> {
    const known = new Map<string, PredictorState>();
    const states: PredictorState[] = [];
    try {
      for (const [row, prompt] of prompts.entries()) {
        this.#tokens[row] = prompt.at(-1)!;
        const end = this.#windows[row]!.begin(prompt.subarray(0, -1));
        const key = prompt.join();
        if (!known.has(key)) known.set(key, await this.#read([end]));
        states.push(known.get(key)!);
      }
      this.#state = joinRows(states);
    } finally {
      for (const state of known.values()) tf.dispose([...state]);
    }
  }

  /** Writes a block, or gives undefined where the scores are no numbers. */
  async writeBlock(
    { source, sampling, contexts }: CompiledBlocks,
    position: number,
    most: number,
  ): Promise<RowsBlock | undefined> {
    await this.#makeRoom();
    const room = Math.min(...this.#windows.map((window) => window.room));
    const alternatives = this.#alternatives;
    const { rows, details, sound, state } = await source.write(
      { tokens: this.#tokens, state: this.#state, contexts },
      { position, most: Math.min(most, room), alternatives },
      sampling,
    );
    if (!sound) {
      tf.dispose([...state]);
      return undefined;
    }
    this.#replace(state);
    for (const [row, ids] of rows.entries()) {
      this.#windows[row]!.add([this.#tokens[row]!, ...ids.subarray(0, -1)]);
    }
    this.#tokens = Int32Array.from(rows, (ids) => ids.at(-1)!);
    return { ids: rows, ...(details && { details }) };
  }

  /** Writes one token in every row; under a constraint a row may take a tenth of a second, and a signal is heard between. */
  async writeToken(position: number, breather: Breather): Promise<RowsBlock> {
    await this.#makeRoom();
    for (const [row, window] of this.#windows.entries()) {
      window.add([this.#tokens[row]!]);
    }
    const [logits, ...state] = tf.tidy(() => {
      const ids = tf.tensor1d(this.#tokens, "int32");
      const next = this.#predictor.step(ids, this.#state);
      return [next.logits, ...next.state];
    }) as [Tensor, ...Tensor[]]; // logits (B, V)
    this.#replace(state);
    const scores = await logits.data() as Float32Array;
    logits.dispose();
    const vocabSize = scores.length / this.#tokens.length;
    const rows = Array.from(
      this.#tokens,
      (_, row) => scores.subarray(row * vocabSize, (row + 1) * vocabSize),
    );
    const tokens = new Int32Array(rows.length);
    for (const [row, own] of rows.entries()) {
      if (breather.isDue) {
        await breather.pause();
        this.#signal?.throwIfAborted();
      }
      tokens[row] = this.#choose(own, row, position);
    }
    this.#tokens = tokens;
    const most = this.#alternatives;
    return {
      ids: Array.from(tokens, (id) => Int32Array.of(id)),
      ...(most !== undefined && {
        details: rows.map((row, i) => inspectToken(row, tokens[i]!, most)),
      }),
    };
  }

  dispose(): void {
    this.#replace([]);
  }

  #replace(state: PredictorState): void {
    tf.dispose([...this.#state]);
    this.#state = state;
  }

  /** Sees to it that the model has room for a token in every row. */
  async #makeRoom(): Promise<void> {
    const full = [...this.#windows.keys()].filter((row) =>
      this.#windows[row]!.room === 0
    );
    if (full.length === 0) return;
    const again = full.map((row) => this.#windows[row]!.startOver());
    if (full.length === this.#windows.length) {
      // All start over together, as rows of one prompt do: read together.
      this.#replace(await this.#readAgain(again));
      return;
    }
    for (const [i, row] of full.entries()) {
      const fresh = await this.#readAgain([again[i]!]);
      const next = withRow(this.#state, row, fresh);
      tf.dispose([...fresh]);
      this.#replace(next);
    }
  }

  /** What the model remembers of rows of one length. */
  #readAgain(rows: readonly Int32Array[]): Promise<PredictorState> {
    return this.#blocks !== undefined && rows[0]!.length > 0
      ? this.#blocks.read(rows)
      : this.#read(rows);
  }

  /** What the model remembers of rows of one length, read piece by piece from the beginning. */
  async #read(rows: readonly Int32Array[]): Promise<PredictorState> {
    const length = rows[0]!.length;
    let state = this.#predictor.zeroState(rows.length);
    try {
      for (let from = 0; from < length; from += PROMPT_CHUNK) {
        this.#signal?.throwIfAborted();
        const next = tf.tidy(() => {
          const pieces = rows.map((ids) =>
            tf.tensor1d(ids.subarray(from, from + PROMPT_CHUNK), "int32")
          );
          return [...this.#predictor.forward(tf.stack(pieces), state).state];
        });
        tf.dispose([...state]);
        state = next;
        await nextTurn();
      }
    } catch (error) {
      tf.dispose([...state]);
      throw error;
    }
    return state;
  }
}
