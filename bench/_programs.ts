/**
 * The programs of the benchmark: the library and its peers, and what each of them can do.
 *
 * @module
 */
import type { Job } from "./_jobs.ts";

/** A program: called with a job and its flags, it prints a line of results as the last line. */
export interface Program {
  /** What the table calls it, and what it calls itself. */
  peer: string;
  /** Its file, in this folder. */
  script: string;
  /** What makes it this form of the program. */
  flags: readonly string[];
  /** The workloads that it trains on. */
  trains: readonly string[];
  /** How many rows it generates side by side. */
  batches: readonly number[];
  /** Whether it has the chain of stages. */
  hasChain: boolean;
  /** What takes it so long that it is done in the first round only. */
  slow: readonly Job["kind"][];
}

function program(
  peer: string,
  script: string,
  changes: Partial<Program> = {},
): Program {
  return {
    peer,
    script,
    flags: [],
    trains: ["W1", "W2", "W3", "W4"],
    batches: [1, 32],
    hasChain: false,
    slow: [],
    ...changes,
  };
}

/** The library itself. */
export const OURS: Program = program("Textloom", "textloom.ts", {
  hasChain: true,
});

/** The peers by their names on the command line. */
export const PEERS: Readonly<Record<string, Program>> = {
  "torch": program("PyTorch", "peers/torch_peer.py", { hasChain: true }),
  "torch-compile": program("PyTorch, compiled", "peers/torch_peer.py", {
    flags: ["--compile"],
    hasChain: true,
  }),
  "tensorflow": program("TensorFlow", "peers/tf_peer.py"),
  "keras": program("Keras", "peers/keras_peer.py", { slow: ["generate"] }),
  "keras-jit": program("Keras, XLA", "peers/keras_peer.py", {
    flags: ["--jit"],
  }),
  "keras-jax": program("Keras on JAX", "peers/keras_peer.py", {
    flags: ["--jax"],
    batches: [],
  }),
  "jax": program("JAX", "peers/jax_peer.py"),
  "tfjs-cpu": tfjs("cpu"),
  "tfjs-wasm": tfjs("wasm"),
};

/** A training step of W2 or W3 takes it up to a minute. */
function tfjs(backend: string): Program {
  return program(`TensorFlow.js ${backend}`, "peers/tfjs_peer.ts", {
    flags: ["--backend", backend],
    trains: ["W1", "W4"],
    slow: ["train", "generate"],
  });
}

/**
 * @param program A program.
 * @param job A job.
 * @param round The round, from 0.
 * @returns Whether the program does the job in this round.
 */
export function takesPart(
  program: Program,
  { kind, workload, batch }: Job,
  round: number,
): boolean {
  const able = kind === "train"
    ? program.trains.includes(workload)
    : program.batches.includes(batch) &&
      (kind === "generate" || program.hasChain);
  return able && (round === 0 || !program.slow.includes(kind));
}
