import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { LSTM } from "../../src/layers/lstm.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/lstm.json" with { type: "json" };
import { testLayer } from "./_layer_contract.ts";

await ensureEngine();

const { T, B, E, H } = golden.layer;

/** The layer of tests/golden/lstm.py. */
function goldenLayer(): LSTM {
  const lstm = new LSTM({ name: "lstm_1", inputs: E, units: H, seed: 0 });
  lstm.kernel.set(Float32Array.from(golden.layer.kernel));
  lstm.recurrentKernel.set(Float32Array.from(golden.layer.recurrentKernel));
  lstm.bias.set(Float32Array.from(golden.layer.bias));
  return lstm;
}

Deno.test("LSTM.step(), token by token, gives PyTorch's outputs and state", () => {
  const lstm = goldenLayer();
  tf.tidy(() => {
    const x = tf.tensor3d(golden.layer.x, [T, B, E]);
    let state = {
      h: tf.tensor(golden.layer.h0, [B, H]),
      c: tf.tensor(golden.layer.c0, [B, H]),
    };
    for (let t = 0; t < T; t++) {
      state = lstm.step(
        tf.reshape(tf.slice(x, [t, 0, 0], [1, B, E]), [B, E]),
        state,
      );
      assertAllClose(
        state.h.dataSync(),
        golden.layer.outputs.slice(t * B * H, (t + 1) * B * H),
      );
    }
    assertAllClose(state.c.dataSync(), golden.layer.c);
  });
  for (const parameter of lstm.parameters) parameter.dispose();
});

Deno.test("LSTM.forward() gives PyTorch's outputs and state", () => {
  const lstm = goldenLayer();
  tf.tidy(() => {
    const { outputs, last } = lstm.forward(
      tf.tensor3d(golden.layer.x, [T, B, E]),
      {
        h: tf.tensor(golden.layer.h0, [B, H]),
        c: tf.tensor(golden.layer.c0, [B, H]),
      },
    );
    assertAllClose(outputs.dataSync(), golden.layer.outputs);
    assertAllClose(last.h.dataSync(), golden.layer.h);
    assertAllClose(last.c.dataSync(), golden.layer.c);
  });
  for (const parameter of lstm.parameters) parameter.dispose();
});

Deno.test("LSTM begins as Keras's does: Glorot kernel, orthonormal rows, a forget bias of 1", async () => {
  const lstm = new LSTM({ name: "lstm_1", inputs: 10, units: 6, seed: 0 });
  assertEquals(lstm.parameters.map(({ name, shape }) => [name, shape]), [
    ["lstm_1/kernel", [10, 24]],
    ["lstm_1/recurrent_kernel", [6, 24]],
    ["lstm_1/bias", [24]],
  ]);
  const limit = Math.sqrt(6 / (10 + 24));
  assertEquals(
    (await lstm.kernel.values()).every((x) => Math.abs(x) <= limit),
    true,
  );
  const first = (await lstm.recurrentKernel.values()).slice(0, 24);
  assertAllClose([first.reduce((sum, x) => sum + x * x, 0)], [1]);
  const zeros = new Array(6).fill(0);
  assertEquals([...await lstm.bias.values()], [
    ...zeros,
    1,
    1,
    1,
    1,
    1,
    1,
    ...zeros,
    ...zeros,
  ]); // i, f, c̃, o
});

testLayer(
  "LSTM",
  () => new LSTM({ name: "lstm_1", inputs: 3, units: 4, seed: 0 }),
);
