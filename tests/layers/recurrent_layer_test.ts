import { assert } from "@std/assert";
import { compile } from "../../src/engine/compile.ts";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { gruSequence } from "../../src/layers/gru_sequence.ts";
import { gruSequenceReference } from "../../src/layers/gru_sequence_reference.ts";
import { lstmSequence } from "../../src/layers/lstm_sequence.ts";
import { lstmSequenceReference } from "../../src/layers/lstm_sequence_reference.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/recurrent_masks.json" with { type: "json" };

await ensureEngine();

const { T, B, E, H } = golden.sizes;

/** A layer over a sequence: inputs, state and weights in order; gives the outputs. */
type Form = (tensors: Tensor[], mask: Tensor) => Tensor;

const lstm =
  (form: typeof lstmSequence): Form =>
  ([x, h, c, kernel, recurrentKernel, bias], mask) => {
    const weights = {
      kernel: kernel!,
      recurrentKernel: recurrentKernel!,
      bias: bias!,
    };
    return form(x!, weights, { h: h!, c: c! }, mask).outputs;
  };

/** Keras's two biases are the rows of one. */
const gru =
  (form: typeof gruSequence): Form =>
  ([x, h, kernel, recurrentKernel, bias], mask) => {
    const [first, second] = bias!.shape.length === 2
      ? tf.unstack(bias!)
      : [bias];
    const weights = {
      kernel: kernel!,
      recurrentKernel: recurrentKernel!,
      bias: first!,
      ...(second !== undefined && { recurrentBias: second }),
    };
    return form(x!, weights, { h: h! }, mask).outputs;
  };

const CASES: [string, keyof typeof golden.layers, Form][] = [
  ["lstmSequence()", "lstm", lstm(lstmSequence)],
  ["lstmSequenceReference()", "lstm", lstm(lstmSequenceReference)],
  ["gruSequence()", "gru", gru(gruSequence)],
  ["gruSequenceReference()", "gru", gru(gruSequenceReference)],
  ["gruSequence(), reset before,", "gruResetBefore", gru(gruSequence)],
  [
    "gruSequenceReference(), reset before,",
    "gruResetBefore",
    gru(gruSequenceReference),
  ],
];

for (const [name, kind, form] of CASES) {
  const given = golden.layers[kind];
  const gates = kind === "lstm" ? 4 : 3;
  const { kernel, recurrentKernel, bias } = given.weights;
  const inputs = (): Tensor[] => [
    tf.tensor(given.x, [T, B, E]),
    ...given.state.map((state) => tf.tensor(state, [B, H])),
    tf.tensor(kernel, [E, gates * H]),
    tf.tensor(recurrentKernel, [H, gates * H]),
    tf.tensor(bias, kind === "gru" ? [2, gates * H] : [gates * H]),
  ];
  const mask = (): Tensor => tf.tensor(given.masks, [B, gates * H]);
  const gradients = (tensors: Tensor[], mask: Tensor): Tensor[] =>
    tf.grads((...tensors: Tensor[]) =>
      tf.sum(
        tf.mul(
          form(tensors, mask),
          tf.tensor(given.lossWeights, [T, B, H]),
        ),
      )
    )(tensors);
  const expected = [
    given.gradients.x,
    ...given.gradients.state,
    given.gradients.kernel,
    given.gradients.recurrentKernel,
    given.gradients.bias,
  ];

  Deno.test(`${name} with a mask for each gate gives Keras's outputs and gradients`, () => {
    tf.tidy(() => {
      const outputs = form(inputs(), mask()).dataSync();
      assertAllClose(outputs, given.outputs, 2e-6);
      gradients(inputs(), mask()).forEach((gradient, i) =>
        assertAllClose(gradient.dataSync(), expected[i]!, 1e-5)
      );
      const [first] = tf.split(mask(), gates, 1);
      const shared = form(inputs(), first!).dataSync();
      assert(shared.some((x, i) => Math.abs(x - outputs[i]!) > 0.01));
    });
  });

  Deno.test(`${name} with the same mask for each gate gives what one mask for all gives`, () => {
    tf.tidy(() => {
      const [one] = tf.split(mask(), gates, 1);
      const each = tf.concat(Array<Tensor>(gates).fill(one!), 1);
      assertAllClose(
        form(inputs(), each).dataSync(),
        form(inputs(), one!).dataSync(),
      );
      const [ours, theirs] = [each, one!].map((mask) =>
        gradients(inputs(), mask)
      );
      ours!.forEach((gradient, i) =>
        assertAllClose(gradient.dataSync(), theirs![i]!.dataSync(), 2e-6)
      );
    });
  });

  Deno.test(`${name} with a mask for each gate has the same gradients compiled`, () => {
    const tensors = [...inputs(), mask()];
    const compiled = compile((tensors: Tensor[]) =>
      gradients(tensors.slice(0, -1), tensors.at(-1)!)
    );
    const results = compiled(tensors);
    results.forEach((gradient, i) =>
      assertAllClose(gradient.dataSync(), expected[i]!, 1e-5)
    );
    tf.dispose([tensors, results]);
    compiled.dispose();
  });
}
