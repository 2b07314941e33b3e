import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";

const TOOL = fromFileUrl(import.meta.resolve("../../tools/notebooks.ts"));

/** Whether there is a Python to run the notebooks with. */
const PYTHON = await new Deno.Command("python3", {
  args: ["--version"],
  stdout: "null",
  stderr: "null",
})
  .output().then(({ success }) => success, () => false);

interface Cell {
  id?: string;
  source: string[];
  metadata?: Record<string, unknown>;
  outputs?: {
    output_type: string;
    name?: string;
    text?: string[];
    data?: Record<string, string[]>;
  }[];
  execution_count?: number | null;
}

interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat_minor: number;
}

async function writeNotebook(
  path: string,
  sources: string[],
  metadata = {},
): Promise<void> {
  const cells = sources.map((source) => ({
    cell_type: "code",
    execution_count: null,
    metadata,
    outputs: [],
    source,
  }));
  const notebook = {
    cells,
    metadata: { language_info: { name: "typescript" } },
    nbformat: 4,
    nbformat_minor: 4,
  };
  await Deno.writeTextFile(path, JSON.stringify(notebook));
}

async function readNotebook(path: string): Promise<Notebook> {
  return JSON.parse(await Deno.readTextFile(path));
}

async function runTool(
  ...args: string[]
): Promise<{ code: number; stderr: string }> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", TOOL, ...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code: output.code, stderr: new TextDecoder().decode(output.stderr) };
}

Deno.test({
  name:
    "notebooks stores every output in its own cell, updates of earlier displays included",
  ignore: !PYTHON,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const path = join(folder, "whale.ipynb");
      const burst =
        "for (let i = 0; i < 1000; i++) { console.log(`line ${i}`); " +
        "if (i % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 0)); }";
      await writeNotebook(path, [
        "await Deno.jupyter.display({ 'text/plain': 'first' }, { raw: true, display_id: 'board' });",
        burst,
        burst,
        "console.log({ tail: 1 }); console.error('spout'); 40 + 2",
        "await Deno.jupyter.display({ 'text/plain': 'last' }, { raw: true, display_id: 'board', update: true });",
      ], { collapsed: true, tags: ["kept"] });
      const { code, stderr } = await runTool("--write", path);
      assertMatch(stderr, /whale\.ipynb: 5 cells in \d+ s\n$/u);
      assertEquals(code, 0);

      const notebook = await readNotebook(path);
      const outputs = notebook.cells.map((cell) => cell.outputs ?? []);
      const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}\n`);
      assertEquals(outputs[0]!.map((output) => output.data), [{
        "text/plain": ["last"],
      }]);
      assertEquals(outputs[1]!.map((output) => output.text), [lines]);
      assertEquals(outputs[2]!.map((output) => output.text), [lines]);
      assertEquals(outputs[3]!.map((output) => output.text ?? output.data), [
        ["{ tail: 1 }\n"],
        ["spout\n"],
        { "text/plain": ["42"] },
      ]);
      assertEquals(outputs[4], []);

      assertEquals(notebook.nbformat_minor, 5);
      assertEquals(notebook.cells.map((cell) => cell.execution_count), [
        1,
        2,
        3,
        4,
        5,
      ]);
      assertEquals(
        notebook.cells.map((cell) => cell.metadata),
        Array(5).fill({ tags: ["kept"] }),
      );
      assertEquals(notebook.metadata.kernelspec, {
        display_name: "Deno",
        language: "typescript",
        name: "deno",
      });

      // A second run changes nothing: no times, no new ids.
      const before = await Deno.readTextFile(path);
      assertEquals((await runTool("--write", path)).code, 0);
      assertEquals(await Deno.readTextFile(path), before);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "notebooks names the notebook, the cell and the error of a failure, runs the others, and writes nothing",
  ignore: !PYTHON,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const sunk = join(folder, "sunk.ipynb");
      const slow = join(folder, "slow.ipynb");
      const dead = join(folder, "dead.ipynb");
      const fine = join(folder, "fine.ipynb");
      const none = join(folder, "none.ipynb");
      await writeNotebook(sunk, ["1", "throw new TypeError('no water')", "3"]);
      await writeNotebook(slow, [
        "await new Promise((resolve) => setTimeout(resolve, 60_000))",
      ]);
      await writeNotebook(dead, ["Deno.exit(3)"]);
      await writeNotebook(fine, ["throw new TypeError('shown on purpose')"], {
        tags: ["raises-exception"],
      });
      await Deno.writeTextFile(none, "not JSON");
      const before = await Deno.readTextFile(sunk);
      const { code, stderr } = await runTool(
        "--write",
        "--timeout",
        "2",
        sunk,
        slow,
        dead,
        fine,
        none,
      );
      assertStringIncludes(stderr, "sunk.ipynb: cell 2: TypeError: no water\n");
      assertStringIncludes(
        stderr,
        "slow.ipynb: cell 1: no end after 2 seconds\n",
      );
      assertStringIncludes(stderr, "dead.ipynb: cell 1: the kernel died\n");
      assertStringIncludes(stderr, "fine.ipynb: 1 cell in ");
      assertStringIncludes(stderr, "none.ipynb: no notebook: ");
      assertEquals(code, 2);
      assertEquals(await Deno.readTextFile(sunk), before);
      assertEquals((await runTool(sunk)).code, 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "notebooks refuses a notebook that is not formatted, and formats it with --write",
  ignore: !PYTHON,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const path = join(folder, "loose.ipynb");
      await writeNotebook(path, ["const   x  = 1"]);
      const { code, stderr } = await runTool(path);
      assertStringIncludes(
        stderr,
        "loose.ipynb: not formatted: --write formats it\n",
      );
      assertEquals(code, 1);
      assertEquals((await runTool("--write", path)).code, 0);
      assertEquals((await readNotebook(path)).cells[0]!.source, [
        "const x = 1;",
      ]);
      assertEquals((await runTool(path)).code, 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("notebooks refuses options that it does not know and timeouts that make no sense", async () => {
  assertEquals(await runTool("--wirte"), {
    code: 2,
    stderr: "Cannot run notebooks: there is no such option: --wirte; " +
      "usage: deno run -A tools/notebooks.ts [--write] [--timeout SECONDS] [NOTEBOOK...]\n",
  });
  assertEquals(await runTool("--timeout", "soon"), {
    code: 2,
    stderr:
      "Cannot run notebooks: --timeout must be a positive number of seconds: soon\n",
  });
});

Deno.test({
  name: "notebooks says what to install when Python has no venv module",
  ignore: Deno.build.os === "windows", // the stand-in for Python is a shell script
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const script =
        '#!/bin/sh\ncase "$1" in -c) echo 3.99;; *) echo "No module named venv" >&2; exit 1;; esac\n';
      await Deno.writeTextFile(join(folder, "python3"), script, {
        mode: 0o755,
      });
      const path = join(folder, "a.ipynb");
      await writeNotebook(path, ["1"]);
      const output = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", TOOL, path],
        env: {
          PATH: `${folder}:/usr/bin:/bin`,
          TEXTLOOM_CACHE: join(folder, "cache"),
        },
        stderr: "piped",
      }).output();
      const stderr = new TextDecoder().decode(output.stderr);
      assertStringIncludes(
        stderr,
        "Cannot run notebooks: python3 could not make an environment with its venv module",
      );
      assertStringIncludes(
        stderr,
        '"apt install python3-venv"\nNo module named venv\n',
      );
      assertEquals(output.code, 2);
      // Nothing half is left.
      assertEquals(
        await Array.fromAsync(Deno.readDir(join(folder, "cache", "notebooks"))),
        [],
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
