/**
 * Writes safetensors_textloom.safetensors, which safetensors_python.py reads with the reference implementation.
 *
 * Run: deno run -A tests/golden/safetensors_textloom.ts
 *
 * @module
 */
import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { MORE_METADATA, MORE_TENSORS } from "../checkpoint/_fixture.ts";

await Deno.writeFile(
  new URL("safetensors_textloom.safetensors", import.meta.url),
  encodeSafetensors(MORE_TENSORS, MORE_METADATA),
);
