import { assertEquals } from "@std/assert";
import { compile } from "../../src/engine/compile.ts";
import { useEngine } from "../../src/engine/engine.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  firstByPairs,
  firstBySearch,
} from "../../src/generation/_falling_order.ts";

/** Row by row, by a sort: integer weights, so that no sum is rounded. */
function firstBySort(
  scores: number[][],
  weights: number[][],
  goal: number,
): number[] {
  return scores.flatMap((row, i) => {
    const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
    const kept = row.map(() => 0);
    let sum = 0;
    for (const id of order) {
      if (sum < goal) kept[id] = 1;
      sum += weights[i]![id]!;
    }
    return kept;
  });
}

for (
  const [name, find] of [
    ["firstByPairs", firstByPairs],
    ["firstBySearch", firstBySearch],
  ] as const
) {
  for (const [engine, size] of [["tensorflow", 150], ["cpu", 20]] as const) {
    Deno.test(`${name}() keeps the first of a falling order, equal scores in the order of their places, ${engine}`, async () => {
      await useEngine(engine);
      const random = new RandomStream(3);
      const find32 = compile(
        (x: Tensor, w: Tensor, goal: Tensor) =>
          tf.cast(find(x, w, goal), "int32"),
        { jit: true },
      );
      for (let round = 0; round < 12; round++) {
        const scores = Array.from(
          { length: 4 },
          (_, row) =>
            Array.from(
              { length: size },
              () =>
                random.integer(5) === 0
                  ? -Infinity
                  : row === 0
                  ? 0 * (random.integer(2) - 1) // −0 and 0
                  : row < 3
                  ? random.integer(7) - 3
                  : Math.fround(
                    random.normal() * 10 ** (random.integer(40) - 30),
                  ),
            ),
        );
        const weights = scores.map((row) =>
          row.map((score) => score === -Infinity ? 0 : 1 + random.integer(3))
        );
        for (const goal of [1, 2, 5, size, 10 * size]) {
          const actual = tf.tidy(() =>
            find32(
              tf.tensor2d(scores),
              tf.tensor2d(weights),
              tf.tensor2d([[goal]]),
            ).dataSync()
          );
          assertEquals([...actual], firstBySort(scores, weights, goal));
        }
      }
      find32.dispose();
    });
  }
}
