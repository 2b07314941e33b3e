import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  meanCrossEntropy,
  tokenLosses,
  weightedCrossEntropy,
} from "../../src/training/loss.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";
import golden from "../golden/loss_and_clip.json" with { type: "json" };

await ensureEngine();

for (
  const [i, { shape, logits, targets, mean, losses, gradient }] of golden
    .crossEntropy.entries()
) {
  const size = i === 0 ? "ordinary" : "huge";
  const given = (): [
    Tensor,
    Tensor,
  ] => [tf.tensor(logits, shape), tf.tensor1d(targets, "int32")];

  Deno.test(`meanCrossEntropy() and its gradient agree with PyTorch on ${size} logits`, async () => {
    await assertNoLeak(() => {
      tf.tidy(() => {
        const [x, y] = given();
        const { value, grad } = tf.valueAndGrad((x: Tensor) =>
          meanCrossEntropy(x, y)
        )(x);
        assertAllClose(value.dataSync(), [mean]);
        assertAllClose(grad.dataSync(), gradient);
      });
    });
  });

  Deno.test(`meanCrossEntropy() scales its gradient by what follows it, on ${size} logits`, () => {
    tf.tidy(() => {
      const [x, y] = given();
      const tripled = tf.grad((x: Tensor) => tf.mul(meanCrossEntropy(x, y), 3))(
        x,
      );
      assertAllClose(tripled.dataSync(), gradient.map((g) => 3 * g));
    });
  });

  Deno.test(`tokenLosses() agrees with PyTorch row by row on ${size} logits`, () => {
    tf.tidy(() => assertAllClose(tokenLosses(...given()).dataSync(), losses));
  });
}

for (
  const [i, { shape, logits, targets, mask, mean, gradient }] of golden
    .maskedCrossEntropy.entries()
) {
  const size = i === 0 ? "ordinary" : "huge";

  Deno.test(`weightedCrossEntropy() and its gradient agree with PyTorch's ignored targets on ${size} logits`, async () => {
    const count = mask.reduce((sum, counts) => sum + counts);
    await assertNoLeak(() => {
      tf.tidy(() => {
        const weights = tf.tensor1d(mask.map((counts) => counts / count));
        const { value, grad } = tf.valueAndGrad((x: Tensor) =>
          weightedCrossEntropy(x, tf.tensor1d(targets, "int32"), weights)
        )(tf.tensor(logits, shape));
        assertAllClose(value.dataSync(), [mean]);
        assertAllClose(grad.dataSync(), gradient);
      });
    });
  });
}

Deno.test("A vocabulary of one token has no loss and no gradient", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([[3], [-2]]);
    const ids = tf.tensor1d([0, 0], "int32");
    for (const smoothing of [0, 0.1]) {
      const { value, grad } = tf.valueAndGrad((x: Tensor) =>
        meanCrossEntropy(x, ids, smoothing)
      )(logits);
      // By hand: softmax of one score is 1, its logarithm 0; 1 minus the one-hot 1 is 0.
      assertEquals([...value.dataSync(), ...grad.dataSync()], [0, 0, 0]);
    }
  });
});

Deno.test("meanCrossEntropy() of even logits is the logarithm of the vocabulary's size", () => {
  tf.tidy(() => {
    const loss = meanCrossEntropy(
      tf.zeros([2, 7]),
      tf.tensor1d([3, 6], "int32"),
    );
    assertAllClose(loss.dataSync(), [Math.log(7)]);
  });
});
