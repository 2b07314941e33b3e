import { assertEquals, assertThrows } from "@std/assert";
import { compile } from "../../../src/engine/compile.ts";
import { useEngine } from "../../../src/engine/engine.ts";
import { type Tensor, tf } from "../../../src/engine/tf.ts";
import {
  createOptimizer,
  type OptimizerChoice,
} from "../../../src/training/optimizers/create_optimizer.ts";
import { assertAllClose } from "../../close.ts";
import { assertNoLeak } from "../../no_leak.ts";
import golden from "../../golden/optimizers.json" with { type: "json" };

const { shapes, start, gradients, rates, cases } = golden;

for (const engine of ["cpu", "wasm", "tensorflow"] as const) {
  for (const compiled of engine === "tensorflow" ? [false, true] : [false]) {
    for (const { choice, after } of cases) {
      const form = `on ${engine}${compiled ? ", compiled" : ""}`;
      Deno.test(`Optimizer ${JSON.stringify(choice)} ${form} takes the steps of its framework as the rate changes`, async () => {
        await useEngine(engine);
        await assertNoLeak(() => {
          const variables = start.map((values, i) =>
            tf.tidy(() => tf.variable(tf.tensor(values, shapes[i]!)))
          );
          const optimizer = createOptimizer(
            choice as OptimizerChoice,
            variables,
          );
          const apply = (gradients: Tensor[], rate: Tensor): void =>
            optimizer.apply(gradients, rate);
          const step = compiled ? compile(apply) : apply;
          for (const [t, values] of gradients.entries()) {
            const tensors = values.map((flat, i) =>
              tf.tensor(flat, shapes[i]!)
            );
            const rate = tf.scalar(rates[t]!);
            step(tensors, rate);
            tf.dispose([...tensors, rate]);
            for (const [i, variable] of variables.entries()) {
              assertAllClose(variable.dataSync(), after[t]![i]!, 1e-5);
            }
          }
          optimizer.dispose();
          tf.dispose(variables);
          if ("dispose" in step) (step as { dispose(): void }).dispose();
        });
      });
    }
  }
}

for (const engine of ["cpu", "wasm", "tensorflow"] as const) {
  for (const form of ["pytorch", "keras"] as const) {
    Deno.test(`Centered RMSprop in ${form}'s form on ${engine} stays a number while the gradient stands still`, async () => {
      await useEngine(engine);
      await assertNoLeak(() => {
        const parameter = tf.tidy(() => tf.variable(tf.zeros([4])));
        const optimizer = createOptimizer(
          { name: "rmsprop", rho: 0.9, centered: true, form },
          [parameter],
        );
        const low = tf.tensor1d([1, 2, 5, 9]);
        const high = tf.tensor1d([2, 4, 10, 18]);
        const rate = tf.scalar(0.01);
        // The running mean square comes down to the squared mean, and by rounding below it: a variance of less than 0.
        for (let t = 0; t < 300; t++) {
          optimizer.apply([t < 20 ? high : low], rate);
        }
        assertEquals([...parameter.dataSync()].filter(Number.isNaN), []);
        optimizer.dispose();
        tf.dispose([low, high, rate, parameter]);
      });
    });
  }
}

Deno.test("createOptimizer() takes an option that is undefined for one left out", async () => {
  await useEngine("cpu");
  await assertNoLeak(() => {
    for (
      const [form, decay] of [["pytorch", 0.01], ["keras", 0.004]] as const
    ) {
      const parameter = tf.tidy(() => tf.variable(tf.tensor1d([100])));
      const choice = { name: "adamw", form, weightDecay: undefined };
      const optimizer = createOptimizer(
        choice as unknown as OptimizerChoice,
        [parameter],
      );
      const [gradient, rate] = [tf.tensor1d([0]), tf.scalar(0.5)];
      optimizer.apply([gradient], rate);
      // Without a gradient only the decay is left: 100 · (1 − 0.5 · decay).
      assertAllClose(parameter.dataSync(), [100 * (1 - 0.5 * decay)]);
      optimizer.dispose();
      tf.dispose([gradient, rate, parameter]);
    }
  });
});

Deno.test("createOptimizer() refuses what it does not know, and options out of range or without effect", () => {
  for (
    const [choice, kind, message] of [
      [
        "adagard",
        RangeError,
        "Cannot make an optimizer: its name must be one of sgd, rmsprop, adam, adamw: adagard",
      ],
      [
        { name: "adam", beta: 0.9 },
        TypeError,
        "Cannot make adam: there is no such option, only beta1, beta2, epsilon, weightDecay, form, name: beta",
      ],
      [
        { name: "adamw", beta1: 1 },
        RangeError,
        "Cannot make adamw: beta1 must be from 0 up to but not 1: 1",
      ],
      [
        { name: "adam", epsilon: 0 },
        RangeError,
        "Cannot make adam: epsilon must be a positive number: 0",
      ],
      [
        { name: "adamw", weightDecay: -1 },
        RangeError,
        "Cannot make adamw: weightDecay must be a number from 0: -1",
      ],
      [
        { name: "sgd", nesterov: true },
        TypeError,
        "Cannot make sgd: nesterov has no effect without momentum: give momentum, such as 0.9",
      ],
      [
        { name: "rmsprop", form: "torch" },
        TypeError,
        'Cannot make rmsprop: form must be "pytorch" or "keras": torch',
      ],
      [
        { name: "sgd", momentum: "0.9" },
        TypeError,
        'Cannot make sgd: momentum must be a number: "0.9"',
      ],
      [
        { name: "sgd", momentum: NaN },
        RangeError,
        "Cannot make sgd: momentum must be from 0 up to but not 1: NaN",
      ],
      [
        { name: "rmsprop", centered: 1 },
        TypeError,
        "Cannot make rmsprop: centered must be true or false: 1",
      ],
      [
        null,
        TypeError,
        'Cannot make an optimizer: it must be a name or options with a name, such as "adam" or { name: "adam" }: null',
      ],
      [
        ["adam"],
        TypeError,
        'Cannot make an optimizer: it must be a name or options with a name, such as "adam" or { name: "adam" }: ["adam"]',
      ],
    ] as const
  ) {
    assertThrows(
      () => createOptimizer(choice as unknown as OptimizerChoice, []),
      kind,
      message,
    );
  }
  assertEquals(createOptimizer("adamw", []).name, "adamw");
});
