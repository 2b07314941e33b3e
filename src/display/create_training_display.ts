/**
 * Chooses how a run is shown: a board in a notebook, a progress bar on a terminal, plain lines elsewhere.
 *
 * @module
 */
import { shown } from "../text/refusal.ts";
import { inNotebook } from "../text/in_notebook.ts";
import { LinesDisplay } from "./lines.ts";
import { NotebookDisplay, thisNotebook } from "./notebook.ts";
import { StandardError } from "./_screen.ts";
import { TerminalDisplay } from "./terminal.ts";
import type { TrainingDisplay } from "./training_display.ts";

/** Ways to show a run; `"auto"` takes the richest that the surroundings allow. */
export type TrainingDisplayKind =
  | "auto"
  | "terminal"
  | "lines"
  | "notebook"
  | "none";

const KINDS: readonly TrainingDisplayKind[] = [
  "auto",
  "terminal",
  "lines",
  "notebook",
  "none",
];

/** What {@linkcode createTrainingDisplay} asks about the surroundings. */
export interface Surroundings {
  /** Whether the program runs in the Deno kernel of Jupyter. */
  notebook: boolean;
  /** Whether standard error is a terminal that understands cursor movement. */
  terminal: boolean;
}

/** Shows nothing. */
class NoDisplay implements TrainingDisplay {
  start(): void {}
  update(): void {}
  end(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Makes the display for one run.
 *
 * @param kind How to show the run; `"auto"` shows a board in a notebook, a progress bar where standard error is a
 * terminal, and plain lines elsewhere.
 * @param surroundings Where the program runs; found out when left out.
 * @returns A display that has shown nothing yet.
 * @throws {RangeError} If `kind` is unknown, or if it cannot be seen here.
 */
export function createTrainingDisplay(
  kind: TrainingDisplayKind,
  surroundings: Surroundings = lookAround(),
): TrainingDisplay {
  switch (kind) {
    case "auto":
      if (surroundings.notebook) return new NotebookDisplay(thisNotebook);
      return surroundings.terminal
        ? new TerminalDisplay(new StandardError())
        : new LinesDisplay(new StandardError());
    case "terminal":
      if (surroundings.notebook) {
        throw new RangeError(
          'Cannot show training: a notebook has no terminal to draw on: "terminal"; use "notebook" or "lines"',
        );
      }
      return new TerminalDisplay(new StandardError());
    case "lines":
      return new LinesDisplay(new StandardError());
    case "notebook":
      if (!surroundings.notebook) {
        throw new RangeError(
          'Cannot show training: the board needs the Deno kernel of Jupyter: "notebook"; use "auto"',
        );
      }
      return new NotebookDisplay(thisNotebook);
    case "none":
      return new NoDisplay();
    default:
      throw new RangeError(
        `Cannot show training: the display must be one of ${
          KINDS.map((name) => `"${name}"`).join(", ")
        }: ${shown(kind)}`,
      );
  }
}

function lookAround(): Surroundings {
  return {
    notebook: inNotebook(),
    terminal: Deno.stderr.isTerminal() && terminalName() !== "dumb",
  };
}

/** The kind of terminal, where we may know it without asking the user for a permission. */
function terminalName(): string | undefined {
  const permission = Deno.permissions.querySync({
    name: "env",
    variable: "TERM",
  });
  return permission.state === "granted" ? Deno.env.get("TERM") : undefined;
}
