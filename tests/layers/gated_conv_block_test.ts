import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { GatedConvBlock } from "../../src/layers/gated_conv_block.ts";
import { assertAllClose } from "../close.ts";

await ensureEngine();

const OPTIONS = {
  name: "b",
  filters: 1,
  kernelSize: 2,
  dilation: 1,
  layerNorm: false,
  dropout: 0,
  seed: 0,
};
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** a = x_(t − 1) + 2 x_t, g = 3 x_t + 0.1; r = 4 h, s = −h + 1. */
function block(isLast: boolean): GatedConvBlock {
  const block = new GatedConvBlock({ ...OPTIONS, isLast });
  block.convolution.kernel.set(Float32Array.of(1, 0, 2, 3));
  block.convolution.bias.set(Float32Array.of(0, 0.1));
  block.projection.kernel.set(Float32Array.from(isLast ? [-1] : [4, -1]));
  block.projection.bias!.set(Float32Array.from(isLast ? [1] : [0, 1]));
  return block;
}

for (const isLast of [false, true]) {
  Deno.test(`GatedConvBlock${isLast ? ", the last one," : ""} gates what its convolution sees, and splits it, as a sequence and one by one`, () => {
    const layer = block(isLast);
    tf.tidy(() => {
      const x = [0.5, -0.2];
      const h = [
        Math.tanh(2 * 0.5) * sigmoid(3 * 0.5 + 0.1),
        Math.tanh(0.5 - 2 * 0.2) * sigmoid(-3 * 0.2 + 0.1),
      ];
      const expected = {
        x: h.map((h, t) => isLast ? x[t]! : x[t]! + 4 * h),
        skip: h.map((h) => 1 - h),
      };
      const position = tf.scalar(0, "int32");
      const rows = layer.convolution.zeroRows(1);
      const whole = layer.forward(tf.tensor3d(x, [2, 1, 1]), {
        rows,
        position,
      });
      assertAllClose(whole.x.dataSync(), expected.x);
      assertAllClose(whole.skip.dataSync(), expected.skip);
      assertEquals([whole.x.shape, whole.skip.shape], [[2, 1, 1], [2, 1]]);
      const first = layer.step(tf.tensor2d([[0.5]]), { rows, position });
      const second = layer.step(tf.tensor2d([[-0.2]]), {
        rows: first.rows,
        position: tf.scalar(1, "int32"),
      });
      for (const [t, step] of [first, second].entries()) {
        assertAllClose(step.x.dataSync(), [expected.x[t]!]);
        assertAllClose(step.skip.dataSync(), [expected.skip[t]!]);
      }
    });
    for (const parameter of layer.parameters) parameter.dispose();
  });
}
