import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { RMSNorm } from "../../src/layers/rms_norm.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/transformer.json" with { type: "json" };
import { assertGoldenLayer } from "./_golden_layer.ts";

await ensureEngine();

const { N, D, epsilon, rmsNorm } = golden.layers;

Deno.test("RMSNorm gives PyTorch's outputs and gradients", async () => {
  const norm = new RMSNorm({ name: "norm", width: D, epsilon });
  await assertGoldenLayer(rmsNorm, [N, D], (x) => norm.forward(x), {
    gain: norm.gain,
  });
});

Deno.test("RMSNorm begins with a mean square of 1 for every row", async () => {
  const norm = new RMSNorm({ name: "norm", width: 2 });
  assertEquals(norm.parameters.map(({ name, shape }) => [name, shape]), [
    ["norm/gain", [2]],
  ]);
  assertEquals([...await norm.gain.values()], [1, 1]);
  tf.tidy(() => {
    const y = norm.forward(tf.tensor2d([[3, 4], [0, 0]]));
    const root = Math.sqrt((9 + 16) / 2 + 1e-5);
    assertAllClose(y.dataSync(), [3 / root, 4 / root, 0, 0]);
  });
  norm.gain.dispose();
});
