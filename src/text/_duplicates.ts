/**
 * Texts that are the same, and texts that share most of their shingles.
 *
 * Shingles and their resemblance: Broder, "On the resemblance and containment of documents", 1997. Candidates come from
 * MinHash signatures in bands (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", 3rd edition, section 3.4);
 * whether two candidates are near is decided by their shingles themselves, so that no text is left out by chance.
 *
 * @module
 */
import { RandomStream } from "../engine/random.ts";

/** A text that is left out, and the one that is kept. */
export interface Duplicate {
  readonly index: number;
  readonly of: number;
  readonly similarity: number;
}

/** Numbers in a signature. */
const HASHES = 128;

/** Most likely share of pairs at the threshold itself that the bands may miss. */
const MISSED = 1e-4;

/** Shingle sets that are kept at hand. */
const CACHED = 256;

/**
 * Finds texts that are equal to one before.
 *
 * @param texts The texts.
 * @returns Those to leave out; the first of equals is kept.
 */
export function findExact(texts: readonly string[]): Duplicate[] {
  const first = new Map<string, number>();
  const found: Duplicate[] = [];
  for (const [index, text] of texts.entries()) {
    const of = first.get(text);
    if (of === undefined) first.set(text, index);
    else found.push({ index, of, similarity: 1 });
  }
  return found;
}

/**
 * Finds texts that are near to one before that is kept.
 *
 * @param texts The texts.
 * @param options The least similarity (Jaccard), and the characters of a shingle.
 * @returns Those to leave out, each with the most similar text among those kept.
 */
export function findNear(
  texts: readonly string[],
  { similarity, shingle }: { similarity: number; shingle: number },
): Duplicate[] {
  const { bands, rows } = chooseBands(similarity);
  const random = new RandomStream(1, "minhash");
  const factors = Uint32Array.from(
    { length: bands * rows },
    () => random.uint32() | 1,
  );
  const offsets = Uint32Array.from(factors, () => random.uint32());
  const buckets = Array.from(
    { length: bands },
    () => new Map<number, number[]>(),
  );
  const cache = new Map<number, Set<number>>();
  const shinglesAt = (index: number): Set<number> => {
    const known = cache.get(index) ?? shinglesOf(texts[index]!, shingle);
    cache.delete(index); // to the end of the order
    cache.set(index, known);
    if (cache.size > CACHED) cache.delete(cache.keys().next().value!);
    return known;
  };
  const found: Duplicate[] = [];
  for (const index of texts.keys()) {
    const own = shinglesAt(index);
    const keys = bandKeys(own, { factors, offsets, bands });
    const candidates = new Set<number>();
    for (const [band, key] of keys.entries()) {
      for (const each of buckets[band]!.get(key) ?? []) candidates.add(each);
    }
    let best: Duplicate | undefined;
    for (const of of [...candidates].sort((a, b) => a - b)) {
      const share = jaccard(own, shinglesAt(of));
      if (share >= similarity && share > (best?.similarity ?? 0)) {
        best = { index, of, similarity: share };
      }
    }
    if (best !== undefined) {
      found.push(best);
      continue;
    }
    for (const [band, key] of keys.entries()) {
      const bucket = buckets[band]!.get(key);
      if (bucket === undefined) buckets[band]!.set(key, [index]);
      else bucket.push(index);
    }
  }
  return found;
}

/** The longest bands that miss few enough pairs at the threshold: rarer candidates, less work. */
function chooseBands(similarity: number): { bands: number; rows: number } {
  for (let rows = 16; rows > 1; rows--) {
    const bands = Math.floor(HASHES / rows);
    if ((1 - similarity ** rows) ** bands <= MISSED) return { bands, rows };
  }
  return { bands: HASHES, rows: 1 };
}

/** The shingles of a text as numbers of 52 bits: FNV-1a over the UTF-16 units, twice. */
export function shinglesOf(text: string, length: number): Set<number> {
  const shingles = new Set<number>();
  const last = Math.max(0, text.length - length);
  for (let start = 0; start <= last; start++) {
    let one = 0x811C9DC5;
    let other = 0x9E3779B9;
    const end = Math.min(text.length, start + length);
    for (let at = start; at < end; at++) {
      const unit = text.charCodeAt(at);
      one = Math.imul(one ^ unit, 0x01000193);
      other = Math.imul(other ^ unit, 0x85EBCA6B);
      other ^= other >>> 15;
    }
    shingles.add((one >>> 0) * 2 ** 20 + (other >>> 12));
  }
  return shingles;
}

/** One number a band: what its smallest hashes come to. */
function bandKeys(
  shingles: ReadonlySet<number>,
  { factors, offsets, bands }: {
    factors: Uint32Array;
    offsets: Uint32Array;
    bands: number;
  },
): Uint32Array {
  const smallest = new Uint32Array(factors.length).fill(0xFFFFFFFF);
  for (const shingle of shingles) {
    let mixed = Math.floor(shingle / 2 ** 20) ^
      Math.imul(shingle % 2 ** 20, 0x9E3779B1);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85EBCA6B);
    for (let i = 0; i < factors.length; i++) {
      let hash = Math.imul(mixed ^ offsets[i]!, factors[i]!);
      hash = (hash ^ (hash >>> 15)) >>> 0;
      if (hash < smallest[i]!) smallest[i] = hash;
    }
  }
  const rows = factors.length / bands;
  return Uint32Array.from({ length: bands }, (_, band) => {
    let key = 0x811C9DC5;
    for (let i = band * rows; i < (band + 1) * rows; i++) {
      key = Math.imul(key ^ smallest[i]!, 0x01000193);
      key ^= key >>> 13;
    }
    return key >>> 0;
  });
}

/** Share of the members of both sets that both have. */
export function jaccard(
  one: ReadonlySet<number>,
  other: ReadonlySet<number>,
): number {
  const both = one.intersection(other).size;
  return both / (one.size + other.size - both);
}
