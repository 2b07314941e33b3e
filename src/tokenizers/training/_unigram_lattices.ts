/**
 * All ways to cut the words of a corpus into pieces: how often each piece is to be expected (the E step of Kudo 2018), and
 * the best way alone.
 *
 * @module
 */
import { UnitTrie } from "../unit_trie.ts";
import type { Corpus } from "./_corpus.ts";
import { WordEdges } from "./_word_edges.ts";

/** Probabilities of words below this are worked out in logarithms. */
const TINY = 1e-250;

/** What a character that is no piece costs beyond the score of the worst piece. */
const UNKNOWN_PENALTY = 10;

/** Scores of pieces, and the words that they cut; a piece whose score is -Infinity is no more. */
export class UnigramLattices {
  readonly #corpus: Corpus;
  readonly #pieces: readonly string[];
  #trie: UnitTrie;
  #scores: Float64Array;
  #probabilities: Float64Array;
  #unknownScore = 0;
  readonly #edges = new WordEdges();
  #forward = new Float64Array(1 << 8);
  #backward = new Float64Array(1 << 8);

  /**
   * @param corpus The words.
   * @param pieces All pieces; the number of a character that is none comes after theirs.
   */
  constructor(corpus: Corpus, pieces: readonly string[]) {
    this.#corpus = corpus;
    this.#pieces = pieces;
    this.#scores = new Float64Array(pieces.length);
    this.#probabilities = new Float64Array(pieces.length);
    this.#trie = new UnitTrie(pieces.map((piece, i) => [piece, i]));
  }

  /** Number that stands for characters that are no pieces. */
  get unknown(): number {
    return this.#pieces.length;
  }

  /**
   * Gives the pieces other scores.
   *
   * @param scores Natural logarithms of probabilities; -Infinity takes a piece out.
   */
  setScores(scores: Float64Array): void {
    this.#scores = scores;
    this.#probabilities = scores.map(Math.exp);
    let least = Infinity;
    for (const score of scores) {
      if (score !== -Infinity && score < least) least = score;
    }
    this.#unknownScore = least - UNKNOWN_PENALTY;
  }

