/**
 * Runs a program, follows what it says and how a folder grows meanwhile, and ends it on a signal.
 *
 * @module
 */
import { join } from "@std/path";

/** How to run the program. */
export interface ProgramOptions {
  /** Its arguments. */
  args: string[];
  /** Variables added to its environment. */
  env: Record<string, string>;
  /** Folder that it starts in; the current one by default. */
  cwd?: string;
  /** Hears every line of standard output; `false` keeps the line out of the result. */
  onLine?: (line: string) => boolean;
  /** Hears several times a second how many bytes a folder holds. */
  growing?: { folder: string; onBytes: (bytes: number) => void } | undefined;
  /** Ends the program. */
  signal?: AbortSignal | undefined;
}

/** How a program ended. */
export interface ProgramResult {
  /** Exit code. */
  code: number;
  /** The signal that ended it, such as "SIGILL". */
  endedBy: Deno.Signal | null;
  /** Standard output without the lines that were refused, then standard error. */
  output: string;
}

const POLL_MS = 250;

/**
 * Runs a program to its end.
 *
 * @param file The program.
 * @param options How to run it.
 * @throws The signal's reason, after the program has ended, if the signal ended it.
 */
export async function followProgram(
  file: string,
  options: ProgramOptions,
): Promise<ProgramResult> {
  const { args, env, cwd, onLine = () => true, growing, signal } = options;
  signal?.throwIfAborted();
  const child = new Deno.Command(file, {
    args,
    env,
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { signal }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let ended = false;
  const polls = growing && setInterval(async () => {
    const bytes = await sizeOf(growing.folder);
    if (!ended) growing.onBytes(bytes);
  }, POLL_MS);
  try {
    const [status, said, complained] = await Promise.all([
      child.status,
      readLines(child.stdout, onLine),
      readLines(child.stderr, () => true),
    ]);
    signal?.throwIfAborted();
    return {
      code: status.code,
      endedBy: status.signal,
      output: [...said, ...complained].join("\n"),
    };
  } finally {
    ended = true;
    clearInterval(polls);
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  keep: (line: string) => boolean,
): Promise<string[]> {
  const kept: string[] = [];
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    kept.push(...lines.filter(keep));
  }
  if (rest !== "" && keep(rest)) kept.push(rest);
  return kept;
}

/** Bytes of all files in a folder; what vanishes meanwhile counts nothing. */
export async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      bytes += isDirectory ? await sizeOf(path) : (await Deno.stat(path)).size;
    }
  } catch {
    // Removed between two looks.
  }
  return bytes;
}
