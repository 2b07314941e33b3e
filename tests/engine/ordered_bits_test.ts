import { assert, assertEquals } from "@std/assert";
import { useEngine } from "../../src/engine/engine.ts";
import { orderedBits } from "../../src/engine/ordered_bits.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tf.ts";
import { assertNoLeak } from "../no_leak.ts";

for (const engine of ["tensorflow", "cpu"] as const) {
  Deno.test(`orderedBits() gives integers in the order of the numbers, ${engine}`, async () => {
    await useEngine(engine);
    const random = new RandomStream(4);
    const numbers = Float32Array.from(
      [-Infinity, -3.4e38, -1e-20, -0, 0, 1e-20, 1, 3.4e38, Infinity].concat(
        Array.from(
          { length: 200 },
          () => random.normal() * 10 ** (random.integer(60) - 30),
        ),
      ),
    );
    await assertNoLeak(() => {
      const keys = tf.tidy(() => orderedBits(tf.tensor1d(numbers)).dataSync());
      for (const [i, a] of numbers.entries()) {
        assert(keys[i]! > -(2 ** 31) + 1);
        for (const [j, b] of numbers.entries()) {
          assertEquals(keys[i]! < keys[j]!, a < b, `${a} and ${b}`);
        }
      }
    });
  });
}
