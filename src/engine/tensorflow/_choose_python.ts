/**
 * Chooses the Python whose pip downloads.
 *
 * @module
 */
import { InstallError } from "./_install_error.ts";
import {
  askPython,
  type Interpreter,
  listInterpreters,
  nameOf,
  type PythonFacts,
} from "./_python.ts";

/**
 * The first interpreter that has pip.
 *
 * @param given Name or path of the only one to take.
 * @param signal Ends the search.
 * @throws {InstallError} If there is none.
 */
export async function choosePython(
  given: string | undefined,
  signal: AbortSignal | undefined,
): Promise<{ python: Interpreter; facts: PythonFacts }> {
  const without: string[] = [];
  const broken: string[] = [];
  for (const python of listInterpreters(given)) {
    try {
      const facts = await askPython(python, signal);
      if (facts.pip !== null) {
        return { python: withoutLauncher(python, facts), facts };
      }
      without.push(nameOf(python));
    } catch (error) {
      signal?.throwIfAborted();
      broken.push(
        `  ${nameOf(python)}: ${
          error instanceof Error ? error.message : error
        }`,
      );
    }
  }
  if (without.length > 0) {
    throw new InstallError(
      "no-pip",
      `Python has no pip: ${without.join(", ")}`,
      `Add it with \`${
        without[0]
      } -m ensurepip --user\` or by the system's package python3-pip`,
    );
  }
  throw new InstallError(
    "no-python",
    given === undefined
      ? "it comes by Python's pip and no Python 3 works here"
      : `it comes by Python's pip and this is no working Python 3: ${given}`,
    ...broken,
    "Install Python 3 with pip and try again; TEXTLOOM_TENSORFLOW may name a library that is there",
  );
}

/** Ending a launcher, such as a shim of pyenv, would leave the Python that it started running. */
function withoutLauncher(
  python: Interpreter,
  { executable }: PythonFacts,
): Interpreter {
  return executable === "" ? python : { file: executable, args: [] };
}
