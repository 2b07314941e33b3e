/**
 * How many tokens it takes to go a known way: the text of the way is split into as few as possible.
 *
 * @module
 */
import type { TokenTexts } from "../../tokenizers/token_texts.ts";
import type { JointWays, Step } from "./_joint_ways.ts";
import type { TextState } from "./_text_states.ts";
import type { TokenCosts } from "./_token_costs.ts";
import { trieOf } from "./_token_walk.ts";
import type { TokenTrie } from "./token_trie.ts";

/** What is needed to find out. */
export interface WayTokensParts {
  /** What each token adds to a text. */
  texts: TokenTexts;
  /** The ways. */
  joint: JointWays;
  /** What characters cost. */
  costs: TokenCosts;
}

const encoder = new TextEncoder();

/** Splits the ways that the most generous tokens promise, and keeps how many tokens they take. */
export class WayTokens {
  readonly #parts: WayTokensParts;
  /** By context, the number at each point. */
  readonly #counts: WeakMap<TextState, number>[] = [];
  readonly #tries: TokenTrie[][] = [];
  readonly #bytes = new Map<number, Uint8Array>();

  /** @param parts The tokens, the ways and the costs. */
  constructor(parts: WayTokensParts) {
    this.#parts = parts;
  }

  /**
   * Counts the tokens of the way from a point.
   *
   * @param text The point.
   * @param context The decoder's context.
   * @returns A number that is enough; Infinity where no way is known, or it cannot be written.
   */
  count(text: TextState, context: number): number {
    const counts = this.#counts[context] ??= new WeakMap();
    const way: [TextState, Step | undefined][] = [];
    for (let at = text; !counts.has(at);) {
      if (at.isComplete) {
        counts.set(at, 0);
        break;
      }
      const step = this.#stepFrom(at);
      way.push([at, step]);
      if (step === undefined) break;
      at = step.after;
    }
    for (const [at, step] of way.reverse()) {
      counts.set(
        at,
        step === undefined ? Infinity : this.#best(counts, context, step),
      );
    }
    return counts.get(text)!;
  }

  #stepFrom(text: TextState): Step | undefined {
    return this.#parts.joint.way(text, this.#parts.costs.least).step;
  }

  /** The least number of tokens from a point, when it is known of the points after it. */
  #best(
    counts: WeakMap<TextState, number>,
    context: number,
    first: Step,
  ): number {
    const { texts, costs } = this.#parts;
    const tries = this.#tries[context] ??= texts.contexts[context]!
      .filter(({ lead, next }) => lead === "" && next === context)
      .map(({ group }) => trieOf(texts, group));
    const { length } = this.#bytesOf(first);
    let best = length > 1 && costs.bytewise[context]
      ? length + counts.get(first.after)!
      : Infinity;
    for (const trie of tries) {
      let node = -1;
      for (let step: Step | undefined = first; step !== undefined;) {
        for (const byte of this.#bytesOf(step)) {
          node = trie.step(node, byte);
          if (node < 0) break;
        }
        if (node < 0) break;
        const { after }: Step = step;
        if (trie.places[node]! < trie.places[node + 1]!) {
          best = Math.min(best, 1 + counts.get(after)!);
        }
        step = after.isComplete ? undefined : this.#stepFrom(after);
      }
    }
    return best;
  }

  /** The bytes of the character that the longest token has most of. */
  #bytesOf({ stretch: [from, to] }: Step): Uint8Array {
    const point = this.#parts.costs.mostGenerous(from, to);
    let bytes = this.#bytes.get(point);
    if (bytes === undefined) {
      bytes = encoder.encode(String.fromCodePoint(point));
      this.#bytes.set(point, bytes);
    }
    return bytes;
  }
}
