/**
 * The one place that knows the Deno kernel of Jupyter: whether we run in it, and how to show and update an output.
 *
 * `Deno.jupyter` throws when it is read outside the kernel, and writes to `Deno.stdout` and `Deno.stderr` are
 * invisible inside it: output goes through the kernel's own messages.
 *
 * @module
 */

/** One output in several formats, by media type; a frontend shows the richest one that it knows. */
export interface MediaBundle {
  /** What a frontend shows that knows nothing better. */
  "text/plain": string;
  /** Self-contained HTML. */
  "text/html"?: string;
  /** A drawing. */
  "image/svg+xml"?: string;
}

/**
 * Shows an output under the cell that runs, or replaces one that was shown before, wherever it stands.
 *
 * @param bundle The output in several formats.
 * @param options The output's id, and whether to replace it.
 */
export async function showInNotebook(
  bundle: MediaBundle,
  options: { displayId: string; update: boolean },
): Promise<void> {
  await Deno.jupyter.broadcast(
    options.update ? "update_display_data" : "display_data",
    {
      data: bundle,
      metadata: {},
      transient: { display_id: options.displayId },
    },
  );
}

/**
 * Prints text in the error stream of the cell that runs.
 *
 * @param text What to print, line feeds included.
 */
export async function printToNotebook(text: string): Promise<void> {
  try {
    await Deno.jupyter.broadcast("stream", { name: "stderr", text });
  } catch {
    // A message that the frontend no longer takes is no reason to end a run.
  }
}
