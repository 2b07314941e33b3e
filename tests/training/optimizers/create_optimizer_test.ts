import { assertEquals, assertThrows } from "@std/assert";
import { compile } from "../../../src/engine/compile.ts";
import { useEngine } from "../../../src/engine/engine.ts";
import { type Tensor, tf } from "../../../src/engine/tf.ts";
import {
  createOptimizer,
  type OptimizerChoice,
} from "../../../src/training/optimizers/create_optimizer.ts";
import type { DecayExclusion } from "../../../src/training/optimizers/weight_decay.ts";
import type {
  Optimizer,
  TrainedVariable,
} from "../../../src/training/optimizers/optimizer.ts";
import { assertAllClose } from "../../close.ts";
import { assertNoLeak } from "../../no_leak.ts";
import golden from "../../golden/optimizers.json" with { type: "json" };

const { shapes, start, gradients, rates, cases } = golden;
const NAMES = ["dense/kernel", "norm/bias"];

/** The parameters that the golden numbers begin with. */
function parameters(): TrainedVariable[] {
  return start.map((values, i) => ({
    name: NAMES[i]!,
    variable: tf.tidy(() => tf.variable(tf.tensor(values, shapes[i]!))),
  }));
}

/** One parameter, for what can be told from one. */
function parameter(values: number[], name = "kernel"): TrainedVariable {
  return { name, variable: tf.tidy(() => tf.variable(tf.tensor1d(values))) };
}

