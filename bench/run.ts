/**
 * The library beside its peers: the same workloads, weights, batches and threads, one program at a time, round after
 * round, and a table in the end.
 *
 *     deno task bench [--workloads W1,W4] [--peers torch,jax] [--rounds 3] [--threads N]
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, fromFileUrl, join } from "@std/path";
import { cacheFolder } from "../src/engine/tensorflow/_cache.ts";
import { ensurePython, type Environment } from "../tools/python.ts";
import { gflopsOf, type Job, jobsOf } from "./_jobs.ts";
import type { Workload } from "./_models.ts";
import { OURS, PEERS, type Program, takesPart } from "./_programs.ts";
import { type Failure, type Line, overview, tables } from "./table.ts";
import workloads from "./workloads.json" with { type: "json" };

const HERE = dirname(fromFileUrl(import.meta.url));
const ENVIRONMENT: Environment = {
  task: "run the benchmark's peers",
  name: "bench",
  requirements: join(HERE, "peers", "requirements.txt"),
};
/** A program may take this long for a job. */
const LIMIT_SECONDS = 600;

const args = parseArgs(Deno.args, {
  string: ["workloads", "peers", "rounds", "threads"],
  boolean: ["setup"],
});
const shapes = workloads as Record<string, Workload>;
const chosen = choose("workloads", shapes);
const programs = [OURS, ...choose("peers", PEERS).map((name) => PEERS[name]!)];
const rounds = Number(args.rounds ?? 3);
const threads = String(args.threads ?? navigator.hardwareConcurrency);

/** The names that an option lists, or all. */
function choose(option: "workloads" | "peers", known: object): string[] {
  const names = args[option]?.split(",") ?? Object.keys(known);
  for (const name of names) {
    if (!Object.hasOwn(known, name)) {
      throw new RangeError(
        `Cannot run the benchmark: --${option} must be of ${
          Object.keys(known).join(", ")
        }: ${name}`,
      );
    }
  }
  return names;
}

const cache = cacheFolder();
if (cache === undefined) throw new Error("There is no per-user cache folder");
const python = Deno.env.get("TEXTLOOM_BENCH_PYTHON") ??
  await ensurePython(ENVIRONMENT, cache, (line) => console.error(line));
if (args.setup) Deno.exit();

/** Runs a script of this folder and gives the last line that it prints. */
async function run(script: string, ...scriptArgs: string[]): Promise<string> {
  const file = join(HERE, script);
  const [command, before] = script.endsWith(".py")
    ? [python, [file]]
    : [Deno.execPath(), ["run", "-A", file]];
  const signal = AbortSignal.timeout(1000 * LIMIT_SECONDS);
  const { stdout, stderr, success, code } = await new Deno.Command(command, {
    args: [...before, ...scriptArgs],
    env: { BENCH_THREADS: threads, NO_COLOR: "1" },
    signal,
  }).output();
  if (signal.aborted) throw new Error(`took more than ${LIMIT_SECONDS} s`);
  if (!success) {
    const reason = reasonIn(new TextDecoder().decode(stderr));
    throw new Error(reason || `ended with code ${code}`);
  }
  return new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
}

/** The line of a traceback that names the error. */
function reasonIn(stderr: string): string {
  const lines = stderr.trim().split("\n");
  return lines.findLast((line) => /^([\w.]*Error|error)\b/.test(line)) ??
    lines.at(-1)!;
}

async function measure(
  { script, flags }: Program,
  { kind, workload, batch }: Job,
): Promise<Line> {
  const own = script.endsWith(".ts") ? [folder] : []; // Python makes the numbers itself
  const rows = kind === "train" ? [] : [String(batch)];
  const text = await run(script, kind, workload, ...own, ...rows, ...flags);
  const line = JSON.parse(text) as Line;
  if (kind !== "train" && (line.batch ?? 1) !== batch) {
    throw new Error(`generates ${line.batch ?? 1} rows, not ${batch}`);
  }
  return line;
}

const folder = await Deno.makeTempDir();
const lines: Line[] = [];
const failures: Failure[] = [];
try {
  for (const workload of chosen) {
    await run("peers/prepare.py", workload, folder);
  }
  const jobs = jobsOf(chosen);
  let peak = 0;
  for (let round = 0; round < rounds; round++) {
    const measured = JSON.parse(await run("peers/matmul_peak.py"));
    peak = Math.max(peak, measured.peakGflops);
    for (const job of jobs) {
      for (const program of programs) {
        if (!takesPart(program, job, round)) continue;
        const { peer } = program;
        try {
          const line = await measure(program, job);
          lines.push(line);
          const best = Math.min(...line.samplesMs).toPrecision(3);
          console.error(`${job.title} ${peer}: ${best} ms`);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          failures.push({ peer, title: job.title, reason });
          console.error(`${job.title} ${peer} failed: ${reason}`);
        }
      }
    }
  }
  const gflops = Object.fromEntries(
    jobs.map((job) => [job.title, gflopsOf(job, shapes[job.workload]!)]),
  );
  console.log(
    `${threads} threads, ${rounds} rounds, matrix products at ${
      peak.toFixed(0)
    } GF/s at best. ` +
      "Ratios by the best (by the median); a token of every row for generate, a step otherwise.\n",
  );
  console.log(tables(lines, failures, peak, gflops));
  console.log(`\n### Overview\n\n${overview(lines)}`);
} finally {
  await Deno.remove(folder, { recursive: true });
}
