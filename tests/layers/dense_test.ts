import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { Dense } from "../../src/layers/dense.ts";

await ensureEngine();

Deno.test("Dense.forward() multiplies by the kernel and adds the bias", () => {
  const dense = new Dense({ name: "output", inputs: 2, units: 3, seed: 0 });
  dense.kernel.set(Float32Array.of(1, 2, 3, 4, 5, 6));
  dense.bias!.set(Float32Array.of(10, 20, 30));
  tf.tidy(() => {
    const y = dense.forward(tf.tensor2d([[1, 1], [0, 2]]));
    // (1 + 4, 2 + 5, 3 + 6) and 2 · (4, 5, 6), each with the bias
    assertEquals([...y.dataSync()], [15, 27, 39, 18, 30, 42]);
  });
  for (const parameter of dense.parameters) parameter.dispose();
});

Deno.test("Dense begins with a Glorot kernel and no bias", async () => {
  const { kernel, bias } = new Dense({
    name: "output",
    inputs: 30,
    units: 20,
    seed: 0,
  });
  assertEquals([kernel.name, kernel.shape, bias!.name, bias!.shape], [
    "output/kernel",
    [30, 20],
    "output/bias",
    [20],
  ]);
  const limit = Math.sqrt(6 / 50);
  const largest = Math.max(...(await kernel.values()).map(Math.abs));
  assertEquals(largest <= limit && largest > 0.95 * limit, true);
  assertEquals([...await bias!.values()], new Array(20).fill(0));
});

Deno.test("Dense without bias only multiplies, and begins normally distributed where it is told to", async () => {
  const dense = new Dense({
    name: "output",
    inputs: 60,
    units: 50,
    seed: 0,
    bias: false,
    deviation: 0.02,
  });
  assertEquals(dense.parameters, [dense.kernel]);
  const values = await dense.kernel.values();
  const square = values.reduce((sum, x) => sum + x * x, 0) / 3000;
  // 4 standard errors: 4 / √6,000 = 0.052
  assertEquals(Math.abs(Math.sqrt(square) / 0.02 - 1) < 0.052, true);
  dense.kernel.set(new Float32Array(3000).fill(0.5));
  tf.tidy(() => {
    const y = dense.forward(tf.ones([1, 60]));
    assertEquals([...y.dataSync()], new Array(50).fill(30)); // 60 · 0.5
  });
  dense.kernel.dispose();
});
