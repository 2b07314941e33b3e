/**
 * A folder of checkpoints: `step-00000050.safetensors` after 50 steps, so that names sort as the steps do, and
 * `best.safetensors`. What is in it is told by the names alone.
 *
 * @module
 */
import { join } from "@std/path";
import { writeFileAtomic } from "../checkpoint/atomic_write.ts";

/** Name of the best checkpoint. */
export const BEST = "best.safetensors";

/** A temporary file this old, in milliseconds, was left behind by a process that was killed. */
const ABANDONED_AFTER = 60_000;

/** A checkpoint in a folder. */
export interface CheckpointFile {
  /** Path of the file. */
  readonly path: string;
  /** Steps after which it was made. */
  readonly step: number;
}

/**
 * @param step Steps taken.
 * @returns Name of the checkpoint.
 */
export function checkpointName(step: number): string {
  return `step-${String(step).padStart(8, "0")}.safetensors`;
}

/**
 * @param directory Path of a folder.
 * @returns The checkpoints by steps, the newest first; the best one is not among them.
 * @throws {Deno.errors.NotFound} If there is no such folder.
 */
export async function listCheckpoints(
  directory: string,
): Promise<CheckpointFile[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  return sorted(directory, entries);
}

function sorted(
  directory: string,
  entries: readonly Deno.DirEntry[],
): CheckpointFile[] {
  return entries
    .filter(({ isDirectory }) => !isDirectory)
    .map(({ name }) => ({
      path: join(directory, name),
      step: Number(/^step-(\d{8,15})\.safetensors$/.exec(name)?.[1] ?? NaN),
    }))
    .filter(({ step }) => !Number.isNaN(step))
    .sort((a, b) => b.step - a.step);
}

/**
 * Makes the folder where there is none, and tries whether it can be written to.
 *
 * @param directory Path of the folder.
 * @returns Whether there are checkpoints in it already.
 * @throws {Error} If it cannot be written to, of the system's own class.
 */
export function prepareFolder(directory: string): boolean {
  try {
    Deno.mkdirSync(directory, { recursive: true });
    const trial = join(directory, `.textloom-${crypto.randomUUID()}.tmp`);
    Deno.writeFileSync(trial, Uint8Array.of(1), { createNew: true });
    Deno.removeSync(trial);
    const entries = Array.from(Deno.readDirSync(directory));
    return entries.some(({ name }) => name === BEST) ||
      sorted(directory, entries).length > 0;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const message =
      `Cannot train: the folder of the checkpoints must be writable: ${
        JSON.stringify(directory)
      }: ${cause.message}`;
    for (const Class of Object.values(Deno.errors)) {
      if (cause.constructor === Class) throw new Class(message, { cause });
    }
    throw new Error(message, { cause });
  }
}

/** Which checkpoints of a folder stay. */
export interface KeepOptions {
  /** How many of the newest. */
  keep: number;
  /** Steps of the newest checkpoint; those with more belong to a line that was left. */
  newest: number;
}

/**
 * Removes the checkpoints that are not to be kept, and what killed processes left behind.
 *
 * @param directory Path of the folder.
 * @param options Which stay.
 */
export async function pruneFolder(
  directory: string,
  { keep, newest }: KeepOptions,
): Promise<void> {
  const all = await listCheckpoints(directory);
  const line = all.filter(({ step }) => step <= newest);
  const gone = [
    ...all.filter(({ step }) => step > newest),
    ...line.slice(keep),
  ];
  for (const { path } of gone) await Deno.remove(path).catch(ignoreMissing);
  await removeLeftovers(directory);
}

/**
 * Removes all checkpoints but one.
 *
 * @param directory Path of the folder.
 * @param kept Name of the one that stays.
 */
export async function clearFolder(
  directory: string,
  kept: string,
): Promise<void> {
  for (const { path } of await listCheckpoints(directory)) {
    if (path !== join(directory, kept)) {
      await Deno.remove(path).catch(ignoreMissing);
    }
  }
  if (kept !== BEST) {
    await Deno.remove(join(directory, BEST)).catch(ignoreMissing);
  }
}

/**
 * Writes a checkpoint, whole or not at all.
 *
 * @param directory Path of the folder.
 * @param name Name of the file.
 * @param bytes Its content.
 * @throws {Error} If it cannot be written; the folder is as it was then.
 */
export async function writeCheckpoint(
  directory: string,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  await writeFileAtomic(join(directory, name), bytes);
}

async function removeLeftovers(directory: string): Promise<void> {
  for await (const { name } of Deno.readDir(directory)) {
    if (!/^\.textloom-[0-9a-f-]{36}\.tmp$/.test(name)) continue;
    const path = join(directory, name);
    try {
      const { mtime } = await Deno.stat(path);
      if (Date.now() - (mtime?.getTime() ?? Date.now()) >= ABANDONED_AFTER) {
        await Deno.remove(path);
      }
    } catch {
      // Another process was quicker, or it belongs to another user.
    }
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
