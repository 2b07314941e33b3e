import { assert } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { gruSequence } from "../../src/layers/gru_sequence.ts";
import { gruSequenceReference } from "../../src/layers/gru_sequence_reference.ts";
import golden from "../golden/recurrent.json" with { type: "json" };
import { testSequence } from "./_sequence_contract.ts";

await ensureEngine();

const { T, B, E, H } = golden.sizes;
const SHAPES = {
  x: [T, B, E],
  h0: [B, H],
  kernel: [E, 3 * H],
  recurrentKernel: [H, 3 * H],
  bias: [3 * H],
};

/** Both forms by one name; the weights tell them apart. */
const FORMS = { fast: gruSequence, reference: gruSequenceReference };

testSequence({
  ...FORMS,
  name: "gruSequence",
  golden: golden.layers.gru,
  shapes: { ...SHAPES, recurrentBias: [3 * H] },
});

testSequence({
  ...FORMS,
  name: "(without recurrentBias) gruSequence",
  golden: golden.layers.gruResetBefore,
  shapes: SHAPES,
});

Deno.test("gruSequence() with the reset gate before the product is another layer than with a second bias of zeros", () => {
  tf.tidy(() => {
    const { x, h0, kernel, recurrentKernel, bias } =
      golden.layers.gruResetBefore.given;
    const run = (recurrentBias?: tf.Tensor): Float32Array =>
      gruSequence(
        tf.tensor(x, [T, B, E]),
        {
          kernel: tf.tensor(kernel, [E, 3 * H]),
          recurrentKernel: tf.tensor(recurrentKernel, [H, 3 * H]),
          bias: tf.tensor(bias, [3 * H]),
          ...(recurrentBias && { recurrentBias }),
        },
        { h: tf.tensor(h0, [B, H]) },
      ).outputs.dataSync() as Float32Array;
    const [before, after] = [run(), run(tf.zeros([3 * H]))];
    assert(before.some((value, i) => Math.abs(value - after[i]!) > 0.01));
  });
});
