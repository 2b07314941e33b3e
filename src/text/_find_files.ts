/**
 * The files that a path, a folder or a pattern stands for, always in the same order.
 *
 * @module
 */
import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { explainFileError, nameOf } from "./read_file.ts";

const ACTION = "load corpus";

/** How a file's content is laid out. */
export type Layout = "text" | "csv" | "tsv" | "jsonl";

/** Extensions of the files that a folder is searched for. */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  txt: "text",
  text: "text",
  md: "text",
  markdown: "text",
  csv: "csv",
  tsv: "tsv",
  jsonl: "jsonl",
  ndjson: "jsonl",
};

/** A file to read. */
export interface FoundFile {
  /** Its path in the words of the caller. */
  readonly path: string;
  readonly layout: Layout;
  /** Whether its name says that it is gzip. */
  readonly packed: boolean;
}

/**
 * Finds the files of a corpus: each once, in the order of the sources; those of a folder or a pattern by name.
 *
 * @param sources Paths of files and folders, patterns, `file:` URLs.
 * @returns The files.
 * @throws {Deno.errors.NotFound} If a source has no file.
 * @throws {RangeError} If a folder has no text file.
 */
export async function findFiles(
  sources: readonly (string | URL)[],
): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>();
  for (const source of sources) {
    for (const path of await expand(source)) {
      const key = resolve(path);
      if (!found.has(key)) found.set(key, describe(path) ?? plain(path));
    }
  }
  return [...found.values()];
}

/** The paths that one source stands for. */
async function expand(source: string | URL): Promise<string[]> {
  const name = nameOf(source);
  if (/^https?:/i.test(name)) {
    throw new TypeError(
      `Cannot ${ACTION}: only files are read here: ${name}; fetch it first: await (await fetch(address)).text()`,
    );
  }
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && /[*?[{]/.test(name)) {
      return await matching(name);
    }
    throw explainFileError(error, name, ACTION);
  }
  if (!info.isDirectory) return [name];
  const paths = await listFolder(name);
  if (paths.length > 0) return paths;
  throw new RangeError(
    `Cannot ${ACTION}: the folder has no text files (${
      Object.keys(LAYOUTS).map((extension) => `.${extension}`).join(", ")
    }, or with .gz): ${JSON.stringify(name)}`,
  );
}

/** Text files of a folder and those below it. Hidden ones are left out, and links to folders are not followed. */
async function listFolder(folder: string): Promise<string[]> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    throw explainFileError(error, folder, ACTION);
  }
  const paths: string[] = [];
  for (const { name, isDirectory } of entries) {
    if (name.startsWith(".")) continue;
    const path = join(folder, name);
    if (isDirectory) {
      // Not push(...), as a folder may have more files than a call has arguments.
      for (const below of await listFolder(path)) paths.push(below);
    } else if (describe(name) !== undefined && await isFile(path)) {
      paths.push(path);
    }
  }
  return sortPaths(paths);
}

/** Files that a pattern fits. */
async function matching(pattern: string): Promise<string[]> {
  const paths: string[] = [];
  for (const path of globSync(pattern)) {
    if (await isFile(path)) paths.push(path);
  }
  if (paths.length === 0) {
    throw new Deno.errors.NotFound(
      `Cannot ${ACTION}: no file fits the pattern: ${JSON.stringify(pattern)}`,
    );
  }
  return sortPaths(paths);
}

/** Whether a path is a file, or a link to one; a link to nothing is refused. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    throw explainFileError(error, path, ACTION);
  }
}

/** By UTF-16 units of the path, whatever the system, its language or the order on the disk. */
function sortPaths(paths: string[]): string[] {
  return paths.sort((a, b) => {
    const [one, other] = [a.replaceAll("\\", "/"), b.replaceAll("\\", "/")];
    return one < other ? -1 : one > other ? 1 : 0;
  });
}

/** What a file's name says; undefined for names that say nothing known. */
function describe(path: string): FoundFile | undefined {
  const [, extension, gz] = path.match(/\.([a-z]+)(\.gz)?$/i) ?? [];
  const key = extension?.toLowerCase() ?? "";
  if (!Object.hasOwn(LAYOUTS, key)) return undefined;
  return { path, layout: LAYOUTS[key]!, packed: gz !== undefined };
}

/** A file that was named, whatever its name says, is a text. */
function plain(path: string): FoundFile {
  return { path, layout: "text", packed: /\.gz$/i.test(path) };
}
