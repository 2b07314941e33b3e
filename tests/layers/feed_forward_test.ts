import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Activation, FeedForward } from "../../src/layers/feed_forward.ts";
import golden from "../golden/transformer.json" with { type: "json" };
import { assertGoldenLayer, type GoldenLayer } from "./_golden_layer.ts";

await ensureEngine();

const REST = { deviation: 0.02, residualDeviation: 0.01, seed: 0 };

for (const each of golden.feedForward) {
  const { activation, bias } = each.config;

  Deno.test(`FeedForward gives PyTorch's outputs and gradients: ${JSON.stringify(each.config)}`, async () => {
    const layer = new FeedForward({
      name: "feed_forward",
      width: 3,
      units: 5,
      activation: activation as Activation,
      bias,
      ...REST,
    });
    assertEquals(layer.up.kernel.shape, [3, activation === "swiglu" ? 10 : 5]);
    await assertGoldenLayer(
      each as GoldenLayer,
      [4, 3],
      (x) => layer.forward(x),
      {
        upKernel: layer.up.kernel,
        downKernel: layer.down.kernel,
        ...(bias && { upBias: layer.up.bias!, downBias: layer.down.bias! }),
      },
    );
  });
}
