import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { clipByGlobalNorm, clipByValue } from "../../src/training/clip.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/loss_and_clip.json" with { type: "json" };

await ensureEngine();

for (const { maxNorm, shapes, gradients, norm, clipped } of golden.clip) {
  Deno.test(`clipByGlobalNorm() clips a norm of ${norm.toFixed(3)} to ${maxNorm} as PyTorch does`, () => {
    tf.tidy(() => {
      const tensors = gradients.map((values, i) =>
        tf.tensor(values, shapes[i]!)
      );
      const result = clipByGlobalNorm(tensors, maxNorm);
      assertAllClose(result.norm.dataSync(), [norm]);
      for (const [i, tensor] of result.gradients.entries()) {
        assertAllClose(tensor.dataSync(), clipped[i]!);
      }
    });
  });
}

Deno.test("clipByGlobalNorm() scales nothing at Infinity and still tells the norm", () => {
  tf.tidy(() => {
    const { gradients, norm } = clipByGlobalNorm([
      tf.tensor1d([3]),
      tf.tensor2d([[-4]]),
    ], Infinity);
    assertAllClose(norm.dataSync(), [5]); // √(3² + 4²)
    assertAllClose(gradients[0]!.dataSync(), [3]);
    assertAllClose(gradients[1]!.dataSync(), [-4]);
  });
});

for (const { maxValue, shapes, gradients, clipped } of golden.clipValue) {
  Deno.test(`clipByValue() cuts numbers to ${maxValue} as PyTorch does, and tells the norm before`, () => {
    tf.tidy(() => {
      const tensors = gradients.map((values, i) =>
        tf.tensor(values, shapes[i]!)
      );
      const result = clipByValue(tensors, maxValue);
      const squares = gradients.flat().map((value) => value * value);
      const norm = Math.sqrt(squares.reduce((sum, square) => sum + square));
      assertAllClose(result.norm.dataSync(), [norm]);
      for (const [i, tensor] of result.gradients.entries()) {
        assertAllClose(tensor.dataSync(), clipped[i]!);
      }
    });
  });
}
