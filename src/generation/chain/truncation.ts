/**
 * Stages that remove unlikely tokens; p is the softmax of the scores that reach the stage, H its entropy in nats.
 *
 * Top-k: Fan, Lewis and Dauphin, 2018. Top-p: Holtzman et al., 2020. Typical: Meister et al., 2023. Epsilon and eta: Hewitt,
 * Manning and Liang, 2022. Min-p: Nguyen et al., 2024. Top-nσ: Tang et al., 2024. Top-h: Baghaei Potraghloo et al., 2025, over
 * all candidates. Bounds as in llama.cpp and transformers.
 *
 * @module
 */
import { type ChainStage, type Knob, readKnob, writeKnob } from "./stage.ts";
import type { Candidates } from "./candidates.ts";

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

/** As good as equal, for sums of probabilities. */
const ROUNDING = 1e-9;

const keepsTies = {
  edge: ({ ties }: TruncationEdges) => ties ? "ties kept" : undefined,
};

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
    edge: ({ pastTopP }) => pastTopP ? "one more where it is met" : undefined,
    cut: (candidates, mass, { pastTopP }) => {
      const { logits } = candidates;
      const { total } = candidates.weigh();
      const { weights } = candidates;
      const enough = (pastTopP ? mass + ROUNDING : mass) * total;
      if (!pastTopP) {
        // Tokens less likely than an equal share of what may go go all: together they are less than that.
        const share = total * (1 - mass) / candidates.count;
        candidates.keepFrom(weights, share * (1 - MARGIN));
      }
      candidates.keepUntil(logits, weights, enough);
    },
  },
  minP: {
    ...share,
    off: 0,
    cut: (candidates, ratio) => {
      const { logits } = candidates;
      const least = logits[candidates.best()]! + Math.log(ratio);
      candidates.keepFrom(logits, least);
    },
  },
  typicalP: {
    ...share,
    off: 1,
    ...keepsTies,
    cut: (candidates, mass, { ties }) => {
      const { logits, ids, count, weights, scratch: keys } = candidates;
      const { total, logTotal, entropy } = candidates.weighWithEntropy();
      for (let i = 0; i < count; i++) {
        const id = ids[i]!;
        keys[id] = -Math.abs(logTotal - logits[id]! - entropy);
      }
      candidates.keepUntil(keys, weights, mass * total, {
        ties: ties ?? false,
      });
    },
  },
  epsilonCutoff: {
    ...share,
    off: 0,
    ...keepsTies,
    cut: (candidates, least, { ties }) => {
      const { total } = candidates.weigh();
      candidates.keepFrom(candidates.weights, least * total, ties);
    },
  },
  etaCutoff: {
    ...share,
    off: 0,
    ...keepsTies,
    cut: (candidates, eta, { ties }) => {
      const { total, entropy } = candidates.weighWithEntropy();
      const least = Math.min(eta, Math.sqrt(eta) * Math.exp(-entropy));
      candidates.keepFrom(candidates.weights, least * total, ties);
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
      const least = logits[candidates.best()]! - n * Math.sqrt(squares / count);
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
