import { assertEquals, assertThrows } from "@std/assert";
import {
  forgetFailedTape,
  isTapeOn,
  pullBack,
  withGradient,
  withoutTape,
} from "../../src/engine/custom_gradient.ts";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const read = (x: Tensor): number[] => [...x.dataSync()];

/** x·y and x + y, whose gradients are doubled, so that it shows whose rule is used. */
function productAndSum(x: Tensor, y: Tensor): [Tensor, Tensor] {
  return withGradient({
    inputs: [x, y],
    forward: (save) => {
      save([x, y]);
      return [tf.mul(x, y), tf.add(x, y)];
    },
    backward: ([dProduct, dSum], [x, y]) => [
      tf.mul(2, tf.add(tf.mul(dProduct!, y!), dSum!)),
      tf.mul(2, tf.add(tf.mul(dProduct!, x!), dSum!)),
    ],
  }) as [Tensor, Tensor];
}

Deno.test("withGradient() sends the gradients of all results through its own rule", async () => {
  await assertNoLeak(() =>
    tf.tidy(() => {
      const [x, y] = [tf.tensor1d([2, 3]), tf.tensor1d([5, 7])];
      const [product, sum] = productAndSum(x, y);
      assertEquals([read(product), read(sum)], [[10, 21], [7, 10]]);
      const loss = (x: Tensor, y: Tensor): Tensor => {
        const [product, sum] = productAndSum(x, y);
        return tf.sum(tf.add(product, tf.mul(sum, 10)));
      };
      const [dx, dy] = tf.grads((x, y) => loss(x!, y!))([x, y]);
      // 2 (y + 10), and 2 (x + 10)
      assertEquals([read(dx!), read(dy!)], [[30, 34], [24, 26]]);
      // A result that nothing depends on has a gradient of zeros.
      const [alone] = tf.grads((x, y) => tf.sum(productAndSum(x!, y!)[0]))([
        x,
        y,
      ]);
      assertEquals(read(alone!), [10, 14]);
    })
  );
});

Deno.test("pullBack() gives gradients of several results, zeros where nothing depends on an input", async () => {
  await assertNoLeak(() =>
    tf.tidy(() => {
      const [x, unused] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4, 5])];
      const count = tf.tensor1d([7], "int32");
      const found = pullBack(
        [x, unused, count],
        () => [tf.square(x), tf.mul(x, 3), tf.cast(x, "int32")],
        [tf.tensor1d([1, 10]), tf.tensor1d([1, 1]), undefined],
      );
      // 2x · (1, 10) + 3
      assertEquals(found.map(read), [[5, 43], [0, 0, 0], [0]]);
    })
  );
});

Deno.test("pullBack() may be taken within the gradient of another operation", async () => {
  await assertNoLeak(() =>
    tf.tidy(() => {
      /** x³, whose way back takes the gradient of x³ by TensorFlow.js. */
      const cube = (x: Tensor): Tensor =>
        withGradient({
          inputs: [x],
          forward: (save) => {
            save([x]);
            return [withoutTape(() => tf.pow(x, 3))];
          },
          backward: ([dy], [x]) => pullBack([x!], () => [tf.pow(x!, 3)], [dy]),
        })[0]!;
      const x = tf.tensor1d([1, 2, -3]);
      const gradient = tf.grad((x) => tf.sum(tf.mul(cube(x), tf.square(x))))(x);
      assertAllClose(read(gradient), [5, 80, 405], 1e-5); // x⁵: 5 x⁴
    })
  );
});

Deno.test("withoutTape() hides what it runs from a gradient under way, also where it throws", () => {
  tf.tidy(() => {
    const seen: boolean[] = [];
    const gradient = tf.grad((x) => {
      seen.push(isTapeOn());
      const hidden = withoutTape(() => {
        seen.push(isTapeOn());
        return tf.mul(x, 100);
      });
      assertThrows(
        () =>
          withoutTape(() => {
            throw new RangeError("as planned");
          }),
        RangeError,
        "as planned",
      );
      seen.push(isTapeOn());
      return tf.sum(tf.add(tf.mul(x, 3), hidden));
    })(tf.tensor1d([1]));
    assertEquals(read(gradient), [3]);
    assertEquals(seen, [true, false, true]);
    assertEquals(isTapeOn(), false);
  });
});

Deno.test("pullBack() and forgetFailedTape() leave nothing behind where a function throws", async () => {
  const x = tf.tensor1d([1, 2]);
  const fail = (): Tensor => {
    withGradient({
      inputs: [x],
      forward: (save) => {
        save([tf.mul(x, 2)]);
        return [tf.mul(x, 3)];
      },
      backward: ([dy]) => [dy!],
    });
    throw new RangeError("as planned");
  };
  await assertNoLeak(() => {
    assertThrows(
      () => tf.tidy(() => pullBack([x], () => [fail()], [tf.ones([2])])),
      RangeError,
      "as planned",
    );
    assertThrows(
      () => tf.tidy(() => tf.grad(fail)(x)),
      RangeError,
      "as planned",
    );
    forgetFailedTape();
  });
  assertEquals(isTapeOn(), false);
  x.dispose();
});
