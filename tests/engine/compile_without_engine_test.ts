import { assertEquals, assertThrows } from "@std/assert";
import { compile } from "../../src/engine/compile.ts";
import { engineInfo } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";

Deno.test("A compiled function asks for an engine where none is chosen, and chooses one in the background", async () => {
  const twice = compile((x: Tensor) => tf.mul(x, 2), { name: "twice" });
  const x = tf.scalar(5);
  assertThrows(
    () => twice(x),
    Error,
    'Cannot run the compiled function "twice": no engine is chosen yet: await useEngine() first',
  );
  const result = await twice.inBackground(x);
  assertEquals(result.dataSync()[0], 10);
  assertEquals(engineInfo().name, "tensorflow");
  twice.dispose();
});
