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
import { moveFirst, sink } from "./_heap.ts";

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

  /** Gives the logarithm of the sum over the candidates of the exponentials of their scores. */
  logTotal(): number {
    const { ids, logits, count } = this;
    const top = logits[this.best()]!;
    let total = 0;
    for (let i = 0; i < count; i++) total += Math.exp(logits[ids[i]!]! - top);
    return top + Math.log(total);
  }

  /** Gives the entropy of the candidates in nats; uses the scratch. */
  entropy(): number {
    const p = this.probabilities();
    let sum = 0;
    for (let i = 0; i < this.count; i++) {
      if (p[i]! > 0) sum -= p[i]! * Math.log(p[i]!);
    }
    return sum;
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
   * Keeps candidates in falling order of a key, the lower ids first among equals, until told to stop.
   *
   * @param keys A number for every id.
   * @param isEnough Gets a kept candidate's id; true where it is the last one.
   * @param ties Whether those whose key is the last one's stay too.
   */
  keepUntil(
    keys: Float32Array | Float64Array,
    isEnough: (id: number) => boolean,
    ties = false,
  ): void {
    const { ids } = this;
    let size = this.count;
    if (this.sorted && keys === this.#logits && !ties) {
      let left = 0;
      while (left < size && !isEnough(ids[left++]!));
      return this.truncate(left);
    }
    this.#areRising = false;
    for (let i = (size >> 1) - 1; i >= 0; i--) sink(ids, keys, i, size, 1);
    const all = size;
    let hasEnough = false;
    while (size > 0) { // those taken gather at the end, the first one last
      const id = ids[0]!;
      size--;
      ids[0] = ids[size]!;
      ids[size] = id;
      sink(ids, keys, 0, size, 1);
      hasEnough ||= isEnough(id);
      if (hasEnough) {
        if (!ties || size === 0 || keys[ids[0]!]! < keys[id]!) break;
      }
    }
    this.count = all - size;
    ids.copyWithin(0, size, all);
    ids.subarray(0, this.count).reverse();
    this.sorted = keys === this.#logits;
  }

  /** Puts e^(score − best) of every candidate into the scratch, by place, and gives their sum. */
  #weigh(best = this.best()): number {
    const { ids, count, scratch } = this;
    const [logits, divisor] = [this.#logits, this.#divisor];
    const top = logits[best]!;
    let total = 0;
    for (let i = 0; i < count; i++) {
      total += scratch[i] = Math.exp((logits[ids[i]!]! - top) / divisor);
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
    const { ids, count, scratch } = this;
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
    scratch.fill(0);
    for (let i = 0; i < count; i++) scratch[ids[i]!] = 1;
    let left = 0;
    for (let id = 0; left < count; id++) {
      if (scratch[id] === 1) ids[left++] = id;
    }
  }
}
