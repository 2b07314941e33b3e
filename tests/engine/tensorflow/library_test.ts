import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import {
  type CachedInstallation,
  installationName,
  listInstallations,
  MARKER,
} from "../../../src/engine/tensorflow/_cache.ts";
import { LIBRARY_NAMES } from "../../../src/engine/tensorflow/_places.ts";
import {
  findTensorFlow,
  type FoundLibrary,
  LibraryNotFoundError,
  type SearchedPlace,
} from "../../../src/engine/tensorflow/library.ts";
import { CANNOT_FAKE, withFakePython } from "./_fake_python.ts";

const WORKER = fromFileUrl(import.meta.resolve("./_find_worker.ts"));
const NAME = LIBRARY_NAMES[0]!;
const ELF = "\x7fELF and more";

/** What the worker prints. */
interface Answer {
  found?: FoundLibrary;
  message: string;
  searched: SearchedPlace[];
  explicit: boolean;
}

/** Searches in a process that has these variables and no others. */
async function find(
  cwd: string,
  env: Record<string, string>,
  permissions = ["-A"],
): Promise<Answer> {
  const { DENO_DIR, HOME } = Deno.env.toObject();
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", ...permissions, WORKER],
    cwd,
    clearEnv: true,
    env: {
      ...(HOME === undefined ? {} : { HOME }),
      ...(DENO_DIR === undefined ? {} : { DENO_DIR }),
      TEXTLOOM_CACHE: join(cwd, "no-cache"),
      ...env,
    },
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  return JSON.parse(decoder.decode(stdout));
}

