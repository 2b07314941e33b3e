/**
 * A chain that shows what its stages leave.
 *
 * @module
 */
import type { CandidatesWatcher } from "./candidates.ts";
import { Chain } from "./chain.ts";

/**
 * Puts somebody who looks on behind every stage of a chain.
 *
 * @param chain The chain; it stays as it is.
 * @param watch Sees the candidates after each stage.
 * @returns A chain that chooses the same tokens.
 */
export function watchedChain(chain: Chain, watch: CandidatesWatcher): Chain {
  const watcher = { name: "watch", description: "watch", apply: watch };
  return new Chain(chain.stages.flatMap((stage) => [stage, watcher]));
}