  /** Forgets the pieces that are no more, so that nobody looks for them. */
  shrink(): void {
    const alive: [string, number][] = [];
    for (const [i, piece] of this.#pieces.entries()) {
      if (this.#scores[i] !== -Infinity) alive.push([piece, i]);
    }
    this.#trie = new UnitTrie(alive);
  }

  /**
   * How often each piece is to be expected, over all ways to cut the words.
   *
   * @returns The expected counts, by piece.
   */
  expect(): Float64Array {
    const { starts, counts } = this.#corpus;
    const expected = new Float64Array(this.#pieces.length + 1);
    for (let word = 0; word < counts.length; word++) {
      const start = starts[word]!;
      this.#expectWord(start, starts[word + 1]! - 1, counts[word]!, expected);
    }
    return expected;
  }

  /**
   * How often each piece occurs if every word is cut in the best way.
   *
   * @returns The counts, by piece; the last one is that of characters that are no pieces.
   */
  countBest(): Float64Array {
    const { units, starts, counts } = this.#corpus;
    const found = new Float64Array(this.#pieces.length + 1);
    for (let word = 0; word < counts.length; word++) {
      const start = starts[word]!;
      const path = this.#findBest(units, start, starts[word + 1]! - 1, -1);
      for (const piece of path) found[piece]! += counts[word]!;
    }
    return found;
  }

  /**
   * The best way to cut a piece into others.
   *
   * @param piece Number of the piece.
   * @returns The other pieces; none if the piece itself is worse than they are, or if there is no other way.
   */
  findAlternative(piece: number): { pieces: readonly number[]; best: boolean } {
    const token = this.#pieces[piece]!;
    const units = Uint16Array.from(
      { length: token.length },
      (_, i) => token.charCodeAt(i),
    );
    const pieces = this.#findBest(units, 0, units.length, piece);
    if (pieces.length === 0) return { pieces, best: true };
    const other = this.#forward[units.length]!;
    return this.#scores[piece]! >= other
      ? { pieces, best: true }
      : { pieces: [], best: false };
  }

  #expectWord(
    start: number,
    end: number,
    count: number,
    expected: Float64Array,
  ): void {
    const { units } = this.#corpus;
    const length = end - start;
    this.#makeRoom(length);
    this.#edges.find(units, [start, end], {
      trie: this.#trie,
      scores: this.#scores,
      without: -1,
    });
    const { first, ends: edgeEnds, pieces: edgePieces } = this.#edges;
    const forward = this.#forward;
    const backward = this.#backward;
    const probabilities = this.#probabilities;
    const unknown = Math.exp(this.#unknownScore);
    forward.fill(0, 0, length + 1);
    forward[0] = 1;
    for (let i = 0; i < length; i++) {
      const before = forward[i]!;
      for (let edge = first[i]!; edge < first[i + 1]!; edge++) {
        const piece = edgePieces[edge]!;
        forward[edgeEnds[edge]!]! += before *
          (piece < 0 ? unknown : probabilities[piece]!);
      }
    }
    const total = forward[length]!;
    if (total < TINY) return this.#expectLongWord(length, count, expected);
    backward[length] = 1;
    const weight = count / total;
    for (let i = length - 1; i >= 0; i--) {
      const before = forward[i]! * weight;
      let after = 0;
      for (let edge = first[i]!; edge < first[i + 1]!; edge++) {
        const piece = edgePieces[edge]!;
        const way = backward[edgeEnds[edge]!]! *
          (piece < 0 ? unknown : probabilities[piece]!);
        after += way;
        if (piece >= 0) expected[piece]! += before * way;
      }
      backward[i] = after;
    }
  }

  /** The same in logarithms. */
  #expectLongWord(length: number, count: number, expected: Float64Array): void {
    const { first, ends: edgeEnds, pieces: edgePieces } = this.#edges;
    const forward = this.#forward.fill(-Infinity, 0, length + 1);
    const backward = this.#backward.fill(-Infinity, 0, length + 1);
    const scoreOf = (edge: number) => {
      const piece = edgePieces[edge]!;
      return piece < 0 ? this.#unknownScore : this.#scores[piece]!;
    };
    forward[0] = 0;
    for (let i = 0; i < length; i++) {
      for (let edge = first[i]!; edge < first[i + 1]!; edge++) {
        const end = edgeEnds[edge]!;
        forward[end] = addLogs(forward[end]!, forward[i]! + scoreOf(edge));
      }
    }
    const total = forward[length]!;
    backward[length] = 0;
    for (let i = length - 1; i >= 0; i--) {
      for (let edge = first[i]!; edge < first[i + 1]!; edge++) {
        const way = backward[edgeEnds[edge]!]! + scoreOf(edge);
        const piece = edgePieces[edge]!;
        backward[i] = addLogs(backward[i]!, way);
        if (piece < 0) continue;
        expected[piece]! += count * Math.exp(forward[i]! + way - total);
      }
    }
  }

  /** The pieces of the best way to cut units; of equals the one with the longer first piece stays. */
  #findBest(
    units: Uint16Array,
    start: number,
    end: number,
    without: number,
  ): number[] {
    const length = end - start;
    this.#makeRoom(length);
    this.#edges.find(units, [start, end], {
      trie: this.#trie,
      scores: this.#scores,
      without,
    });
    const { first, ends: edgeEnds, pieces: edgePieces } = this.#edges;
    const best = this.#forward;
    const from = this.#from;
    best.fill(-Infinity, 0, length + 1);
    best[0] = 0;
    for (let i = 0; i < length; i++) {
      for (let edge = first[i]!; edge < first[i + 1]!; edge++) {
        const piece = edgePieces[edge]!;
        const score = best[i]! +
          (piece < 0 ? this.#unknownScore : this.#scores[piece]!);
        const to = edgeEnds[edge]!;
        if (score > best[to]!) {
          best[to] = score;
          from[to * 2] = i;
          from[to * 2 + 1] = piece < 0 ? this.unknown : piece;
        }
      }
    }
    const path: number[] = [];
    if (best[length] === -Infinity) return path;
    for (let to = length; to > 0; to = from[to * 2]!) {
      path.push(from[to * 2 + 1]!);
    }
    return path;
  }

  /** Where the last piece of the best way to every place starts, and which it is. */
  #from = new Int32Array(1 << 9);

  #makeRoom(length: number): void {
    if (length + 1 < this.#forward.length) return;
    this.#forward = new Float64Array(length * 2);
    this.#backward = new Float64Array(length * 2);
    this.#from = new Int32Array(length * 4);
  }
}

/** Logarithm of the sum of two numbers of which the logarithms are given. */
function addLogs(a: number, b: number): number {
  if (a === -Infinity) return b;
  const larger = Math.max(a, b);
  return larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
}
