import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import {
  installationName,
  MARKER,
} from "../../src/engine/tensorflow/_cache.ts";
import { LIBRARY_NAMES } from "../../src/engine/tensorflow/_places.ts";
import {
  CANNOT_FAKE,
  type FakePip,
  type FakePython,
  listNames,
  withFakePython,
} from "../engine/tensorflow/_fake_python.ts";

const SETUP = fromFileUrl(import.meta.resolve("../../src/cli/setup.ts"));
const ELF = "\x7fELF and more";

/** A test with a fake Python, left out where there is none to build it on. */
function test(
  name: string,
  pip: FakePip,
  run: (fake: FakePython) => Promise<void>,
): void {
  const fn = (): Promise<void> => withFakePython(pip, run);
  Deno.test({ name, ignore: CANNOT_FAKE, fn });
}

/** The command with the fake Python as the only one. */
function command(
  { folder, cache }: FakePython,
  args: string[],
  env: Record<string, string> = {},
): Deno.Command {
  const { DENO_DIR, HOME } = Deno.env.toObject();
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", SETUP, ...args],
    cwd: dirname(folder),
    clearEnv: true,
    env: {
      ...(HOME === undefined ? {} : { HOME }),
      ...(DENO_DIR === undefined ? {} : { DENO_DIR }),
      PATH: folder,
      TEXTLOOM_CACHE: cache,
      ...env,
    },
    stdout: "piped",
    stderr: "piped",
  });
}

/** What the command did. */
interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

async function setup(
  fake: FakePython,
  args: string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  return read(await command(fake, args, env).output());
}

function read({ code, stdout, stderr }: Deno.CommandOutput): Outcome {
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** Puts a complete installation for the CPU into the cache. */
async function putInstallation(cache: string): Promise<string> {
  const folder = join(cache, installationName("2.21.0", false));
  const library = `tensorflow/${LIBRARY_NAMES[0]}`;
  await Deno.mkdir(join(folder, "tensorflow"), { recursive: true });
  await Deno.writeTextFile(join(folder, library), ELF);
  const files = { [library]: ELF.length };
  const marker = {
    version: "2.21.0",
    gpu: false,
    library,
    files,
    devices: ["CPU"],
  };
  await Deno.writeTextFile(join(folder, MARKER), JSON.stringify(marker));
  return join(folder, library);
}

test(
  "setup() says that everything is there, and runs nothing",
  "ok",
  async (fake) => {
    const path = await putInstallation(fake.cache);
    assertEquals(await setup(fake, ["--cpu"]), {
      code: 0,
      stdout: "",
      stderr: `TensorFlow 2.21.0 for the CPU is there already: ${path}\n`,
    });
    assertEquals(fake.calls(), []);
  },
);

test(
  "setup() says which library comes before the installed one",
  "ok",
  async (fake) => {
    await putInstallation(fake.cache);
    const other = join(fake.folder, LIBRARY_NAMES[0]!);
    await Deno.writeTextFile(other, ELF);
    const env = { TEXTLOOM_TENSORFLOW: fake.folder };
    const { code, stderr } = await setup(fake, ["--cpu"], env);
    assertEquals(code, 0);
    assertStringIncludes(
      stderr,
      `The engine takes another one (TEXTLOOM_TENSORFLOW): ${other}\n`,
    );
  },
);

test(
  "setup() fails with the reason and pip's words",
  "offline",
  async (fake) => {
    const { code, stderr } = await setup(fake, ["--cpu"]);
    assertEquals(code, 1);
    assertMatch(stderr, /^Asking pip for tensorflow/);
    assertMatch(
      stderr,
      /\nCannot install TensorFlow: pip cannot reach its package index/,
    );
    assertStringIncludes(stderr, "Connection refused");
  },
);

test("setup() fails where the library does not verify", "ok", async (fake) => {
  const { code, stderr } = await setup(fake, ["--cpu"]);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /\nVerifying TensorFlow 2\.21\.0\nCannot install TensorFlow: the library that arrived is not usable here/,
  );
  assertEquals(listNames(fake.cache), ["install.lock"]);
});

