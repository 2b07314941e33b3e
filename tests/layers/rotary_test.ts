import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { rotate, rotationAt } from "../../src/layers/rotary.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/transformer.json" with { type: "json" };

await ensureEngine();

Deno.test("rotate() turns as complex numbers of PyTorch do", () => {
  const { x, positions, outputs } = golden.rotary;
  tf.tidy(() => {
    const rotation = rotationAt(tf.tensor1d(positions, "int32"), {
      size: 6,
      base: 100,
    });
    assertEquals([rotation.cos.shape, rotation.sin.shape], [[4, 3], [4, 3]]);
    // An angle of 700 is known to 3 · 10⁻⁵ in single precision.
    assertAllClose(
      rotate(tf.tensor3d(x, [3, 4, 6]), rotation).dataSync(),
      outputs,
      5e-5,
    );
  });
});

Deno.test("rotate() keeps lengths, and products of vectors that are as far apart", () => {
  tf.tidy(() => {
    const product = (a: number, b: number): number => {
      const at = (x: number[], position: number) =>
        rotate(
          tf.tensor2d([x]),
          rotationAt(tf.tensor1d([position], "int32"), { size: 4, base: 50 }),
        );
      return tf.sum(tf.mul(at([1, -2, 3, 0.5], a), at([0.3, 2, 1, -1], b)))
        .dataSync()[0]!;
    };
    assertAllClose([product(9, 4), product(25, 20)], [
      product(5, 0),
      product(5, 0),
    ], 5e-6);
    assertAllClose([product(7, 7)], [0.3 - 4 + 3 - 0.5]);
  });
});
