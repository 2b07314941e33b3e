/**
 * Finds TensorFlow's shared library: where the user says, where tfjs-node-gpu keeps its own, in
 * Textloom's cache, or beside the active Python's packages.
 *
 * @module
 */
import { dirname, fromFileUrl, join } from "@std/path";
import { cacheFolder, listInstallations } from "./_cache.ts";
import { hasNvidiaDriver } from "./_gpu.ts";
import { isGranted, type Look, lookAt, readEnv, statOf } from "./_places.ts";
import {
  type Interpreter,
  listInterpreters,
  nameOf,
  packageFolders,
} from "./_python.ts";

/** Where {@linkcode findTensorFlow} found the library. */
export type LibrarySource =
  | "option"
  | "TEXTLOOM_TENSORFLOW"
  | "tfjs-node-gpu"
  | "cache"
  | "python";

/** One place that was looked at in vain. */
export interface SearchedPlace {
  /** The place, in words or as a path. */
  place: string;
  /** Why it has no library, or why it was not searched. */
  result: string;
}

/** TensorFlow's shared library is in none of the places looked at. */
export class LibraryNotFoundError extends Error {
  /** The class's name, which begins the printed error. */
  override readonly name: string = "LibraryNotFoundError";
  /** Every place looked at, in order. */
  readonly searched: readonly SearchedPlace[];
  /** Whether the user named the place, by the option or the variable, so that no other was tried. */
  readonly explicit: boolean;

  /**
   * Lists the places and the way out.
   *
   * @param searched Every place looked at.
   * @param explicit Whether the user named the place.
   */
  constructor(searched: readonly SearchedPlace[], explicit: boolean) {
    const lines = searched.map(({ place, result }) => `${place}: ${result}`);
    super(
      explicit
        ? `Cannot find TensorFlow's shared library: ${lines.join("; ")}\n` +
          "Name the library's file or its folder, or leave this out to have it searched for"
        : "Cannot find TensorFlow's shared library: none of these places has it\n" +
          lines.map((line) => `  ${line}\n`).join("") +
          "Install it with `deno task setup` in the repository, " +
          "or `await installTensorFlow()` in a script or notebook",
    );
    this.searched = searched;
    this.explicit = explicit;
  }
}

/** Options of {@linkcode findTensorFlow}. */
export interface FindOptions {
  /**
   * The library's file, or a folder with it: the one it lies in, or one with `lib/` or
   * `tensorflow/` inside, such as Python's site-packages. Nothing else is searched then.
   *
   * @default {undefined}
   */
  library?: string;
}

/** TensorFlow's shared library on this machine. */
export interface FoundLibrary {
  /** The library's file. */
  path: string;
  /** Where it was found. `"tfjs-node-gpu"` is that package's own, of TensorFlow 2.9.1. */
  source: LibrarySource;
}

/**
 * Finds TensorFlow's shared library. The first of these that has it counts: the option; the
 * variable `TEXTLOOM_TENSORFLOW`; the `deps` folder of tfjs-node-gpu; the cache that
 * `installTensorFlow()` fills; the packages of the active Python, which is run once at most.
 *
 * Never asks for a permission: a place that may not be looked at is named in the error.
 *
 * @param options Where to look.
 * @returns The library's file and where it was found.
 * @throws {TypeError} If `library` is no text or empty.
 * @throws {LibraryNotFoundError} If no place has it, or the one that the user named has not.
 *
 * @example Find the library, or learn where it was searched for
 * ```ts
 * import { findTensorFlow, LibraryNotFoundError } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   findTensorFlow({ library: "no-such-folder" });
 * } catch (error) {
 *   if (!(error instanceof LibraryNotFoundError)) throw error;
 *   assertEquals(error.searched[0]?.result, "no such file or folder");
 * }
 * ```
 */
