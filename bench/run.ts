/**
 * The library beside its peers: the same workloads, weights, batches and threads, one program at a time, round after
 * round, and a table in the end.
 *
 *     deno task bench [--workloads W1,W4] [--peers torch,keras,jax] [--rounds 3] [--threads N]
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, fromFileUrl, join } from "@std/path";
import { cacheFolder } from "../src/engine/tensorflow/_cache.ts";
import { ensurePython, type Environment } from "../tools/python.ts";
import type { Workload } from "./_models.ts";
import { type Line, tables } from "./table.ts";
import workloads from "./workloads.json" with { type: "json" };

const HERE = dirname(fromFileUrl(import.meta.url));
const PEERS: Environment = {
  task: "run the benchmark's peers",
  name: "bench",
  requirements: join(HERE, "peers", "requirements.txt"),
};

const args = parseArgs(Deno.args, {
  string: ["workloads", "peers", "rounds", "threads"],
  boolean: ["setup"],
});
const shapes = workloads as Record<string, Workload>;
const chosen = args.workloads?.split(",") ?? Object.keys(shapes);
const peers = args.peers?.split(",") ?? ["torch", "keras", "jax"];
const rounds = Number(args.rounds ?? 3);
const threads = String(args.threads ?? navigator.hardwareConcurrency);

const cache = cacheFolder();
if (cache === undefined) throw new Error("There is no per-user cache folder");
const python = Deno.env.get("TEXTLOOM_BENCH_PYTHON") ??
  await ensurePython(PEERS, cache, (line) => console.error(line));
if (args.setup) Deno.exit();

/** Runs a program and gives the last line that it prints. */
async function run(program: string, ...programArgs: string[]): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command(program, {
    args: programArgs,
    env: { BENCH_THREADS: threads },
  }).output();
  if (!success) {
    const text = new TextDecoder().decode(stderr).trim().split("\n");
    throw new Error(`${programArgs.join(" ")}: ${text.at(-1)}`);
  }
  return new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
}

/** 10⁹ operations of the matrix products of a training step: two for each weight and token, three times over. */
function gflopsOf(s: Workload): number {
  let perToken: number;
  if (s.kind === "decoder") {
    const d = s.width!;
    perToken = s.layers * (12 * d * d + 2 * s.steps * d) + d * s.vocabSize;
  } else {
    const h = s.units!;
    const first = (s.embedding! + h) * 4 * h;
    const others = (s.layers - 1) * 8 * h * h;
    const head = s.dense === undefined
      ? h * s.vocabSize
      : h * s.dense + s.dense * s.vocabSize;
    perToken = first + others + head;
  }
  return 6 * perToken * s.batch * s.steps / 1e9;
}

const folder = await Deno.makeTempDir();
const lines: Line[] = [];
try {
  for (const workload of chosen) {
    await run(python, join(HERE, "peers", "prepare.py"), workload, folder);
  }
  const { peakGflops } = JSON.parse(
    await run(python, join(HERE, "peers", "matmul_peak.py")),
  ) as { peakGflops: number };
  const jobs = chosen.flatMap((workload) => [
    ["train", workload] as const,
    ...(workload === "W1" || workload === "W4"
      ? [["generate", workload] as const]
      : []),
  ]);
  for (let round = 0; round < rounds; round++) {
    for (const [kind, workload] of jobs) {
      const programs = [
        [
          Deno.execPath(),
          "run",
          "-A",
          join(HERE, "textloom.ts"),
          kind,
          workload,
          folder,
        ],
        ...peers.filter((peer) => kind === "train" || peer !== "keras")
          .map((
            peer,
          ) => [
            python,
            join(HERE, "peers", `${peer}_peer.py`),
            kind,
            workload,
          ]),
      ];
      for (const [program, ...programArgs] of programs) {
        try {
          const line = JSON.parse(await run(program!, ...programArgs)) as Line;
          lines.push(line);
          const best = Math.min(...line.samplesMs).toPrecision(3);
          console.error(`${line.workload} ${line.peer}: ${best} ms`);
        } catch (error) {
          console.error(error instanceof Error ? error.message : error);
        }
      }
    }
  }
  const gflops = Object.fromEntries(
    chosen.map((name) => [name, gflopsOf(shapes[name]!)]),
  );
  console.log(
    `${threads} threads, ${rounds} rounds, matrix products at ${
      peakGflops.toFixed(0)
    } GF/s at best. ` +
      "Ratios by the best (by the median); a token for generate, a step otherwise.\n",
  );
  console.log(tables(lines, peakGflops, gflops));
} finally {
  await Deno.remove(folder, { recursive: true });
}
