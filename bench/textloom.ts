/**
 * The library's own part of the benchmark: one workload, one line of results.
 *
 *     deno run -A bench/textloom.ts train|generate W1 FOLDER [BATCH]
 *
 * @module
 */
import { compile, useEngine } from "@textloom/textloom";
import * as tf from "@tensorflow/tfjs-core";
import { BlockWriter } from "../src/generation/block_writer.ts";
import { generateRows } from "../src/generation/generate_rows.ts";
import { dropout } from "../src/layers/dropout.ts";
import { Sampler } from "../src/generation/sampler.ts";
import { Given } from "./_given.ts";
import { predictor, trainingStep, type Workload } from "./_models.ts";
import workloads from "./workloads.json" with { type: "json" };

const [kind, name, folder, rows] = Deno.args as [
  string,
  string,
  string,
  string | undefined,
];
const batch = Number(rows ?? 1);
const s = (workloads as Record<string, Workload>)[name]!;
const threads = Number(Deno.env.get("BENCH_THREADS") ?? 0);
await useEngine("tensorflow", threads > 0 ? { threads } : {});
const given = new Given(folder, name);
const POOL = 8;

function report(
  samplesMs: number[],
  firstCallSeconds: number,
  losses: number[],
): void {
  const status = Deno.readTextFileSync("/proc/self/status");
  const peakMemoryMB = Number(/VmHWM:\s*(\d+)/.exec(status)![1]) / 1024;
  console.log(JSON.stringify({
    peer: "Textloom",
    workload: kind === "train" ? name : `generate-${name}`,
    ...(kind === "generate" && { batch }),
    samplesMs,
    firstCallSeconds,
    losses,
    peakMemoryMB,
    threads: threads || navigator.hardwareConcurrency,
    note: "",
  }));
}

function makeStep(rate: number): (i: number) => Promise<number> {
  const take = trainingStep(given.variables(), s);
  const step = compile(
    (
      inputs: tf.Tensor,
      targets: tf.Tensor,
      learningRate: tf.Tensor,
      count: tf.Tensor,
    ) => {
      const draw = { seed: 1, step: count };
      const mask = rate === 0
        ? undefined
        : dropout(tf.ones([s.batch, s.units!]), { rate, place: "lstm", draw });
      return take({ inputs, targets, ...(mask && { mask }) }, learningRate);
    },
    { name: "step" },
  );
  const pool = Array.from(
    { length: POOL },
    (_, i) =>
      [given.tensor(`inputs/${i}`), given.tensor(`targets/${i}`)] as const,
  );
  const learningRate = tf.scalar(1e-3);
  return async (i) => {
    const count = tf.scalar(i, "int32");
    const loss = await step.inBackground(
      ...pool[i % POOL]!,
      learningRate,
      count,
    );
    const [value] = await loss.data();
    tf.dispose([loss, count]);
    return value!;
  };
}

if (kind === "train") {
  let step = makeStep(0);
  const start = performance.now();
  const losses = [await step(0)];
  const firstCallSeconds = (performance.now() - start) / 1000;
  for (let i = 1; i < 20; i++) losses.push(await step(i));
  if (s.recurrentDropout !== undefined) {
    step = makeStep(s.recurrentDropout);
    for (let i = 0; i < 3; i++) await step(i);
  }
  const samples: number[] = [];
  for (let i = 0; i < s.repeats; i++) {
    const start = performance.now();
    await step(i);
    samples.push(performance.now() - start);
  }
  report(samples, firstCallSeconds, losses);
} else {
  const model = predictor(given.variables(), s);
  const blocks = new BlockWriter(model);
  const generate = async (seed: number): Promise<number> => {
    const start = performance.now();
    let count = 0;
    const sampler = new Sampler({ seed });
    for await (
      const { ids } of generateRows(model, {
        prompts: Array.from({ length: batch }, () => Int32Array.of(0)),
        maxTokens: 500,
        choose: (logits, row, position) => sampler.pick(logits, position, row),
        blocks: { source: blocks, sampling: sampler },
      })
    ) count += ids.reduce((sum, row) => sum + row.length, 0);
    if (count !== 500 * batch) throw new Error(`${count} tokens`);
    return performance.now() - start;
  };
  const firstCallSeconds = await generate(0) / 1000;
  const samples: number[] = [];
  for (let i = 1; i <= 7; i++) samples.push(await generate(i) / 500);
  report(samples, firstCallSeconds, []);
}
