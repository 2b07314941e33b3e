import { assert, assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { CausalConv } from "../../src/layers/causal_conv.ts";
import { assertAllClose } from "../close.ts";

await ensureEngine();

/** One number in and out, y_t = 100 x_(t − 4) + 10 x_(t − 2) + x_t + 0.5. */
function convolution(): CausalConv {
  const conv = new CausalConv({
    name: "c",
    inputs: 1,
    units: 1,
    kernelSize: 3,
    dilation: 2,
    seed: 0,
  });
  conv.kernel.set(Float32Array.of(100, 10, 1));
  conv.bias.set(Float32Array.of(0.5));
  return conv;
}

function dispose(conv: CausalConv): void {
  for (const parameter of conv.parameters) parameter.dispose();
}

const X = [1, 2, 3, 4, 5, 6];
/** By hand. */
const Y = [1.5, 2.5, 13.5, 24.5, 135.5, 246.5];

Deno.test("CausalConv.forward() adds inputs as far apart as its dilation, zeros before the first", () => {
  const conv = convolution();
  assertEquals(conv.memory, 4);
  tf.tidy(() => {
    const { outputs, rows } = conv.forward(tf.tensor3d(X, [6, 1, 1]), {
      rows: conv.zeroRows(1),
      position: tf.scalar(0, "int32"),
    });
    assertEquals([outputs.shape, [...outputs.dataSync()]], [[6, 1], Y]);
    assertEquals([rows.shape, [...rows.dataSync()]], [[1, 4, 1], [3, 4, 5, 6]]);
  });
  dispose(conv);
});

Deno.test("CausalConv.step() gives the same one by one, for every row of the batch", () => {
  const conv = convolution();
  tf.tidy(() => {
    let rows = conv.zeroRows(2);
    for (const [t, x] of X.entries()) {
      const position = tf.scalar(t, "int32");
      const next = conv.step(tf.tensor2d([[x], [2 * x]]), { rows, position });
      assertEquals(
        [...next.outputs.dataSync()],
        [Y[t]!, 2 * (Y[t]! - 0.5) + 0.5],
      );
      rows = next.rows;
    }
    assertEquals([...rows.dataSync()], [5, 6, 3, 4, 10, 12, 6, 8]); // number t in slot t mod 4
  });
  dispose(conv);
});

Deno.test("CausalConv.forward() goes on where the ring is, in a shorter sequence than it remembers too", () => {
  const conv = convolution();
  tf.tidy(() => {
    const { outputs, rows } = conv.forward(tf.tensor3d([7], [1, 1, 1]), {
      rows: tf.tensor3d([5, 6, 3, 4], [1, 4, 1]),
      position: tf.scalar(6, "int32"),
    });
    assertEquals([...outputs.dataSync()], [357.5]);
    assertEquals([...rows.dataSync()], [4, 5, 6, 7]);
  });
  dispose(conv);
});

Deno.test("CausalConv begins with Keras's Glorot uniform kernel and no offset", async () => {
  const conv = new CausalConv({
    name: "c",
    inputs: 8,
    units: 4,
    kernelSize: 3,
    dilation: 1,
    seed: 7,
  });
  const values = await conv.kernel.values();
  const limit = Math.sqrt(6 / (3 * 8 + 3 * 4)); // inputs and outputs, k times each
  const largest = Math.max(...values.map(Math.abs));
  assert(largest <= limit && largest > 0.9 * limit, `${largest}`);
  assertAllClose(await conv.bias.values(), [0, 0, 0, 0]);
  const other = new CausalConv({
    name: "d",
    inputs: 8,
    units: 4,
    kernelSize: 3,
    dilation: 1,
    seed: 7,
  });
  assert((await other.kernel.values()).some((x, i) => x !== values[i]));
});

Deno.test("CausalConv has the gradients that its definition has, through a dilation and a kernel of three", () => {
  // loss = Σ w_t y_t, so ∂kernel_j = Σ_t w_t x_(t − (2 − j) 2), ∂x_s = Σ_j w_(s + (2 − j) 2) kernel_j, ∂bias = Σ w
  const conv = convolution();
  tf.tidy(() => {
    const w = [1, -1, 2, 1, 3, -2];
    const loss = (x: Tensor, ..._: Tensor[]): Tensor =>
      tf.sum(tf.mul(
        conv.forward(x, {
          rows: conv.zeroRows(1),
          position: tf.scalar(0, "int32"),
        }).outputs,
        tf.tensor2d(w, [6, 1]),
      ));
    const [x, kernel, bias] = tf.grads(loss)([
      tf.tensor3d(X, [6, 1, 1]),
      conv.kernel.variable,
      conv.bias.variable,
    ]);
    assertEquals([...kernel!.dataSync()], [
      3 * 1 - 2 * 2,
      2 * 1 + 1 * 2 + 3 * 3 - 2 * 4,
      1 * 1 - 1 * 2 + 2 * 3 + 1 * 4 + 3 * 5 - 2 * 6,
    ]);
    assertEquals([...bias!.dataSync()], [4]);
    assertEquals([...x!.dataSync()], [
      1 + 10 * 2 + 100 * 3,
      -1 + 10 * 1 - 100 * 2,
      2 + 10 * 3,
      1 - 10 * 2,
      3,
      -2,
    ]);
  });
  dispose(conv);
});
