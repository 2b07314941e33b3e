import { assert, assertEquals, assertThrows } from "@std/assert";
import { compile } from "../../../src/engine/compile.ts";
import { scan } from "../../../src/engine/control_flow.ts";
import { useEngine } from "../../../src/engine/engine.ts";
import { nativeRuntime } from "../../../src/engine/tensorflow/runtime.ts";
import { type Tensor, tf } from "../../../src/engine/tf.ts";

await useEngine("tensorflow");

/** Loops are numbered from 0 in a process, and this file has few. */
const LOOPS = Array.from({ length: 40 }, (_, i) => `loop_${i}`)
  .flatMap((loop) => [`${loop}_condition`, `${loop}_body`]);

/** How many functions of loops TensorFlow knows. */
function known(): number {
  const { context: { api, handle, status } } = nativeRuntime()!;
  return LOOPS.filter((name) => {
    const bytes = new TextEncoder().encode(name + "\0");
    const op = api.TFE_NewOp(handle, bytes, status.handle);
    if (!status.ok) return false;
    api.TFE_DeleteOp(op);
    return true;
  }).length;
}

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
  assertEquals(known(), 0);
  const f = compile(nested);
  f(tf.tensor1d([1, 2])).dispose();
  assert(known() >= 4);
  f.dispose();
  assertEquals(known(), 0);
});

Deno.test("TensorFlow forgets the loops of a function that failed while it was recorded", () => {
  const f = compile((x: Tensor) => {
    nested(x);
    throw new Error("mine");
  });
  assertThrows(() => f(tf.tensor1d([1, 2])), Error, "mine");
  assertEquals(known(), 0);
});

Deno.test("TensorFlow forgets the loops of the first recording of a function that makes variables", () => {
  let variable: tf.Variable | undefined;
  const f = compile((x: Tensor) => {
    variable ??= tf.variable(nested(x));
    return tf.add(variable, x);
  });
  const x = tf.tensor1d([1, 2]);
  assertEquals(
    [...f(x).dataSync()],
    [...tf.add(nested(x), x).dataSync()],
  );
  f.dispose();
  assertEquals(known(), 0);
});
