/**
 * Which pieces of a unigram model to drop (Kudo 2018, section 3.2): those whose loss makes the words least unlikely.
 *
 * @module
 */
import type { UnigramLattices } from "./_unigram_lattices.ts";

/** What is to be pruned. */
export interface Pruning {
  /** The pieces. */
  alive: readonly number[];
  /** How many to keep. */
  left: number;
  /** Sum of the counts of all words. */
  total: number;
}

/**
 * Drops the pieces without which the words would lose least: each is replaced by the best other way to cut it.
 *
 * @param lattices The words, and the pieces with their scores.
 * @param pruning Which pieces there are, and how many to keep.
 * @returns The pieces that stay: first those without another way, then the others, the most needed first.
 */
export function prunePieces(
  lattices: UnigramLattices,
  { alive, left, total }: Pruning,
): number[] {
  const counts = lattices.countBest();
  const sum = counts.reduce((sum, count) => sum + count, 0);
  const kept: number[] = [];
  const candidates: { piece: number; loss: number }[] = [];
  for (const piece of alive) {
    const count = counts[piece]!;
    const { pieces, best } = lattices.findAlternative(piece);
    if (count === 0 && (!best || pieces.length > 0)) continue;
    if (pieces.length === 0) {
      kept.push(piece);
      continue;
    }
    // The paper's sum grows by the other pieces of this one; both peers take all pieces there, and so the same choice.
    const logSum = Math.log(sum + count * alive.length);
    let alternative = 0;
    for (const other of pieces) {
      alternative += Math.log(counts[other]! + count) - logSum;
    }
    const own = Math.log(count) - Math.log(sum);
    candidates.push({ piece, loss: count / total * (own - alternative) });
  }
  candidates.sort((a, b) => b.loss - a.loss);
  const room = Math.max(0, left - kept.length);
  return [...kept, ...candidates.slice(0, room).map(({ piece }) => piece)];
}
