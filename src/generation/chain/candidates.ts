/**
 * The tokens that are still to be chosen from, and their scores, while a chain of stages works on them.
 *
 * A stage changes scores or removes candidates, never brings one back. The best few are found by heaps, so that no stage
 * sorts the vocabulary, and all memory is used again for the next token. A division by the temperature waits until somebody
 * reads the scores: the order is the same without it, and a draw takes the quotients in double precision.
 *
 * @module
 */
import { checkPlace } from "./_check_place.ts";
import { LARGEST_SCORE } from "./_finite_score.ts";
import { fallingExponential } from "./_falling_exponential.ts";
import { moveFirst } from "./_heap.ts";
import { RunningSum } from "./_running_sum.ts";

/** Ids that are put in order by moving each to its place; more are marked in the vocabulary instead. */
const FEW = 64;

/** What a stage may know of the text. */
export interface ChainContext {
  /** The prompt and what was written since, ids. */
  tokens: ArrayLike<number>;

  /** How many of them are the prompt's. */
  promptLength: number;
}

/**
 * Looks at candidates on their way, and changes nothing: it may read `ids`, `count` and `probabilities()`. Whoever reads the
 * scores has a division done in single precision that a draw would do in double precision.
 */
export type CandidatesWatcher = (candidates: Candidates) => void;

/** Where {@linkcode Candidates.keepUntil} ends. */
export interface SumBorder {
  /**
   * Whether those whose key is the last one's stay too.
   *
   * @default {false}
   */
  ties?: boolean;

  /**
   * Whether the sum has to go past what is enough.
   *
   * @default {false} which ends where it is reached
   */
  past?: boolean;

  /**
   * Whether the one with which it is enough goes, unless it is the first.
   *
   * @default {false}
   */
  before?: boolean;
}

/** What is known of all candidates together. */
export interface CandidatesSum {
  /** Sum of {@linkcode Candidates.weights}. */
  total: number;
  /** Logarithm of the sum of the exponentials of the scores. */
  logTotal: number;
}

/** The candidates for one place of a text. */
export class Candidates {
  #logits: Float32Array = new Float32Array(0);
  /** What the scores are still to be divided by. */
  #divisor = 1;
  /** The ids as they were, for {@linkcode Candidates.keepLargest} with ties. */
  #before: Int32Array = new Int32Array(0);
  /** By id, 1 for those that {@linkcode Candidates.remove} removes just now. */
  #marks: Uint8Array = new Uint8Array(0);
  /** All ids in rising order. */
  #all: Int32Array = new Int32Array(0);
  /** Whether the ids are all there are in rising order, if nothing was removed. */
  #areRising = false;
  #runningSum: RunningSum | undefined;
  /** The ids of the candidates come first, {@linkcode Candidates.count} of them. */
  ids: Int32Array = new Int32Array(0);
  /** How many candidates there are, one at least. */
  count = 0;
  /** Whether the candidates stand in falling order of their scores, the lower ids first among equals. */
  sorted = false;
  /** The text so far. */
  context: ChainContext = { tokens: [], promptLength: 0 };
  /** Room for a number of every token, by id or by place. */
  scratch: Float64Array = new Float64Array(0);
  /** What {@linkcode Candidates.weigh} found, by id. */
  weights: Float64Array = new Float64Array(0);
  /** Probability of the token that was drawn last, among the candidates of then. */
  drawnProbability = 1;

