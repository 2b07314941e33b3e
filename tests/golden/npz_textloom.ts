/**
 * Writes npz_textloom.npz, which npz_python.py opens with NumPy.
 *
 * Run: deno run -A tests/golden/npz_textloom.ts
 *
 * @module
 */
import { writeNpz } from "../../src/checkpoint/npz.ts";
import { ARRAYS } from "../checkpoint/_arrays.ts";

await Deno.writeFile(
  new URL("npz_textloom.npz", import.meta.url),
  await writeNpz(ARRAYS, { compress: true }),
);
