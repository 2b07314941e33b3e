/**
 * The tokens that are still to be chosen from, and their scores, while a chain of stages works on them.
 *
 * A stage changes scores or removes candidates, never brings one back. The best few are found by heaps, so that no stage
 * sorts the vocabulary, and all memory is used again for the next token.
 *
 * @module
 */

/** What a stage may know of the text. */
export interface ChainContext {
  /** The prompt and what was written since, ids. */
  tokens: ArrayLike<number>;

  /** How many of them are the prompt's. */
  promptLength: number;
}

/** The candidates for one place of a text. */
export class Candidates {
  /** Scores by id, shape (V,); those of removed tokens mean nothing. */
  logits: Float32Array = new Float32Array(0);
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
  /** By id, 1 for those that {@linkcode Candidates.remove} removes just now. */
  #marks = new Uint8Array(0);

  /** Place of the token that is chosen, counted from the end of the prompt, from 0. */
  get position(): number {
    return this.context.tokens.length - this.context.promptLength;
  }

  /**
   * Begins with the scores of a place.
   *
   * @param logits One score for every token, shape (V,); they are copied.
   * @param context The text so far.
   * @throws {RangeError} If a score is NaN or Infinity, or all are −Infinity.
   */
  begin(logits: Float32Array, context: ChainContext): void {
    const size = logits.length;
    if (this.ids.length !== size) {
      this.logits = new Float32Array(size);
      this.ids = new Int32Array(size);
      this.scratch = new Float64Array(size);
      this.#marks = new Uint8Array(size);
    }
    this.context = context;
    this.logits.set(logits);
    this.sorted = false;
    const { ids } = this;
    let count = 0;
    for (let id = 0; id < size; id++) {
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
    const { ids, logits, count } = this;
    let best = ids[0]!;
    if (this.sorted) return best;
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
    const { ids, logits, count, scratch } = this;
    const top = logits[this.best()]!;
    let total = 0;
    for (let i = 0; i < count; i++) {
      total += scratch[i] = Math.exp(logits[ids[i]!]! - top);
    }
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
   * Removes candidates, but for the best where none would be left.
   *
   * @param keeps Tells by id and place whether a candidate stays.
   */
  filter(keeps: (id: number, place: number) => boolean): void {
    const { ids, count } = this;
    const best = this.best();
    let left = 0;
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      if (keeps(id, i)) ids[left++] = id;
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
   */
  keepLargest(k: number): void {
    const { ids, logits } = this;
    if (this.sorted) return this.truncate(k);
    const size = Math.min(k, this.count);
    for (let i = (size >> 1) - 1; i >= 0; i--) sink(ids, logits, i, size, -1);
    const { count } = this;
    let least = logits[ids[0]!]!;
    for (let i = size; i < count; i++) {
      const id = ids[i]!;
      if (logits[id]! < least || !comesFirst(logits, id, ids[0]!)) continue;
      ids[0] = id;
      sink(ids, logits, 0, size, -1);
      least = logits[ids[0]!]!;
    }
    for (let end = size - 1; end > 0; end--) { // the worst goes last
      const worst = ids[0]!;
      ids[0] = ids[end]!;
      ids[end] = worst;
      sink(ids, logits, 0, end, -1);
    }
    this.count = size;
    this.sorted = true;
  }

  /**
   * Keeps candidates in falling order of a key, the lower ids first among equals, until told to stop.
   *
   * @param keys A number for every id.
   * @param isEnough Gets a kept candidate's id; true where it is the last one.
   */
  keepUntil(
    keys: Float32Array | Float64Array,
    isEnough: (id: number) => boolean,
  ): void {
    const { ids } = this;
    let size = this.count;
    const inOrder = this.sorted && keys === this.logits;
    if (inOrder) {
      let left = 0;
      while (left < size && !isEnough(ids[left++]!));
      return this.truncate(left);
    }
    for (let i = (size >> 1) - 1; i >= 0; i--) sink(ids, keys, i, size, 1);
    const all = size;
    while (size > 0) { // those taken gather at the end, the first one last
      const id = ids[0]!;
      size--;
      ids[0] = ids[size]!;
      ids[size] = id;
      sink(ids, keys, 0, size, 1);
      if (isEnough(id)) break;
    }
    this.count = all - size;
    ids.copyWithin(0, size, all);
    ids.subarray(0, this.count).reverse();
    this.sorted = keys === this.logits;
  }
}

/** Whether one token stands before another: by the larger key, else by the lower id. */
function comesFirst(
  keys: Float32Array | Float64Array,
  a: number,
  b: number,
): boolean {
  return keys[a]! > keys[b]! || (keys[a]! === keys[b]! && a < b);
}

/** Lets the id at a place of a heap sink; direction 1 has the first token on top, −1 the last one. */
function sink(
  ids: Int32Array,
  keys: Float32Array | Float64Array,
  place: number,
  size: number,
  direction: 1 | -1,
): void {
  const id = ids[place]!;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= size) break;
    const other = child + 1;
    if (
      other < size &&
      comesFirst(keys, ids[other]!, ids[child]!) === (direction === 1)
    ) child = other;
    if (comesFirst(keys, ids[child]!, id) !== (direction === 1)) break;
    ids[place] = ids[child]!;
    place = child;
  }
  ids[place] = id;
}
