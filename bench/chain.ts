/**
 * Times the choice of a token by a chain with penalties, top-k, top-p, min-p and a temperature, for a small and a large
 * vocabulary: microseconds a token, the fastest of several rounds and their median.
 *
 *     deno task bench:chain
 *
 * @module
 */
import { createChain } from "@textloom/textloom";
import { RandomStream } from "../src/engine/random.ts";

const CHAINS = {
  "llama.cpp's order": createChain({ repetitionPenalty: 1.1 }, "llama.cpp"),
  "temperature first": createChain(
    {
      repetitionPenalty: 1.1,
      penaltyWindow: 64,
      temperature: 0.8,
      topP: 0.95,
      minP: 0.05,
    },
    "huggingface",
  ),
  "top-p alone": createChain({ topP: 0.95, temperature: 0.8 }),
  "temperature alone": createChain({ temperature: 0.8 }),
  "a bias, a ban, DRY over 2048 tokens, and top-k": createChain({
    logitBias: { 1: -1 },
    suppress: [2],
    dry: { multiplier: 0.8, window: 2048 },
    topK: 40,
  }),
};

const ROUNDS = 9;

for (const vocabSize of [100, 50_000]) {
  const random = new RandomStream(1);
  const rows = Array.from(
    { length: 16 },
    () => Float32Array.from({ length: vocabSize }, () => 3 * random.normal()),
  );
  const tokens = Int32Array.from(
    { length: 100_000 },
    () => random.integer(vocabSize),
  );
  const count = vocabSize === 100 ? 8000 : 200; // tokens a round
  for (const [name, chain] of Object.entries(CHAINS)) {
    const session = chain.start({ seed: 1 });
    let length = 64;
    const round = (): number => {
      const begin = performance.now();
      for (let i = 0; i < count; i++) {
        const context = {
          tokens: tokens.subarray(0, length++),
          promptLength: 64,
        };
        session.pick(rows[i % rows.length]!, context);
      }
      return 1000 * (performance.now() - begin) / count;
    };
    round(); // the compiler's
    const times = Array.from({ length: ROUNDS }, round).sort((a, b) => a - b);
    console.log(
      `${vocabSize} tokens, ${name}: ${times[0]!.toFixed(1)} µs, median ${
        times[ROUNDS >> 1]!.toFixed(1)
      } µs`,
    );
  }
}
