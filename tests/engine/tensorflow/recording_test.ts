import { assert, assertEquals, assertThrows } from "@std/assert";
import { compile } from "../../../src/engine/compile.ts";
import { scan } from "../../../src/engine/control_flow.ts";
import { useEngine } from "../../../src/engine/engine.ts";
import { type Tensor, tf } from "../../../src/engine/tf.ts";
import { functionsOf, isKnown } from "./_functions.ts";

await useEngine("tensorflow");

/** A loop in a loop, with gradients. */
function nested(x: Tensor): Tensor {
  return tf.grad((x) =>
    scan(
      (sum: Tensor, row: Tensor) => {
        const [inner] = scan(
          (y: Tensor, z: Tensor) => [tf.add(tf.mul(y, row), z), null],
          sum,
          tf.tensor1d([1, 2, 3]),
        );
        return [inner, null];
      },
      tf.scalar(1),
      x,
    )[0]
  )(x);
}

Deno.test("TensorFlow forgets a compiled function with all its loops, those inside of loops too", () => {
  const f = compile(nested);
  const names = functionsOf(() => f(tf.tensor1d([1, 2])).dispose());
  assert(names.length > 4);
  assertEquals(names.filter((name) => !isKnown(name)), []);
  f.dispose();
  assertEquals(names.filter(isKnown), []);
});

Deno.test("TensorFlow forgets the loops of a function that failed while it was recorded", () => {
  const f = compile((x: Tensor) => {
    nested(x);
    throw new Error("mine");
  });
  const names = functionsOf(() =>
    assertThrows(() => f(tf.tensor1d([1, 2])), Error, "mine")
  );
  assert(names.length >= 4);
  assertEquals(names.filter(isKnown), []);
});

Deno.test("TensorFlow forgets the loops of the first recording of a function that makes variables", () => {
  let variable: tf.Variable | undefined;
  const f = compile((x: Tensor) => {
    variable ??= tf.variable(nested(x));
    return tf.add(variable, x);
  });
  const x = tf.tensor1d([1, 2]);
  const names = functionsOf(() =>
    assertEquals(
      [...f(x).dataSync()],
      [...tf.add(nested(x), x).dataSync()],
    )
  );
  assert(names.length > 4);
  f.dispose();
  assertEquals(names.filter(isKnown), []);
});
