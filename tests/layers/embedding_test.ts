import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { Embedding } from "../../src/layers/embedding.ts";

await ensureEngine();

function layer(): Embedding {
  const embedding = new Embedding({
    name: "embedding",
    vocabSize: 4,
    width: 2,
    seed: 0,
  });
  embedding.table.set(Float32Array.of(0, 1, 10, 11, 20, 21, 30, 31)); // row r: 10 r, 10 r + 1
  return embedding;
}

Deno.test("Embedding.forward() looks ids of any shape up", () => {
  const embedding = layer();
  tf.tidy(() => {
    const one = embedding.forward(tf.tensor1d([3, 0], "int32"));
    assertEquals([one.shape, [...one.dataSync()]], [[2, 2], [30, 31, 0, 1]]);
    const two = embedding.forward(tf.tensor2d([[1, 2, 1]], [1, 3], "int32"));
    assertEquals([two.shape, [...two.dataSync()]], [[1, 3, 2], [
      10,
      11,
      20,
      21,
      10,
      11,
    ]]);
  });
  embedding.table.dispose();
});

Deno.test("Embedding.forward() adds up the gradients of an id that comes twice", () => {
  const embedding = layer();
  tf.tidy(() => {
    const ids = tf.tensor2d([[1, 2], [1, 0]], [2, 2], "int32");
    const weights = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.mul(embedding.forward(ids), weights)) as tf.Scalar,
      [embedding.table.variable],
    );
    const [gradient] = Object.values(grads);
    // id 1: (1, 2) + (5, 6); id 2: (3, 4); id 0: (7, 8); id 3 never came
    assertEquals([...gradient!.dataSync()], [7, 8, 6, 8, 3, 4, 0, 0]);
  });
  embedding.table.dispose();
});

Deno.test("Embedding begins with Keras's range of 0.05", async () => {
  const { table } = new Embedding({
    name: "embedding",
    vocabSize: 50,
    width: 20,
    seed: 0,
  });
  const largest = Math.max(...(await table.values()).map(Math.abs));
  assertEquals([table.name, table.shape], ["embedding/table", [50, 20]]);
  assertEquals(largest <= 0.05 && largest > 0.049, true);
});

Deno.test("Embedding begins normally distributed where it is told to", async () => {
  const { table } = new Embedding({
    name: "embedding",
    vocabSize: 60,
    width: 50,
    seed: 0,
    deviation: 0.02,
  });
  const values = await table.values();
  const square = values.reduce((sum, x) => sum + x * x, 0) / 3000;
  // 4 standard errors: 4 / √6,000 = 0.052
  assertEquals(Math.abs(Math.sqrt(square) / 0.02 - 1) < 0.052, true);
  assertEquals(Math.max(...values.map(Math.abs)) > 0.05, true); // beyond the uniform range
});
