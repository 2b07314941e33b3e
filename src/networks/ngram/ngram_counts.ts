/**
 * How often each n-gram was seen, in typed arrays: a trie whose edges lie in one hash table.
 *
 * @module
 */
import type { TokenArray, TokenSource } from "../../data/token_source.ts";
import { piecesOf } from "./_document.ts";

/** Node of the empty n-gram. */
export const ROOT = 0;

/** What a file keeps of some counts: a number for every n-gram, those of shorter ones before. */
export interface KeptCounts {
  /** Last tokens. */
  tokens: Int32Array;
  /** Numbers of the n-grams without their last tokens; 0 is the empty one, which has no number of its own. */
  parents: Int32Array;
  /** How often each was seen. */
  counts: Uint32Array;
}

/**
 * A trie of n-grams. Every node is an n-gram; its children go on by one token. The begin of a document is a token of its
 * own, which is read but never predicted.
 */
export class NGramCounts {
  /** Tokens of the longest n-grams. */
  readonly order: number;
  /** Tokens in the vocabulary, V; the begin of a document has the id V. */
  readonly vocabSize: number;
  /** Nodes in use; node 0 is the empty n-gram. */
  size = 1;
  /** Last token of each node's n-gram. */
  tokens: Int32Array = new Int32Array(1024);
  /** Node of each n-gram without its last token. */
  parents: Int32Array = new Int32Array(1024);
  /** Tokens in each node's n-gram. */
  lengths: Uint8Array = new Uint8Array(1024);
  /** How often each n-gram was seen. */
  counts: Uint32Array = new Uint32Array(1024);
  /** How many different tokens were seen before each n-gram. */
  continuations: Uint32Array = new Uint32Array(1024);
  /** Whether each n-gram begins with the begin of a document, before which nothing can be. */
  begins: Uint8Array = new Uint8Array(1024);
  /** The latest child of each node; 0 for none. */
  children: Int32Array = new Int32Array(1024);
  /** The child that its parent got before each node; 0 for none. */
  siblings: Int32Array = new Int32Array(1024);
  #slots = new Int32Array(2048); // node, or 0 for a free slot

  /**
   * @param order Tokens of the longest n-grams.
   * @param vocabSize Tokens in the vocabulary, V.
   */
  constructor(order: number, vocabSize: number) {
    this.order = order;
    this.vocabSize = vocabSize;
  }

  /**
   * Takes over counts that were kept in a file: what is not in it follows from the rest.
   *
   * @param order Tokens of the longest n-grams.
   * @param vocabSize Tokens in the vocabulary, V.
   * @param kept Last token, parent and count of every node but the first, which is the empty n-gram.
   * @returns The counts.
   * @throws {RangeError} If they are not those of a trie of n-grams.
   */
  static restore(
    order: number,
    vocabSize: number,
    { tokens, parents, counts }: KeptCounts,
  ): NGramCounts {
    if (parents.length !== tokens.length || counts.length !== tokens.length) {
      throw new RangeError(
        `Cannot take over counts: tokens, parents and counts must be of one length: ${tokens.length}, ${parents.length} and ${counts.length}`,
      );
    }
    const all = new NGramCounts(order, vocabSize);
    const suffixes = new Int32Array(tokens.length + 1); // of each node: that without its first token
    for (let i = 0; i < tokens.length; i++) {
      const [token, parent, node] = [tokens[i]!, parents[i]!, i + 1];
      const isPlace = parent >= 0 && parent < node &&
        all.lengths[parent]! < order && token >= 0 &&
        token <= (parent === ROOT ? vocabSize : vocabSize - 1);
      const suffix = !isPlace || parent === ROOT
        ? ROOT
        : all.find(suffixes[parent]!, token);
      if (!isPlace || suffix < 0 || all.#child(parent, token) !== node) {
        throw new RangeError(
          `Cannot take over counts: each n-gram must go on from one before it, once: number ${node} is token ${token} after number ${parent}`,
        );
      }
      suffixes[node] = suffix;
      all.counts[node] = counts[i]!;
      if (parent !== ROOT) all.continuations[suffix]!++;
    }
    return all;
  }