  /** Scores by id, shape (V,), to be read and changed; those of removed tokens mean nothing. */
  get logits(): Float32Array {
    if (this.#divisor !== 1) this.#divideNow();
    return this.#logits;
  }

  /** Place of the token that is chosen, counted from the end of the prompt, from 0. */
  get position(): number {
    return this.context.tokens.length - this.context.promptLength;
  }

  /**
   * Begins with the scores of a place.
   *
   * @param logits One score for every token, shape (V,); they are copied.
   * @param context The text so far.
   * @throws {TypeError} If the scores are no Float32Array, or the text is none.
   * @throws {RangeError} If a score is NaN or Infinity, or all are −Infinity, or the prompt is longer than the text.
   */
  begin(logits: Float32Array, context: ChainContext): void {
    checkPlace(logits, context);
    const size = logits.length;
    if (this.ids.length !== size) {
      this.#logits = new Float32Array(size);
      this.ids = new Int32Array(size);
      this.scratch = new Float64Array(size);
      this.weights = new Float64Array(size);
      this.#marks = new Uint8Array(size);
      this.#all = Int32Array.from({ length: size }, (_, id) => id);
    }
    this.context = context;
    this.#logits.set(logits);
    this.#divisor = 1;
    this.sorted = false;
    let unlike = 0; // what is not finite does not cancel out
    for (let id = 0; id < size; id++) unlike += logits[id]! - logits[id]!;
    if (unlike === 0) {
      this.ids.set(this.#all);
      this.#areRising = true;
      this.count = size;
    } else this.#beginWithoutSome(logits);
  }

  /** Leaves out the tokens of −Infinity. */
  #beginWithoutSome(logits: Float32Array): void {
    const { ids } = this;
    this.#areRising = false;
    let count = 0;
    for (let id = 0; id < logits.length; id++) {
      const score = logits[id]!;
      if (score < Infinity) {
        if (score !== -Infinity) ids[count++] = id;
        continue;
      }
      throw new RangeError(
        `Cannot sample token ${this.position}: the logits must be numbers below Infinity: ${score} for id ${id}; ` +
          "the model's weights may have diverged in training",
      );
    }
    if (count === 0) {
      throw new RangeError(
        `Cannot sample token ${this.position}: no token is left to choose from: every logit is -Infinity`,
      );
    }
    this.count = count;
  }

  /** Says that scores were changed, or ids moved, elsewhere than in the methods. */
  touch(): void {
    this.sorted = false;
    this.#areRising = false;
  }

  /**
   * Divides the scores, which removes nothing and leaves their order as it is.
   *
   * @param temperature Above 0.
   */
  divide(temperature: number): void {
    this.#divisor *= temperature;
  }

  /** Gives a new row of scores, shape (V,), −Infinity for what was removed. */
  toLogits(): Float32Array {
    const { ids, logits, count } = this;
    if (count === logits.length) return logits.slice();
    const row = new Float32Array(logits.length).fill(-Infinity);
    for (let i = 0; i < count; i++) row[ids[i]!] = logits[ids[i]!]!;
    return row;
  }

  /** Gives the candidate of the largest score, the lowest id among equals. */
  best(): number {
    const { ids, count } = this;
    const logits = this.#logits;
    let best = ids[0]!;
    if (this.sorted) return best;
    if (this.#areRising && count === ids.length) {
      for (let id = 1; id < count; id++) {
        if (logits[id]! > logits[best]!) best = id;
      }
      return best;
    }
    for (let i = 1; i < count; i++) {
      const id = ids[i]!;
      const ahead = logits[id]! - logits[best]!;
      if (ahead > 0 || (ahead === 0 && id < best)) best = id;
    }
    return best;
  }

  /**
   * The probabilities of the candidates: the softmax of their scores.
   *
   * @returns The scratch, where the probability of `ids[i]` is at place i.
   */
  probabilities(): Float64Array {
    const { count, scratch } = this;
    const total = this.#weigh();
    for (let i = 0; i < count; i++) scratch[i]! /= total;
    return scratch;
  }

  /** Gives the logarithm of the sum over the candidates of the exponentials of their scores; uses the weights. */
  logTotal(): number {
    return this.weigh().logTotal;
  }

  /** Gives the entropy of the candidates in nats; uses the weights. */
  entropy(): number {
    return this.weighWithEntropy().entropy;
  }

  /**
   * Puts e^(score − best) of every candidate into the weights, where that of id `id` is at place `id`.
   *
   * @returns Their sum.
   */
  weigh(): CandidatesSum {
    const { count, weights } = this;
    const logits = this.#logits;
    if (!this.#areRising || count < logits.length || this.#divisor !== 1) {
      return this.weighWithEntropy();
    }
    const top = logits[this.best()]!;
    let total = 0;
    for (let id = 0; id < count; id++) {
      total += weights[id] = fallingExponential(top - logits[id]!);
    }
    return { total, logTotal: top + Math.log(total) };
  }

  /**
   * Does what {@linkcode Candidates.weigh} does, and adds up the entropy, which takes longer.
   *
   * @returns The sum of the weights, and the entropy.
   */
  weighWithEntropy(): CandidatesSum & { entropy: number } {
    const { ids, count, weights } = this;
    const [logits, divisor] = [this.#logits, this.#divisor];
    const top = logits[this.best()]!;
    let [total, falls] = [0, 0];
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      const fall = (top - logits[id]!) / divisor;
      const weight = fallingExponential(fall);
      weights[id] = weight;
      if (weight === 0) continue; // the fall may be Infinity
      total += weight;
      falls += weight * fall;
    }
    const log = Math.log(total);
    // H = −Σ p ln p, and −ln p = fall + ln total
    return {
      total,
      logTotal: top / divisor + log,
      entropy: log + falls / total,
    };
  }

  /**
   * Draws a token by its probability, through the cumulative distribution in the order of the ids; puts the candidates in
   * that order and uses the scratch.
   *
   * @param uniform A random number from 0 up to but not 1.
   * @returns The id.
   */
  draw(uniform: number): number {
    const { ids, count, scratch } = this;
    this.drawnProbability = 1;
    if (count === 1) return ids[0]!;
    const best = this.best();
    this.#ascend();
    const total = this.#weigh(best);
    const threshold = uniform * total;
    let [cumulative, choice] = [0, 0];
    for (let i = 0; i < count; i++) {
      const weight = scratch[i]!;
      if (weight === 0) continue;
      choice = i; // stays the last possible one, should rounding leave the sum below
      cumulative += weight;
      if (cumulative > threshold) break;
    }
    this.drawnProbability = scratch[choice]! / total;
    return ids[choice]!;
  }

  /**
   * Removes candidates, but for the best where none would be left.
   *
   * @param keeps Tells by id and place whether a candidate stays.
   * @param ties Whether all that are as good as the best stay always.
   */
  filter(keeps: (id: number, place: number) => boolean, ties = false): void {
    const { ids, count } = this;
    const logits = this.#logits;
    const best = this.best();
    const top = ties ? logits[best]! : Infinity;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      if (keeps(id, i) || logits[id]! === top) ids[left++] = id;
    }
    if (left === 0) ids[left++] = best;
    this.count = left;
  }