async function inFolder(
  test: (folder: string) => Promise<void> | void,
): Promise<void> {
  const made = await Deno.makeTempDir({ prefix: "textloom-" });
  const folder = await Deno.realPath(made);
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a file that looks like a library, and its folders. */
function put(...path: string[]): string {
  const file = join(path[0]!, ...path.slice(1));
  Deno.mkdirSync(dirname(file), { recursive: true });
  Deno.writeTextFileSync(file, ELF);
  return file;
}

/** Puts an installation into a cache folder. */
function putInstallation(cache: string, version: string, gpu: boolean): string {
  const folder = join(cache, installationName(version, gpu));
  const path = put(folder, "tensorflow", NAME);
  const library = `tensorflow/${NAME}`;
  const files = { [library]: ELF.length };
  const record = { version, gpu, library, files, devices: ["CPU"] };
  Deno.writeTextFileSync(join(folder, MARKER), JSON.stringify(record));
  return path;
}

Deno.test("findTensorFlow() takes the file or a folder with it", async () => {
  await inFolder((folder) => {
    const places: [given: string[], file: string[]][] = [
      [["file", NAME], ["file", NAME]],
      [["flat"], ["flat", NAME]],
      [["archive"], ["archive", "lib", NAME]],
      [["site-packages"], ["site-packages", "tensorflow", NAME]],
    ];
    for (const [given, file] of places) {
      const path = put(folder, ...file);
      const library = join(folder, ...given);
      assertEquals(findTensorFlow({ library }), { path, source: "option" });
    }
  });
});

Deno.test("findTensorFlow() takes the fuller of two libraries", async () => {
  await inFolder((folder) => {
    put(folder, LIBRARY_NAMES[1]!);
    const path = put(folder, LIBRARY_NAMES[0]!);
    assertEquals(findTensorFlow({ library: folder }).path, path);
  });
});

Deno.test("findTensorFlow() stops at an option that names nothing", async () => {
  await inFolder((folder) => {
    const library = join(folder, "missing");
    const error = assertThrows(
      () => findTensorFlow({ library }),
      LibraryNotFoundError,
    );
    assertEquals(error.explicit, true);
    assertEquals(
      error.message,
      `Cannot find TensorFlow's shared library: the option library = ${library}: no such file or folder\n` +
        "Name the library's file or its folder, or leave this out to have it searched for",
    );
  });
});

Deno.test("findTensorFlow() refuses a file that is no library and a folder without one", async () => {
  await inFolder((folder) => {
    const library = join(folder, NAME);
    Deno.writeTextFileSync(library, "a text");
    const inText = assertThrows(
      () => findTensorFlow({ library }),
      LibraryNotFoundError,
    );
    assertEquals(inText.searched[0]?.result, "is no shared library");
    Deno.removeSync(library);
    const inEmpty = assertThrows(
      () => findTensorFlow({ library: folder }),
      LibraryNotFoundError,
    );
    assertEquals(
      inEmpty.searched[0]?.result,
      `has no ${LIBRARY_NAMES[0]} or ${LIBRARY_NAMES[1]}`,
    );
  });
});

Deno.test("findTensorFlow() refuses an option that is no path", () => {
  for (const library of ["", 7 as unknown as string]) {
    assertThrows(
      () => findTensorFlow({ library }),
      TypeError,
      `Cannot find TensorFlow: library must be a path: ${
        JSON.stringify(library)
      }`,
    );
  }
});

Deno.test({
  name:
    "findTensorFlow() searches the variable, tfjs-node-gpu, the cache and Python, in this order",
  ignore: CANNOT_FAKE,
  fn: () =>
    withFakePython("ok", (fake) =>
      inFolder(async (folder) => {
        const variable = put(folder, "variable", NAME);
        const modules = join(folder, "node_modules");
        const tfjs = put(modules, "@tensorflow/tfjs-node-gpu/deps/lib", NAME);
        const cached = putInstallation(fake.cache, "2.21.0", false);
        const python = put(folder, "python", "tensorflow", NAME);
        await Deno.writeTextFile(join(dirname(python), "__init__.py"), "");
        const cwd = join(folder, "project"); // node_modules is in a folder above
        await Deno.mkdir(cwd);
        const env = {
          TEXTLOOM_TENSORFLOW: dirname(variable),
          TEXTLOOM_CACHE: fake.cache,
          PATH: fake.folder,
          PYTHONPATH: join(folder, "python"),
        };

        const first = await find(cwd, env);
        const source = "TEXTLOOM_TENSORFLOW";
        assertEquals(first.found, { path: variable, source });

        await Deno.remove(variable);
        const stopped = await find(cwd, env);
        assertEquals(stopped.explicit, true);
        assertMatch(stopped.message, /: TEXTLOOM_TENSORFLOW = .*: has no lib/);

        const { TEXTLOOM_TENSORFLOW: _, ...rest } = env;
        const second = await find(cwd, rest);
        assertEquals(second.found, { path: tfjs, source: "tfjs-node-gpu" });

        await Deno.remove(modules, { recursive: true });
        const third = await find(cwd, rest);
        assertEquals(third.found, { path: cached, source: "cache" });
        assertEquals(fake.calls(), []); // no Python until it is its turn

        await Deno.remove(cached);
        const fourth = await find(cwd, rest);
        assertEquals(fourth.found, { path: python, source: "python" });
        assertEquals(fake.calls().length, 1);
      })),
});

Deno.test({
  name: "findTensorFlow() asks a Python once, and again when it has changed",
  ignore: CANNOT_FAKE,
  fn: () =>
    withFakePython("ok", (fake) =>
      inFolder(async (folder) => {
        const packages = join(folder, "packages");
        const env = {
          TEXTLOOM_CACHE: fake.cache,
          PATH: fake.folder,
          PYTHONPATH: packages,
        };
        const path = put(packages, "tensorflow", NAME);
        await Deno.writeTextFile(join(dirname(path), "__init__.py"), "");
        for (let start = 0; start < 2; start++) {
          const { found } = await find(folder, env);
          assertEquals(found, { path, source: "python" });
          assertEquals(fake.calls().length, 1);
        }
        await Deno.utime(fake.python, 1e9, 1e9);
        assertEquals((await find(folder, env)).found?.path, path);
        assertEquals(fake.calls().length, 2);

        await Deno.remove(path); // the answer is kept, the file is looked at
        const { searched } = await find(folder, env);
        assertEquals(fake.calls().length, 2);
        assertEquals(searched.at(-1), {
          place: fake.python,
          result: "has no tensorflow package with the library",
        });
      })),
});

Deno.test("findTensorFlow() lists every place it looked at, and the way out", async () => {
  await inFolder(async (folder) => {
    const { message, searched, explicit } = await find(folder, {
      PATH: folder,
    });
    assertEquals(explicit, false);
    const places = searched.filter(({ place }) => !place.includes("tfjs"));
    assertEquals(places, [
      { place: "TEXTLOOM_TENSORFLOW", result: "not set" },
      {
        place: join(folder, "no-cache"),
        result: "has no TensorFlow for this machine",
      },
      { place: "the active Python", result: "no Python on PATH" },
    ]);
    for (const { place, result } of searched) {
      assertStringIncludes(message, `\n  ${place}: ${result}\n`);
    }
    assertMatch(message, /^Cannot find TensorFlow's shared library: none of/);
    assertMatch(
      message,
      /`deno task setup` in the repository, or `await installTensorFlow\(\)` in a/,
    );
  });
});

Deno.test("findTensorFlow() names the permission that a place needs, and asks for none", async () => {
  await inFolder(async (folder) => {
    const results = async (permissions: string[]): Promise<string[]> => {
      const { searched } = await find(folder, { PATH: folder }, permissions);
      return searched.filter(({ place }) => !place.includes("tfjs"))
        .map(({ result }) => result);
    };
    assertEquals(await results([]), [
      "not searched: needs --allow-env=TEXTLOOM_TENSORFLOW",
      "not searched: needs --allow-env",
      "not searched: needs --allow-env=PATH",
    ]);
    assertEquals(await results(["--allow-env"]), [
      "not set",
      `not searched: needs --allow-read=${join(folder, "no-cache")}`,
      "not searched: needs --allow-read",
    ]);
  });
});

Deno.test({
  name: "findTensorFlow() does not run a Python without the permission",
  ignore: CANNOT_FAKE,
  fn: () =>
    withFakePython("ok", (fake) =>
      inFolder(async (folder) => {
        const permissions = ["--allow-env", "--allow-read"];
        const { searched } = await find(
          folder,
          { PATH: fake.folder },
          permissions,
        );
        assertEquals(
          searched.at(-1)?.result,
          `not searched: needs --allow-run=${fake.python}`,
        );
        assertEquals(fake.calls(), []);
      })),
});

Deno.test("listInstallations() puts the newest first and passes by what is not whole", async () => {
  await inFolder((cache) => {
    const old = putInstallation(cache, "2.9.1", false);
    const recent = putInstallation(cache, "2.21.0", false);
    const short = putInstallation(cache, "2.22.0", false);
    const unmarked = putInstallation(cache, "2.23.0", false);
    Deno.writeTextFileSync(short, "x");
    Deno.removeSync(join(dirname(unmarked), "..", MARKER));
    put(cache, "tensorflow-2.24.0-cpu-plan9-mips", NAME);
    const paths = listInstallations(cache)
      .map(({ path }: CachedInstallation) => path);
    assertEquals(paths, [recent, old]);
  });
});
