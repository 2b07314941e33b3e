/**
 * The pieces that training a unigram model begins with (Kudo 2018, section 3.2): all characters, and the substrings that
 * save most, which a sorted array of suffixes yields.
 *
 * As in SentencePiece a substring counts if it goes on in at least two ways, the end of a word being one of them; its
 * score is the number of its occurrences, every word taken once, times its length.
 *
 * @module
 */
import { type Corpus, isHigh, isLow } from "./_corpus.ts";

/** Pieces with their scores. */
export interface SeedPieces {
  /** The pieces: the characters first, then the substrings, the best first. */
  readonly pieces: readonly string[];
  /** Natural logarithms of their share in all scores. */
  readonly scores: Float64Array;
}

/**
 * Collects the pieces that training begins with.
 *
 * @param corpus The words.
 * @param maxPieceLength Longest piece, in code points.
 * @param seedSize Most pieces.
 * @returns The pieces with their scores.
 */
export function findSeedPieces(
  corpus: Corpus,
  maxPieceLength: number,
  seedSize: number,
): SeedPieces {
  const characters = countCharacters(corpus);
  const substrings = findSubstrings(corpus, maxPieceLength);
  const room = Math.max(0, seedSize - characters.length);
  const all = [...characters, ...substrings.slice(0, Math.max(1, room))];
  const logSum = Math.log(all.reduce((sum, { score }) => sum + score, 0));
  return {
    pieces: all.map(({ piece }) => piece),
    scores: Float64Array.from(all, ({ score }) => Math.log(score) - logSum),
  };
}

/** A piece with what it saves. */
interface ScoredPiece {
  piece: string;
  score: number;
}

/** The characters by their counts, the most frequent first. */
function countCharacters({ units, starts, counts }: Corpus): ScoredPiece[] {
  const scores = new Map<number, number>();
  for (let word = 0; word < counts.length; word++) {
    const end = starts[word + 1]! - 1;
    for (let i = starts[word]!; i < end; i++) {
      let code = units[i]!;
      if (isHigh(code)) {
        code = (code - 0xD800 << 10) + (units[++i]! - 0xDC00) + 0x10000;
      }
      if (code === 0) continue;
      scores.set(code, (scores.get(code) ?? 0) + counts[word]!);
    }
  }
  return Array.from(
    scores,
    ([code, score]) => ({ piece: String.fromCodePoint(code), score }),
  ).sort(compareScores);
}

/** The substrings of at least two characters that go on in two ways, the best first. */
function findSubstrings(
  corpus: Corpus,
  maxPieceLength: number,
): ScoredPiece[] {
  const { units } = corpus;
  const hasPairs = units.some(isHigh);
  const depth = maxPieceLength * (hasPairs ? 2 : 1) + 1;
  const suffixes = sortSuffixes(units, depth);
  const found: ScoredPiece[] = [];
  const emit = (at: number, length: number, count: number) => {
    if (length < 2 || units[at + length - 1] === 0) return;
    const piece = String.fromCharCode(...units.subarray(at, at + length));
    const characters = hasPairs ? Array.from(piece).length : length;
    if (characters < 2 || characters > maxPieceLength) return;
    found.push({ piece, score: count * characters });
  };
  // Intervals of suffixes with a common beginning (Abouelhoda et al. 2004): a stack of lengths and first places.
  const lengths = [0];
  const firsts = [0];
  for (let i = 1; i <= suffixes.length; i++) {
    const common = i === suffixes.length
      ? 0
      : commonLength(units, suffixes[i - 1]!, suffixes[i]!, depth);
    let first = i - 1;
    while (lengths.at(-1)! > common) {
      const length = lengths.pop()!;
      first = firsts.pop()!;
      emit(suffixes[first]!, length, i - first);
    }
    if (lengths.at(-1)! < common) {
      lengths.push(common);
      firsts.push(first);
    }
  }
  return found.sort(compareScores);
}

/** Units that two suffixes have in common, with the zero at the end of a word, without halves of characters. */
function commonLength(
  units: Uint16Array,
  first: number,
  second: number,
  depth: number,
): number {
  let length = 0;
  while (length < depth) {
    const unit = units[first + length];
    if (unit !== units[second + length]) break;
    length++;
    if (unit === 0) return length;
  }
  return length > 0 && isHigh(units[first + length - 1]!) ? length - 1 : length;
}

/** Where the suffixes start, sorted by their first units; those within a character are left out. */
function sortSuffixes(units: Uint16Array, depth: number): Int32Array {
  const suffixes = new Int32Array(units.length);
  let count = 0;
  for (let i = 0; i < units.length; i++) {
    if (units[i] !== 0 && !isLow(units[i]!)) suffixes[count++] = i;
  }
  sortRange(units, suffixes.subarray(0, count), depth);
  return suffixes.subarray(0, count);
}

/** From this many suffixes on they are cut in three; fewer are sorted by insertion. */
const FEW = 12;

/** Multikey quicksort (Bentley and Sedgewick 1997), with a stack of its own: from, to, units in common. */
function sortRange(
  units: Uint16Array,
  suffixes: Int32Array,
  depth: number,
): void {
  const stack = [0, suffixes.length, 0];
  while (stack.length > 0) {
    const common = stack.pop()!;
    const to = stack.pop()!;
    const from = stack.pop()!;
    if (to - from < FEW) {
      sortByInsertion(units, suffixes, [from, to], common, depth);
      continue;
    }
    const pivot = medianUnit(units, suffixes, from, to, common);
    let less = from;
    let more = to;
    for (let i = from; i < more;) {
      const suffix = suffixes[i]!;
      const unit = units[suffix + common]!;
      if (unit < pivot) {
        suffixes[i++] = suffixes[less]!;
        suffixes[less++] = suffix;
      } else if (unit > pivot) {
        suffixes[i] = suffixes[--more]!;
        suffixes[more] = suffix;
      } else i++;
    }
    stack.push(from, less, common, more, to, common);
    if (pivot !== 0 && common + 1 < depth) stack.push(less, more, common + 1);
  }
}

function medianUnit(
  units: Uint16Array,
  suffixes: Int32Array,
  from: number,
  to: number,
  common: number,
): number {
  const a = units[suffixes[from]! + common]!;
  const b = units[suffixes[from + to >> 1]! + common]!;
  const c = units[suffixes[to - 1]! + common]!;
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function sortByInsertion(
  units: Uint16Array,
  suffixes: Int32Array,
  [from, to]: readonly [number, number],
  common: number,
  depth: number,
): void {
  for (let i = from + 1; i < to; i++) {
    const suffix = suffixes[i]!;
    let j = i;
    while (j > from && isLess(units, suffix, suffixes[j - 1]!, common, depth)) {
      suffixes[j] = suffixes[j - 1]!;
      j--;
    }
    suffixes[j] = suffix;
  }
}

function isLess(
  units: Uint16Array,
  first: number,
  second: number,
  common: number,
  depth: number,
): boolean {
  for (let i = common; i < depth; i++) {
    const a = units[first + i]!;
    const b = units[second + i]!;
    if (a !== b) return a < b;
    if (a === 0) return false;
  }
  return false;
}

/** The higher score first; of equals the later in the order of code points. */
function compareScores(a: ScoredPiece, b: ScoredPiece): number {
  return b.score - a.score || compareCodePoints(b.piece, a.piece);
}

function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = a.codePointAt(i)! - b.codePointAt(i)!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
