/**
 * Trains an ordinary `tf.LayersModel` by a compiled step, and shows what that is worth: the same losses, in a fraction
 * of the time.
 *
 *     deno run -A examples/compile_layers_model.ts
 *
 * @module
 */
import { compile, useEngine } from "@textloom/textloom";
import * as tf from "@tensorflow/tfjs";

const { description } = await useEngine("auto");
console.log(`Engine: ${description}`);

const [tokens, batch, length] = [64, 32, 20];
const ids = tf.tensor2d(
  Int32Array.from({ length: batch * length }, (_, i) => (i * i + 3 * i) % 61),
  [batch, length],
  "int32",
);

for (const compiled of [false, true]) {
  const initializer = (seed: number) =>
    tf.initializers.randomUniform({ minval: -0.08, maxval: 0.08, seed });
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({
        inputDim: tokens,
        outputDim: 32,
        inputLength: length,
        embeddingsInitializer: initializer(1),
      }),
      tf.layers.lstm({
        units: 64,
        returnSequences: true,
        kernelInitializer: initializer(2),
        recurrentInitializer: initializer(3),
      }),
      tf.layers.dense({ units: tokens, kernelInitializer: initializer(4) }),
    ],
  });
  const optimizer = tf.train.adam(0.01);
  const step = (inputs: tf.Tensor, targets: tf.Tensor): tf.Tensor =>
    tf.tidy(() =>
      optimizer.minimize(() => {
        const logits = model.apply(inputs, { training: true }) as tf.Tensor;
        return tf.losses.softmaxCrossEntropy(
          tf.oneHot(tf.reshape(targets, [-1]), tokens),
          tf.reshape(logits, [batch * length, tokens]),
        ) as tf.Scalar;
      }, true)!
    );
  const take = compiled ? compile(step) : step;

  const times: number[] = [];
  let loss = NaN;
  for (let i = 0; i < 30; i++) {
    const start = performance.now();
    const result = take(ids, ids);
    loss = (await result.data())[0]!;
    result.dispose();
    times.push(performance.now() - start);
  }
  const best = Math.min(...times).toFixed(1);
  console.log(
    `${compiled ? "compiled " : "as it is "} loss ${
      loss.toFixed(5)
    } after 30 steps, ${best} ms a step at best`,
  );
  model.dispose();
}
