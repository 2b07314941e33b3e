/**
 * Writes tokens in blocks: choosing a token and reading it is one compiled loop (`_block_loop.ts`), so that nothing goes
 * back and forth between JavaScript and the engine within a block. Rows are written side by side.
 *
 * The tokens are chosen as the chain of penalties, top-k, top-p, min-p and temperature chooses them, by the same random
 * numbers, in single precision. Which of these stages there are is compiled, their numbers are not: another temperature
 * goes through the same machine code.
 *
 * @module
 */
import { compile, type CompiledFunction } from "../engine/compile.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import {
  type BlockInputs,
  type BlockState,
  writeParts,
} from "./_block_loop.ts";
import { mostKept } from "./_choose.ts";
import type { TokenDetails } from "./_inspect.ts";
import { readDetails, toldFor } from "./_inspect_rows.ts";
import { ReadingAgain } from "./_reading_again.ts";
import { seenBefore } from "./_seen_tokens.ts";
import { joinRows } from "./_state_rows.ts";
import type { ChainContext } from "./chain/candidates.ts";
import type { Predictor, PredictorState } from "./predictor.ts";
import type { Sampling } from "./sampler.ts";

/** Most tokens of a block. */
export const LONGEST_BLOCK = 512;

/** Tokens of a block whose pace is not known yet, and of the shortest one. */
const FIRST_BLOCK = 64;

/** Milliseconds that a block takes, about: so long the reader waits for the next tokens. */
const BLOCK_TIME = 50;

/** What a block goes on from. */
export interface BlockStart {
  /** The token before the block in every row, which the model has not read yet. */
  tokens: Int32Array;
  /** What the model remembers before them; the caller still owns it. */
  state: PredictorState;
  /**
   * Of every row the text so far, with the token before the block as its last one. Only penalties look at it.
   *
   * @default {undefined} which is enough without penalties
   */
  contexts?: readonly ChainContext[] | undefined;
}

/** Which tokens a block has. */
export interface BlockPlace {
  /** Position of the first token, from 0. */
  position: number;
  /** How many tokens are wanted, from 1; a block has as many or fewer. */
  most: number;
  /**
   * How many of the likeliest tokens to name beside each, at most as many as the vocabulary has.
   *
   * @default {undefined} which tells nothing of the tokens
   */
  alternatives?: number | undefined;
}

/** A block of new tokens. */
export interface WrittenBlock {
  /** The tokens, row by row. */
  rows: Int32Array[];
  /** What the model held of them, row by row. */
  details?: TokenDetails[];
  /** Whether all of them were chosen from scores that are numbers; if not, they mean nothing. */
  sound: boolean;
  /** What the model remembers before the last tokens; the caller disposes it. */
  state: PredictorState;
}

/** Writes blocks with one model. */
export class BlockWriter {
  readonly #predictor: Predictor;
  readonly #write: CompiledFunction<[BlockInputs], BlockState[]>;
  readonly #again: ReadingAgain;
  /** Tokens that a block has room for: no more than the model reads before it starts over. */
  readonly #room: number;
  /** Tokens of the next block, at most. */
  #length = FIRST_BLOCK;
  #vocabSize: number | undefined;

