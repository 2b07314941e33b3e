import { assertEquals, assertInstanceOf } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { dropout } from "../../src/layers/dropout.ts";
import { LayerNorm } from "../../src/layers/layer_norm.ts";
import { RMSNorm } from "../../src/layers/rms_norm.ts";
import {
  createNorm,
  dropoutOfRows,
} from "../../src/layers/transformer_block.ts";

await ensureEngine();

Deno.test("createNorm() makes the norm of the name", () => {
  const options = { name: "norm", width: 3, bias: true, epsilon: 1e-5 };
  const layer = createNorm({ ...options, norm: "layer" });
  assertInstanceOf(layer, LayerNorm);
  assertEquals(layer.parameters.length, 2);
  assertInstanceOf(createNorm({ ...options, norm: "rms" }), RMSNorm);
});

Deno.test("dropoutOfRows() gives rows of the batch their masks, and drops nothing where there is no draw", () => {
  tf.tidy(() => {
    const x = tf.fill([6, 4], 3);
    const options = { steps: 3, rate: 0.5, place: "embedding" };
    const draw = { seed: 1, step: 2 };
    assertEquals(
      [...dropoutOfRows(x, { ...options, draw }).dataSync()],
      [...dropout(tf.fill([2, 3, 4], 3), { ...options, draw }).dataSync()],
    );
    assertEquals(dropoutOfRows(x, { ...options, draw: undefined }), x);
    assertEquals(dropoutOfRows(x, { ...options, rate: 0, draw }), x);
  });
});
