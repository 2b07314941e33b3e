/**
 * The house rules that no compiler holds: who imports whom, who may print, and how tests are named.
 *
 * The graph is that of `deno info --json` over mod.ts and every file of src/. Imports of types count like any other, save
 * for rings: those are gone when the program runs.
 *
 * @module
 */
import { assert, assertArrayIncludes, assertEquals } from "@std/assert";
import { fromFileUrl, join, relative, toFileUrl } from "@std/path";

/** The folders of src/: each imports from itself and from those before it only. */
const ORDER: readonly string[] = [
  "engine",
  "text",
  "tokenizers",
  "data",
  "layers",
  "checkpoint",
  "display",
  "generation",
  "networks",
  "training",
  "evaluation",
  "models",
  "advice",
  "cli",
];

/** The one folder that may import TensorFlow.js. */
const ENGINE = "engine";

/** The folders that may print. */
const PRINTERS: readonly string[] = ["display", "cli"];

const ROOT = fromFileUrl(new URL("..", import.meta.url));

/** What every file imports: paths from the root of the package, or bare specifiers. */
type Graph = ReadonlyMap<string, readonly string[]>;

/** One import in the answer of `deno info --json`; `code` is missing where only types are imported. */
interface InfoImport {
  specifier: string;
  code?: { specifier?: string };
  type?: { specifier?: string };
}

/** One module in the answer of `deno info --json`. */
interface InfoModule {
  specifier: string;
  error?: string;
  dependencies?: InfoImport[];
}

/** First folder of a path in src/; undefined for anything else. */
function folderOf(path: string): string | undefined {
  return path.match(/^src\/([^/]+)\//)?.[1];
}

/** Imports that break the order of the folders, or lead out of src/. */
function findUpwardImports(graph: Graph): string[] {
  const found: string[] = [];
  for (const [file, imports] of graph) {
    const from = folderOf(file);
    if (from === undefined) continue;
    if (!ORDER.includes(from)) found.push(`${file} lies in an unknown folder`);
    for (const target of imports) {
      const to = folderOf(target);
      const isOurs = target.startsWith("src/") || target === "mod.ts";
      if (
        isOurs && (to === undefined || ORDER.indexOf(to) > ORDER.indexOf(from))
      ) found.push(`${file} -> ${target}`);
    }
  }
  return found;
}

/** Imports of another folder's private files. */
function findPrivateImports(graph: Graph): string[] {
  return [...graph].flatMap(([file, imports]) =>
    imports.filter((target) =>
      /^src\/.*\/_[^/]*$/.test(target) && parentOf(target) !== parentOf(file)
    )
      .map((target) => `${file} -> ${target}`)
  );
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** Imports of TensorFlow.js outside the engine. */
function findForeignTensors(graph: Graph): string[] {
  return [...graph].flatMap(([file, imports]) =>
    folderOf(file) === ENGINE
      ? []
      : imports.filter((target) =>
        /tensorflow|tfjs/.test(target) && !/^src\//.test(target)
      )
        .map((target) => `${file} -> ${target}`)
  );
}

/** Rings of imports, each once, from where they were entered. */
function findCycles(graph: Graph): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  function visit(file: string): void {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  }
  for (const file of graph.keys()) visit(file);
  return found;
}

/** Every TypeScript file of src/, as paths from the root of the package. */
function listSources(folder = join(ROOT, "src")): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return listSources(path);
    return name.endsWith(".ts")
      ? [relative(ROOT, path).replaceAll("\\", "/")]
      : [];
  }).flat().sort();
}

/** Runs a command of Deno in the root of the package and parses the JSON that it prints. */
async function runForJson(args: string[]): Promise<unknown> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(
    text.startsWith("{"),
    `deno ${args[0]}: ${text}${new TextDecoder().decode(stderr)}`,
  );
  return JSON.parse(text);
}

/** The graph of mod.ts and everything in src/: with all imports, and with those that are there when the program runs. */
async function readGraphs(): Promise<{ graph: Graph; atRunTime: Graph }> {
  const rootUrl = toFileUrl(ROOT).href;
  function shorten(specifier: string): string {
    return specifier.startsWith(rootUrl)
      ? decodeURIComponent(specifier.slice(rootUrl.length))
      : specifier;
  }
  /** Paths of our files; a package is known by the name that the source gives it. */
  function nameOf(it: InfoImport): string {
    const target = it.code?.specifier ?? it.type?.specifier ?? "";
    return target.startsWith(rootUrl) && !target.startsWith(`${rootUrl}jsr/`)
      ? shorten(target)
      : it.specifier;
  }
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const imports = ["mod.ts", ...listSources()].map((path) =>
      `import ${JSON.stringify(new URL(path, rootUrl).href)};`
    );
    await Deno.writeTextFile(entry, imports.join("\n"));
    const info = await runForJson([
      "info",
      "--json",
      "--config",
      join(ROOT, "deno.json"),
      entry,
    ]);
    const graph = new Map<string, string[]>();
    const atRunTime = new Map<string, string[]>();
    for (
      const { specifier, error, dependencies = [] }
        of (info as { modules: InfoModule[] }).modules
    ) {
      assertEquals(error, undefined, specifier);
      const file = shorten(specifier);
      if (file !== "mod.ts" && !file.startsWith("src/")) continue;
      graph.set(file, dependencies.map(nameOf));
      atRunTime.set(
        file,
        dependencies.filter(({ code }) => code !== undefined).map(nameOf),
      );
    }
    return { graph, atRunTime };
  } finally {
    await Deno.remove(entry);
  }
}

