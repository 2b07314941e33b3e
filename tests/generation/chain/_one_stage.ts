/** Runs stages on five scores whose numbers are known. @module */
import type { ChainContext } from "../../../src/generation/chain/candidates.ts";

/** p = .563021, .207124, .125627, .076197, .028031; H = 1.206489 nats; surprise .83, 2.27, 2.99, 3.71, 5.16 bits. */
export const FIVE: Float32Array = Float32Array.of(2, 1, 0.5, 0, -1);

/** A text whose prompt is one token long, before its token at a position is chosen. */
export function at(position: number): ChainContext {
  return { tokens: { length: position + 1 }, promptLength: 1 };
}

/** The ids that a row of scores has left. */
export function kept(row: Float32Array): number[] {
  return [...row.entries()].filter(([, score]) => score > -Infinity)
    .map(([id]) => id);
}
