import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { LayerNorm } from "../../src/layers/layer_norm.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/transformer.json" with { type: "json" };
import { assertGoldenLayer } from "./_golden_layer.ts";

await ensureEngine();

const { N, D, epsilon, layerNorm } = golden.layers;

Deno.test("LayerNorm gives PyTorch's outputs and gradients", async () => {
  const norm = new LayerNorm({ name: "norm", width: D, epsilon });
  await assertGoldenLayer(layerNorm, [N, D], (x) => norm.forward(x), {
    gain: norm.gain,
    bias: norm.bias!,
  });
});

Deno.test("LayerNorm without bias gives the same less the bias", () => {
  const norm = new LayerNorm({ name: "norm", width: D, epsilon, bias: false });
  norm.gain.set(Float32Array.from(layerNorm.inputs.gain));
  tf.tidy(() => {
    const x = tf.tensor2d(layerNorm.inputs.x, [N, D]);
    assertAllClose(
      norm.forward(x).dataSync(),
      layerNorm.outputs.map((y, i) => y - layerNorm.inputs.bias[i % D]!),
    );
  });
  norm.gain.dispose();
});

Deno.test("LayerNorm begins with mean 0 and variance 1 for every row", async () => {
  const norm = new LayerNorm({ name: "norm", width: 2 });
  assertEquals(norm.parameters.map(({ name, shape }) => [name, shape]), [
    ["norm/gain", [2]],
    ["norm/bias", [2]],
  ]);
  const plain = new LayerNorm({ name: "norm", width: 2, bias: false });
  assertEquals(plain.parameters.map(({ name }) => name), ["norm/gain"]);
  assertEquals([...await norm.gain.values(), ...await norm.bias!.values()], [
    1,
    1,
    0,
    0,
  ]);
  tf.tidy(() => {
    const y = norm.forward(tf.tensor2d([[1, 3], [-40, 40]]));
    // variances 1 and 1,600, to which 10⁻⁵ is added
    const [small, large] = [1 / Math.sqrt(1 + 1e-5), 1];
    assertAllClose(y.dataSync(), [-small, small, -large, large]);
  });
  for (const parameter of norm.parameters) parameter.dispose();
});
