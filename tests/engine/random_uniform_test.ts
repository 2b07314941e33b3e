import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { compile } from "../../src/engine/compile.ts";
import { useEngine } from "../../src/engine/engine.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { randomUniform, seedTensor } from "../../src/engine/random_uniform.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { assertNoLeak } from "../no_leak.ts";

await useEngine("tensorflow");

const SEEDS = [0, 42, -7, 2 ** 40 + 5, Number.MAX_SAFE_INTEGER, -(2 ** 52)];

/** What `RandomStream` draws, whose generator is tested against published numbers. */
function wanted(size: number, seed: number, draw: number): number[] {
  const random = new RandomStream(seed, "dropout/lstm_1");
  const first = draw * 4 * Math.ceil(size / 4);
  return Array.from({ length: size }, (_, i) => random.uniformAt(first + i));
}

const draw = (shape: number[], seed: number | Tensor, draw: number | Tensor) =>
  randomUniform(shape, { seed, stream: "dropout/lstm_1", draw });

for (
  const [form, make] of Object.entries({
    "as it is": (f: (seed: Tensor, draw: Tensor) => Tensor) => f,
    "recorded": (f: (seed: Tensor, draw: Tensor) => Tensor) =>
      compile(f, { jit: false }),
    "compiled by XLA": (f: (seed: Tensor, draw: Tensor) => Tensor) =>
      compile(f, { jit: true }),
  })
) {
  for (const shape of [[1], [5], [2, 3], [1001]]) {
    Deno.test(`randomUniform() of shape [${shape}] ${form} draws RandomStream's numbers, bit for bit`, () => {
      const size = shape.reduce((product, length) => product * length, 1);
      const byTensors = make((seed, n) => draw(shape, seed, n));
      for (const seed of SEEDS) {
        for (const n of [0, 3]) {
          const byNumbers = make(() => draw(shape, seed, n));
          for (const f of [byTensors, byNumbers]) {
            const numbers = f(seedTensor(seed), tf.scalar(n, "int32"));
            assertEquals(numbers.shape, shape);
            assertEquals([...numbers.dataSync()], wanted(size, seed, n));
          }
        }
      }
    });
  }
}

for (const engine of ["cpu", "wasm"] as const) {
  Deno.test(`randomUniform() on the ${engine} engine draws the same numbers`, async () => {
    await useEngine(engine);
    for (const seed of SEEDS) {
      for (
        const [s, n] of [[seed, 3], [
          seedTensor(seed),
          tf.scalar(3, "int32"),
        ]] as const
      ) {
        assertEquals([...await draw([7], s, n).data()], wanted(7, seed, 3));
      }
    }
    await useEngine("tensorflow");
  });
}

Deno.test("Two calls of a compiled function with two counters have two masks, and the same counter the same one", () => {
  const mask = compile((step: Tensor) => draw([16], 1, step));
  const at = (step: number) => [...mask(tf.scalar(step, "int32")).dataSync()];
  assertNotEquals(at(0), at(1));
  assertEquals(at(1), at(1));
  assertEquals(mask.recordings, 1);
});

Deno.test("randomUniform() leaves no tensor behind but its result", async () => {
  const seed = seedTensor(5);
  await assertNoLeak(() => {
    draw([10], seed, 2).dispose();
    draw([10], 5, 2).dispose();
  });
});

Deno.test("randomUniform() refuses a seed or a stream that is no safe integer", () => {
  assertThrows(
    () => randomUniform([2], { seed: 0.5 }),
    RangeError,
    "Cannot make random numbers: the seed must be a safe integer: 0.5",
  );
  assertThrows(
    () => randomUniform([2], { seed: 1, stream: -1 }),
    RangeError,
    "Cannot make random numbers: the stream must be a safe integer from 0: -1",
  );
  assertThrows(() => seedTensor(NaN), RangeError, "the seed must be a safe");
});
