import { assertEquals } from "@std/assert";
import { compile } from "../../../src/engine/compile.ts";
import { useEngine } from "../../../src/engine/engine.ts";
import { RandomStream } from "../../../src/engine/random.ts";
import { type Tensor, tf } from "../../../src/engine/tf.ts";
import { assertAllClose } from "../../close.ts";
import { assertNoLeak } from "../../no_leak.ts";

await useEngine("tensorflow");

const random = new RandomStream(1);
const numbers = (size: number): Float32Array =>
  Float32Array.from({ length: size }, () => random.uniform() - 0.5);

/** As it is, recorded for TensorFlow's executor, and compiled by XLA. */
const WAYS = [
  ["as it is", (fn: () => Tensor) => fn],
  ["recorded", (fn: () => Tensor) => compile(fn, { jit: false })],
  ["by XLA", (fn: () => Tensor) => compile(fn, { jit: true })],
] as const;

async function everyWay(fn: () => Tensor, expected: Float64Array) {
  for (const [, way] of WAYS) {
    await assertNoLeak(async () => {
      const run = way(fn);
      const result = run();
      assertAllClose(await result.data() as Float32Array, [...expected], 1e-5);
      result.dispose();
      if ("dispose" in run) (run as ReturnType<typeof compile>).dispose();
    });
  }
}

for (
  const [title, batch, [rows, inner, columns]] of [
    ["one product", [], [3, 4, 5]],
    ["a product of batches of one", [1], [3, 4, 5]],
    ["some small products", [2, 3], [1, 4, 5]],
    ["some products of more than a million multiplications", [5], [
      60,
      61,
      62,
    ]],
  ] as [string, number[], [number, number, number]][]
) {
  Deno.test(`matMul gives sums of products, each side transposed or not: ${title}`, async () => {
    const count = batch.reduce((product, length) => product * length, 1);
    const [a, b] = [
      numbers(count * rows * inner),
      numbers(count * inner * columns),
    ];
    const expected = new Float64Array(count * rows * columns);
    for (let n = 0; n < count; n++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          let sum = 0;
          for (let i = 0; i < inner; i++) {
            sum += a[(n * rows + row) * inner + i]! *
              b[(n * inner + i) * columns + column]!;
          }
          expected[(n * rows + row) * columns + column] = sum;
        }
      }
    }
    const axes = [...batch.keys(), batch.length + 1, batch.length];
    const [x, y] = [
      tf.tensor(a, [...batch, rows, inner]),
      tf.tensor(b, [...batch, inner, columns]),
    ];
    const [xt, yt] = [tf.transpose(x, axes), tf.transpose(y, axes)];
    await everyWay(() => tf.matMul(x, y), expected);
    await everyWay(() => tf.matMul(xt, y, true), expected);
    await everyWay(() => tf.matMul(x, yt, false, true), expected);
    await everyWay(() => tf.matMul(xt, yt, true, true), expected);
    tf.dispose([x, y, xt, yt]);
  });
}

Deno.test("matMul multiplies one matrix by each of a batch", async () => {
  const x = tf.tensor([1, 2, 3, 4], [1, 2, 2]);
  const y = tf.tensor([1, 0, 0, 1, 2, 0, 0, 3], [2, 2, 2]);
  await everyWay(
    () => tf.matMul(x, y),
    Float64Array.of(1, 2, 3, 4, 2, 6, 6, 12),
  );
  tf.dispose([x, y]);
});

Deno.test("matMul of whole numbers stays exact", async () => {
  const x = tf.tensor2d([3, 5], [1, 2], "int32");
  const y = tf.tensor2d([7, 11], [2, 1], "int32");
  const product = tf.matMul(x, y);
  assertEquals(product.dtype, "int32");
  assertEquals([...await product.data()], [76]); // 3·7 + 5·11
  tf.dispose([x, y, product]);
});

for (const [rows, width] of [[2, 3], [3, 5_000]] as const) {
  Deno.test(`softmax gives shares of the exponentials, and exactly 0 far below the largest: ${rows} rows of ${width}`, async () => {
    const logits = numbers(rows * width).map((x) => 20 * x);
    logits[1] = -1e9;
    const expected = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const place = row * width;
      const exponentials = Array.from(
        logits.subarray(place, place + width),
        Math.exp,
      );
      const sum = exponentials.reduce((sum, x) => sum + x, 0);
      expected.set(exponentials.map((x) => x / sum), place);
    }
    assertEquals(expected[1], 0);
    const x = tf.tensor2d(logits, [rows, width]);
    await everyWay(() => tf.softmax(x), expected);
    const [, zero] = await tf.tidy(() => tf.softmax(x)).data();
    assertEquals(zero, 0);
    x.dispose();
  });
}