  /** Bytes of all arrays, with their room for more. */
  get bytes(): number {
    return [
      this.tokens,
      this.parents,
      this.lengths,
      this.counts,
      this.continuations,
      this.begins,
      this.children,
      this.siblings,
      this.#slots,
    ].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /**
   * @returns How many n-grams have one token, two, and so on to the order.
   */
  countLengths(): number[] {
    const found = new Array<number>(this.order).fill(0);
    for (let node = 1; node < this.size; node++) {
      found[this.lengths[node]! - 1]!++;
    }
    return found;
  }

  /**
   * @returns What a file has to keep.
   */
  kept(): KeptCounts {
    return {
      tokens: this.tokens.slice(1, this.size),
      parents: this.parents.slice(1, this.size),
      counts: this.counts.slice(1, this.size),
    };
  }

  /**
   * Counts the n-grams of one document, piece by piece.
   *
   * @param document Its ids, from 0 to V − 1.
   * @returns Yields how many tokens were counted, after each piece.
   */
  *counting(document: TokenArray | TokenSource): Generator<number, void> {
    if (this.order > 1) this.#child(ROOT, this.vocabSize);
    const contexts = this.begin();
    for (const ids of piecesOf(document)) {
      for (const id of ids) this.#count(contexts, id);
      yield ids.length;
    }
  }

  /**
   * @returns Nodes of the last 0 to n − 1 tokens where a document begins: −1 where fewer were read, or one was never seen.
   */
  begin(): Int32Array {
    const contexts = new Int32Array(this.order).fill(-1);
    contexts[0] = ROOT;
    if (this.order > 1) contexts[1] = this.find(ROOT, this.vocabSize);
    return contexts;
  }

  /**
   * @param parent Node of an n-gram.
   * @param token The token that follows it.
   * @returns Node of both, or −1 where it was never seen.
   */
  find(parent: number, token: number): number {
    const node = this.#slots[this.#slotOf(parent, token)]!;
    return node === 0 ? -1 : node;
  }

  /**
   * @param ids An n-gram, and what may lie before it.
   * @param length How many of the last ids it has.
   * @returns Its node, or −1 where it was never seen.
   */
  findLast(ids: ArrayLike<number>, length: number): number {
    let node = ROOT;
    for (let i = ids.length - length; i < ids.length && node >= 0; i++) {
      node = this.find(node, ids[i]!);
    }
    return node;
  }

  /** Counts a token after every context, and moves the contexts on. */
  #count(contexts: Int32Array, id: number): void {
    let shorter = ROOT; // node of the n-gram without its first token
    for (let k = 0; k < this.order; k++) {
      const context = contexts[k]!;
      if (k > 0) contexts[k] = shorter;
      if (context < 0) break;
      const known = this.size;
      const node = this.#child(context, id);
      if (node === known && k > 0) this.continuations[shorter]!++;
      this.counts[node]!++;
      shorter = node;
    }
  }

  /** The child of a node, made where it is missing. */
  #child(parent: number, token: number): number {
    const slot = this.#slotOf(parent, token);
    if (this.#slots[slot] !== 0) return this.#slots[slot]!;
    const node = this.size++;
    if (node === this.tokens.length) this.#grow();
    this.tokens[node] = token;
    this.parents[node] = parent;
    this.lengths[node] = this.lengths[parent]! + 1;
    this.begins[node] = token === this.vocabSize ? 1 : this.begins[parent]!;
    this.siblings[node] = this.children[parent]!;
    this.children[parent] = node;
    this.#slots[this.#slotOf(parent, token)] = node;
    return node;
  }

  /** Where the edge lies, or the free slot where it belongs. */
  #slotOf(parent: number, token: number): number {
    const mask = this.#slots.length - 1;
    let hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(token + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    while (true) {
      const node = this.#slots[slot]!;
      if (
        node === 0 ||
        (this.parents[node] === parent && this.tokens[node] === token)
      ) return slot;
      slot = (slot + 1) & mask;
    }
  }

  /** Doubles the room; half of the slots stay free at least. */
  #grow(): void {
    const room = this.tokens.length * 2;
    const ints = (old: Int32Array): Int32Array => {
      const grown = new Int32Array(room);
      grown.set(old);
      return grown;
    };
    const counts = (old: Uint32Array): Uint32Array => {
      const grown = new Uint32Array(room);
      grown.set(old);
      return grown;
    };
    const bytes = (old: Uint8Array): Uint8Array => {
      const grown = new Uint8Array(room);
      grown.set(old);
      return grown;
    };
    this.tokens = ints(this.tokens);
    this.parents = ints(this.parents);
    this.children = ints(this.children);
    this.siblings = ints(this.siblings);
    this.counts = counts(this.counts);
    this.continuations = counts(this.continuations);
    this.lengths = bytes(this.lengths);
    this.begins = bytes(this.begins);
    this.#slots = new Int32Array(room * 2);
    for (let node = 1; node < this.size - 1; node++) {
      this.#slots[this.#slotOf(this.parents[node]!, this.tokens[node]!)] = node;
    }
  }
}
