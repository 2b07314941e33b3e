import { assert, assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { dropout, type DropoutOptions } from "../../src/layers/dropout.ts";

await ensureEngine();

const OPTIONS: DropoutOptions = {
  rate: 0.25,
  place: "lstm_1",
  draw: { seed: 1, step: 0 },
};

function drop(options: Partial<DropoutOptions> = {}): number[] {
  return tf.tidy(
    () => [
      ...dropout(tf.fill([100, 40], 3), { ...OPTIONS, ...options }).dataSync(),
    ],
  );
}

Deno.test("dropout() drops the given share and scales the rest to keep the mean", () => {
  const values = drop();
  assertEquals(new Set(values), new Set([0, 4])); // 3 / (1 − 0.25)
  const share = values.filter((x) => x === 0).length / values.length;
  assert(Math.abs(share - 0.25) < 0.028, `${share}`); // 4 standard errors: 4 · √(0.25 · 0.75 / 4,000)
});

Deno.test("dropout() draws the same mask again for the same seed, place and step, and no other", () => {
  assertEquals(drop(), drop());
  const others = [
    { draw: { seed: 2, step: 0 } },
    { draw: { seed: 1, step: 1 } },
    { place: "lstm_2" },
  ];
  for (const other of others) {
    assert(drop(other).some((x, i) => x !== drop()[i]), JSON.stringify(other));
  }
});

Deno.test("dropout() passes the gradient where it passed the number", () => {
  tf.tidy(() => {
    const x = tf.fill([4, 5], 3);
    const gradient = tf.grad((x) => dropout(x, OPTIONS))(x);
    assertEquals([...gradient.dataSync()].map((g) => Math.fround(3 * g)), [
      ...dropout(x, OPTIONS).dataSync(),
    ]);
  });
});

Deno.test("dropout() gives some rows of a batch the masks that they have in the whole", () => {
  tf.tidy(() => {
    const x = tf.fill([3, 6, 2], 3);
    const options = { ...OPTIONS, batchAxis: 1 };
    const whole = dropout(x, options);
    const places = tf.tensor1d([1, 2, 5], "int32");
    const some = dropout(tf.gather(x, places, 1), {
      ...options,
      draw: { ...OPTIONS.draw, rows: { places, of: 6 } },
    });
    assertEquals([...some.dataSync()], [
      ...tf.gather(whole, places, 1).dataSync(),
    ]);
  });
});
