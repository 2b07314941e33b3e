import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { planSequence } from "../../src/layers/attention_plan.ts";
import { CausalAttention } from "../../src/layers/causal_attention.ts";
import golden from "../golden/transformer.json" with { type: "json" };
import { assertGoldenLayer, type GoldenLayer } from "./_golden_layer.ts";

await ensureEngine();

const SIZES = { name: "attention", width: 8, heads: 4, seed: 0 };
const FIRST = { deviation: 0.02, residualDeviation: 0.01 };

for (const each of golden.attention) {
  const { keyValueHeads, bias, positions } = each.config;

  Deno.test(`CausalAttention gives PyTorch's outputs and gradients: ${JSON.stringify(each.config)}`, async () => {
    const attention = new CausalAttention({
      ...SIZES,
      ...FIRST,
      keyValueHeads,
      bias,
    });
    const forward = (x: Tensor): Tensor => {
      const plan = planSequence(5, {
        context: 3,
        rotary: positions === "rotary" ? { size: 2, base: 100 } : undefined,
      });
      return attention.forward(x, plan).outputs;
    };
    await assertGoldenLayer(each as GoldenLayer, [10, 8], forward, {
      qkvKernel: attention.qkv.kernel,
      projectionKernel: attention.projection.kernel,
      ...(bias && {
        qkvBias: attention.qkv.bias!,
        projectionBias: attention.projection.bias!,
      }),
    });
  });
}

Deno.test("CausalAttention.zeroCache() is empty, with a key and a value of every group", () => {
  const attention = new CausalAttention({
    ...SIZES,
    ...FIRST,
    keyValueHeads: 2,
    bias: false,
  });
  tf.tidy(() => {
    const { keys, values } = attention.zeroCache(3, 5);
    assertEquals([keys.shape, values.shape], [[3, 2, 2, 5], [3, 2, 5, 2]]);
    assertEquals(
      [...keys.dataSync(), ...values.dataSync()].some(Boolean),
      false,
    );
  });
  assertEquals(
    attention.parameters.map(({ name, shape }) => [name, shape]),
    [
      ["attention/qkv/kernel", [8, 16]],
      ["attention/projection/kernel", [8, 8]],
    ],
  );
});
