/**
 * Whether this program is a notebook.
 *
 * @module
 */

/**
 * Tells whether this program is a notebook on the Deno kernel.
 *
 * @returns True in the kernel of `deno jupyter`, also in modules that a notebook imports.
 */
export function inNotebook(): boolean {
  try {
    return typeof Deno.jupyter.broadcast === "function";
  } catch {
    return false;
  }
}
