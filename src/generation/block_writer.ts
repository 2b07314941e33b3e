/**
 * Writes tokens in blocks: choosing a token and reading it is one compiled loop, so that nothing goes back and forth
 * between JavaScript and the engine within a block. Rows are written side by side.
 *
 * The tokens are chosen as the chain of penalties, top-k, top-p, min-p and temperature chooses them, by the same random
 * numbers, in single precision. Which of these stages there are is compiled, their numbers are not: another temperature
 * goes through the same machine code.
 *
 * @module
 */
import { compile, type CompiledFunction } from "../engine/compile.ts";
import { whileLoop } from "../engine/control_flow.ts";
import { cutRows } from "../engine/cut_rows.ts";
import { asOnePart, lanes, sideBySide } from "../engine/side_by_side.ts";
import { sliceAt, withSliceAt } from "../engine/slices.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type { TokenDetails } from "./_inspect.ts";
import {
  emptyDetails,
  readDetails,
  type Told,
  toldFor,
  withDetails,
} from "./_inspect_rows.ts";
import { joinRows } from "./_state_rows.ts";
import {
  areSound,
  chooseLikeliest,
  type Drawing,
  drawTokens,
  mostKept,
} from "./_choose.ts";
import {
  countOn,
  penalize,
  type PenaltyNumbers,
  seenBefore,
} from "./_seen_tokens.ts";
import type { ChainContext } from "./chain/candidates.ts";
import type { Predictor, PredictorState } from "./predictor.ts";
import type { Sampling } from "./sampler.ts";

/** Most tokens of a block. */
export const LONGEST_BLOCK = 512;

/** Tokens of a block whose pace is not known yet, and of the shortest one. */
const FIRST_BLOCK = 64;

/** Milliseconds that a block takes, about: so long the reader waits for the next tokens. */
const BLOCK_TIME = 50;

/** Rows of the smallest part that is written on a core of its own. */
const SMALLEST_PART = 8;

/** Tokens are read again so often before XLA compiles it, which takes as long as some hundred times without. */
const READ_COMPILED_FROM = 64;

/** What a block is written from. */
interface BlockInputs {
  /** The token before the first in every row, which the model has not read yet, int32, shape (B,). */
  tokens: Tensor;
  /** What the model remembers before it. */
  state: Tensor[];
  /** How many tokens to write, int32, shape (). */
  length: Tensor;
  /** How to draw; absent for the likeliest token always. */
  drawing?: Drawing;
  /** What to draw each token with, shape (B, room). */
  uniforms?: Tensor;
  /** The penalties, if there are any. */
  penalties?: PenaltyNumbers;
  /** What they have seen. */
  seen?: {
    /** How often each token was there, but for the last one, shape (B, V). */
    counts: Tensor;
    /** Tokens that leave the window, int32, shape (B, room). */
    leaving: Tensor;
  };
  /** Place of the first that leaves, int32, shape (). */
  offset?: Tensor;
  /** What to tell of the tokens beside their log-probabilities; absent where nothing is told of them. */
  told?: Told;
}

