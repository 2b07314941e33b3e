/**
 * Learns byte pair encoding: joins the most frequent pair of neighbours, again and again.
 *
 * Sennrich, Haddow and Birch (2016), with the counts kept up to date from merge to merge. Ties and repeated tokens are
 * decided as in the `BpeTrainer` of Hugging Face tokenizers, so that the merges are the same: of equally frequent pairs the
 * one with the lower ids comes first, and a token that two pairs make has one id.
 *
 * @module
 */
import { PairTable } from "../pair_table.ts";

/** Options of {@linkcode trainBPE}. */
export interface TrainBPEOptions {
  /** How many tokens to have. */
  vocabSize: number;
  /** How often a pair must occur. */
  minFrequency: number;
  /** Tokens that take the first ids. */
  specialTokens: readonly string[];
  /** Characters that are tokens even if no piece has them. */
  alphabet?: readonly string[];
  /** Most characters that are tokens: those that occur most often; the others are passed over. */
  limitAlphabet?: number;
  /** What begins every token but the first of a piece. */
  prefix?: string;
}

/** What was learnt. */
export interface TrainedBPE {
  /** Ids by token. */
  vocab: Map<string, number>;
  /** The pairs that are joined, the most important first. */
  merges: [string, string][];
}

/** A pair that waits to be merged, with some of the pieces that have it. */
interface Waiting {
  pair: number;
  count: number;
  pieces: number[];
}

/**
 * Learns which pairs to join.
 *
 * @param counts How often every piece occurs.
 * @param options How many tokens to have, and which there are from the beginning.
 * @returns The vocabulary and the merges.
 */
export function trainBPE(
  counts: ReadonlyMap<string, number>,
  options: TrainBPEOptions,
): TrainedBPE {
  return new Training(counts, options).run();
}

class Training {
  readonly #options: TrainBPEOptions;
  readonly #tokens: string[] = [];
  readonly #vocab = new Map<string, number>();
  /** Symbols of all pieces, one after the other; a piece has room for those that it began with. */
  readonly #symbols: Int32Array;
  readonly #firsts: Int32Array;
  readonly #lengths: Int32Array;
  readonly #counts: Float64Array;
  /** Numbers of pairs by their ids. */
  readonly #pairs = new PairTable(1 << 16);
  readonly #firstOf: number[] = [];
  readonly #secondOf: number[] = [];
  readonly #pairCounts: number[] = [];
  /** Pieces that have got a pair since the last merge. */
  readonly #changed: (number[] | undefined)[] = [];
  #changedPairs: number[] = [];
  readonly #heap: Waiting[] = [];

  constructor(counts: ReadonlyMap<string, number>, options: TrainBPEOptions) {
    this.#options = options;
    for (const token of options.specialTokens) this.#addToken(token);
    this.#addAlphabet(counts);
    let size = 0;
    for (const piece of counts.keys()) size += piece.length;
    this.#symbols = new Int32Array(size);
    this.#firsts = new Int32Array(counts.size);
    this.#lengths = new Int32Array(counts.size);
    this.#counts = Float64Array.from(counts.values());
    this.#addContinuations(counts);
    const { prefix = "" } = options;
    let at = 0;
    let piece = 0;
    for (const text of counts.keys()) {
      this.#firsts[piece] = at;
      let before = "";
      for (const character of text) {
        if (this.#vocab.has(character)) {
          this.#symbols[at++] = this.#vocab.get(before + character)!;
        }
        before = prefix;
      }
      this.#lengths[piece] = at - this.#firsts[piece]!;
      piece++;
    }
  }

  run(): TrainedBPE {
    const { vocabSize, minFrequency, prefix = "" } = this.#options;
    const merges: [string, string][] = [];
    this.#countPairs();
    this.#queueChanged();
    while (this.#tokens.length < vocabSize) {
      const top = this.#pop();
      if (top === undefined) break;
      const count = this.#pairCounts[top.pair]!;
      if (top.count !== count) { // merges since have taken some
        top.count = count;
        this.#push(top);
        continue;
      }
      if (top.count < 1 || top.count < minFrequency) break;
      const first = this.#firstOf[top.pair]!;
      const second = this.#secondOf[top.pair]!;
      const pair: [string, string] = [
        this.#tokens[first]!,
        this.#tokens[second]!,
      ];
      const made = this.#addToken(pair[0] + pair[1].slice(prefix.length));
      merges.push(pair);
      for (const piece of top.pieces) this.#merge(piece, first, second, made);
      this.#queueChanged();
    }
    return { vocab: this.#vocab, merges: withoutRepeats(merges) };
  }

  #addToken(token: string): number {
    const known = this.#vocab.get(token);
    if (known !== undefined) return known;
    this.#vocab.set(token, this.#tokens.length);
    return this.#tokens.push(token) - 1;
  }

