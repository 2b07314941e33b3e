import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  inOrder,
  nextPosition,
  positionOf,
  type Ring,
  rowAt,
  withNext,
} from "../../src/layers/ring.ts";

await ensureEngine();

/** Two rows of a batch: numbers of one column, the second row's ten times the first's. */
function ring(first: number[], position: number): Ring {
  return {
    rows: tf.tensor3d([...first, ...first.map((x) => 10 * x)], [
      2,
      first.length,
      1,
    ]),
    position: tf.scalar(position, "int32"),
  };
}

function numbers(x: Tensor): number[] {
  return [...x.dataSync()];
}

Deno.test("withNext() puts row number p into slot p mod L, where the oldest was", () => {
  tf.tidy(() => {
    const row = tf.tensor2d([[4], [40]]);
    for (
      const [position, expected] of [
        [0, [4, 2, 3]],
        [1, [1, 4, 3]],
        [5, [1, 2, 4]],
      ] as const
    ) {
      assertEquals(numbers(withNext(ring([1, 2, 3], position), row)), [
        ...expected,
        ...expected.map((x) => 10 * x),
      ]);
    }
  });
});

Deno.test("inOrder() begins with the oldest row", () => {
  tf.tidy(() => {
    assertEquals(
      numbers(inOrder(ring([1, 2, 3], 0))),
      [1, 2, 3, 10, 20, 30],
    );
    assertEquals(
      numbers(inOrder(ring([4, 2, 3], 4))),
      [2, 3, 4, 20, 30, 40],
    );
  });
});

Deno.test("rowAt() counts back from the newest row", () => {
  tf.tidy(() => {
    const after = ring([4, 2, 3], 1); // 4 came last
    assertEquals(numbers(rowAt(after, 1)), [4, 40]);
    assertEquals(numbers(rowAt(after, 2)), [3, 30]);
    assertEquals(numbers(rowAt(after, 3)), [2, 20]);
  });
});

Deno.test("nextPosition() goes round, and positionOf() takes one row's number", () => {
  tf.tidy(() => {
    const next = nextPosition(tf.tensor1d([6, 6], "int32"), 8);
    assertEquals([next.dtype, numbers(next)], ["int32", [7, 7]]);
    assertEquals(numbers(nextPosition(next, 8)), [0, 0]);
    const position = positionOf(next);
    assertEquals([position.shape, numbers(position)], [[], [7]]);
  });
});