/** What a block gives, and what its loop carries from token to token. */
interface BlockState {
  /** Place of the next token, int32, shape (). */
  place: Tensor;
  /** int32, shape (room, B); where there are penalties, as many tokens that leave their window stand before. */
  ids: Tensor;
  /** Whether all scores so far were numbers, bool, shape (). */
  sound: Tensor;
  /** The last tokens, which the model has not read yet, int32, shape (B,). */
  tokens: Tensor;
  /** How often penalties have seen each token before these, shape (B, V); none without penalties. */
  counts: Tensor[];
  /** What the model held of the tokens, as `emptyDetails()` has it; none where that was not asked for. */
  details: Tensor[];
  /** What the model remembers before them. */
  state: Tensor[];
}

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
  readonly #read: CompiledFunction<[Tensor], Tensor[]>;
  readonly #readCompiled: CompiledFunction<[Tensor], Tensor[]>;
  /** Tokens that a block has room for: no more than the model reads before it starts over. */
  readonly #room: number;
  /** How often tokens were read again. */
  #readings = 0;
  /** Tokens of the next block, at most. */
  #length = FIRST_BLOCK;
  #vocabSize: number | undefined;

  /** @param predictor The model. */
  constructor(predictor: Predictor) {
    this.#predictor = predictor;
    this.#room = Math.min(LONGEST_BLOCK, predictor.startsOverAfter ?? Infinity);
    this.#write = compile((inputs: BlockInputs) => this.#writeParts(inputs), {
      name: "generation",
    });
    const read = (ids: Tensor): Tensor[] => [
      ...predictor.forward(ids, predictor.zeroState(ids.shape[0]!)).state,
    ];
    this.#read = compile(read, { name: "reading again" });
    this.#readCompiled = compile(
      (ids: Tensor) => {
        const parts = partsOf(ids.shape[0]!);
        if (parts.length === 1) return asOnePart(() => read(ids));
        const states = sideBySide(
          parts.map((rows) => tf.slice(ids, rows[0]!, rows.length)),
          read,
        );
        return [...joinRows(states)];
      },
      { name: "reading again, compiled" },
    );
  }

  /** How often the loop was compiled: once for every number of rows and kind of sampling. */
  get recordings(): number {
    return this.#write.recordings;
  }

  /**
   * Reads tokens without memory of what was before, on another thread. It is recorded for every number of rows and tokens,
   * and compiled once it was done often.
   *
   * @param rows The tokens, as many in every row.
   * @returns What the model remembers then; the caller disposes it.
   */
  async read(rows: readonly Int32Array[]): Promise<PredictorState> {
    const length = rows[0]!.length;
    const ids = new Int32Array(rows.length * length);
    for (const [i, row] of rows.entries()) ids.set(row, i * length);
    const given = tf.tensor2d(ids, [rows.length, length], "int32");
    try {
      const read = this.#readings++ < READ_COMPILED_FROM
        ? this.#read
        : this.#readCompiled;
      return await read.inBackground(given);
    } finally {
      given.dispose();
    }
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
    this.#read.dispose();
    this.#readCompiled.dispose();
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

  /** Writes the rows in as many parts as there are cores, if there are enough of them. */
  #writeParts(inputs: BlockInputs): BlockState[] {
    const { tokens, state, uniforms, seen, ...shared } = inputs;
    const parts = partsOf(tokens.size);
    if (parts.length === 1) return [this.#writeBlock(inputs)];
    const items = parts.map((rows) => {
      const part = (x: Tensor): Tensor => tf.slice(x, rows[0]!, rows.length);
      return {
        tokens: part(tokens),
        state: state.map(part),
        ...(uniforms && { uniforms: part(uniforms) }),
        ...(seen && {
          seen: { counts: part(seen.counts), leaving: part(seen.leaving) },
        }),
      };
    });
    return sideBySide(
      items,
      (item) => this.#writeBlock({ ...shared, ...item }),
    );
  }

  #writeBlock(inputs: BlockInputs): BlockState {
    const { tokens, state, uniforms, length, drawing, seen, told } = inputs;
    const rows = tokens.size;
    const draws = uniforms && tf.transpose(uniforms); // (room, B)
    const choose = (scores: Tensor, place: Tensor): Tensor =>
      draws === undefined || drawing === undefined
        ? chooseLikeliest(scores)
        : drawTokens(scores, sliceAt(draws, place), drawing);
    const first = tf.scalar(seen ? this.#room : 0, "int32");
    const room = tf.zeros([this.#room, rows], "int32");
    const step = this.#predictor.stepper?.() ??
      ((ids, state) => this.#predictor.step(ids, state));
    return whileLoop(
      ({ place, sound }: BlockState) =>
        tf.logicalAnd(sound, tf.less(place, length)),
      ({ place, ids, tokens, counts: [before], details, state }) => {
        const next = step(tokens, state);
        const logits = tf.reshape(next.logits, [rows, -1]); // (B, V)
        const counts = before && countOn(
          before,
          tokens,
          sliceAt(ids, tf.add(place, inputs.offset!)),
        );
        const scores = counts
          ? penalize(logits, counts, inputs.penalties!)
          : logits;
        const chosen = choose(scores, place); // (B,)
        return {
          place: tf.add(place, tf.scalar(1, "int32")),
          ids: withSliceAt(ids, tf.add(place, first), chosen),
          sound: areSound(logits),
          tokens: chosen,
          counts: counts ? [counts] : [],
          details: details.length > 0
            ? withDetails(details, place, logits, chosen)
            : [],
          state: [...next.state],
        };
      },
      {
        place: tf.scalar(0, "int32") as Tensor,
        ids: seen ? tf.concat([tf.transpose(seen.leaving), room]) : room,
        sound: tf.scalar(true, "bool") as Tensor,
        tokens,
        counts: seen ? [seen.counts] : [],
        details: told === undefined ? [] : emptyDetails({
          length: this.#room,
          rows,
          vocabSize: this.#sizeOfVocabulary(),
          told,
        }),
        state,
      },
    );
  }
}

/** Which rows are written side by side. */
function partsOf(rows: number): number[][] {
  return cutRows(rows, { most: lanes(), smallest: SMALLEST_PART });
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
