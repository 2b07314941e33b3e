/**
 * Stages that remove unlikely tokens; p is the softmax of the scores that reach the stage, H its entropy in nats.
 *
 * Top-k: Fan, Lewis and Dauphin, 2018. Top-p: Holtzman et al., 2020. Typical: Meister et al., 2023. Epsilon and eta: Hewitt,
 * Manning and Liang, 2022. Min-p: Nguyen et al., 2024. Top-nσ: Tang et al., 2024. Top-h: Baghaei Potraghloo et al., 2025, over
 * all candidates. Bounds as in llama.cpp and transformers, which reckon in single precision: what meets a bound but for
 * rounding meets it, so that tokens of half the probability and a quarter of it are told apart as one would expect.
 *
 * @module
 */
import { leastReaching, mostNotExceeding } from "./_reaches.ts";
import { type ChainStage, type Knob, readKnob, writeKnob } from "./stage.ts";
import type { Candidates, SumBorder } from "./candidates.ts";

/** Where libraries draw the border of a truncation differently. */
export interface TruncationEdges {
  /**
   * Whether topK and typicalP keep every token that is as good as the last one they keep, epsilonCutoff and etaCutoff every
   * one that is as good as the best.
   *
   * @default {false}
   */
  ties?: boolean;

  /**
   * Whether topP goes on where the sum is reached exactly.
   *
   * @default {false}
   */
  pastTopP?: boolean;

  /**
   * Whether typicalP goes on where the sum is reached exactly.
   *
   * @default {false}
   */
  pastTypicalP?: boolean;

  /**
   * Among how many of the likeliest topH works.
   *
   * @default {Infinity}
   */
  topHAmong?: number;
}

/** What a truncation does with its knob's value; 0, or 1 where a share is kept, is no truncation. */
interface Truncation {
  rule: string;
  allows(value: number): boolean;
  off: number;
  /** How it is said that an edge applies. */
  edge?(edges: TruncationEdges): string | undefined;
  cut(candidates: Candidates, value: number, edges: TruncationEdges): void;
}

const share = {
  rule: "a number from 0 to 1",
  allows: (value: number) => value >= 0 && value <= 1,
};

/** Keeps rounding away from a bound on weights. */
const MARGIN = 1e-3;

const TIES = "ties kept";
const MET = "one more where it is met";

const keepsTies = {
  edge: ({ ties }: TruncationEdges) => ties ? TIES : undefined,
};

/** Where a sum of weights reaches a share of them all, or goes past it. */
function sumOf(
  mass: number,
  total: number,
  past = false,
): [enough: number, border: SumBorder] {
  return [total * (past ? mostNotExceeding(mass) : leastReaching(mass)), {
    past,
  }];
}

