import { assertEquals } from "@std/assert";
import { createChain } from "../../../src/generation/chain/chain.ts";
import { watchedChain } from "../../../src/generation/chain/watched_chain.ts";

Deno.test("watchedChain() shows what each stage leaves, in their order", () => {
  const chain = createChain({ topK: 3, minP: 0.5 });
  const seen: number[] = [];
  const watched = watchedChain(chain, ({ count }) => seen.push(count));
  // e⁻¹, or 0.37, as likely as the best is too little for minP.
  watched.apply(Float32Array.of(0, 1, 2, 3), { tokens: [0], promptLength: 1 });
  assertEquals(seen, [3, 1]);
  assertEquals(chain.stages.length, 2); // as it was
});

Deno.test("watchedChain() chooses the same tokens, though it is looked at with every stage", () => {
  const chain = createChain({
    repetitionPenalty: 1.3,
    typicalP: 0.9,
    xtc: { probability: 0.5 },
    temperature: 0.37,
    adaptiveP: { target: 0.3 },
  });
  const watched = watchedChain(chain, (all) => void all.probabilities());
  for (let seed = 0; seed < 20; seed++) {
    const write = (from: typeof chain): number[] => {
      const session = from.start({ seed });
      const tokens = [0];
      while (tokens.length < 30) {
        const scores = Float32Array.from(
          { length: 50 },
          (_, id) => 3 * Math.sin(id * (seed + 2) + tokens.at(-1)!),
        );
        tokens.push(session.pick(scores, { tokens, promptLength: 1 }));
      }
      return tokens;
    };
    assertEquals(write(watched), write(chain));
  }
});
