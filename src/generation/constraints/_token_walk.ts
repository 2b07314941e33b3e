/**
 * Where the tokens of a vocabulary lead from a point of a text: an acceptor walks through a trie of bytes.
 *
 * @module
 */
import type { TokenTexts } from "../../tokenizers/token_texts.ts";
import {
  beginCharacter,
  continueCharacter,
  IMPOSSIBLE,
  missingBytes,
  WHOLE,
} from "./_partial_character.ts";
import type { TextState, TextStates } from "./_text_states.ts";
import { TokenTrie } from "./token_trie.ts";
import type { WritingState } from "./_writing_state.ts";

/** Most 32-bit words that are kept for targets: 128 MB. */
const MAX_WORDS = 2 ** 25;

/** A point that tokens lead to. */
export interface TokenTarget {
  /** The point. */
  readonly state: WritingState;
  /** The tokens: ids in ascending order where they are few, else bits by id. */
  readonly ids: Int32Array | Uint32Array;
  /** Whether they add text; some do no more than to prepare for the next token. */
  readonly addsText: boolean;
}

/** All that the tokens lead to from one point. */
export interface TokenTargets {
  /** The points, each once, or twice where there are tokens of both kinds. */
  readonly list: readonly TokenTarget[];
  /** The mask of the tokens from which a complete text can be reached, once it is known of all of them. */
  mask: Uint32Array | undefined;
  /** How many more tokens the farthest of them needs. */
  need: number;
  /** The mask of the last question whose answer depends on how many tokens are left, and that number. */
  last: { tokensLeft: number; mask: Uint32Array } | undefined;
}

/** What a walk has found so far. */
interface Found {
  targets: Omit<TokenTarget, "ids">[];
  /** How many tokens. */
  count: number;
}

const tries = new WeakMap<TokenTexts, (TokenTrie | undefined)[]>();

/**
 * Gives the trie of a group of tokens, one for each.
 *
 * @param texts What each token adds to a text.
 * @param group The number of the group.
 */
export function trieOf(texts: TokenTexts, group: number): TokenTrie {
  let known = tries.get(texts);
  if (known === undefined) tries.set(texts, known = []);
  return known[group] ??= new TokenTrie(texts.groups[group]!);
}

/** Finds targets, and keeps them. */
export class TokenWalk {
  readonly #texts: TokenTexts;
  readonly #states: TextStates;
  readonly #kept = new Set<WritingState>();
  #words = 0;
  /** By number of a token that was found, its id, and which target it leads to. */
  readonly #ids: Int32Array;
  readonly #places: Int32Array;

  readonly #maxWords: number;

  /**
   * @param texts What each token adds to a text.
   * @param states The language.
   * @param maxWords How much may be kept, in words of 32 bits.
   */
  constructor(
    texts: TokenTexts,
    states: TextStates,
    maxWords: number = MAX_WORDS,
  ) {
    this.#maxWords = maxWords;
    this.#texts = texts;
    this.#states = states;
    this.#ids = new Int32Array(texts.vocabSize);
    this.#places = new Int32Array(texts.vocabSize);
  }

  /**
   * Tells where the tokens lead.
   *
   * @param state A point of a text.
   * @returns The points after each token that a text of the language goes on with.
   */
  from(state: WritingState): TokenTargets {
    if (state.targets !== undefined) return state.targets;
    const list = this.#gather(this.#walk(state));
    for (const { ids } of list) this.#words += ids.length;
    this.#words += this.#texts.vocabSize / 16; // two masks
    this.#kept.add(state);
    state.targets = { list, mask: undefined, need: Infinity, last: undefined };
    return state.targets;
  }