  /** @param predictor The model. */
  constructor(predictor: Predictor) {
    this.#predictor = predictor;
    this.#room = Math.min(LONGEST_BLOCK, predictor.startsOverAfter ?? Infinity);
    this.#write = compile(
      (inputs: BlockInputs) =>
        writeParts(inputs, {
          predictor,
          room: this.#room,
          vocabSize: () => this.#sizeOfVocabulary(),
        }),
      { name: "generation" },
    );
    this.#again = new ReadingAgain(predictor);
  }

  /** How often the loop was compiled: once for every number of rows and kind of sampling. */
  get recordings(): number {
    return this.#write.recordings;
  }

  /**
   * Reads tokens without memory of what was before, on another thread.
   *
   * @param rows The tokens, as many in every row.
   * @returns What the model remembers then; the caller disposes it.
   */
  read(rows: readonly Int32Array[]): Promise<PredictorState> {
    return this.#again.read(rows);
  }

  /**
   * Writes one block, on another thread.
   *
   * @param from What it goes on from.
   * @param block Which tokens.
   * @param sampling How the tokens are chosen.
   * @returns The block.
   * @throws {TypeError} If there are penalties, and not the text of every row.
   */
  async write(
    { tokens, state: before, contexts }: BlockStart,
    { position, most, alternatives }: BlockPlace,
    sampling: Sampling,
  ): Promise<WrittenBlock> {
    const rows = tokens.length;
    const length = Math.min(most, this.#length, this.#room);
    const seen = this.#seenBefore(contexts, rows, sampling);
    const own = {
      tokens: tf.tensor1d(tokens, "int32"),
      length: tf.scalar(length, "int32"),
      ...(sampling.temperature > 0 && {
        drawing: drawingOf(sampling),
        uniforms: tf.tensor2d(
          uniformsOf({ rows, length, position }, this.#room, sampling),
          [rows, this.#room],
        ),
      }),
      ...seen,
    };
    const begun = performance.now();
    try {
      const parts = await this.#write.inBackground({
        ...own,
        state: [...before],
        ...(alternatives !== undefined && {
          told: toldFor(alternatives, this.#sizeOfVocabulary()),
        }),
      });
      const written = await Promise.all(
        parts.map((part) =>
          takeOut(part, { room: this.#room, length, alternatives })
        ),
      );
      this.#keepPace(length / (performance.now() - begun));
      const states = written.map(({ state }) => state);
      const state = joinRows(states);
      tf.dispose(states);
      return {
        rows: written.flatMap(({ rows }) => rows),
        ...(alternatives !== undefined && {
          details: written.flatMap(({ details }) => details),
        }),
        sound: written.every(({ sound }) => sound),
        state,
      };
    } finally {
      tf.dispose(own);
    }
  }

  /** Frees what is compiled. */
  dispose(): void {
    this.#write.dispose();
    this.#again.dispose();
  }

  /** The penalties and what they look at, as tensors. */
  #seenBefore(
    contexts: readonly ChainContext[] | undefined,
    rows: number,
    { penalties }: Sampling,
  ): Pick<BlockInputs, "penalties" | "seen" | "offset"> {
    if (penalties === undefined) return {};
    if (contexts?.length !== rows) {
      throw new TypeError(
        `Cannot generate: penalties need the text of every row, ${rows} of them: ${
          contexts?.length ?? 0
        }`,
      );
    }
    const vocabSize = this.#sizeOfVocabulary();
    const { repetition, frequency, presence, window } = penalties;
    const { counts, leaving, offset } = seenBefore(contexts, window, {
      vocabSize,
      length: this.#room,
    });
    return {
      penalties: {
        repetition: tf.scalar(repetition),
        frequency: tf.scalar(frequency),
        presence: tf.scalar(presence),
      },
      seen: {
        counts: tf.tensor2d(counts, [rows, vocabSize]),
        leaving: tf.tensor2d(leaving, [rows, this.#room], "int32"),
      },
      offset: tf.scalar(offset, "int32"),
    };
  }

  #sizeOfVocabulary(): number {
    return this.#vocabSize ??= sizeOfVocabulary(this.#predictor);
  }

  /** Makes blocks as long as their time allows, at a pace in tokens per millisecond. */
  #keepPace(pace: number): void {
    this.#length = Math.max(Math.floor(pace * BLOCK_TIME), FIRST_BLOCK);
  }
}

/** The stages of a draw, and their numbers as tensors. */
function drawingOf({ temperature, topK, topP = 1, minP = 0 }: Sampling) {
  return {
    temperature: tf.scalar(temperature),
    ...(topK > 0 && {
      topK: {
        count: tf.scalar(topK),
        most: mostKept(topK),
      },
    }),
    ...(topP < 1 && { topP: tf.scalar(topP) }),
    ...(minP > 0 && { minP: tf.scalar(Math.log(minP)) }),
  };
}

/** What a model's scores tell of its vocabulary. */
function sizeOfVocabulary(predictor: Predictor): number {
  return tf.tidy(() => {
    const { logits } = predictor.step(
      tf.tensor1d([0], "int32"),
      predictor.zeroState(1),
    );
    return logits.shape.at(-1)!;
  });
}

/** The random numbers of a block, as many in every row as it has room for. */
function uniformsOf(
  { rows, length, position }: Record<"rows" | "length" | "position", number>,
  room: number,
  sampling: Sampling,
): Float32Array {
  const uniforms = new Float32Array(rows * room);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < length; i++) {
      uniforms[row * room + i] = sampling.uniformAt(row, position + i);
    }
  }
  return uniforms;
}

/** Reads what the loop of a part gave, and frees all of it but the state. */
async function takeOut(
  { place, ids, sound, tokens, counts, details, state }: BlockState,
  { room, length, alternatives = 0 }: {
    room: number;
    length: number;
    alternatives?: number | undefined;
  },
): Promise<{
  rows: Int32Array[];
  sound: boolean;
  details: TokenDetails[];
  state: Tensor[];
}> {
  const [isSound] = await sound.data();
  const count = tokens.size;
  const all = await ids.data() as Int32Array;
  const byPlace = all.subarray(-room * count); // (room, B)
  tf.dispose([place, ids, sound, tokens, counts]);
  const rows = Array.from({ length: count }, () => new Int32Array(length));
  for (let row = 0; row < count; row++) {
    const written = rows[row]!;
    for (let i = 0; i < length; i++) written[i] = byPlace[i * count + row]!;
  }
  return {
    rows,
    sound: isSound === 1,
    details: details.length === 0
      ? []
      : await readDetails(details, { rows, alternatives }),
    state,
  };
}
