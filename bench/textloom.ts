/**
 * The library's own part of the benchmark: one workload, one line of results.
 *
 *     deno run -A bench/textloom.ts train|generate|chain W1 FOLDER [BATCH]
 *
 * @module
 */
import { compile, useEngine } from "@textloom/textloom";
import * as tf from "@tensorflow/tfjs-core";
import { BlockWriter } from "../src/generation/block_writer.ts";
import type { ChainOptions } from "../src/generation/chain/chain_options.ts";
import { compiledSampling } from "../src/generation/chain/compiled_sampling.ts";
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
const TOKENS = 500;

/** Penalties, top-k, top-p, min-p and temperature, as llama.cpp has them, but that tokens repeated are penalized. */
const DEFAULT_CHAIN: ChainOptions = {
  repetitionPenalty: 1.1,
  penaltyWindow: 64,
  topK: 40,
  topP: 0.95,
  minP: 0.05,
  temperature: 0.8,
};

function report(
  samplesMs: number[],
  firstCallSeconds: number,
  losses: number[],
): void {
  const status = Deno.readTextFileSync("/proc/self/status");
  const peakMemoryMB = Number(/VmHWM:\s*(\d+)/.exec(status)![1]) / 1024;
  console.log(JSON.stringify({
    peer: "Textloom",
    workload: kind === "train" ? name : `${kind}-${name}`,
    ...(kind !== "train" && { batch }),
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
  const options = kind === "chain" ? DEFAULT_CHAIN : {};
  const generate = async (seed: number): Promise<number> => {
    const start = performance.now();
    const sampling = compiledSampling(options, new Sampler({ seed }));
    const texts = Array.from({ length: batch }, () => [0]);
    let state = model.zeroState(batch);
    for (let position = 0; position < TOKENS;) {
      const written = await blocks.write(
        {
          tokens: Int32Array.from(texts, (ids) => ids.at(-1)!),
          state,
          contexts: texts.map((tokens) => ({ tokens, promptLength: 1 })),
        },
        { position, most: TOKENS - position },
        sampling,
      );
      if (!written.sound) throw new Error("the scores are no numbers");
      tf.dispose([...state]);
      state = written.state;
      for (const [row, ids] of written.rows.entries()) texts[row]!.push(...ids);
      position = texts[0]!.length - 1;
    }
    tf.dispose([...state]);
    return performance.now() - start;
  };
  const firstCallSeconds = await generate(0) / 1000;
  const samples: number[] = [];
  for (let i = 1; i <= 7; i++) samples.push(await generate(i) / TOKENS);
  report(samples, firstCallSeconds, []);
}
