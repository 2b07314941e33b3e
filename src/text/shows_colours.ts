/**
 * Whether texts that are printed may have colours.
 *
 * @module
 */

/**
 * Colours are for those who see them: a terminal, or the output of a notebook; in a pipe or a file they would be noise. Whoever
 * sets NO_COLOR wants none.
 *
 * @returns Whether standard output shows colours.
 */
export function showsColours(): boolean {
  if (Deno.noColor) return false;
  return Deno.stdout.isTerminal() || inKernel();
}

/** Whether this is a notebook on the Deno kernel, where reading the member throws elsewhere. */
function inKernel(): boolean {
  try {
    return typeof Deno.jupyter.broadcast === "function";
  } catch {
    return false;
  }
}
