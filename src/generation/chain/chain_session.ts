/**
 * A chain at work on one text: chooses its tokens, and keeps what stages remember of them.
 *
 * A token is drawn as {@linkcode Sampler} draws it: by the random number of (seed, row, position), through the cumulative
 * distribution in the order of the ids.
 *
 * @module
 */
import { freshSeed, RandomStream } from "../../engine/random.ts";
import { checkOptionNames } from "../../text/options.ts";
import { samplingStream } from "../sampler.ts";
import { Candidates, type ChainContext } from "./candidates.ts";
import type { ChainStage, RowRandom, RowStage } from "./stage.ts";

/** Options of {@linkcode Chain.start}. */
export interface SessionOptions {
  /** Any safe integer. A fresh one is drawn when left out; at temperature 0 there is nothing to seed. */
  seed?: number;

  /**
   * Which of the texts side by side it is, from 0; each draws numbers of its own.
   *
   * @default {0}
   */
  row?: number;
}

/**
 * A chain at work on one text, made by {@linkcode Chain.start}. It goes forward alone: each token that it chooses stands
 * after those before. For another text, or to go back in this one, start another session.
 *
 * @example A text of five tokens, whose scores are always the same
 * ```ts
 * import { createChain } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const session = createChain({ mirostat: { tau: 1.2 } }).start({ seed: 3 });
 * const tokens = [0];
 * while (tokens.length < 6) {
 *   tokens.push(session.pick(Float32Array.of(0, 2, 1, 1), { tokens, promptLength: 1 }));
 * }
 * assert(tokens.every((id) => id < 4));
 * ```
 */
export class ChainSession {
  /** Which of the texts side by side it is, from 0. */
  readonly row: number;
  /** What the random numbers follow from; undefined where nothing is drawn. */
  readonly seed: number | undefined;
  readonly #stages: readonly RowStage[];
  /** Those that learn what was chosen. */
  readonly #learners: readonly RowStage[];
  readonly #candidates: Candidates;
  readonly #draws: RandomStream | undefined;
  #chosenAt = -1;

  /**
   * Begins a text.
   *
   * @param stages In the order they work in.
   * @param options Seed and row.
   * @param candidates Memory to work in, which sessions may share.
   * @throws {TypeError} If an option is unknown, or the seed has no effect because the temperature is 0.
   * @throws {RangeError} If the seed or the row is no such integer.
   */
  constructor(
    stages: readonly ChainStage[],
    options: SessionOptions = {},
    candidates: Candidates = new Candidates(),
  ) {
    checkOptionNames("Cannot start a session", options, ["seed", "row"]);
    const { seed, row = 0 } = options;
    if (!Number.isSafeInteger(row) || row < 0) {
      throw new RangeError(
        `Cannot start a session: row must be an integer from 0: ${row}`,
      );
    }
    const draws = !stages.some(({ leavesOne }) => leavesOne);
    if (!draws && seed !== undefined) {
      throw new TypeError(
        "Cannot sample: seed has no effect at temperature 0, leave it out",
      );
    }
    this.row = row;
    this.seed = !draws ? undefined : seed === undefined ? freshSeed() : seed;
    this.#candidates = candidates;
    this.#draws = this.seed === undefined
      ? undefined
      : new RandomStream(this.seed, samplingStream(row));
    const random = new SessionRandom(this.seed ?? 0, row);
    this.#stages = stages.map((stage) => stage.start?.(random) ?? stage);
    this.#learners = this.#stages.filter(({ chosen }) => chosen !== undefined);
  }

  /**
   * Works on the scores of one place as {@linkcode ChainSession.pick} does, and chooses nothing.
   *
   * @param logits One score for every token, shape (V,); they stay as they are.
   * @param context The text so far.
   * @returns New scores, shape (V,), −Infinity for what was removed; one is left at least.
   * @throws {TypeError} If the scores are no Float32Array, or the text is none.
   * @throws {RangeError} If a score is NaN or Infinity, or all are −Infinity.
   */
  apply(logits: Float32Array, context: ChainContext): Float32Array {
    this.#work(logits, context);
    return this.#candidates.toLogits();
  }

  /**
   * Chooses the next token.
   *
   * @param logits One score for every token, shape (V,); they stay as they are.
   * @param context The text so far; its next token stands after every one that the session has chosen.
   * @returns The token's id.
   * @throws {TypeError} If the scores are no Float32Array, or the text is none.
   * @throws {RangeError} If a score is NaN or Infinity, or all are −Infinity, or the text has gone back.
   */
  pick(logits: Float32Array, context: ChainContext): number {
    this.#work(logits, context);
    const candidates = this.#candidates;
    const { position } = candidates;
    if (position <= this.#chosenAt) {
      throw new RangeError(
        `Cannot sample token ${position}: a session goes forward, and has chosen token ${this.#chosenAt}: start another`,
      );
    }
    const id = candidates.draw(this.#draws?.uniformAt(position) ?? 0);
    for (const stage of this.#learners) {
      stage.chosen!(id, candidates.drawnProbability);
    }
    this.#chosenAt = position;
    return id;
  }

  #work(logits: Float32Array, context: ChainContext): void {
    this.#candidates.begin(logits, context);
    for (const stage of this.#stages) stage.apply(this.#candidates);
  }
}

/** The random numbers of a seed and a row, for stages. */
class SessionRandom implements RowRandom {
  readonly #seed: number;
  readonly #suffix: string;
  readonly #streams = new Map<string, RandomStream>();

  constructor(seed: number, row: number) {
    this.#seed = seed;
    this.#suffix = row === 0 ? "" : ` row ${row}`;
  }

  uniformAt(stream: string, position: number): number {
    let numbers = this.#streams.get(stream);
    if (numbers === undefined) {
      numbers = new RandomStream(this.#seed, stream + this.#suffix);
      this.#streams.set(stream, numbers);
    }
    return numbers.uniformAt(position);
  }
}
