import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { SimpleRNN } from "../../src/layers/simple_rnn.ts";
import { assertAllClose } from "../close.ts";
import { testLayer } from "./_layer_contract.ts";

await ensureEngine();

testLayer(
  "SimpleRNN",
  () => new SimpleRNN({ name: "rnn_1", inputs: 3, units: 4, seed: 0 }),
);

Deno.test("SimpleRNN begins as Keras's does: Glorot kernel, orthonormal rows, no bias", async () => {
  const rnn = new SimpleRNN({ name: "rnn_1", inputs: 10, units: 6, seed: 0 });
  assertEquals(rnn.parameters.map(({ name, shape }) => [name, shape]), [
    ["rnn_1/kernel", [10, 6]],
    ["rnn_1/recurrent_kernel", [6, 6]],
    ["rnn_1/bias", [6]],
  ]);
  const limit = Math.sqrt(6 / (10 + 6));
  const largest = Math.max(...(await rnn.kernel.values()).map(Math.abs));
  assertEquals(largest <= limit && largest > 0.9 * limit, true);
  const first = (await rnn.recurrentKernel.values()).slice(0, 6);
  assertAllClose([first.reduce((sum, x) => sum + x * x, 0)], [1]);
  assertEquals([...await rnn.bias.values()], new Array(6).fill(0));
});
