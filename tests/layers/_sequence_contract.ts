/** What every recurrent layer's fast form over a sequence and its slow reference must hold to. @module */
import { assert, assertEquals } from "@std/assert";
import { compile } from "../../src/engine/compile.ts";
import { useEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

/** A layer over a sequence. */
export type SequenceForm<Weights> = (
  x: Tensor,
  weights: Weights,
  state: { h: Tensor },
  mask?: Tensor,
) => { outputs: Tensor; last: { h: Tensor } };

/** What a second framework says of a layer. */
export interface SequenceGolden {
  /** Inputs, state and weights. */
  given: Record<string, number[]>;
  /** The loss's weight of every number of the results. */
  lossWeights: { outputs: number[]; h: number[] };
  outputs: number[];
  h: number[];
  gradients: Record<string, number[]>;
}

/** A layer and what it must hold to. */
export interface SequenceContract<Weights> {
  /** Of the fast form, for the names of the tests. */
  name: string;
  fast: SequenceForm<Weights>;
  reference: SequenceForm<Weights>;
  golden: SequenceGolden;
  /** Shapes of everything in `golden.given`, x and h0 first, weights by their names after them. */
  shapes: Record<string, readonly number[]>;
}

/** Registers the tests. */
export function testSequence<Weights>(
  { name, fast, reference, golden, shapes }: SequenceContract<Weights>,
): void {
  const names = Object.keys(shapes);
  const [steps, batch] = shapes["x"] as [number, number];
  const units = shapes["h0"]![1]!;
  const inputs = (): Tensor[] =>
    names.map((name) => tf.tensor(golden.given[name]!, [...shapes[name]!]));
  const run = (
    form: SequenceForm<Weights>,
    tensors: Tensor[],
    mask?: Tensor,
  ): ReturnType<SequenceForm<Weights>> => {
    const [x, h, ...weights] = tensors;
    const named = weights.map((weight, i) => [names[i + 2], weight]);
    return form(x!, Object.fromEntries(named), { h: h! }, mask);
  };
  /** Every result counts, each number with a weight of its own. */
  const loss = (
    form: SequenceForm<Weights>,
    tensors: Tensor[],
    mask?: Tensor,
  ): tf.Scalar => {
    const { outputs, last } = run(form, tensors, mask);
    const part = (x: Tensor, weights: number[]): Tensor =>
      tf.sum(tf.mul(x, tf.tensor(weights.slice(0, x.size), x.shape)));
    return tf.add(
      part(outputs, golden.lossWeights.outputs),
      part(last.h, golden.lossWeights.h),
    );
  };
  const gradients = (
    form: SequenceForm<Weights>,
    tensors: Tensor[],
    mask?: Tensor,
  ): Tensor[] =>
    tf.grads((...given: Tensor[]) => loss(form, given, mask))(tensors);
  const mask = (): Tensor =>
    tf.tensor(
      Array.from(
        { length: batch * units },
        (_, i) => [0, 2, 2, 0, 2][i % 5]!,
      ),
      [batch, units],
    );
  /** Asserts that both forms have the same results and gradients. */
  const assertAgree = (tensors: Tensor[], mask?: Tensor): void => {
    const [ours, theirs] = [fast, reference].map((form) => {
      const { outputs, last } = run(form, tensors, mask);
      return [outputs, last.h, ...gradients(form, tensors, mask)];
    });
    for (const [i, tensor] of ours!.entries()) {
      assertAllClose(tensor.dataSync(), theirs![i]!.dataSync(), 2e-6);
    }
  };

  for (
    const [title, form] of [[name, fast], [
      `${name}Reference`,
      reference,
    ]] as const
  ) {
    Deno.test(`${title}() gives the golden outputs, state and gradients`, () => {
      tf.tidy(() => {
        const { outputs, last } = run(form, inputs());
        assertEquals(outputs.shape, [steps, batch, units]);
        assertAllClose(outputs.dataSync(), golden.outputs);
        assertAllClose(last.h.dataSync(), golden.h);
        for (const [i, gradient] of gradients(form, inputs()).entries()) {
          assertEquals(gradient.shape, shapes[names[i]!]);
          assertAllClose(
            gradient.dataSync(),
            golden.gradients[names[i]!]!,
            2e-6,
          );
        }
      });
    });
  }

  Deno.test(`${name}() agrees with its reference on one step`, () => {
    tf.tidy(() => {
      const [x, ...others] = inputs();
      const first = tf.slice(x!, [0, 0, 0], [1, batch, x!.shape[2]!]);
      assertAgree([first, ...others]);
    });
  });

  Deno.test(`${name}() agrees with its reference under a mask, which changes the result`, () => {
    tf.tidy(() => {
      assertAgree(inputs(), mask());
      const [plain, dropped] = [undefined, mask()].map((mask) =>
        run(fast, inputs(), mask).outputs.dataSync()
      );
      assert(dropped!.some((x, i) => Math.abs(x - plain![i]!) > 0.01));
    });
  });

  Deno.test(`${name}() has the slopes that its loss has`, () => {
    tf.tidy(() => {
      const tensors = inputs();
      const found = gradients(fast, tensors, mask());
      for (const [i, tensor] of tensors.entries()) {
        // Along one direction through all numbers: (L(v + ε d) − L(v − ε d)) / 2ε = ∇L · d
        const direction = tf.sin(
          tf.reshape(tf.range(1, tensor.size + 1, 1), tensor.shape),
        );
        const at = (distance: number): number =>
          loss(
            reference,
            tensors.with(i, tf.add(tensor, tf.mul(direction, distance))),
            mask(),
          ).dataSync()[0]!;
        const slope = (at(0.01) - at(-0.01)) / 0.02;
        const expected = tf.sum(tf.mul(found[i]!, direction)).dataSync();
        assertAllClose([slope], expected, 5e-3); // single precision, and a third derivative times ε²
      }
    });
  });

  Deno.test(`${name}() compiled has the gradients that it has as it is`, async () => {
    await useEngine("tensorflow");
    const tensors = [...inputs(), mask()];
    const compute = (tensors: Tensor[]): Tensor[] =>
      gradients(fast, tensors.slice(0, -1), tensors.at(-1));
    const asItIs = tf.tidy(() => compute(tensors));
    const compiled = compile(compute);
    const results = compiled(tensors);
    for (const [i, tensor] of results.entries()) {
      assertAllClose(tensor.dataSync(), asItIs[i]!.dataSync(), 1e-5); // XLA's tanh is another polynomial
    }
    tf.dispose([tensors, asItIs, results]);
    compiled.dispose();
  });

  Deno.test(`${name}() leaves no tensor behind but its results`, async () => {
    const tensors = inputs();
    await assertNoLeak(() => {
      tf.dispose(tf.tidy(() => gradients(fast, tensors)));
    });
    tf.dispose(tensors);
  });
}
