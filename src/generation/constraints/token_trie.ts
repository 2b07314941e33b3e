/**
 * The tokens of a vocabulary as a trie over their bytes, its nodes in the order in which a walk meets them.
 *
 * A node is a number; the one after it is its first child, or, where it has none, where the walk goes on. A walk that
 * leaves a node out jumps over its subtree, so that it goes through memory in order and nowhere twice.
 *
 * @module
 */
import type { TokenGroup } from "../../tokenizers/token_texts.ts";

/** Tokens by their bytes. */
export class TokenTrie {
  /** By node, the byte that leads to it. */
  readonly bytes: Uint8Array;
  /** By node, how many bytes lead to it from the root. */
  readonly depths: Uint32Array;
  /** By node, the first node after its subtree. */
  readonly skips: Uint32Array;
  /** By node, where its tokens begin in the list of ids; they end where those of the next node begin. */
  readonly places: Uint32Array;
  /** The ids: first those of tokens without bytes, then node by node. */
  readonly ids: Int32Array;
  /** By node, how many more bytes the longest token has that goes on from it. */
  readonly heights: Uint32Array;
  /** Most bytes of a token. */
  readonly depth: number;
  /** Most bytes of a token that begins within a character. */
  readonly longestRest: number;

  /**
   * Puts tokens into a trie.
   *
   * @param group The tokens and their bytes; several may have the same.
   */
  constructor({ ids, texts }: TokenGroup) {
    // Strings of one character a byte are sorted quicker than arrays.
    const keys = texts.map((text) => String.fromCharCode(...text));
    const order = Array.from(keys.keys()).sort((a, b) =>
      keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : ids[a]! - ids[b]!
    );
    this.ids = Int32Array.from(order, (token) => ids[token]!);
    const bytes: number[] = [];
    const depths: number[] = [];
    const places: number[] = [];
    let last = "";
    let longest = 0;
    for (const [place, token] of order.entries()) {
      const key = keys[token]!;
      let shared = 0; // a token that begins another comes before it
      while (shared < last.length && last[shared] === key[shared]) shared++;
      for (let depth = shared; depth < key.length; depth++) {
        bytes.push(key.charCodeAt(depth));
        depths.push(depth + 1);
        places.push(place);
      }
      longest = Math.max(longest, key.length);
      last = key;
    }
    this.depth = longest;
    this.bytes = Uint8Array.from(bytes);
    this.depths = Uint32Array.from(depths);
    this.places = Uint32Array.from([...places, ids.length]);
    this.skips = new Uint32Array(bytes.length);
    const open: number[] = []; // nodes whose subtree goes on
    for (let node = 0; node <= bytes.length; node++) {
      const depth = depths[node] ?? 0;
      while (open.length > 0 && depths[open.at(-1)!]! >= depth) {
        this.skips[open.pop()!] = node;
      }
      open.push(node);
    }
    this.heights = new Uint32Array(bytes.length);
    const deepest: number[] = []; // by depth, of the nodes that come later
    for (let node = bytes.length - 1; node >= 0; node--) {
      const depth = depths[node]!;
      const below = Math.max(depth, deepest[depth + 1] ?? 0);
      this.heights[node] = below - depth;
      deepest[depth] = Math.max(deepest[depth] ?? 0, below);
      deepest.length = depth + 1; // a parent takes over what is below it
    }
    this.longestRest = keys.reduce(
      (most, key) =>
        (key.charCodeAt(0) & 0xC0) === 0x80 ? Math.max(most, key.length) : most,
      0,
    );
  }

  /**
   * Goes on by a byte.
   *
   * @param node A node, −1 for the root.
   * @param byte The byte.
   * @returns The node after it; −1 where no token goes on so.
   */
  step(node: number, byte: number): number {
    const end = node < 0 ? this.bytes.length : this.skips[node]!;
    for (let child = node + 1; child < end; child = this.skips[child]!) {
      if (this.bytes[child]! >= byte) {
        return this.bytes[child] === byte ? child : -1;
      }
    }
    return -1;
  }
}