  /**
   * Removes the candidates whose number is too small, but for the best where none would be left.
   *
   * @param values A number for every id.
   * @param least From which on they stay.
   * @param ties Whether all that are as good as the best stay always.
   */
  keepFrom(
    values: Float32Array | Float64Array,
    least: number,
    ties = false,
  ): void {
    if (ties) return this.filter((id) => values[id]! >= least, true);
    const { ids, count } = this;
    const first = ids[0]!;
    let left = 0;
    for (let i = 0; i < count; i++) { // without a branch that nobody can predict
      const id = ids[i]!;
      ids[left] = id;
      left += Number(values[id]! >= least);
    }
    if (left === 0) {
      ids[0] = first;
      ids[left++] = this.best();
    }
    this.count = left;
  }

  /**
   * Removes tokens by their ids, but for the best candidate where none would be left.
   *
   * @param banned Which; some may be no candidates.
   */
  remove(banned: Iterable<number>): void {
    const { ids, count } = this;
    const marks = this.#marks;
    for (const id of banned) marks[id] = 1;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      if (marks[id] === 0) ids[left++] = id;
    }
    for (const id of banned) marks[id] = 0;
    if (left === 0) ids[left++] = this.best();
    this.count = left;
  }

  /**
   * Keeps the first candidates of the order they stand in.
   *
   * @param count How many, one at least is kept.
   */
  truncate(count: number): void {
    this.count = Math.max(1, Math.min(count, this.count));
  }

  /**
   * Keeps the k of the largest scores, the lower ids among equals, and puts them in order.
   *
   * @param k From 1.
   * @param ties Whether all that are as good as the last one stay too; then they are not put in order.
   */
  keepLargest(k: number, ties = false): void {
    if (ties) return this.#keepLargestAndTies(k);
    const { ids } = this;
    const logits = this.#logits;
    if (this.sorted) return this.truncate(k);
    const { count } = this;
    const size = Math.min(k, count);
    const isRising = this.#areRising && count === ids.length;
    moveFirst(ids, logits, count, size, isRising);
    this.#areRising = false;
    this.count = size;
    this.sorted = true;
  }

  /**
   * Keeps the first candidates in falling order of a key, the lower ids first among equals, until a sum over them is
   * enough. Those that are left stand in the order that they stood in.
   *
   * @param keys A number for every id.
   * @param shares What each adds to the sum, 0 or more, by id.
   * @param enough What the sum has to reach; all stay where it is more than there is.
   * @param options Where exactly the border is.
   */
  keepUntil(
    keys: Float32Array | Float64Array,
    shares: Float64Array,
    enough: number,
    { ties = false, past = false, before = false }: SumBorder = {},
  ): void {
    const { ids, count } = this;
    const summed = { ids, count, keys, shares, enough, past };
    const last = (this.#runningSum ??= new RunningSum()).find(summed);
    if (last < 0) return;
    const least = keys[last]!;
    const most = before ? last - 1 : ties ? Infinity : last;
    const best = before ? this.best() : last;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      const key = keys[id]!;
      ids[left] = id;
      left += Number(key > least) |
        (Number(key === least) & Number(id <= most));
    }
    if (left === 0) ids[left++] = best;
    this.count = left;
  }

  /** Puts e^(score − best) of every candidate into the scratch, by place, and gives their sum. */
  #weigh(best = this.best()): number {
    const { ids, count, scratch } = this;
    const [logits, divisor] = [this.#logits, this.#divisor];
    const top = logits[best]!;
    let total = 0;
    for (let i = 0; i < count; i++) {
      total += scratch[i] = fallingExponential(
        (top - logits[ids[i]!]!) / divisor,
      );
    }
    return total;
  }

  /** Divides what was still to be divided. */
  #divideNow(): void {
    const { ids, count } = this;
    const [logits, divisor] = [this.#logits, this.#divisor];
    const best = logits[this.best()]!;
    // What is too large for single precision is counted from the best, which gives the same probabilities.
    const shift = Math.abs(best / divisor) < LARGEST_SCORE ? 0 : best;
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      logits[id] = Math.max(-LARGEST_SCORE, (logits[id]! - shift) / divisor);
    }
    this.#divisor = 1;
    this.sorted = false; // scores that differ may have become equal
  }

  #keepLargestAndTies(k: number): void {
    const { ids, count } = this;
    if (k >= count) return;
    if (this.#before.length !== ids.length) {
      this.#before = new Int32Array(ids.length);
    }
    const before = this.#before;
    for (let i = 0; i < count; i++) before[i] = ids[i]!;
    this.keepLargest(k);
    const logits = this.#logits;
    const least = logits[ids[this.count - 1]!]!;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const id = before[i]!;
      if (logits[id]! >= least) ids[left++] = id;
    }
    this.count = left;
    this.sorted = false;
  }

  /** Puts the ids in rising order. */
  #ascend(): void {
    const { ids, count } = this;
    if (this.#areRising) return;
    let i = 1;
    while (i < count && ids[i - 1]! < ids[i]!) i++;
    if (i === count) return;
    this.sorted = false;
    if (count <= FEW) {
      for (; i < count; i++) { // each to its place among those before it
        const id = ids[i]!;
        let place = i;
        for (; place > 0 && ids[place - 1]! > id; place--) {
          ids[place] = ids[place - 1]!;
        }
        ids[place] = id;
      }
      return;
    }
    const marks = this.#marks;
    for (let i = 0; i < count; i++) marks[ids[i]!] = 1;
    let left = 0;
    for (let id = 0; left < count; id++) {
      if (marks[id] === 0) continue;
      marks[id] = 0;
      ids[left++] = id;
    }
  }
}
