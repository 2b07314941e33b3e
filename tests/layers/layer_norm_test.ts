import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { LayerNorm } from "../../src/layers/layer_norm.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/recurrent.json" with { type: "json" };

await ensureEngine();

for (const { given, lossWeights, y, gradients } of golden.layerNorm) {
  const bias = "bias" in given;
  Deno.test(`LayerNorm ${bias ? "with" : "without"} bias gives PyTorch's rows and gradients`, () => {
    const norm = new LayerNorm({ name: "norm", width: 8, bias });
    norm.gain.set(Float32Array.from(given.gain));
    norm.bias?.set(Float32Array.from((given as { bias: number[] }).bias));
    tf.tidy(() => {
      const x = tf.tensor2d(given.x, [5, 8]);
      const loss = (x: Tensor): tf.Scalar =>
        tf.sum(tf.mul(norm.forward(x), tf.tensor2d(lossWeights, [5, 8])));
      assertAllClose(norm.forward(x).dataSync(), y);
      assertAllClose(tf.grad(loss)(x).dataSync(), gradients.x);
      const { grads } = tf.variableGrads(() => loss(x));
      for (const { name, variable } of norm.parameters) {
        const expected = gradients[name.slice(5) as "gain"];
        assertAllClose(grads[variable.name]!.dataSync(), expected);
      }
    });
    for (const parameter of norm.parameters) parameter.dispose();
  });
}

Deno.test("LayerNorm begins with ones and zeros, and leaves the offset out where none is asked for", async () => {
  const norm = new LayerNorm({ name: "norm_1", width: 2 });
  assertEquals(norm.parameters.map(({ name, shape }) => [name, shape]), [
    ["norm_1/gain", [2]],
    ["norm_1/bias", [2]],
  ]);
  assertEquals([...await norm.gain.values()], [1, 1]);
  assertEquals([...await norm.bias!.values()], [0, 0]);
  const bare = new LayerNorm({ name: "norm_1", width: 2, bias: false });
  assertEquals(bare.parameters, [bare.gain]);
});

Deno.test("LayerNorm makes zeros of a row of equal numbers", () => {
  const norm = new LayerNorm({ name: "norm", width: 4 });
  tf.tidy(() => {
    assertEquals([...norm.forward(tf.fill([1, 4], 3)).dataSync()], [
      0,
      0,
      0,
      0,
    ]);
  });
  for (const parameter of norm.parameters) parameter.dispose();
});
