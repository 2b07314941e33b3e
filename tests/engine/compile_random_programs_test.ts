import { assertEquals } from "@std/assert";
import { compile, runAsItIs } from "../../src/engine/compile.ts";
import { useEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";
import {
  randomProgram,
  runProgram,
  SHAPE,
  VARIABLES,
} from "./_random_programs.ts";

await useEngine("tensorflow");

function floats(seed: number): Tensor {
  return tf.tensor(
    Float32Array.from({ length: 9 }, (_, i) => Math.sin(i * 1.7 + seed)),
    SHAPE,
  );
}

/** Two calls of a program: its results, and the variables after each. */
function outcome(seed: number, jit: boolean | "as it is"): number[][] {
  const lines = randomProgram(seed);
  const variables = Array.from({ length: VARIABLES }, (_, i) => {
    const initial = floats(seed + i);
    const variable = tf.variable(initial);
    initial.dispose();
    return variable;
  });
  const run = (a: Tensor, b: Tensor): Tensor[] =>
    runProgram(lines, [a, b], variables);
  const compiled = jit === "as it is" ? undefined : compile(run, { jit });
  const numbers: number[][] = [];
  for (let call = 0; call < 2; call++) {
    const args: [Tensor, Tensor] = [floats(call + 0.3), floats(call - 0.6)];
    const results = compiled?.(...args) ?? runAsItIs(run, ...args);
    for (const tensor of [...results, ...variables]) {
      numbers.push([...tensor.dataSync()]);
    }
    tf.dispose([args, results]);
  }
  tf.dispose(variables);
  compiled?.dispose();
  return numbers;
}

for (let first = 0; first < 200; first += 20) {
  Deno.test(`Random programs ${first} to ${first + 19} give the same compiled, by XLA too, and leave nothing behind`, async () => {
    for (let seed = first; seed < first + 20; seed++) {
      await assertNoLeak(() => {
        const wanted = outcome(seed, "as it is");
        for (const jit of seed % 4 === 0 ? [false, true] : [false]) {
          const got = outcome(seed, jit);
          assertEquals(got.length, wanted.length);
          for (const [i, numbers] of wanted.entries()) {
            assertAllClose(got[i]!, numbers, 1e-5);
          }
        }
      });
    }
  });
}