const TRUNCATIONS = {
  topK: {
    rule: "an integer from 0",
    allows: (value) => Number.isSafeInteger(value) && value >= 0,
    off: 0,
    ...keepsTies,
    cut: (candidates, k, { ties }) => {
      if (k < candidates.count) candidates.keepLargest(k, ties);
    },
  },
  topP: {
    ...share,
    off: 1,
    edge: ({ pastTopP }) => pastTopP ? MET : undefined,
    cut: (candidates, mass, { pastTopP }) => {
      const { logits } = candidates;
      const { total } = candidates.weigh();
      const { weights } = candidates;
      if (!pastTopP) {
        // Tokens less likely than an equal share of what may go go all: together they are less than that.
        const share = total * (1 - mass) / candidates.count;
        candidates.keepFrom(weights, share * (1 - MARGIN));
      }
      candidates.keepUntil(logits, weights, ...sumOf(mass, total, pastTopP));
    },
  },
  minP: {
    ...share,
    off: 0,
    cut: (candidates, ratio) => {
      const { logits } = candidates;
      const least = Math.fround(
        logits[candidates.best()]! + Math.fround(Math.log(ratio)),
      );
      candidates.keepFrom(logits, least);
    },
  },
  typicalP: {
    ...share,
    off: 1,
    edge: ({ ties, pastTypicalP }) =>
      ties ? TIES : pastTypicalP ? MET : undefined,
    cut: (candidates, mass, { ties = false, pastTypicalP }) => {
      const { logits, ids, count, weights, scratch: keys } = candidates;
      const { total, logTotal, entropy } = candidates.weighWithEntropy();
      for (let i = 0; i < count; i++) {
        const id = ids[i]!;
        keys[id] = -Math.abs(logTotal - logits[id]! - entropy);
      }
      const [enough, border] = sumOf(mass, total, pastTypicalP);
      candidates.keepUntil(keys, weights, enough, { ...border, ties });
    },
  },
  epsilonCutoff: {
    ...share,
    off: 0,
    ...keepsTies,
    cut: (candidates, least, { ties }) => {
      const { total } = candidates.weigh();
      const { weights } = candidates;
      candidates.keepFrom(weights, leastReaching(least) * total, ties);
    },
  },
  etaCutoff: {
    ...share,
    off: 0,
    ...keepsTies,
    cut: (candidates, eta, { ties }) => {
      const { total, entropy } = candidates.weighWithEntropy();
      const least = Math.min(eta, Math.sqrt(eta) * Math.exp(-entropy));
      const { weights } = candidates;
      candidates.keepFrom(weights, leastReaching(least) * total, ties);
    },
  },
  topH: {
    rule: "a number above 0, to 1",
    allows: (value) => value > 0 && value <= 1,
    off: 1,
    edge: ({ topHAmong }) =>
      topHAmong === undefined ? undefined : `among ${topHAmong}`,
    cut: (candidates, part, { topHAmong = Infinity }) => {
      if (topHAmong < candidates.count) candidates.keepLargest(topHAmong);
      const { logits, ids, count, weights } = candidates;
      const { total, logTotal, entropy } = candidates.weighWithEntropy();
      for (let i = 0; i < count; i++) {
        const id = ids[i]!;
        weights[id] = weights[id]! / total * (logTotal - logits[id]!); // −p ln p
      }
      candidates.keepUntil(logits, weights, part * entropy, {
        past: true,
        before: true,
      });
    },
  },
  topNSigma: {
    rule: "a number from 0",
    allows: (value) => value >= 0 && value < Infinity,
    off: 0,
    cut: (candidates, n) => {
      const { logits, ids, count } = candidates;
      let [mean, squares] = [0, 0];
      for (let i = 0; i < count; i++) mean += logits[ids[i]!]! / count;
      for (let i = 0; i < count; i++) {
        squares += (logits[ids[i]!]! - mean) ** 2;
      }
      const least = Math.fround(
        logits[candidates.best()]! - n * Math.sqrt(squares / count),
      );
      candidates.keepFrom(logits, least);
    },
  },
} satisfies Record<TruncationName, Truncation>;

/** Names of the stages that remove unlikely tokens. */
export type TruncationName =
  | "topK"
  | "topP"
  | "minP"
  | "typicalP"
  | "epsilonCutoff"
  | "etaCutoff"
  | "topH"
  | "topNSigma";

/**
 * Makes a stage that removes unlikely tokens.
 *
 * @param name Which.
 * @param knob Its value: 0 removes nothing, for topP, typicalP and topH 1 does not.
 * @param edges Where its border is.
 * @returns The stage.
 * @throws {TypeError} If the value is an empty list.
 * @throws {RangeError} If a value is out of range.
 */
export function truncationStage(
  name: TruncationName,
  knob: Knob,
  edges: TruncationEdges = {},
): ChainStage {
  const { rule, allows, off, edge, cut }: Truncation = TRUNCATIONS[name];
  const valueAt = readKnob(knob, { name, rule, allows });
  const said = edge?.(edges);
  return {
    name,
    description: `${name} ${writeKnob(knob)}${
      said === undefined ? "" : `, ${said}`
    }`,
    apply(candidates): void {
      const value = valueAt(candidates);
      if (value !== off) cut(candidates, value, edges);
    },
  };
}

/**
 * Tells whether a value is the one at which a truncation removes nothing.
 *
 * @param name Which.
 * @param knob Its value.
 * @returns Whether it has no effect anywhere.
 */
export function isTruncationOff(name: TruncationName, knob: unknown): boolean {
  return knob === TRUNCATIONS[name].off;
}
