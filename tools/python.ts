/**
 * A Python environment of our own with the packages of a `requirements.txt`, made on first use in the per-user cache.
 *
 * @module
 */
import { dirname, fromFileUrl, join } from "@std/path";

const WINDOWS = Deno.build.os === "windows";

/** What an environment is for. */
export interface Environment {
  /** What cannot be done without it, such as "run notebooks". */
  task: string;
  /** Name of its folder in the cache. */
  name: string;
  /** File that lists its packages. */
  requirements: string;
}

/** The environment that runs notebooks. */
export const NOTEBOOKS: Environment = {
  task: "run notebooks",
  name: "notebooks",
  requirements: fromFileUrl(import.meta.resolve("./requirements.txt")),
};

/**
 * Finds or makes the environment. It is made aside and then moved into place, so that two at once or a kill leave
 * nothing half.
 *
 * @param environment Which one.
 * @param cache The per-user cache folder.
 * @param say Told what takes time.
 * @returns Path of the environment's Python.
 * @throws {Error} If there is no Python, if it has no `venv`, or if pip fails.
 */
export async function ensurePython(
  environment: Environment,
  cache: string,
  say: (line: string) => void,
): Promise<string> {
  const { task, name } = environment;
  const { command, version } = await findPython(task);
  const requirements = await Deno.readTextFile(environment.requirements);
  const folder = join(
    cache,
    name,
    `python-${version}-${await shortHash(requirements)}`,
  );
  const python = pythonIn(folder);
  if (await runs(python)) return python;
  say(`Preparing Python ${version} to ${task} in ${folder}`);
  await Deno.mkdir(dirname(folder), { recursive: true });
  const aside = await Deno.makeTempDir({
    dir: dirname(folder),
    prefix: "new-",
  });
  try {
    await makeEnvironment(task, command, aside);
    await installRequirements(environment, pythonIn(aside));
    await moveIntoPlace(aside, folder);
  } finally {
    await Deno.remove(aside, { recursive: true }).catch(() => {});
  }
  return python;
}

function pythonIn(folder: string): string {
  return WINDOWS
    ? join(folder, "Scripts", "python.exe")
    : join(folder, "bin", "python");
}

/** The first Python 3 on the path, with its version. */
async function findPython(
  task: string,
): Promise<{ command: string; version: string }> {
  for (const command of ["python3", "python"]) {
    const output = await run(command, [
      "-c",
      "import sys; print('%d.%d' % sys.version_info[:2])",
    ]);
    const version = output?.text.trim() ?? "";
    if (output?.success && version.startsWith("3.")) {
      return { command, version };
    }
  }
  throw new Error(
    `Cannot ${task}: there is no Python 3 on the path: looked for python3 and python`,
  );
}

async function makeEnvironment(
  task: string,
  command: string,
  folder: string,
): Promise<void> {
  const made = await run(command, ["-m", "venv", folder]);
  if (made?.success) return;
  throw new Error(
    `Cannot ${task}: ${command} could not make an environment with its venv module: ` +
      `on Debian and Ubuntu it comes with "apt install python3-venv"\n${
        made?.text ?? ""
      }`.trimEnd(),
  );
}

async function installRequirements(
  { task, requirements }: Environment,
  python: string,
): Promise<void> {
  const args = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "-r",
    requirements,
  ];
  const installed = await run(python, args);
  if (installed?.success) return;
  throw new Error(
    `Cannot ${task}: pip could not install ${requirements}:\n${
      installed?.text ?? ""
    }`.trimEnd(),
  );
}

/** Another process may have been faster: then its environment is as good. */
async function moveIntoPlace(aside: string, folder: string): Promise<void> {
  if (await runs(pythonIn(folder))) return;
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  try {
    await Deno.rename(aside, folder);
  } catch (error) {
    if (!await runs(pythonIn(folder))) throw error;
  }
}

/** Whether there is an environment: it came into place with its packages, or not at all. */
async function runs(python: string): Promise<boolean> {
  const output = await run(python, ["-c", ""]);
  return output?.success ?? false;
}

async function run(
  command: string,
  args: string[],
): Promise<{ success: boolean; text: string } | undefined> {
  try {
    const output = await new Deno.Command(command, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    return {
      success: output.success,
      text: decoder.decode(output.stdout) + decoder.decode(output.stderr),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function shortHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(text),
  );
  return new Uint8Array(digest).toHex().slice(0, 8);
}