export function findTensorFlow(options: FindOptions = {}): FoundLibrary {
  const { library } = options;
  if (library !== undefined) {
    if (typeof library !== "string" || library === "") {
      throw new TypeError(
        `Cannot find TensorFlow: library must be a path: ${
          JSON.stringify(library)
        }`,
      );
    }
    return named("option", `the option library = ${library}`, library);
  }
  const variable = readEnv("TEXTLOOM_TENSORFLOW");
  if (variable !== undefined) {
    return named(
      "TEXTLOOM_TENSORFLOW",
      `TEXTLOOM_TENSORFLOW = ${variable}`,
      variable,
    );
  }

  const searched: SearchedPlace[] = [{
    place: "TEXTLOOM_TENSORFLOW",
    result: isGranted({ name: "env", variable: "TEXTLOOM_TENSORFLOW" })
      ? "not set"
      : "not searched: needs --allow-env=TEXTLOOM_TENSORFLOW",
  }];
  for (const [source, places] of SOURCES) {
    for (const { place, look } of places()) {
      const found = look();
      if ("path" in found) return { path: found.path, source };
      searched.push({ place, result: found.result });
    }
  }
  throw new LibraryNotFoundError(searched, false);
}

/** Looks at the one place that the user named. */
function named(
  source: LibrarySource,
  place: string,
  path: string,
): FoundLibrary {
  const found = lookAt(path);
  if ("path" in found) return { path: found.path, source };
  throw new LibraryNotFoundError([{ place, result: found.result }], true);
}

/** A place and the look at it, which is taken only if no place before had the library. */
interface Place {
  place: string;
  look: () => Look;
}

const SOURCES: readonly [LibrarySource, () => Place[]][] = [
  ["tfjs-node-gpu", tfjsPlaces],
  ["cache", cachePlaces],
  ["python", pythonPlaces],
];

const TFJS_LIBRARY = "@tensorflow/tfjs-node-gpu/deps/lib";

/** Folders where tfjs-node-gpu's install script leaves TensorFlow, if somebody let it run. */
function tfjsPlaces(): Place[] {
  const folders = new Set<string>();
  for (let folder = Deno.cwd();; folder = dirname(folder)) {
    const path = join(folder, "node_modules", TFJS_LIBRARY);
    if (isGranted({ name: "read", path }) && statOf(path) !== undefined) {
      folders.add(path);
    }
    if (dirname(folder) === folder) break;
  }
  // A file once the package is among the program's modules.
  const module = import.meta.resolve(
    "npm:@tensorflow/tfjs-node-gpu/package.json",
  );
  if (module.startsWith("file:")) {
    folders.add(join(dirname(fromFileUrl(module)), "deps/lib"));
  }
  return [...folders].map((place) => ({ place, look: () => lookAt(place) }));
}

function cachePlaces(): Place[] {
  const folder = cacheFolder();
  if (folder === undefined) {
    const result = isGranted({ name: "env", variable: "HOME" })
      ? "not searched: no variable says where it is; set TEXTLOOM_CACHE"
      : "not searched: needs --allow-env";
    return [{ place: "the cache folder", look: () => ({ result }) }];
  }
  return [{ place: folder, look: () => lookInCache(folder) }];
}

function lookInCache(folder: string): Look {
  if (!isGranted({ name: "read", path: folder })) {
    return { result: `not searched: needs --allow-read=${folder}` };
  }
  const installed = listInstallations(folder);
  const best = installed.find(({ gpu }) => gpu === hasNvidiaDriver()) ??
    installed[0];
  return best ?? { result: "has no TensorFlow for this machine" };
}

function pythonPlaces(): Place[] {
  const place = "the active Python";
  if (!isGranted({ name: "env", variable: "PATH" })) {
    return [{
      place,
      look: () => ({ result: "not searched: needs --allow-env=PATH" }),
    }];
  }
  if (!isGranted({ name: "read" })) {
    return [{
      place,
      look: () => ({ result: "not searched: needs --allow-read" }),
    }];
  }
  const [interpreter] = listInterpreters();
  if (interpreter === undefined) {
    return [{ place, look: () => ({ result: "no Python on PATH" }) }];
  }
  return [{
    place: nameOf(interpreter),
    look: () => lookInPython(interpreter),
  }];
}

function lookInPython(interpreter: Interpreter): Look {
  if (!isGranted({ name: "run", command: interpreter.file })) {
    return { result: `not searched: needs --allow-run=${interpreter.file}` };
  }
  try {
    for (const folder of packageFolders(interpreter, cacheFolder())) {
      const found = lookAt(join(folder, "tensorflow"));
      if ("path" in found) return found;
    }
    return { result: "has no tensorflow package with the library" };
  } catch (error) {
    return {
      result: `not usable: ${error instanceof Error ? error.message : error}`,
    };
  }
}
