import { assertEquals } from "@std/assert";
import { compile } from "../../src/engine/compile.ts";
import { whileLoop } from "../../src/engine/control_flow.ts";
import { useEngine } from "../../src/engine/engine.ts";
import {
  sliceAt,
  slicesAt,
  withRowSlicesAt,
  withSliceAt,
} from "../../src/engine/slices.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";

const SHAPE = [2, 3, 2];
const numbers = (): Tensor => tf.reshape(tf.range(0, 12), SHAPE); // 0 … 11
const int = (value: number): Tensor => tf.scalar(value, "int32");

/** Of every axis, what the slice at place 1 holds, and the whole with −1 in its place. */
const EXPECTED = [
  { slice: [6, 7, 8, 9, 10, 11], axis: 0 },
  { slice: [2, 3, 8, 9], axis: 1 },
  { slice: [1, 3, 5, 7, 9, 11], axis: 2 },
];

/** Takes the slice out by a loop of one iteration, so that XLA compiles it where it may. */
function inLoop(x: Tensor, index: Tensor, axis: number): [Tensor, Tensor] {
  const shape = x.shape.toSpliced(axis, 1);
  const { slice, changed } = whileLoop(
    ({ i }: { i: Tensor; slice: Tensor; changed: Tensor }) =>
      tf.less(i, int(1)),
    ({ i, changed }) => ({
      i: tf.add(i, int(1)),
      slice: sliceAt(x, index, axis),
      changed: withSliceAt(changed, index, tf.fill(shape, -1), axis),
    }),
    { i: int(0), slice: tf.zeros(shape), changed: x },
  );
  return [slice, changed];
}

for (const engine of ["tensorflow", "wasm", "cpu"] as const) {
  for (const { axis, slice } of EXPECTED) {
    Deno.test(`sliceAt() and withSliceAt() on ${engine} take and change axis ${axis}`, async () => {
      await useEngine(engine);
      const forms = engine === "tensorflow"
        ? [inLoop, ...[true, false].map((jit) => compile(inLoop, { jit }))]
        : [inLoop];
      for (const form of forms) {
        tf.tidy(() => {
          const [taken, changed] = form(numbers(), int(1), axis);
          assertEquals(taken!.shape, SHAPE.toSpliced(axis, 1));
          assertEquals([...taken!.dataSync()], slice);
          assertEquals(
            [...changed!.dataSync()],
            Array.from({ length: 12 }, (_, i) => slice.includes(i) ? -1 : i),
          );
        });
      }
      await useEngine("tensorflow");
    });
  }
}

Deno.test("withSliceAt() changes whole numbers and bools", async () => {
  await useEngine("tensorflow");
  tf.tidy(() => {
    const bools = withSliceAt(
      tf.tensor1d([true, true], "bool"),
      int(1),
      tf.scalar(false, "bool"),
    );
    assertEquals([...bools.dataSync()], [1, 0]);
    const ints = withSliceAt(
      tf.zeros([2, 2], "int32"),
      int(0),
      tf.tensor1d([7, 8], "int32"),
      1,
    );
    assertEquals([...ints.dataSync()], [7, 0, 8, 0]);
  });
});

/** Takes rows and changes every row at a place of its own, by a loop of one iteration. */
function rowsInLoop(x: Tensor, places: Tensor, axis: number): Tensor[] {
  const shape = x.shape.toSpliced(axis, 1);
  const { taken, changed } = whileLoop(
    ({ i }: { i: Tensor; taken: Tensor; changed: Tensor }) =>
      tf.less(i, int(1)),
    ({ i, changed }) => ({
      i: tf.add(i, int(1)),
      taken: slicesAt(x, places),
      changed: withRowSlicesAt(changed, places, tf.fill(shape, -1), axis),
    }),
    {
      i: int(0),
      taken: tf.zeros([places.size, ...x.shape.slice(1)]),
      changed: x,
    },
  );
  return [taken, changed];
}

for (const engine of ["tensorflow", "wasm", "cpu"] as const) {
  Deno.test(`slicesAt() and withRowSlicesAt() on ${engine} have a place for every row`, async () => {
    await useEngine(engine);
    const forms = engine === "tensorflow"
      ? [
        rowsInLoop,
        ...[true, false].map((jit) => compile(rowsInLoop, { jit })),
      ]
      : [rowsInLoop];
    for (const form of forms) {
      for (
        const [places, axis, taken, hidden] of [
          [[1, 0], 1, [6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5], [2, 3, 6, 7]],
          [[0, 1], 2, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [
            0,
            2,
            4,
            7,
            9,
            11,
          ]],
        ] as const
      ) {
        tf.tidy(() => {
          const [rows, changed] = form(
            numbers(),
            tf.tensor1d([...places], "int32"),
            axis,
          );
          assertEquals([...rows!.dataSync()], [...taken]);
          assertEquals(
            [...changed!.dataSync()],
            Array.from(
              { length: 12 },
              (_, i) => (hidden as readonly number[]).includes(i) ? -1 : i,
            ),
          );
        });
      }
      tf.tidy(() => { // a single row
        const x = tf.reshape(tf.range(0, 6), [1, 3, 2]);
        const [row, changed] = form(x, tf.tensor1d([0], "int32"), 1);
        assertEquals([...row!.dataSync()], [0, 1, 2, 3, 4, 5]);
        assertEquals([...changed!.dataSync()], [-1, -1, 2, 3, 4, 5]);
      });
    }
    await useEngine("tensorflow");
  });
}
