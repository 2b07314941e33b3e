import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { StateAttention } from "../../src/layers/state_attention.ts";
import { assertAllClose } from "../close.ts";

await ensureEngine();

Deno.test("StateAttention weighs the outputs before each one by their scores, and joins what it finds", () => {
  const attention = new StateAttention({
    name: "a",
    units: 1,
    window: 2,
    seed: 0,
  });
  attention.score.kernel.set(Float32Array.of(2));
  attention.output.kernel.set(Float32Array.of(1, 0.5));
  const h = [0.5, -0.4, 0.3];
  // Two zeros stand before the first output; the third sees the first two.
  const past = [[0, 0], [0, 0.5], [0.5, -0.4]];
  const expected = h.map((own, t) => {
    const weights = past[t]!.map((other) => Math.exp(own * 2 * other));
    const total = weights[0]! + weights[1]!;
    const context = (weights[0]! * past[t]![0]! + weights[1]! * past[t]![1]!) /
      total;
    return Math.tanh(context + 0.5 * own);
  });
  tf.tidy(() => {
    const first = attention.zeroRows(1);
    assertEquals([first.shape, [...first.dataSync()]], [[1, 2, 1], [0, 0]]);
    const whole = attention.forward(tf.tensor3d(h, [3, 1, 1]), {
      rows: first,
      position: tf.scalar(0, "int32"),
    });
    assertEquals(whole.outputs.shape, [3, 1, 1]);
    assertAllClose(whole.outputs.dataSync(), expected);
    assertAllClose(whole.rows.dataSync(), [-0.4, 0.3]);
    let rows = first;
    for (const [t, own] of h.entries()) {
      const next = attention.step(tf.tensor2d([[own]]), {
        rows,
        position: tf.scalar(t % 2, "int32"),
      });
      assertAllClose(next.outputs.dataSync(), [expected[t]!]);
      rows = next.rows;
    }
    assertAllClose(rows.dataSync(), [0.3, -0.4]);
  });
  for (const parameter of attention.parameters) parameter.dispose();
});
