/** What a stage makes of five scores. @module */
import { Candidates } from "../../../src/generation/chain/candidates.ts";
import type { ChainStage } from "../../../src/generation/chain/stage.ts";

/**
 * @param stage The stage.
 * @param tokens The text so far.
 * @param promptLength How much of it is the prompt.
 * @param logits The scores.
 * @returns New scores, −Infinity for what was removed.
 */
export function after(
  stage: ChainStage,
  tokens: ArrayLike<number> = [],
  promptLength = 0,
  logits: readonly number[] = [2, 1, 0.5, 0, -1],
): number[] {
  const candidates = new Candidates();
  candidates.begin(Float32Array.from(logits), { tokens, promptLength });
  stage.apply(candidates);
  return [...candidates.toLogits()];
}

/** The ids that have a score above −Infinity. */
export function keptIds(scores: ArrayLike<number>): number[] {
  return Array.from(scores, (score, id) => score > -Infinity ? id : -1)
    .filter((id) => id >= 0);
}