for (const engine of ["cpu", "wasm", "tensorflow"] as const) {
  for (const compiled of engine === "tensorflow" ? [false, true] : [false]) {
    for (const { choice, after } of cases) {
      const form = `on ${engine}${compiled ? ", compiled" : ""}`;
      Deno.test(`Optimizer ${JSON.stringify(choice)} ${form} takes the steps of its framework as the rate changes`, async () => {
        await useEngine(engine);
        await assertNoLeak(() => {
          const trained = parameters();
          const variables = trained.map(({ variable }) => variable);
          const optimizer = createOptimizer(choice as OptimizerChoice, trained);
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
        const trained = parameter([0, 0, 0, 0]);
        const optimizer = createOptimizer(
          { name: "rmsprop", rho: 0.9, centered: true, form },
          [trained],
        );
        const low = tf.tensor1d([1, 2, 5, 9]);
        const high = tf.tensor1d([2, 4, 10, 18]);
        const rate = tf.scalar(0.01);
        // The running mean square comes down to the squared mean, and by rounding below it: a variance of less than 0.
        for (let t = 0; t < 300; t++) {
          optimizer.apply([t < 20 ? high : low], rate);
        }
        assertEquals([...trained.variable.dataSync()].filter(Number.isNaN), []);
        optimizer.dispose();
        tf.dispose([low, high, rate, trained.variable]);
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
      const trained = parameter([100]);
      const choice = { name: "adamw", form, weightDecay: undefined };
      const optimizer = createOptimizer(
        choice as unknown as OptimizerChoice,
        [trained],
      );
      const [gradient, rate] = [tf.tensor1d([0]), tf.scalar(0.5)];
      optimizer.apply([gradient], rate);
      // Without a gradient only the decay is left: 100 · (1 − 0.5 · decay).
      assertAllClose(trained.variable.dataSync(), [100 * (1 - 0.5 * decay)]);
      optimizer.dispose();
      tf.dispose([gradient, rate, trained.variable]);
    }
  });
});

Deno.test("createOptimizer() refuses an exclusion from weight decay that leaves no choice or gives no answer", async () => {
  await useEngine("cpu");
  await assertNoLeak(() => {
    const trained = parameters();
    for (
      const [excludeFromDecay, message] of [
        [
          ["bais"],
          "Cannot make adamw: excludeFromDecay must leave some parameters alone, and not all, of dense/kernel, norm/bias: " +
          "none are",
        ],
        [
          () => true,
          "Cannot make adamw: excludeFromDecay must leave some parameters alone, and not all, of dense/kernel, norm/bias: " +
          "all are",
        ],
        [
          () => "yes",
          'Cannot make adamw: excludeFromDecay must answer true or false for "dense/kernel": "yes"',
        ],
      ] as const
    ) {
      const choice = { name: "adamw", excludeFromDecay } as OptimizerChoice;
      assertThrows(() => createOptimizer(choice, trained), TypeError, message);
    }
    tf.dispose(trained.map(({ variable }) => variable));
  });
});

Deno.test("createOptimizer() asks a function which names do not decay, as it looks for parts of them", async () => {
  await useEngine("cpu");
  const after = (excludeFromDecay: DecayExclusion): number[] => {
    const trained = [parameter([1], "lstm_1/kernel"), parameter([1], "a/bias")];
    const choice = { name: "sgd", weightDecay: 0.5, excludeFromDecay } as const;
    const optimizer = createOptimizer(choice, trained);
    tf.tidy(() =>
      optimizer.apply([tf.zeros([1]), tf.zeros([1])], tf.scalar(0.1))
    );
    const values = trained.map(({ variable }) => variable.dataSync()[0]!);
    optimizer.dispose();
    tf.dispose(trained.map(({ variable }) => variable));
    return values;
  };
  await assertNoLeak(() => {
    assertAllClose(after(["norm", "bias"]), [0.95, 1]); // 1 − 0.1 · 0.5 · 1
    assertAllClose(after((name) => name === "lstm_1/kernel"), [1, 0.95]);
  });
});

for (
  const [choice, names] of [
    ["sgd", []],
    [{ name: "sgd", momentum: 0.9 }, ["momentum"]],
    [{ name: "rmsprop", centered: true, momentum: 0.9 }, [
      "square",
      "mean",
      "momentum",
    ]],
    ["adagrad", ["sum"]],
    ["adamw", ["mean", "square", "steps"]],
    ["lion", ["mean"]],
  ] as [OptimizerChoice, string[]][]
) {
  Deno.test(`Optimizer ${JSON.stringify(choice)} goes on exactly from its memory, which it names`, async () => {
    await useEngine("cpu");
    await assertNoLeak(() => {
      const trained = [parameters(), parameters()];
      const [first, second] = trained.map((parameters) =>
        createOptimizer(choice, parameters)
      ) as [Optimizer, Optimizer];
      const [kernel, bias] = NAMES;
      assertEquals(
        [...first.memory.keys()],
        names.flatMap((name) =>
          name === "steps" ? [name] : [`${kernel}/${name}`, `${bias}/${name}`]
        ),
      );
      const step = (optimizer: Optimizer, t: number): void =>
        tf.tidy(() =>
          optimizer.apply(
            gradients[t]!.map((flat, i) => tf.tensor(flat, shapes[i]!)),
            tf.scalar(rates[t]!),
          )
        );
      for (let t = 0; t < 5; t++) step(first, t);
      for (const [name, variable] of first.memory) {
        second.memory.get(name)!.assign(variable);
      }
      for (const [i, { variable }] of trained[0]!.entries()) {
        trained[1]![i]!.variable.assign(variable);
      }
      for (let t = 5; t < 10; t++) {
        step(first, t);
        step(second, t);
      }
      for (const [i, { variable }] of trained[0]!.entries()) {
        assertEquals(trained[1]![i]!.variable.dataSync(), variable.dataSync());
      }
      first.dispose();
      second.dispose();
      tf.dispose(trained.flat().map(({ variable }) => variable));
    });
  });
}

Deno.test("createOptimizer() refuses what it does not know, and options out of range or without effect", () => {
  for (
    const [choice, kind, message] of [
      [
        "adagard",
        RangeError,
        "Cannot make an optimizer: its name must be one of sgd, rmsprop, adagrad, adam, adamw, lion: adagard",
      ],
      [
        { name: "adam", beta: 0.9 },
        TypeError,
        'Cannot make adam: there is no option "beta", did you mean "beta1"? (known: beta1, beta2, epsilon, weightDecay, excludeFromDecay, form, name)',
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
        'Cannot make rmsprop: form must be "pytorch" or "keras": "torch"',
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
        { name: "adagrad", initialSum: -0.1 },
        RangeError,
        "Cannot make adagrad: initialSum must be a number from 0: -0.1",
      ],
      [
        { name: "lion", form: "keras" },
        TypeError,
        'Cannot make lion: there is no option "form" (known: beta1, beta2, weightDecay, excludeFromDecay, name)',
      ],
      [
        { name: "adam", excludeFromDecay: ["bias"] },
        TypeError,
        "Cannot make adam: excludeFromDecay has no effect without weightDecay: give weightDecay, such as 0.01",
      ],
      [
        { name: "adamw", excludeFromDecay: "bias" },
        TypeError,
        'Cannot make adamw: excludeFromDecay must be a list of parts of names, such as ["bias", "norm"], or a function: "bias"',
      ],
      [
        { name: "adamw", excludeFromDecay: ["bias", null] },
        TypeError,
        'Cannot make adamw: excludeFromDecay must be a list of parts of names, such as ["bias", "norm"], or a function: ["bias",null]',
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
        'Cannot make an optimizer: it must be a name or options with a name, such as "adam" or { name: "adam" }: an array',
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
