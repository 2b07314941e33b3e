import { assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { Adam } from "../../src/training/adam.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";
import golden from "../golden/optimizer.json" with { type: "json" };

await ensureEngine();

for (const { options, shapes, start, gradients, after } of golden.adam) {
  Deno.test(`Adam.apply() takes the steps that PyTorch takes with ${JSON.stringify(options)}`, async () => {
    await assertNoLeak(() => {
      const variables = start.map((values, i) =>
        tf.tidy(() => tf.variable(tf.tensor(values, shapes[i]!)))
      );
      const { learningRate = 1e-3, ...rest } = options as Record<
        string,
        number
      >;
      const adam = new Adam(variables, rest);
      const rate = tf.scalar(learningRate);
      for (const [step, values] of gradients.entries()) {
        const tensors = values.map((flat, i) => tf.tensor(flat, shapes[i]!));
        adam.apply(tensors, rate);
        tf.dispose(tensors);
        for (const [i, variable] of variables.entries()) {
          assertAllClose(variable.dataSync(), after[step]![i]!);
        }
      }
      adam.dispose();
      tf.dispose([...variables, rate]);
    });
  });
}

Deno.test("Adam constructor refuses options out of range", () => {
  for (
    const [options, message] of [
      [
        { epsilon: NaN },
        "Cannot make Adam: epsilon must be a positive number: NaN",
      ],
      [
        { beta1: 1 },
        "Cannot make Adam: beta1 must be from 0 up to but not 1: 1",
      ],
      [
        { beta2: -0.1 },
        "Cannot make Adam: beta2 must be from 0 up to but not 1: -0.1",
      ],
    ] as const
  ) {
    assertThrows(() => new Adam([], options), RangeError, message);
  }
});
