import { assertEquals, assertThrows } from "@std/assert";
import { useEngine } from "../../src/engine/engine.ts";
import { compile } from "../../src/engine/compile.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  createLoss,
  type LossChoice,
  type LossFunction,
} from "../../src/training/create_loss.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";
import golden from "../golden/loss_and_clip.json" with { type: "json" };

/** Value and gradient of a loss, as it is and compiled. */
function differentiated(
  choice: LossChoice,
  labelSmoothing: number,
  { logits, shape, targets, mask }: {
    logits: number[];
    shape: number[];
    targets: number[];
    mask?: number[];
  },
): { mean: number; gradient: number[] }[] {
  const loss = createLoss(choice, labelSmoothing);
  const count = mask?.reduce((sum, counts) => sum + counts);
  const run = (x: Tensor, y: Tensor, w?: Tensor): [Tensor, Tensor] => {
    const { value, grad } = tf.valueAndGrad((x: Tensor) => loss(x, y, w))(x);
    return [value, grad];
  };
  const compiled = compile(run, { name: "loss" });
  try {
    return [run, compiled].map((run) =>
      tf.tidy(() => {
        const [value, grad] = run(
          tf.tensor(logits, shape),
          tf.tensor1d(targets, "int32"),
          ...(mask ? [tf.tensor1d(mask.map((x) => x / count!))] : []),
        );
        return {
          mean: value.dataSync()[0]!,
          gradient: [...grad.dataSync()],
        };
      })
    );
  } finally {
    compiled.dispose();
  }
}

for (const engine of ["tensorflow", "wasm", "cpu"] as const) {
  for (const [i, given] of golden.smoothed.entries()) {
    Deno.test(`createLoss() smooths labels by ${given.smoothing} as PyTorch does, on ${engine}`, async () => {
      await useEngine(engine);
      await assertNoLeak(() => {
        const { mask: _mask, ...whole } = given;
        const name = i === 0 ? "crossentropy" : "categorical_crossentropy";
        for (
          const [of, expected] of [[whole, given.all], [
            given,
            given.masked,
          ]] as const
        ) {
          for (const found of differentiated(name, given.smoothing, of)) {
            assertAllClose([found.mean], [expected.mean], 2e-6);
            assertAllClose(found.gradient, expected.gradient, 1e-6);
          }
        }
      });
    });
  }

  for (const given of golden.focal) {
    Deno.test(`createLoss() has Keras's focal loss of gamma ${given.gamma}, with its gradient, on ${engine}`, async () => {
      await useEngine(engine);
      await assertNoLeak(() => {
        const choice = { name: "focal", gamma: given.gamma } as const;
        for (const found of differentiated(choice, 0, given)) {
          assertAllClose([found.mean], [given.mean], 2e-6);
          assertAllClose(found.gradient, given.gradient, 1e-6);
        }
      });
    });
  }
}

Deno.test("createLoss() gives a focal loss and a gradient that are numbers where a prediction is certain", async () => {
  await useEngine("tensorflow");
  for (const gamma of [0, 0.5, 1, 2]) {
    const [found] = differentiated({ name: "focal", gamma }, 0, {
      logits: [300, 0, 0, 300],
      shape: [2, 2],
      targets: [0, 0],
    });
    // The first row is right to the last digit, the second has −log p = 300 and a slope of 1 by 2 rows.
    assertAllClose([found!.mean], [150]);
    assertAllClose(found!.gradient, [0, 0, -0.5, 0.5]);
  }
});

Deno.test("createLoss() takes a name alone for the usual focal loss, and Keras's names for the cross-entropy", async () => {
  await useEngine("cpu");
  const [given] = golden.focal; // gamma 2
  assertAllClose([differentiated("focal", 0, given!)[0]!.mean], [given!.mean]);
  const [entropy] = golden.crossEntropy;
  for (
    const name of [
      "crossentropy",
      "categorical_crossentropy",
      "sparse_categorical_crossentropy",
    ] as const
  ) {
    const [found] = differentiated({ name }, 0, entropy!);
    assertAllClose([found!.mean], [entropy!.mean]);
    assertAllClose(found!.gradient, entropy!.gradient);
  }
});

Deno.test("createLoss() hands logits, targets and weights that add up to 1 to a function", async () => {
  await useEngine("cpu");
  await assertNoLeak(() => {
    const seen: number[][] = [];
    const brier: LossFunction = (logits, targets, weights) => {
      seen.push([...weights.dataSync()]);
      const off = tf.sub(
        tf.softmax(logits),
        tf.cast(tf.oneHot(targets as tf.Tensor1D, 2), "float32"),
      );
      return tf.sum(tf.mul(tf.sum(tf.square(off), 1), weights));
    };
    tf.tidy(() => {
      const [logits, targets] = [
        tf.zeros([4, 2]),
        tf.tensor1d([0, 1, 1, 0], "int32"),
      ];
      const loss = createLoss(brier);
      assertAllClose(loss(logits, targets).dataSync(), [0.5]); // 0.5² + 0.5² in every row
      const weights = tf.tensor1d([0.5, 0.5, 0, 0]);
      assertAllClose(loss(logits, targets, weights).dataSync(), [0.5]);
    });
    assertEquals(seen, [[0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0, 0]]);
  });
});

Deno.test("createLoss() refuses what a function gives when it is no loss", async () => {
  await useEngine("cpu");
  for (
    const [given, shown] of [
      [undefined, "undefined"],
      [1, "1"],
      [tf.zeros([4]), "float32 of shape (4)"],
      [tf.scalar(1, "int32"), "int32 of shape ()"],
    ] as const
  ) {
    const loss = createLoss((() => given) as unknown as LossFunction);
    assertThrows(
      () => tf.tidy(() => loss(tf.zeros([1, 2]), tf.tensor1d([0], "int32"))),
      TypeError,
      `Cannot train: loss must give a float32 tensor of shape (), such as tf.sum() does: ${shown}`,
    );
    if (given instanceof tf.Tensor) given.dispose();
  }
});

for (
  const [choice, smoothing, kind, message] of [
    [
      "hinge",
      0,
      RangeError,
      "Cannot make a loss: its name must be one of crossentropy, categorical_crossentropy, sparse_categorical_crossentropy, " +
      'focal: "hinge"',
    ],
    [
      null,
      0,
      TypeError,
      'Cannot make a loss: it must be a name, options with a name, such as { name: "focal" }, or a function: null',
    ],
    [
      { name: "focal", gamma: -1 },
      0,
      RangeError,
      "Cannot make the loss focal: gamma must be a number from 0: -1",
    ],
    [
      { name: "crossentropy", gamma: 2 },
      0,
      TypeError,
      'Cannot make the loss crossentropy: there is no option "gamma" (known: name)',
    ],
    [
      "crossentropy",
      "0.1",
      TypeError,
      'Cannot make a loss: labelSmoothing must be a number: "0.1"',
    ],
    [
      () => tf.scalar(0),
      0.1,
      TypeError,
      "Cannot make a loss: labelSmoothing has no effect on a function, leave it out",
    ],
  ] as unknown as [LossChoice, number, typeof RangeError, string][]
) {
  Deno.test(`createLoss() refuses ${Deno.inspect(choice)} with label smoothing ${Deno.inspect(smoothing)}`, () => {
    assertThrows(() => createLoss(choice, smoothing), kind, message);
  });
}
