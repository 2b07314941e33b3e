import { assertEquals, assertThrows } from "@std/assert";
import { compile } from "../../src/engine/compile.ts";
import { useEngine } from "../../src/engine/engine.ts";
import { asOnePart, lanes, sideBySide } from "../../src/engine/side_by_side.ts";
import { nativeRuntime } from "../../src/engine/tensorflow/runtime.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

await useEngine("tensorflow");

/** "auto" makes functions of the parts, the others leave them where they are. */
const FORMS = ["auto", true, false] as const;

function floats(shape: number[], seed = 0): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.3 + seed)),
    shape,
  );
}

/** The functions that TensorFlow made of parts while something was recorded. */
function countParts(record: () => void): number {
  const { api } = nativeRuntime()!.context;
  const original = api.TFE_ContextAddFunction;
  let count = 0;
  Object.assign(api, {
    TFE_ContextAddFunction: (...args: Parameters<typeof original>) => {
      count++;
      return original(...args);
    },
  });
  try {
    record();
  } finally {
    Object.assign(api, { TFE_ContextAddFunction: original });
  }
  return count;
}

/** The loss of a linear model on some rows, and its gradient. */
function differentiate(weights: Tensor, rows: Tensor): Tensor[] {
  const { value, grad } = tf.valueAndGrad((w: Tensor) =>
    tf.mean(tf.square(tf.matMul(rows, w)))
  )(weights);
  return [value, grad];
}

for (const jit of FORMS) {
  Deno.test(`sideBySide() gives the same for every item, compiled with jit: ${jit}`, async () => {
    await assertNoLeak(() => {
      tf.tidy(() => {
        const weights = floats([5, 3]);
        const parts = [floats([4, 5], 1), floats([4, 5], 2), floats([2, 5], 3)];
        const run = (...rows: Tensor[]) =>
          sideBySide(
            rows.map((row, i) => ({ row, scale: tf.scalar(i + 1) })),
            ({ row, scale }) => differentiate(weights, tf.mul(row, scale)),
          );
        const compiled = compile(run, { jit });
        const expected = run(...parts).flat(2);
        const found = compiled(...parts).flat(2);
        assertEquals(found.length, 6);
        for (const [i, tensor] of found.entries()) {
          assertEquals(tensor.shape, expected[i]!.shape);
          assertAllClose(tensor.dataSync(), expected[i]!.dataSync());
        }
        compiled.dispose();
      });
    });
  });

  Deno.test(`asOnePart() assigns variables, compiled with jit: ${jit}`, async () => {
    await assertNoLeak(() => {
      const [weights, count] = [
        tf.variable(floats([5, 3])),
        tf.variable(tf.scalar(0)),
      ];
      const step = compile((rows: Tensor) => {
        const found = sideBySide(
          tf.split(rows, 2),
          (part) => differentiate(weights, part),
        );
        return asOnePart(() => {
          const gradient = tf.mean(
            tf.stack(found.map(([, gradient]) => gradient!)),
            0,
          );
          weights.assign(
            tf.sub(weights, tf.mul(gradient, 0.1)) as typeof weights,
          );
          count.assign(tf.add(count, 1) as typeof count);
          return tf.add(found[0]![0]!, found[1]![0]!);
        });
      }, { jit });
      const rows = floats([6, 5], 4);
      const expected = floats([5, 3]);
      let reference = expected;
      for (let i = 0; i < 3; i++) {
        step(rows).dispose(); // a variable's value is the one at the time of the call
        reference = tf.tidy(() =>
          tf.sub(reference, tf.mul(differentiate(reference, rows)[1]!, 0.1))
        );
      }
      assertAllClose(weights.dataSync(), reference.dataSync());
      assertEquals(count.dataSync()[0], 3);
      step.dispose();
      weights.dispose();
      count.dispose();
    }, 7); // the rows, the references, and what the variables began with
  });
}

Deno.test("sideBySide() makes one function of all items of one kind, for jit: auto alone", () => {
  tf.tidy(() => {
    const rows = [floats([4, 5]), floats([4, 5], 1), floats([3, 5])];
    const run = (...rows: Tensor[]) =>
      sideBySide(rows, (row) => tf.sum(tf.exp(row)));
    const counts = FORMS.map((jit) => {
      const compiled = compile(run, { jit });
      const count = countParts(() => void compiled(...rows));
      compiled.dispose();
      return count;
    });
    assertEquals(counts, [3, 1, 1]); // two kinds and the whole; the whole alone
  });
});

Deno.test("sideBySide() refuses a part that assigns or makes a variable, and leaves the variable as it was", () => {
  const variable = tf.variable(tf.scalar(2), true, "kept");
  const assigning = compile((x: Tensor) =>
    sideBySide([x, x], (x) => {
      variable.assign(x as typeof variable);
      return tf.mul(x, 2);
    })
  );
  assertThrows(
    () => assigning(tf.scalar(1)),
    TypeError,
    "Cannot run parts side by side: a part must not make or assign variables: kept; do it outside, with what the part returns",
  );
  assertEquals(variable.dataSync()[0], 2);
  const making = compile((x: Tensor) => {
    sideBySide([x, x], (x) => tf.mul(x, 2));
    return asOnePart(() => tf.mul(x, tf.variable(tf.scalar(1), true, "new")));
  });
  assertThrows(() => making(tf.scalar(1)), TypeError, "variables: new;");
  assertEquals(
    (compile((x: Tensor) => tf.add(x, 1))(tf.scalar(1))).dataSync()[0],
    2,
  );
  variable.dispose();
});

Deno.test("sideBySide() has as many lanes as ops may use threads, and one on other engines", async () => {
  assertEquals(lanes(), navigator.hardwareConcurrency);
  for (const engine of ["cpu", "wasm"] as const) {
    await useEngine(engine);
    assertEquals(lanes(), 1);
    const [a, b] = sideBySide(
      [tf.scalar(1), tf.scalar(2)],
      (x) => tf.add(x, 1),
    );
    assertEquals([a!.dataSync()[0], b!.dataSync()[0]], [2, 3]);
  }
  await useEngine("tensorflow");
});

Deno.test("sideBySide() of one item leaves the function whole, and has XLA compile it for jit: auto", () => {
  tf.tidy(() => {
    const x = floats([4, 5]);
    const run = (x: Tensor) => {
      const [sum] = sideBySide([x], (x) => tf.sum(tf.exp(x)));
      return asOnePart(() => tf.mul(sum!, 2));
    };
    const compiled = compile(run);
    const { context } = nativeRuntime()!;
    const { execute } = context;
    const attributes: string[] = [];
    context.execute = (name, given, ...rest) => {
      attributes.push(...given.map((attribute) => attribute.name));
      return execute.call(context, name, given, ...rest);
    };
    assertEquals(countParts(() => void compiled(x)), 1);
    context.execute = execute;
    assertEquals(attributes, ["_XlaMustCompile"]);
    assertAllClose(compiled(x).dataSync(), run(x).dataSync());
    compiled.dispose();
  });
});
