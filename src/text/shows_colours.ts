/**
 * Whether texts that are printed may have colours.
 *
 * @module
 */
import { isatty } from "node:tty";
import { inNotebook } from "./in_notebook.ts";

/** File descriptor of standard output. */
const STANDARD_OUTPUT = 1;

/**
 * Colours are for those who see them: a terminal, or the output of a notebook; in a pipe or a file they would be noise. Whoever
 * sets NO_COLOR wants none.
 *
 * @param isTerminal Whether standard output is a terminal.
 * @returns Whether it shows colours.
 */
export function showsColours(
  isTerminal: boolean = isatty(STANDARD_OUTPUT),
): boolean {
  return !Deno.noColor && (isTerminal || inNotebook());
}
