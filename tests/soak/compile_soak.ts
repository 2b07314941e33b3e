/**
 * Runs compiled functions for long and fails when memory grows: `deno task soak`, or `deno task soak --steps 50000`.
 *
 * Tensors and TensorFlow's handles must be as many afterwards as before; the process's memory may grow by the bound
 * that each part states.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { compile, runAsItIs } from "../../src/engine/compile.ts";
import { scan } from "../../src/engine/control_flow.ts";
import { engineInfo, useEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  randomProgram,
  runProgram,
  SHAPE,
} from "../engine/_random_programs.ts";

const { steps, recordings, programs } = parseArgs(Deno.args, {
  string: ["steps", "recordings", "programs"],
  default: { steps: "10000", recordings: "100", programs: "300" },
});

/** Memory in use by the process, in MiB, without what V8 has set aside for JavaScript. */
function nativeMemory(): number {
  const pages = Deno.readTextFileSync("/proc/self/statm").split(" ")[1];
  return (Number(pages) * 4096 - Deno.memoryUsage().heapTotal) / 2 ** 20;
}

/** Does something over and over, after some times that may take memory for good, and reports what grew. */
async function soak(
  name: string,
  { times, warmUp, bound }: { times: number; warmUp: number; bound: number },
  once: (i: number) => void | Promise<void>,
): Promise<void> {
  for (let i = 0; i < warmUp; i++) await once(i);
  const count = () => {
    (globalThis as { gc?: () => void }).gc?.(); // of JavaScript's memory only what is in use counts
    return [
      tf.memory().numTensors,
      engineInfo().nativeTensors!,
      nativeMemory(),
    ];
  };
  const before = count();
  const start = performance.now();
  for (let i = 0; i < times; i++) await once(warmUp + i);
  const seconds = (performance.now() - start) / 1000;
  const [tensors, handles, memory] = count().map((now, i) => now - before[i]!);
  const isFlat = tensors === 0 && handles === 0 && memory! <= bound;
  console.log(
    `${isFlat ? "flat " : "GROWS"} ${name}: ${times} times in ${
      seconds.toFixed(1)
    } s, tensors +${tensors}, handles +${handles}, memory +${
      memory!.toFixed(1)
    } MiB of ${bound} allowed`,
  );
  if (!isFlat) Deno.exitCode = 1;
}

/** A step of training with a loop in it: states (8, 16), inputs (8, 8, 16). */
function makeStep(): { step: (x: Tensor) => Tensor; dispose: () => void } {
  const initial = tf.eye(16);
  const weight = tf.variable(initial);
  initial.dispose();
  const optimizer = tf.train.adam(1e-4);
  const step = (x: Tensor): Tensor =>
    optimizer.minimize(
      () => {
        const [last] = scan(
          (h: Tensor, row: Tensor) => [
            tf.tanh(tf.add(tf.matMul(h, weight), row)),
            null,
          ],
          tf.zeros([8, 16]),
          x,
        );
        return tf.mean(tf.square(last)) as tf.Scalar;
      },
      true,
      [weight],
    )!;
  const dispose = (): void => {
    optimizer.dispose();
    weight.dispose();
  };
  return { step, dispose };
}

await useEngine("tensorflow");
const input = tf.ones([8, 8, 16]);

for (const jit of [false, true]) {
  for (const place of ["on this thread", "in the background"]) {
    const { step, dispose } = makeStep();
    const compiled = compile(step, { jit });
    await soak(
      `training step ${place}, jit: ${jit}`,
      { times: Number(steps), warmUp: 5000, bound: 12 },
      async () => {
        const loss = place === "on this thread"
          ? compiled(input)
          : await compiled.inBackground(input);
        loss.dispose();
      },
    );
    compiled.dispose();
    dispose();
  }
  await soak(
    `recordings, jit: ${jit}`,
    {
      times: Number(recordings),
      warmUp: jit ? 20 : 300,
      bound: 20 + Number(recordings) * 0.1,
    },
    () => {
      const { step, dispose } = makeStep();
      const compiled = compile(step, { jit });
      compiled(input).dispose();
      compiled.dispose();
      dispose();
    },
  );
}

let wrong = 0;
await soak(
  "random programs, compared with themselves as they are",
  {
    times: Number(programs),
    warmUp: 100,
    bound: 20 + Number(programs) * 0.1,
  },
  (i) => {
    const lines = randomProgram(1000 + i);
    const outcome = (isCompiled: boolean): number[] => {
      const variables = [0, 1].map((k) => tf.variable(tf.fill(SHAPE, 0.1 + k)));
      const run = (a: Tensor, b: Tensor) =>
        runProgram(lines, [a, b], variables);
      const f = compile(run, { jit: false });
      const results = isCompiled
        ? f(tf.fill(SHAPE, 0.3), tf.fill(SHAPE, -0.2))
        : runAsItIs(run, tf.fill(SHAPE, 0.3), tf.fill(SHAPE, -0.2));
      const numbers = [...results, ...variables]
        .flatMap((tensor) => [...tensor.dataSync()]);
      tf.dispose(variables);
      f.dispose();
      return numbers;
    };
    tf.tidy(() => {
      const wanted = outcome(false);
      const isClose = outcome(true)
        .every((number, k) => Math.abs(number - wanted[k]!) <= 1e-5);
      if (!isClose) {
        console.log(`program ${1000 + i} differs, ${++wrong} so far`);
      }
    });
  },
);
if (wrong > 0) Deno.exitCode = 1;
