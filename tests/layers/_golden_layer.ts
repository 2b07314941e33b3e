/** Compares a layer with PyTorch's outputs and gradients. @module */
import { type Tensor, tf } from "../../src/engine/tf.ts";
import type { Parameter } from "../../src/layers/parameter.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

/** What `layer()` of tests/golden/transformer.py prints. */
export interface GoldenLayer {
  inputs: { x: number[] } & Record<string, number[]>;
  outputs: number[];
  lossWeights: number[];
  gradients: { x: number[] } & Record<string, number[]>;
}

/**
 * Asserts that a layer gives PyTorch's outputs, and gradients of x and of every parameter.
 *
 * @param golden PyTorch's numbers.
 * @param shape Shape of x.
 * @param forward The layer.
 * @param parameters Its parameters by the golden's names.
 */
export async function assertGoldenLayer(
  golden: GoldenLayer,
  shape: number[],
  forward: (x: Tensor) => Tensor,
  parameters: Record<string, Parameter> = {},
): Promise<void> {
  for (const [name, parameter] of Object.entries(parameters)) {
    parameter.set(Float32Array.from(golden.inputs[name]!));
  }
  const names = Object.keys(parameters);
  await assertNoLeak(() => {
    tf.tidy(() => {
      const x = tf.tensor(golden.inputs.x, shape);
      assertAllClose(forward(x).dataSync(), golden.outputs);
      const weights = tf.tensor(golden.lossWeights, shape);
      const variables = names.map((name) => parameters[name]!.variable);
      const gradients = tf.grads((x: Tensor, ..._: Tensor[]) =>
        tf.sum(tf.mul(forward(x), weights))
      )([x, ...variables]);
      for (const [i, name] of ["x", ...names].entries()) {
        assertAllClose(gradients[i]!.dataSync(), golden.gradients[name]!, 5e-6);
      }
    });
  }, names.length); // they move to the engine here
  for (const parameter of Object.values(parameters)) parameter.dispose();
}