  /**
   * Tells whether a token leads to a point of some kind.
   *
   * @param state A point of a text.
   * @param isWanted Whether a point is of that kind; asked until one is.
   * @param isFar Whether no more than a number of bytes cannot lead to such a point from within a token.
   */
  some(
    state: WritingState,
    isWanted: (point: WritingState) => boolean,
    isFar?: (text: TextState, bytes: number) => boolean,
  ): boolean {
    let isFound = false;
    for (const { lead, group, next } of this.#texts.contexts[state.context]!) {
      const text = this.#afterLead(state, lead);
      if (text === null) continue;
      const trie = trieOf(this.#texts, group);
      if (
        trie.places[0]! > 0 &&
        isWanted(this.#states.point(text, state.partial, next))
      ) return true;
      if (state.partial !== WHOLE && isFar?.(text, trie.longestRest)) continue;
      this.#walkTrie(
        trie,
        text,
        state.partial,
        (after, partial) =>
          isFound = isWanted(this.#states.point(after, partial, next)),
        isFar,
      );
      if (isFound) return true;
    }
    return false;
  }

  /** Forgets what was kept, once it is much. */
  tidy(): void {
    if (this.#words <= this.#maxWords) return;
    for (const state of this.#kept) state.targets = undefined;
    this.#kept.clear();
    this.#words = 0;
  }

  /** Writes down the id and the target of every token. */
  #walk(state: WritingState): Found {
    const found: Found = { targets: [], count: 0 };
    const numbers = [
      new Map<WritingState, number>(),
      new Map<WritingState, number>(),
    ];
    const take = (
      target: WritingState,
      addsText: boolean,
      trie: TokenTrie,
      [from, to]: readonly [number, number],
    ) => {
      const known = numbers[Number(addsText)]!;
      let number = known.get(target);
      if (number === undefined) {
        number = found.targets.push({ state: target, addsText }) - 1;
        known.set(target, number);
      }
      for (let place = from; place < to; place++) {
        this.#ids[found.count] = trie.ids[place]!;
        this.#places[found.count++] = number;
      }
    };
    for (const { lead, group, next } of this.#texts.contexts[state.context]!) {
      const text = this.#afterLead(state, lead);
      if (text === null) continue;
      const trie = trieOf(this.#texts, group);
      const empty = trie.places[0]!;
      if (empty > 0) {
        const target = this.#states.point(text, state.partial, next);
        take(target, lead !== "", trie, [0, empty]);
      }
      this.#walkTrie(trie, text, state.partial, (after, partial, node) => {
        const target = this.#states.point(after, partial, next);
        const ends = [trie.places[node]!, trie.places[node + 1]!] as const;
        take(target, true, trie, ends);
      });
    }
    return found;
  }

  /** The text with what comes before that of a token; null where no text of the language goes on so. */
  #afterLead({ text, partial }: WritingState, lead: string): TextState | null {
    if (lead === "") return text;
    return partial === WHOLE ? this.#states.next(text, 0x20) : null;
  }

  #walkTrie(
    trie: TokenTrie,
    text: TextState,
    partial: number,
    take: (text: TextState, partial: number, node: number) => boolean | void,
    isFar: (text: TextState, bytes: number) => boolean = () => false,
  ): void {
    const { bytes, depths, skips, places, heights, depth } = trie;
    const texts = new Array<TextState>(depth + 1).fill(text); // by depth
    const partials = new Int32Array(depth + 1).fill(partial);
    for (let node = 0; node < bytes.length;) {
      const level = depths[node]!;
      const byte = bytes[node]!;
      const before = texts[level - 1]!;
      let known = partials[level - 1]!;
      let after: TextState | null | undefined;
      if (known === WHOLE && byte < 0x80) {
        after = before.afterASCII[byte];
        if (after === undefined) after = this.#states.next(before, byte);
      } else {
        known = known === WHOLE
          ? beginCharacter(byte)
          : continueCharacter(known, byte);
        if (known === IMPOSSIBLE) after = null;
        else if (missingBytes(known) > 0) {
          after = this.#states.leadsOn(before, known) ? before : null;
        } else {
          after = this.#states.next(before, known >> 2);
          known = WHOLE;
        }
      }
      if (after === null || isFar(after, heights[node]!)) {
        node = skips[node]!;
        continue;
      }
      texts[level] = after;
      partials[level] = known;
      if (places[node]! < places[node + 1]! && take(after, known, node)) return;
      node++;
    }
  }

  /** Puts the tokens that were found to their targets. */
  #gather({ targets, count }: Found): TokenTarget[] {
    const counts = new Int32Array(targets.length);
    for (let i = 0; i < count; i++) counts[this.#places[i]!]!++;
    const words = Math.ceil(this.#texts.vocabSize / 32);
    const lists = targets.map((_, number) =>
      counts[number]! < words
        ? new Int32Array(counts[number]!)
        : new Uint32Array(words)
    );
    counts.fill(0);
    for (let i = 0; i < count; i++) {
      const number = this.#places[i]!;
      const list = lists[number]!;
      const id = this.#ids[i]!;
      if (list instanceof Int32Array) list[counts[number]!++] = id;
      else list[id >> 5]! |= 1 << (id & 31);
    }
    return targets.map((target, number) => {
      const ids = lists[number]!;
      return { ...target, ids: ids instanceof Int32Array ? ids.sort() : ids };
    });
  }
}
