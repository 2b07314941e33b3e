import { assertEquals } from "@std/assert";
import { Candidates } from "../../../src/generation/chain/candidates.ts";

const CONTEXT = { tokens: [], promptLength: 0 };

function candidatesOf(...logits: number[]): Candidates {
  const candidates = new Candidates();
  candidates.begin(Float32Array.from(logits), CONTEXT);
  return candidates;
}

const idsOf = ({ ids, count }: Candidates) => [...ids.subarray(0, count)];

Deno.test("Candidates.remove() keeps the others in their order", () => {
  const candidates = candidatesOf(1, 4, 2, 3);
  candidates.keepLargest(4);
  candidates.remove([3, 3, 0, 99]);
  assertEquals(idsOf(candidates), [1, 2]);
  assertEquals(candidates.sorted, true);
  candidates.remove(new Set([0]));
  assertEquals(idsOf(candidates), [1, 2]);
});

Deno.test("Candidates.remove() of all leaves the best, the lowest id among equals", () => {
  const candidates = candidatesOf(1, -Infinity, 4, 4);
  candidates.remove([0, 1, 2, 3]);
  assertEquals(idsOf(candidates), [2]);
  candidates.begin(Float32Array.of(3, 2, 1, 0), CONTEXT); // nothing is left of the bans
  candidates.remove([0]);
  assertEquals(idsOf(candidates), [1, 2, 3]);
});
