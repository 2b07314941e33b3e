/**
 * The beams of one group: their continuations, those that run on, and the texts that are finished.
 *
 * @module
 */
import type { RandomStream } from "../../engine/random.ts";
import type { BeamSearchSettings } from "./_beam_search_settings.ts";
import type { Beam } from "./beam_search.ts";
import { logSumExp } from "./log_softmax.ts";

/** A beam under way, or a continuation of one. */
interface Candidate {
  /** Which of the rows it goes on from. */
  parent: number;
  token: number;
  tokens: readonly number[];
  logProbability: number;
}

/** The search of one group of beams. */
export class BeamGroup {
  readonly #settings: BeamSearchSettings;
  readonly #random: RandomStream;
  readonly #width: number;
  /** Beams under way, the best first. */
  #running: readonly Pick<Candidate, "tokens" | "logProbability">[] = [
    { tokens: [], logProbability: 0 },
  ];
  /** Texts that are finished, the best first. */
  #finished: Beam[] = [];
  #over = false;

  constructor(settings: BeamSearchSettings, random: RandomStream) {
    this.#settings = settings;
    this.#random = random;
    this.#width = settings.beams / settings.groups;
  }

  /** Whether there is nothing more to find. */
  get over(): boolean {
    return this.#over;
  }

  /** How many beams are under way. */
  get rows(): number {
    return this.#running.length;
  }

  /** The new tokens of a beam under way. */
  tokensOf(row: number): readonly number[] {
    return this.#running[row]!.tokens;
  }

  /** The best texts, as many as beams. */
  get best(): Beam[] {
    return this.#finished;
  }

  /**
   * Continues all beams.
   *
   * @param logits Of every beam under way; none once the search is over.
   * @param taken Tokens that the groups before have just taken.
   * @returns The beams that run on.
   */
  advance(
    logits: readonly Float32Array[],
    taken: readonly number[],
  ): readonly Candidate[] {
    if (this.#over) return [];
    const { stopTokens, maxTokens } = this.#settings;
    const length = this.#running[0]!.tokens.length + 1;
    const wanted = Math.max(2, 1 + stopTokens.size) * this.#width;
    const best = this.#continuations(logits, taken, wanted);
    const ends = ({ token }: Candidate): boolean =>
      length === maxTokens || stopTokens.has(token);
    this.#finish(best.slice(0, this.#width).filter(ends));
    const running = best.filter((candidate) => !ends(candidate))
      .sort((a, b) => b.logProbability - a.logProbability) // already so, unless they were drawn
      .slice(0, this.#width);
    this.#running = running;
    this.#over = running.length === 0 || this.#isOver(length);
    return this.#over ? [] : running;
  }

  /** The best continuations of all beams, the best first, or as many drawn by their probabilities, in that order. */
  #continuations(
    logits: readonly Float32Array[],
    taken: readonly number[],
    wanted: number,
  ): Candidate[] {
    const { sample, diversityPenalty } = this.#settings;
    const all: (Candidate & { key: number })[] = [];
    let least = -Infinity; // what a key must exceed
    for (const [parent, row] of logits.entries()) {
      const total = logSumExp(row);
      const scores = taken.length === 0 ? row : Float64Array.from(row);
      for (const token of taken) scores[token]! -= diversityPenalty;
      const { tokens, logProbability } = this.#running[parent]!;
      for (let token = 0; token < scores.length; token++) {
        const sum = logProbability + (scores[token]! - total);
        if (sum === -Infinity) continue;
        // The largest of scores with Gumbel noise are a draw without replacement.
        const key = sample
          ? sum - Math.log(-Math.log(this.#random.uniform() + 2 ** -25))
          : sum;
        if (key <= least) continue;
        insert(all, wanted, {
          parent,
          token,
          tokens,
          logProbability: sum,
          key,
        });
        if (all.length === wanted) least = all.at(-1)!.key;
      }
    }
    return all.map(({ parent, token, tokens, logProbability }) => ({
      parent,
      token,
      tokens: [...tokens, token],
      logProbability,
    }));
  }

  /** Adds texts that have just ended to the finished ones, and keeps the best. */
  #finish(ended: readonly Candidate[]): void {
    this.#finished.push(...ended.map(({ tokens, logProbability }) => ({
      tokens: Int32Array.from(tokens),
      score: logProbability / tokens.length ** this.#settings.lengthPenalty,
      logProbability,
    })));
    this.#finished.sort((a, b) => b.score - a.score);
    this.#finished.splice(this.#width);
  }

  /** Whether no beam under way can come before the finished ones. */
  #isOver(length: number): boolean {
    const { earlyStopping, lengthPenalty, maxTokens } = this.#settings;
    if (this.#finished.length < this.#width) return false;
    if (earlyStopping === true) return true;
    const reached = earlyStopping === "never" && lengthPenalty > 0
      ? maxTokens
      : length;
    const hope = this.#running[0]!.logProbability / reached ** lengthPenalty;
    return !(hope > this.#finished.at(-1)!.score);
  }
}

/** Inserts into a list of so many largest keys, the largest first; of equal ones the earlier comes first. */
function insert<Item extends { key: number }>(
  items: Item[],
  most: number,
  item: Item,
): void {
  let place = items.length;
  while (place > 0 && items[place - 1]!.key < item.key) place--;
  items.splice(place, 0, item);
  if (items.length > most) items.pop();
}
