/**
 * What keeps installations apart and the cache whole: a lock, a folder to build in that is swept
 * when its owner has died, and one rename at the end.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import process from "node:process";
import { diskFull, InstallError, saysDiskFull } from "./_install_error.ts";
import type { InstallProgress } from "./install.ts";

const STAGING = ".staging-";
const WAIT_MS = 200;

/** Waits until no other process installs into this folder. The lock ends with its process. */
export async function lock(
  cache: string,
  onProgress: (progress: InstallProgress) => void,
  signal: AbortSignal | undefined,
): Promise<Disposable> {
  await Deno.mkdir(cache, { recursive: true });
  const file = await Deno.open(join(cache, "install.lock"), {
    create: true,
    write: true,
  });
  try {
    while (!await tryLock(file)) {
      signal?.throwIfAborted();
      const stage = "waiting";
      onProgress({ stage, item: cache, bytes: 0, totalBytes: undefined });
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  } catch (error) {
    file.close();
    throw error;
  }
  return { [Symbol.dispose]: () => file.close() };
}

async function tryLock(file: Deno.FsFile): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch {
    return true; // a file system without locks: the rename at the end keeps the cache whole
  }
}

/** A new name for the folder that this process builds in. */
export function stagingFolder(cache: string): string {
  return join(
    cache,
    `${STAGING}${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`,
  );
}

/** Removes what killed installations left. Whoever holds the lock is the only one alive. */
export async function sweep(cache: string): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(cache))).map(({ name }) =>
    name
  );
  for (const name of names) {
    const owner = new RegExp(`^\\${STAGING}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) {
      await remove(join(cache, name));
    }
  }
}

/** Whether a process of this number runs; our own number is that of a former process. */
function isAlive(pid: number): boolean {
  if (pid === Deno.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Removes a folder, also while a program that has lost its parent still writes into it. */
export async function remove(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
    }
  }
}

/** Moves a complete installation to its place; a damaged one that lies there is moved out first. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await Deno.rename(to, join(dirname(from), "old"));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.rename(from, to);
}

/** Turns an error of the file system into one of ours. */
export function explainFileError(error: unknown, cache: string): unknown {
  if (!(error instanceof Error) || error instanceof InstallError) return error;
  if (saysDiskFull(error.message)) return diskFull(cache);
  const denied = error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory ||
    /Read-only|os error (17|20|30)/.test(error.message);
  if (!denied) return error;
  return new InstallError(
    "unwritable",
    `the cache folder cannot be written: ${cache}`,
    `  ${error.message}`,
    "Let TEXTLOOM_CACHE name another folder",
  );
}
