/** What every recurrent layer must hold to, whatever its cell. @module */
import { assertEquals } from "@std/assert";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import type { RecurrentLayer } from "../../src/layers/recurrent_layer.ts";
import { assertAllClose } from "../close.ts";

/** Rows of a table that are read as inputs of 3 steps, 2 rows each. */
const IDS = [[4, 0], [1, 1], [2, 4]];

/**
 * Registers the tests.
 *
 * @param name Of the layer.
 * @param make Makes one with 3 inputs and 4 units.
 */
export function testLayer(name: string, make: () => RecurrentLayer): void {
  Deno.test(`${name}.step() and .rowStepper(), token by token, give the outputs and the state of .forward() and .forwardRows()`, () => {
    const layer = make();
    for (const [i, parameter] of layer.parameters.entries()) {
      const wave = (_: unknown, k: number): number => Math.sin(k + i + 1);
      parameter.set(Float32Array.from({ length: parameter.size }, wave));
    }
    tf.tidy(() => {
      const table = tf.cos(tf.reshape(tf.range(0, 15, 1), [5, 3]));
      const places = tf.tensor2d(IDS, [3, 2], "int32");
      const x = tf.gather(table, places); // (3, 2, 3)
      const first = layer.zeroState(2);
      const whole = layer.forward(x, first);
      const rows = layer.forwardRows(table, places, first);
      assertAllClose(rows.outputs.dataSync(), whole.outputs.dataSync());
      const stepper = layer.rowStepper(table);
      let [one, two] = [first, first];
      for (const [t, ids] of IDS.entries()) {
        const here = tf.tensor1d(ids, "int32");
        one = layer.step(tf.gather(table, here), one);
        two = stepper.step(here, two);
        const expected = tf.slice(whole.outputs, [t, 0, 0], [1, 2, 4]);
        assertAllClose(one.h.dataSync(), expected.dataSync());
        assertAllClose(two.h.dataSync(), expected.dataSync());
      }
      for (const { last } of [whole, rows]) {
        const tensors = (state: typeof last): Tensor[] => Object.values(state);
        for (const [k, tensor] of tensors(last).entries()) {
          assertAllClose(tensor.dataSync(), tensors(one)[k]!.dataSync());
        }
      }
    });
    for (const parameter of layer.parameters) parameter.dispose();
  });

  Deno.test(`${name}.forwardRows() takes the products before or after the look-up to the same numbers`, () => {
    const layer = make();
    tf.tidy(() => {
      const table = tf.cos(tf.reshape(tf.range(0, 300, 1), [100, 3]));
      const few = tf.slice(table, [0, 0], [5, 3]); // fewer rows than places
      const places = tf.tensor2d(IDS, [3, 2], "int32");
      const [a, b] = [table, few].map((table) =>
        layer.forwardRows(table, places, layer.zeroState(2)).outputs
      );
      assertAllClose(a!.dataSync(), b!.dataSync());
    });
    for (const parameter of layer.parameters) parameter.dispose();
  });

  Deno.test(`${name}.zeroState() is zero`, () => {
    const layer = make();
    tf.tidy(() => {
      for (const tensor of Object.values(layer.zeroState(2)) as Tensor[]) {
        assertEquals(tensor.shape, [2, 4]);
        assertEquals([...tensor.dataSync()], new Array(8).fill(0));
      }
    });
  });
}