/** Places where the files call the console, as `file:line`. */
async function findConsole(paths: string[]): Promise<string[]> {
  const args = ["lint", "--json", "--rules-include=no-console", ...paths];
  const { diagnostics } = await runForJson(args) as {
    diagnostics: {
      code: string;
      filename: string;
      range: { start: { line: number } };
    }[];
  };
  return diagnostics.filter(({ code }) => code === "no-console")
    .map(({ filename, range }) => `${filename}:${range.start.line}`);
}

/** The sources of src/ that may not print. */
function listSilent(): string[] {
  return listSources().filter((path) =>
    !PRINTERS.includes(folderOf(path) ?? "")
  );
}

const { graph, atRunTime } = await readGraphs();

/** Paths of all tests in a folder, from the root of the package. */
function listTests(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return listTests(path);
    return name.endsWith("_test.ts")
      ? [relative(ROOT, path).replaceAll("\\", "/")]
      : [];
  }).flat();
}

/** Tests that no source is found for: `a/b_c_test.ts` is one of `a/b_c.ts` or of `a/b.ts`. */
function findNameless(
  tests: readonly string[],
  sources: readonly string[],
): string[] {
  return tests.filter((test) => {
    let name = test.replace(/^tests/, "src").replace(/_test\.ts$/, "");
    while (!sources.includes(`${name}.ts`)) {
      const shorter = name.replace(/_[^_/]+$/, "");
      if (shorter === name || shorter.endsWith("/")) return true;
      name = shorter;
    }
    return false;
  });
}

Deno.test("The graph has mod.ts and every file of src/", () => {
  const sources = listSources();
  assert(sources.length > 20, `${sources.length} files`);
  assertEquals([...graph.keys()].sort(), ["mod.ts", ...sources].sort());
  assertArrayIncludes(graph.get("src/tokenizers/resolve.ts")!, [
    "src/tokenizers/tokenizer.ts",
  ]); // types only
  assertArrayIncludes(graph.get("src/engine/tf.ts")!, [
    "@tensorflow/tfjs-core",
  ]);
});

Deno.test("A folder imports only from itself and the folders above it", () => {
  assertEquals(findUpwardImports(graph), []);
});

Deno.test("A file whose name starts with _ is imported in its own folder only", () => {
  assertEquals(findPrivateImports(graph), []);
});

Deno.test("Only src/engine/ imports TensorFlow.js", () => {
  assertEquals(findForeignTensors(graph), []);
});

Deno.test("No files import each other in a ring, types aside", () => {
  assertEquals(findCycles(atRunTime), []);
});

Deno.test("Only src/display/ and src/cli/ print", async () => {
  const silent = listSilent();
  assertEquals(await findConsole(silent), []);
  for (const path of silent) {
    const source = await Deno.readTextFile(join(ROOT, path));
    assert(
      !/deno-lint-ignore(-file\s*$|.*no-console)/m.test(source),
      `${path} silences the check`,
    );
    assert(
      !/\bDeno\.std(out|err)\b/.test(source),
      `${path} writes to the terminal`,
    );
  }
});

Deno.test("A test is named after a file of src/, or after one and what of it is tested", () => {
  const tests = ORDER.flatMap((folder) =>
    listTests(join(ROOT, "tests", folder))
  );
  assert(tests.length > 150);
  assertEquals(findNameless(tests, listSources()), []);
});

Deno.test("The checks find what breaks the rules", async () => {
  const broken: Graph = new Map([
    ["mod.ts", ["src/networks/a.ts", "src/cli/b.ts"]],
    ["src/networks/a.ts", [
      "src/text/load.ts",
      "src/training/fit.ts",
      "@tensorflow/tfjs-core",
    ]],
    ["src/text/load.ts", [
      "src/text/_utf8.ts",
      "mod.ts",
      "npm:@tensorflow/tfjs-layers@4.22.0",
      "@std/path",
    ]],
    ["src/training/fit.ts", [
      "src/networks/_x.ts",
      "src/networks/a.ts",
      "src/loose.ts",
    ]],
    ["src/engine/tf.ts", [
      "@tensorflow/tfjs-core",
      "src/engine/tensorflow/_x.ts",
    ]],
    ["src/engine/tensorflow/_x.ts", ["src/engine/_y.ts"]],
    ["src/extras/a.ts", []],
  ]);
  assertEquals(findUpwardImports(broken), [
    "src/networks/a.ts -> src/training/fit.ts",
    "src/text/load.ts -> mod.ts",
    "src/training/fit.ts -> src/loose.ts",
    "src/extras/a.ts lies in an unknown folder",
  ]);
  assertEquals(findPrivateImports(broken), [
    "src/training/fit.ts -> src/networks/_x.ts",
    "src/engine/tf.ts -> src/engine/tensorflow/_x.ts",
    "src/engine/tensorflow/_x.ts -> src/engine/_y.ts",
  ]);
  assertEquals(findForeignTensors(broken), [
    "src/networks/a.ts -> @tensorflow/tfjs-core",
    "src/text/load.ts -> npm:@tensorflow/tfjs-layers@4.22.0",
  ]);
  assertEquals(findCycles(broken), [
    "mod.ts -> src/networks/a.ts -> src/text/load.ts -> mod.ts",
    "src/networks/a.ts -> src/training/fit.ts -> src/networks/a.ts",
  ]);
  assertEquals(
    findNameless([
      "tests/a/b_test.ts",
      "tests/a/b_c_d_test.ts",
      "tests/a/_b_c_test.ts",
      "tests/a/c_test.ts",
      "tests/b_test.ts",
    ], ["src/a/b.ts", "src/a/_b_c.ts"]),
    ["tests/a/c_test.ts", "tests/b_test.ts"],
  );
  const noisy = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      noisy,
      'export const a = "console.log(1)"; // console.log(2)\nconsole.log(a);\n',
    );
    assertEquals((await findConsole([noisy])).length, 1);
  } finally {
    await Deno.remove(noisy);
  }
});
