import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  countOn,
  penalize,
  seenBefore,
} from "../../src/generation/_seen_tokens.ts";
import { createChain } from "../../src/generation/chain/chain.ts";
import type { PenaltyWindow } from "../../src/generation/chain/scores.ts";
import { assertAllClose } from "../close.ts";

await ensureEngine();

const [V, LENGTH] = [5, 8];

/** What a block has counted before each of its steps, by the loop's own arithmetic. */
function countsOfBlock(
  text: number[],
  { window, promptLength, begin }: {
    window: PenaltyWindow;
    promptLength: number;
    begin: number;
  },
): number[][] {
  const { counts, leaving, offset } = seenBefore(
    [{ tokens: text.slice(0, begin), promptLength }],
    window,
    { vocabSize: V, length: LENGTH },
  );
  const written = text.slice(begin, begin + LENGTH);
  const ids = [...leaving, ...written];
  return tf.tidy(() => {
    let now: Tensor = tf.tensor2d(counts, [1, V]);
    return written.map((_, i) => {
      now = countOn(
        now,
        tf.tensor1d([text[begin - 1 + i]!], "int32"),
        tf.tensor1d([ids[offset + i]!], "int32"),
      );
      return [...now.dataSync()];
    });
  });
}

for (
  const window of [
    1,
    3,
    7,
    8,
    9,
    20,
    "all",
    "generated",
  ] satisfies PenaltyWindow[]
) {
  Deno.test(`A block counts the tokens of the window ${window} before each step`, () => {
    const random = new RandomStream(2);
    const text = Array.from({ length: 30 }, () => random.integer(V));
    for (const promptLength of [1, 4, 12]) {
      for (const begin of [promptLength, promptLength + 3, 20]) {
        const expected = Array.from({ length: LENGTH }, (_, i) => {
          const known = text.slice(0, begin + i);
          const seen = window === "all"
            ? known
            : window === "generated"
            ? known.slice(promptLength)
            : known.slice(-window);
          return Array.from(
            { length: V },
            (_, id) => seen.filter((token) => token === id).length,
          );
        });
        assertEquals(
          countsOfBlock(text, { window, promptLength, begin }),
          expected,
        );
      }
    }
  });
}

Deno.test("penalize() gives the scores of the chain's penalties", () => {
  const scores = [3, -2, 0, -Infinity, 1.5, -3.4e38, 3.4e38, 7];
  const tokens = [0, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6]; // never 7
  const counts = scores.map((_, id) =>
    tokens.filter((token) => token === id).length
  );
  for (
    const [repetition, frequency, presence] of [
      [1.25, 0, 0],
      [1, 0.5, 0.25],
      [0.5, -1, -2],
    ] as const
  ) {
    const expected = createChain({
      repetitionPenalty: repetition,
      frequencyPenalty: frequency,
      presencePenalty: presence,
    }).apply(Float32Array.from(scores), { tokens, promptLength: 0 });
    const actual = tf.tidy(() =>
      penalize(tf.tensor2d([scores]), tf.tensor2d([counts]), {
        repetition: tf.scalar(repetition),
        frequency: tf.scalar(frequency),
        presence: tf.scalar(presence),
      }).dataSync()
    );
    const isFinite = (x: number) => x > -Infinity;
    assertEquals([...actual].map(isFinite), [...expected].map(isFinite));
    assertAllClose(
      [...actual].filter(isFinite),
      [...expected].filter(isFinite),
      1e-6,
    );
  }
});
