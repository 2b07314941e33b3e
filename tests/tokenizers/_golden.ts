/**
 * What Hugging Face tokenizers made of the golden texts (`tests/golden/tokenizer_cases.py`).
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

/**
 * Reads a golden file.
 *
 * @param name Its name in `tests/golden/tokenizers/`.
 * @returns What it holds.
 */
export function readGolden<T>(name: string): T {
  const url = new URL(`../golden/tokenizers/${name}`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(fromFileUrl(url))) as T;
}

/**
 * Counts code points where others count UTF-16 units.
 *
 * @param text A text.
 * @param unit A place in it, in UTF-16 units.
 * @returns The same place in code points.
 */
export function codePointsBefore(text: string, unit: number): number {
  return [...text.slice(0, unit)].length;
}
