/**
 * Where the text displays write: standard error, its width and its clock, in one small interface that tests replace.
 *
 * @module
 */
import { inNotebook } from "../text/in_notebook.ts";
import { printToNotebook } from "./jupyter.ts";

/** A place that takes text. */
export interface Screen {
  /** Writes at once; never throws. */
  write(text: string): void;
  /** Columns there are; asked anew for every line, as windows are resized. */
  columns(): number;
  /** Whether colours and weights may be used. */
  readonly color: boolean;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
}

const DEFAULT_COLUMNS = 80;
const encoder = new TextEncoder();

/** Standard error, or a notebook cell's error stream. */
export class StandardError implements Screen {
  readonly color: boolean = !Deno.noColor;
  readonly #notebook = inNotebook();
  #closed = false;

  /**
   * A closed pipe makes the display fall silent: a run must not be lost because nobody reads on.
   *
   * @param text What to write.
   */
  write(text: string): void {
    if (this.#notebook) {
      printToNotebook(text);
      return;
    }
    let bytes = encoder.encode(text);
    try {
      while (bytes.length > 0 && !this.#closed) {
        bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
      }
    } catch {
      this.#closed = true;
    }
  }

  /** Columns of the terminal, 80 where there is none. */
  columns(): number {
    try {
      return Deno.consoleSize().columns || DEFAULT_COLUMNS;
    } catch {
      return DEFAULT_COLUMNS;
    }
  }

  /** Milliseconds since the process began. */
  now(): number {
    return performance.now();
  }
}

/** What keeps a line at the bottom of the terminal, and lets others print above it. */
export interface BottomLine {
  /** Prints whole lines above the bottom line. */
  printAbove(lines: string): void;
}

let bottomLine: BottomLine | undefined;

/** Says who keeps the bottom line now; nobody when undefined. */
export function setBottomLine(keeper: BottomLine | undefined): void {
  bottomLine = keeper;
}

/** Who keeps the bottom line now. */
export function getBottomLine(): BottomLine | undefined {
  return bottomLine;
}
