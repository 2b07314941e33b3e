/**
 * Opens a checkpoint: a file, or the newest one of a folder that can be read.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { explainFileError } from "../text/read_file.ts";
import { BEST, listCheckpoints } from "../training/checkpoint_folder.ts";
import {
  type Continuation,
  readContinuation,
} from "../training/continuation.ts";
import { LanguageModel } from "./language_model.ts";
import { decodeCheckpoint, ModelFileError } from "./model_file.ts";

/** A checkpoint that was passed over. */
export interface SkippedCheckpoint {
  /** Path of the file. */
  path: string;
  /** Why it cannot be read. */
  reason: string;
}

/** A file, read. */
export interface OpenedCheckpoint {
  /** Path of the file. */
  path: string;
  /** The model, without the run in its history. */
  model: LanguageModel;
  /** Where its run goes on from. */
  from: Continuation;
}

function pathOf(checkpoint: string | URL): string {
  const isFile = checkpoint instanceof URL && checkpoint.protocol === "file:";
  if (isFile) return fromFileUrl(checkpoint);
  if (typeof checkpoint === "string" && checkpoint !== "") return checkpoint;
  throw new TypeError(
    `Cannot resume: the checkpoint must be the path of a file or a folder: ${
      checkpoint instanceof URL ? checkpoint : JSON.stringify(checkpoint)
    }`,
  );
}

/**
 * @param checkpoint A file, or a folder.
 * @returns What was opened, and the newer files of a folder that cannot be read.
 * @throws {Deno.errors.NotFound} If there is no such file or folder.
 * @throws {ModelFileError} If it cannot be read, or is no checkpoint.
 * @throws {TypeError} If it is no path.
 */
export async function openCheckpoint(
  checkpoint: string | URL,
): Promise<{ opened: OpenedCheckpoint; skipped: SkippedCheckpoint[] }> {
  const path = pathOf(checkpoint);
  const skipped: SkippedCheckpoint[] = [];
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(
      `Cannot resume: there is no file or folder "${path}" in ${Deno.cwd()}`,
      { cause },
    );
  }
  if (!info.isDirectory) return { opened: await openFile(path), skipped };
  const paths = (await listCheckpoints(path)).map((file) => file.path);
  for (const each of [...paths, join(path, BEST)]) {
    try {
      return { opened: await openFile(each), skipped };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue; // no best one
      if (!(error instanceof ModelFileError) && !isOfSystem(error)) throw error;
      skipped.push({ path: each, reason: error.message });
    }
  }
  const reasons = skipped.map(({ reason }) => reason).join("; ");
  throw new ModelFileError(
    `Cannot resume: the folder must have a checkpoint that can be read: "${path}" has none${
      reasons && `: ${reasons}`
    }`,
  );
}

/** Whether the system would not read a file: it may be somebody else's, or on a damaged disk. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error &&
    Object.values(Deno.errors).some((Class) => error.constructor === Class);
}

async function openFile(path: string): Promise<OpenedCheckpoint> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw explainFileError(error, path, "resume");
  }
  const { parts, checkpoint } = decodeCheckpoint(bytes, path);
  if (checkpoint === undefined) {
    throw new ModelFileError(
      `Cannot resume from "${path}": it is a model without a checkpoint; load it with LanguageModel.load() and train it with fit()`,
    );
  }
  let from: Continuation;
  try {
    from = readContinuation(path, checkpoint, parts.network);
    if (from.record.runsBefore !== parts.history.length - 1) {
      throw new SyntaxError(
        `the checkpoint's run must be the last of the history: number ${from.record.runsBefore} of ${parts.history.length}`,
      );
    }
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new ModelFileError(
      `Cannot resume from "${path}": ${cause.message}`,
      { cause },
    );
  }
  const history = parts.history.slice(0, -1); // the run adds itself again when it ends
  return {
    path,
    model: new LanguageModel({ ...parts, history }),
    from,
  };
}
