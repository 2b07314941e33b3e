/**
 * The library's own part of the benchmark, through what its users call: one workload, one line of results.
 *
 *     deno run -A bench/textloom.ts train|generate|chain W1 FOLDER [BATCH]
 *
 * @module
 */
import { type GenerateOptions, useEngine } from "@textloom/textloom";
import { Trainer } from "../src/training/train_step.ts";
import { Given } from "./_given.ts";
import { buildModel, type Workload } from "./_models.ts";
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
/** Texts after which a model has compiled all that it compiles once it was asked for enough. */
const WARM_UP = 6;

/** Penalties, top-k, top-p, min-p and temperature, as llama.cpp has them, but that tokens repeated are penalized. */
const DEFAULT_CHAIN: GenerateOptions = {
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

/** The step of `fit()`, which gives the loss before it. */
function makeStep(recurrentDropout: number): (i: number) => Promise<number> {
  const { network } = buildModel(s, given.weights(), recurrentDropout);
  const trainer = new Trainer(network, {
    learningRate: 1e-3,
    clipNorm: Infinity,
    seed: 1,
  });
  const pool = Array.from({ length: POOL }, (_, i) => ({
    inputs: given.numbers(`inputs/${i}`) as Int32Array,
    targets: given.numbers(`targets/${i}`) as Int32Array,
  }));
  return (i) => {
    trainer.forget(); // the batches do not go on from one another
    return trainer.step(pool[i % POOL]!, s.batch);
  };
}

async function train(): Promise<void> {
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
}

async function generate(): Promise<void> {
  const model = buildModel(s, given.weights());
  const [prompt] = model.tokenizer.vocabulary as [string];
  const options: GenerateOptions = {
    ...(kind === "chain" && DEFAULT_CHAIN),
    maxTokens: TOKENS,
  };
  const write = async (seed: number): Promise<number> => {
    const start = performance.now();
    await model.generate(prompt, { ...options, seed, samples: batch });
    return performance.now() - start;
  };
  const firstCallSeconds = await write(0) / 1000;
  for (let i = 0; i < WARM_UP; i++) await write(0);
  const samples: number[] = [];
  for (let i = 1; i <= 7; i++) samples.push(await write(i) / TOKENS);
  report(samples, firstCallSeconds, []);
}

await (kind === "train" ? train() : generate());