  /** All characters, or the most frequent ones, in the order of Unicode. */
  #addAlphabet(counts: ReadonlyMap<string, number>): void {
    const { alphabet = [], limitAlphabet = Infinity } = this.#options;
    const characters = new Map<string, number>();
    for (const [piece, count] of counts) {
      for (const character of piece) {
        characters.set(character, (characters.get(character) ?? 0) + count);
      }
    }
    for (const character of alphabet) characters.set(character, Infinity);
    const sorted = [...characters.keys()].sort(compareCharacters);
    if (sorted.length > limitAlphabet) {
      sorted.sort((a, b) =>
        // both may be Infinity
        Number(characters.get(a)! < characters.get(b)!) -
        Number(characters.get(a)! > characters.get(b)!)
      );
      sorted.length = limitAlphabet;
      sorted.sort(compareCharacters);
    }
    for (const character of sorted) this.#addToken(character);
  }

  /** All characters that follow others in a piece, with the prefix, in the order of Unicode. */
  #addContinuations(counts: ReadonlyMap<string, number>): void {
    const { prefix = "" } = this.#options;
    if (prefix === "") return;
    const characters = new Set<string>();
    for (const piece of counts.keys()) {
      const first = piece.codePointAt(0) ?? 0;
      for (const character of piece.slice(first > 0xFFFF ? 2 : 1)) {
        if (this.#vocab.has(character)) characters.add(character);
      }
    }
    for (const character of [...characters].sort(compareCharacters)) {
      this.#addToken(prefix + character);
    }
  }

  #countPairs(): void {
    for (let piece = 0; piece < this.#counts.length; piece++) {
      const first = this.#firsts[piece]!;
      const last = first + this.#lengths[piece]! - 1;
      for (let i = first; i < last; i++) {
        this.#change(this.#symbols[i]!, this.#symbols[i + 1]!, piece, 1);
      }
    }
  }

  /** A piece has got a pair (1), or lost it (-1). */
  #change(first: number, second: number, piece: number, by: 1 | -1): void {
    let pair = this.#pairs.get(first, second);
    if (pair < 0) {
      pair = this.#firstOf.push(first) - 1;
      this.#secondOf.push(second);
      this.#pairCounts.push(0);
      this.#changed.push(undefined);
      this.#pairs.set(first, second, pair);
    }
    this.#pairCounts[pair]! += by * this.#counts[piece]!;
    if (by < 0) return;
    const pieces = this.#changed[pair];
    if (pieces === undefined) {
      this.#changed[pair] = [piece];
      this.#changedPairs.push(pair);
    } else if (pieces.at(-1) !== piece) pieces.push(piece);
  }

  /** Lets the pairs wait that pieces have got. */
  #queueChanged(): void {
    for (const pair of this.#changedPairs) {
      const count = this.#pairCounts[pair]!;
      const pieces = this.#changed[pair]!;
      this.#changed[pair] = undefined;
      if (count > 0) this.#push({ pair, count, pieces });
    }
    this.#changedPairs = [];
  }

  /** Joins a pair wherever a piece has it. */
  #merge(piece: number, first: number, second: number, made: number): void {
    const symbols = this.#symbols;
    const begin = this.#firsts[piece]!;
    const end = begin + this.#lengths[piece]!;
    let to = begin;
    for (let from = begin; from < end; from++) {
      const symbol = symbols[from]!;
      if (symbol !== first || from + 1 >= end || symbols[from + 1] !== second) {
        symbols[to++] = symbol;
        continue;
      }
      from++;
      if (to > begin) {
        this.#change(symbols[to - 1]!, first, piece, -1);
        this.#change(symbols[to - 1]!, made, piece, 1);
      }
      if (from + 1 < end) {
        this.#change(second, symbols[from + 1]!, piece, -1);
        this.#change(made, symbols[from + 1]!, piece, 1);
      }
      symbols[to++] = made;
    }
    this.#lengths[piece] = to - begin;
  }

  /** Whether one waits before another: the more frequent, then the lower ids. */
  #isBefore(a: Waiting, b: Waiting): boolean {
    if (a.count !== b.count) return a.count > b.count;
    const first = this.#firstOf[a.pair]! - this.#firstOf[b.pair]!;
    return first !== 0
      ? first < 0
      : this.#secondOf[a.pair]! < this.#secondOf[b.pair]!;
  }

  #push(waiting: Waiting): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(waiting);
    while (i > 0) {
      const parent = i - 1 >> 1;
      if (!this.#isBefore(waiting, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = waiting;
  }

  #pop(): Waiting | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return last;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (
        child + 1 < heap.length &&
        this.#isBefore(heap[child + 1]!, heap[child]!)
      ) child++;
      if (!this.#isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}

function compareCharacters(a: string, b: string): number {
  return a.codePointAt(0)! - b.codePointAt(0)!;
}

/** A pair that was merged twice, in pieces that got it later, counts with its last rank. */
function withoutRepeats(merges: [string, string][]): [string, string][] {
  const last = new Map(merges.map((merge, i) => [merge.join(" "), i]));
  return merges.filter((merge, i) => last.get(merge.join(" ")) === i);
}
