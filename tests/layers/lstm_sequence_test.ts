import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  lstmRecurrence,
  lstmSequence,
} from "../../src/layers/lstm_sequence.ts";
import { cellStep } from "../../src/layers/lstm_step.ts";
import { lstmSequenceReference } from "../../src/layers/lstm_sequence_reference.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/lstm.json" with { type: "json" };

await ensureEngine();

type Form = typeof lstmSequence;
const FORMS: [string, Form][] = [["lstmSequence()", lstmSequence], [
  "lstmSequenceReference()",
  lstmSequenceReference,
]];
const { T, B, E, H, lossWeights, ...given } = golden.layer;
const SHAPES = {
  x: [T, B, E],
  kernel: [E, 4 * H],
  recurrentKernel: [H, 4 * H],
  bias: [4 * H],
  h0: [B, H],
  c0: [B, H],
};
const NAMES = Object.keys(SHAPES) as (keyof typeof SHAPES)[];

function run(
  form: Form,
  [x, kernel, recurrentKernel, bias, h, c]: Tensor[],
): ReturnType<Form> {
  return form(x!, {
    kernel: kernel!,
    recurrentKernel: recurrentKernel!,
    bias: bias!,
  }, { h: h!, c: c! });
}

function inputs(): Tensor[] {
  return NAMES.map((name) => tf.tensor(given[name], SHAPES[name]));
}

/** The loss of tests/golden/lstm.py: every result counts, each number with a weight of its own. */
function loss(form: Form, tensors: Tensor[]): tf.Scalar {
  const { outputs, last } = run(form, tensors);
  const part = (x: Tensor, weights: number[]): Tensor =>
    tf.sum(tf.mul(x, tf.tensor(weights, x.shape)));
  return tf.addN([
    part(outputs, lossWeights.outputs),
    part(last.h, lossWeights.h),
    part(last.c, lossWeights.c),
  ]) as tf.Scalar;
}

for (const [name, form] of FORMS) {
  Deno.test(`${name} agrees with PyTorch's LSTM`, () => {
    tf.tidy(() => {
      const { outputs, last } = run(form, inputs());
      assertEquals(outputs.shape, [T, B, H]);
      assertAllClose(outputs.dataSync(), given.outputs);
      assertAllClose(last.h.dataSync(), given.h);
      assertAllClose(last.c.dataSync(), given.c);
    });
  });

  for (const [i, argument] of NAMES.entries()) {
    Deno.test(`${name} has PyTorch's gradient of ${argument}`, () => {
      tf.tidy(() => {
        const gradients = tf.grads((...tensors: Tensor[]) =>
          loss(form, tensors)
        )(inputs());
        assertEquals(gradients[i]!.shape, SHAPES[argument]);
        assertAllClose(
          gradients[i]!.dataSync(),
          given.gradients[argument],
          2e-6,
        );
      });
    });
  }

  Deno.test(`${name} leaves no tensor behind but its results`, () => {
    const tensors = inputs();
    const before = tf.memory().numTensors;
    tf.dispose(
      tf.tidy(() =>
        tf.grads((...tensors: Tensor[]) => loss(form, tensors))(tensors)
      ),
    );
    assertEquals(tf.memory().numTensors, before);
    tf.dispose(tensors);
  });
}

Deno.test("lstmSequence() agrees with its reference on a sequence of one step", () => {
  tf.tidy(() => {
    const tensors = inputs();
    tensors[0] = tf.slice(tensors[0]!, [0, 0, 0], [1, B, E]);
    const only = (form: Form): Tensor[] =>
      tf.grads((...given: Tensor[]) =>
        tf.sum(run(form, given).outputs) as tf.Scalar
      )(tensors);
    const [mine, reference] = [only(lstmSequence), only(lstmSequenceReference)];
    for (const i of NAMES.keys()) {
      assertAllClose(mine[i]!.dataSync(), reference[i]!.dataSync());
    }
  });
});

Deno.test("lstmRecurrence() with a mask has the values and gradients of the same steps written out", () => {
  const shape = [4, 3, 8] as const; // T, B, 4H
  const wave = (dims: number[], phase: number): Tensor =>
    tf.tidy(() =>
      tf.sin(
        tf.add(
          tf.reshape(
            tf.range(
              0,
              dims.reduce((a, b) => a * b),
              1,
            ),
            dims,
          ),
          phase,
        ),
      )
    );
  const mask = tf.tensor2d([[0, 2], [2, 2], [2, 0]]);
  const state = { h: wave([3, 2], 1), c: wave([3, 2], 2) };
  const fast = (x: Tensor, r: Tensor): Tensor => {
    const { outputs, last } = lstmRecurrence(x, r, state, mask);
    return tf.add(tf.sum(tf.square(outputs)), tf.sum(tf.mul(last.c, 3)));
  };
  const slow = (x: Tensor, r: Tensor): Tensor => {
    let { h, c } = state;
    let sum: Tensor = tf.scalar(0);
    for (const row of tf.unstack(x)) {
      ({ h, c } = cellStep(tf.add(row, tf.matMul(tf.mul(h, mask), r)), c));
      sum = tf.add(sum, tf.sum(tf.square(h)));
    }
    return tf.add(sum, tf.sum(tf.mul(c, 3)));
  };
  const x = wave([...shape], 0), r = wave([2, 8], 3);
  assertAllClose(fast(x, r).dataSync(), slow(x, r).dataSync());
  const [fastGradients, slowGradients] = [fast, slow].map((f) =>
    tf.grads((x, r) => f(x!, r!))([x, r])
  );
  for (const [i, gradient] of fastGradients!.entries()) {
    assertAllClose(gradient.dataSync(), slowGradients![i]!.dataSync(), 1e-5);
  }
});
