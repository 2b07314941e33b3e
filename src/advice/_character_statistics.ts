/**
 * How often each character comes, and how well the ones before it tell it.
 *
 * Entropy of a character after k others: Shannon, "Prediction and Entropy of Printed English", 1951, equation (1), with
 * shares of this text in place of probabilities.
 *
 * @module
 */

/** Highest number of characters before that are looked at. */
const MAX_ORDER = 3;

/** Characters that the conditional entropies are taken from: more would not fit into memory as groups of four. */
const SAMPLE = 1_000_000;

/** A character and how often it comes. */
export interface CharacterCount {
  /** The character. */
  readonly character: string;
  /** How often it comes. */
  readonly count: number;
}

/**
 * Counts characters (code points).
 *
 * @param texts The texts.
 * @returns The characters, the most frequent first, equally frequent ones by code point.
 */
export function countCharacters(texts: Iterable<string>): CharacterCount[] {
  const counts = new Uint32Array(0x110000);
  for (const text of texts) {
    for (let at = 0; at < text.length; at++) {
      const code = text.codePointAt(at)!;
      if (code > 0xFFFF) at++;
      counts[code]!++;
    }
  }
  const found: CharacterCount[] = [];
  for (const [code, count] of counts.entries()) {
    if (count > 0) {
      found.push({ character: String.fromCodePoint(code), count });
    }
  }
  return found.sort((a, b) => b.count - a.count);
}

/**
 * Measures the entropy of a character after 0, 1, 2 and 3 characters.
 *
 * @param texts The texts; no group of characters reaches from one into the next.
 * @param counts All characters, as {@linkcode countCharacters} gives them.
 * @returns Bits per character for each order; fewer orders where the alphabet is too large for groups.
 */
export function measureEntropies(
  texts: readonly string[],
  counts: readonly CharacterCount[],
): number[] {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return [];
  const entropies = [entropyOf(counts.map(({ count }) => count), total)];
  const ids = new Map(counts.map(({ character }, id) => [character, id]));
  const size = ids.size;
  for (let order = 1; order <= MAX_ORDER; order++) {
    if (size ** (order + 1) > Number.MAX_SAFE_INTEGER) break;
    const { groups, contexts, groupCount } = countGroups(texts, ids, order);
    if (groupCount === 0) break;
    entropies.push(
      entropyOf(groups, groupCount) - entropyOf(contexts, groupCount),
    );
  }
  return entropies;
}

/** Counts groups of `order + 1` characters, and what they start with. */
function countGroups(
  texts: readonly string[],
  ids: ReadonlyMap<string, number>,
  order: number,
): {
  groups: Iterable<number>;
  contexts: Iterable<number>;
  groupCount: number;
} {
  const size = ids.size;
  const limit = size ** order;
  const groups = new Map<number, number>();
  const contexts = new Map<number, number>();
  let [groupCount, read] = [0, 0];
  for (const text of texts) {
    let context = 0;
    let known = 0; // characters of this text so far
    for (const character of text) {
      if (read++ >= SAMPLE) break;
      const id = ids.get(character)!;
      if (known >= order) {
        const group = context * size + id;
        groups.set(group, (groups.get(group) ?? 0) + 1);
        contexts.set(context, (contexts.get(context) ?? 0) + 1);
        groupCount++;
      }
      context = (context * size + id) % limit;
      known++;
    }
    if (read >= SAMPLE) break;
  }
  return { groups: groups.values(), contexts: contexts.values(), groupCount };
}

/** Bits: the sum of p·log2(1/p). */
function entropyOf(counts: Iterable<number>, total: number): number {
  let sum = 0;
  for (const count of counts) sum += count * Math.log2(count);
  return Math.max(0, Math.log2(total) - sum / total);
}
