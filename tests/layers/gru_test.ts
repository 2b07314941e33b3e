import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { GRU } from "../../src/layers/gru.ts";
import { assertAllClose } from "../close.ts";
import { testLayer } from "./_layer_contract.ts";

await ensureEngine();

const OPTIONS = { name: "gru_1", inputs: 10, units: 6, seed: 0 };

for (const resetAfter of [true, false]) {
  testLayer(
    `GRU (resetAfter: ${resetAfter})`,
    () => new GRU({ ...OPTIONS, inputs: 3, units: 4, resetAfter }),
  );
}

Deno.test("GRU begins as Keras's does: Glorot kernel, orthonormal rows, no bias", async () => {
  const gru = new GRU({ ...OPTIONS, resetAfter: true });
  assertEquals(gru.parameters.map(({ name, shape }) => [name, shape]), [
    ["gru_1/kernel", [10, 18]],
    ["gru_1/recurrent_kernel", [6, 18]],
    ["gru_1/bias", [18]],
    ["gru_1/recurrent_bias", [18]],
  ]);
  const limit = Math.sqrt(6 / (10 + 18));
  const largest = Math.max(...(await gru.kernel.values()).map(Math.abs));
  assertEquals(largest <= limit && largest > 0.9 * limit, true);
  const first = (await gru.recurrentKernel.values()).slice(0, 18);
  assertAllClose([first.reduce((sum, x) => sum + x * x, 0)], [1]);
  for (const bias of [gru.bias, gru.recurrentBias!]) {
    assertEquals([...await bias.values()], new Array(18).fill(0));
  }
});

Deno.test("GRU has one bias where the reset gate comes before the product", () => {
  const gru = new GRU({ ...OPTIONS, resetAfter: false });
  assertEquals(gru.parameters, [gru.kernel, gru.recurrentKernel, gru.bias]);
});