test(
  "setup() with --if-needed goes on without a network",
  "offline",
  async (fake) => {
    const { code, stderr } = await setup(fake, ["--cpu", "--if-needed"]);
    assertEquals(code, 0);
    assertMatch(
      stderr,
      /\nCannot install TensorFlow: pip cannot reach its package index/,
    );
    assertMatch(
      stderr,
      /\nGoing on without TensorFlow, on the best other engine: .*\n$/,
    );
  },
);

test("setup() with --if-needed goes on without Python", "ok", async (fake) => {
  const { code, stderr } = await setup(fake, ["--if-needed"], {
    PATH: fake.cache,
  });
  assertEquals(code, 0);
  assertMatch(
    stderr,
    /^Cannot install TensorFlow: it comes by Python's pip and no Python 3 works here\n/,
  );
  assertMatch(
    stderr,
    /\nGoing on without TensorFlow, on the best other engine: .*\n$/,
  );
});

test(
  "setup() with --if-needed is silent where a library is found",
  "ok",
  async (fake) => {
    await putInstallation(fake.cache);
    const outcome = await setup(fake, ["--if-needed"]);
    assertEquals(outcome, { code: 0, stdout: "", stderr: "" });
    assertEquals(fake.calls(), []);
  },
);

test(
  "setup() with --if-needed fails if TEXTLOOM_TENSORFLOW names nothing",
  "ok",
  async (fake) => {
    const env = { TEXTLOOM_TENSORFLOW: join(fake.folder, "missing") };
    const { code, stderr } = await setup(fake, ["--if-needed"], env);
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /^Cannot find TensorFlow's shared library: TEXTLOOM_TENSORFLOW = .*missing: no such file or folder\n/,
    );
    assertEquals(fake.calls(), []);
  },
);

test("setup() cleans up when it is interrupted", "endless", async (fake) => {
  const child = command(fake, ["--cpu", "--if-needed"]).spawn();
  const downloading = (): boolean =>
    fake.calls().some((call) => call.includes("pip download"));
  while (!downloading()) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  child.kill("SIGINT");
  const { code, stderr } = read(await child.output());
  assertEquals(code, 130); // also with --if-needed: what follows must not start
  assertMatch(stderr, /\nInterrupted: nothing was installed\n$/);
  assertEquals(listNames(fake.cache).filter((name) => name !== "python.json"), [
    "install.lock",
  ]);
});

test("setup() refuses what it does not know", "ok", async (fake) => {
  const cases: [string[], string][] = [
    [["--gpus"], 'there is no "--gpus"'],
    [["now", "-x"], 'there is no "now", "-x"'],
    [["--gpu", "--cpu"], "--gpu and --cpu exclude each other"],
  ];
  for (const [args, rule] of cases) {
    const { code, stderr } = await setup(fake, args);
    assertEquals(code, 2);
    assertStringIncludes(
      stderr,
      `Cannot set up: ${rule}\nSee deno task setup --help\n`,
    );
  }
  assertEquals(fake.calls(), []);
});

test(
  "setup() takes the build for GPUs where a driver lists one",
  "offline",
  async (fake) => {
    if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return;
    const driver = join(fake.folder, "nvidia-smi");
    await Deno.writeTextFile(driver, "#!/bin/sh\necho GPU 0: one of them\n", {
      mode: 0o755,
    });
    await setup(fake, []);
    assertMatch(fake.calls().at(-1) ?? "", / tensorflow==2\.21\.\*$/);
    await setup(fake, ["--cpu"]);
    assertMatch(fake.calls().at(-1) ?? "", / tensorflow-cpu==2\.21\.\*$/);
  },
);

test("setup() explains its options", "ok", async (fake) => {
  const { code, stdout } = await setup(fake, ["--help"]);
  assertEquals(code, 0);
  for (const option of ["--gpu", "--cpu", "--if-needed", "TEXTLOOM_CACHE"]) {
    assertMatch(stdout, new RegExp(`^  ${option} `, "m"));
  }
});
