/**
 * Beam search beside Hugging Face transformers': the same weights, prompt and beams, in rounds, and the ratios in the end.
 * Both must find the same text.
 *
 *     deno task bench:beams [--rounds 3] [--threads N]
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, fromFileUrl, join } from "@std/path";
import {
  beamSearch,
  buildTransformer,
  CharTokenizer,
  LanguageModel,
  useEngine,
} from "@textloom/textloom";
import { cacheFolder } from "../src/engine/tensorflow/_cache.ts";
import { ensurePython } from "../tools/python.ts";

/** What is searched, and with how many beams. */
interface Job {
  vocabSize: number;
  context: number;
  layers: number;
  heads: number;
  width: number;
  prompt: number[];
  beams: number;
  maxTokens: number;
  /** How many searches, one after the other. */
  calls: number;
}

/** What a program found, and the milliseconds of each of its searches. */
interface Measured {
  ms: number[];
  tokens: number[];
  score: number;
}

const HERE = dirname(fromFileUrl(import.meta.url));
const COMMON = {
  vocabSize: 65,
  context: 64,
  prompt: Array.from({ length: 14 }, (_, i) => (7 * i) % 65),
  beams: 4,
  maxTokens: 50,
  calls: 70,
};
const JOBS: Record<string, Job> = {
  "4 layers, D 128": { ...COMMON, layers: 4, heads: 4, width: 128 },
  "6 layers, D 384": { ...COMMON, layers: 6, heads: 6, width: 384 },
};
/** Searches after which all that is recorded or compiled is there. */
const WARM = 60;

const args = parseArgs(Deno.args, {
  string: ["rounds", "threads", "search-in", "job"],
});

if (args["search-in"] === undefined) await main();
else await search(args["search-in"], JSON.parse(args.job!) as Job);

/** The searches of the library, in a process of their own. */
async function search(path: string, job: Job): Promise<void> {
  const threads = Number(Deno.env.get("BENCH_THREADS"));
  await useEngine("tensorflow", { threads });
  const { network } = await LanguageModel.load(path);
  const { prompt, beams, maxTokens } = job;
  const ms: number[] = [];
  let found;
  for (let i = 0; i < job.calls; i++) {
    const start = performance.now();
    [found] = await beamSearch(network, { prompt, beams, maxTokens });
    ms.push(performance.now() - start);
  }
  const { tokens, score } = found!;
  console.log(JSON.stringify({ ms, tokens: [...tokens], score }));
}

async function main(): Promise<void> {
  const cache = cacheFolder();
  if (cache === undefined) throw new Error("There is no per-user cache folder");
  const python = Deno.env.get("TEXTLOOM_BENCH_PYTHON") ??
    await ensurePython(
      {
        task: "run beam search of Hugging Face transformers",
        name: "bench-beams",
        requirements: join(HERE, "peers", "beams_requirements.txt"),
      },
      cache,
      (line) => console.error(line),
    );
  const folder = await Deno.makeTempDir();
  try {
    const found: Record<string, [Measured, Measured][]> = {};
    for (const [name, job] of Object.entries(JOBS)) {
      const path = join(folder, `${name}.safetensors`);
      await makeModel(job, path);
      found[name] = [];
      for (let n = Number(args.rounds ?? 3); n > 0; n--) {
        const ours = await run(Deno.execPath(), [
          "run",
          "-A",
          fromFileUrl(import.meta.url),
          "--search-in",
          path,
          "--job",
          JSON.stringify(job),
        ]);
        const theirs = await run(python, [
          join(HERE, "peers", "beams_peer.py"),
          path,
          JSON.stringify(job),
        ]);
        if (
          String(ours.tokens) !== String(theirs.tokens) ||
          Math.abs(ours.score - theirs.score) > 1e-4
        ) throw new Error("The texts differ: there is no ratio");
        found[name].push([ours, theirs]);
      }
    }
    print(found);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A GPT-2 with weights large enough to tell the tokens well apart. */
async function makeModel(job: Job, path: string): Promise<void> {
  const characters = Array.from(
    { length: job.vocabSize },
    (_, i) => String.fromCharCode(48 + i),
  );
  const model = buildTransformer({
    preset: "gpt2",
    tokenizer: CharTokenizer.train(characters.join("")),
    context: job.context,
    layers: job.layers,
    heads: job.heads,
    width: job.width,
    seed: 1,
  });
  for (const [name, parameter] of model.network.parameters) {
    if (!/kernel|table/.test(name)) continue;
    parameter.set((await parameter.values()).map((x) => 5 * x));
  }
  await model.save(path);
  model.dispose();
}

/** Runs a program and parses the last line that it prints. */
async function run(program: string, programArgs: string[]): Promise<Measured> {
  const threads = args.threads ?? String(navigator.hardwareConcurrency);
  const { stdout, stderr, success } = await new Deno.Command(program, {
    args: programArgs,
    env: { BENCH_THREADS: threads },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(
    new TextDecoder().decode(stdout).trim().split("\n").at(-1)!,
  ) as Measured;
}

function print(found: Record<string, [Measured, Measured][]>): void {
  console.log(
    `${COMMON.beams} beams, ${COMMON.maxTokens} tokens, best of the rounds, ms a search`,
  );
  console.log("model              search     Textloom  transformers   ratio");
  for (const [name, rounds] of Object.entries(found)) {
    for (
      const [title, pick] of [
        ["first", (ms) => ms[0]!],
        ["2nd to 10th", (ms) => median(ms.slice(1, 10))],
        [`after ${WARM}`, (ms) => median(ms.slice(WARM))],
      ] as [string, (ms: number[]) => number][]
    ) {
      const [ours, theirs] = [0, 1].map((i) =>
        Math.min(...rounds.map((pair) => pick(pair[i]!.ms)))
      );
      console.log(
        [
          name.padEnd(17),
          title.padEnd(12),
          ours!.toFixed(1).padStart(7),
          theirs!.toFixed(1).padStart(13),
          (ours! / theirs!).toFixed(2).padStart(7),
        ].join(" "),
      );
    }
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}
