/**
 * Tokenizers from files: tokenizer.json of Hugging Face tokenizers, GPT-2's two files, and what `save()` wrote.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { decodeText } from "../text/load.ts";
import { explainFileError, nameOf, readFile } from "../text/read_file.ts";
import { BPETokenizer } from "./bpe_tokenizer.ts";
import { brief } from "./brief.ts";
import { describesTokenizer, tokenizerFromJSON } from "./resolve.ts";
import type { Tokenizer } from "./tokenizer.ts";

const ACTION = "load tokenizer";

/**
 * Loads a tokenizer.
 *
 * It gives the ids, offsets and texts of the original. The members `truncation` and `padding` are kept and not applied:
 * whoever makes batches decides on lengths. The normalizer of a tokenizer.json may change a text, so that decoding gives
 * the normalized one.
 *
 * @example From the content of a tokenizer.json
 * ```ts
 * import { loadTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = await loadTokenizer({
 *   pre_tokenizer: { type: "Whitespace" },
 *   model: { type: "WordLevel", vocab: { "<unk>": 0, "Call": 1, "me": 2 }, unk_token: "<unk>" },
 * });
 * assertEquals(tokenizer.encode("Call me"), Int32Array.of(1, 2));
 * assertEquals(tokenizer.decode([1, 2]), "Call me");
 * ```
 *
 * @param source Path or `file:` URL of a tokenizer.json, of a file that `save()` wrote, of a `vocab.json` with its
 * `merges.txt` beside it, or of a folder that has one of them; or the parsed content.
 * @returns The tokenizer.
 * @throws {TypeError} If the file is of another kind, or a member of it is missing or of the wrong type.
 * @throws {RangeError} If a member is out of range, or of a type that is not known.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If the file is not UTF-8 or no JSON, or has a regular expression that JavaScript cannot run.
 */
export async function loadTokenizer(
  source: string | URL | object,
): Promise<Tokenizer> {
  if (typeof source === "object" && !(source instanceof URL)) {
    return tokenizerFromJSON(source);
  }
  if (typeof source !== "string" && !(source instanceof URL)) {
    throw new TypeError(
      `Cannot load tokenizer: the source must be a path or the content of a file: ${
        brief(source)
      }`,
    );
  }
  const path = await findFile(nameOf(source));
  const json = parse(await readText(path), path);
  if (basename(path) !== "vocab.json") {
    if (describesTokenizer(json)) return tokenizerFromJSON(json);
    throw new TypeError(
      `Cannot load tokenizer: ${
        JSON.stringify(path)
      } must be a tokenizer.json of Hugging Face tokenizers, which has a model, ` +
        `or a file that save() wrote, which has a kind: ${
          brief(json)
        }; a vocabulary must be called vocab.json, with merges.txt beside it`,
    );
  }
  const merges = await readText(join(dirname(path), "merges.txt"));
  return BPETokenizer.fromVocabAndMerges(json, merges);
}

/** The file that a path means. */
async function findFile(path: string): Promise<string> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    throw explainFileError(error, path, ACTION);
  }
  if (!info.isDirectory) return path;
  for (const name of ["tokenizer.json", "vocab.json"]) {
    const file = join(path, name);
    try {
      if ((await Deno.stat(file)).isFile) return file;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new RangeError(
    `Cannot load tokenizer: the folder must have a tokenizer.json, or vocab.json and merges.txt: ${
      brief(path)
    }`,
  );
}

/** A file's text; one with bytes that are not UTF-8 would have other tokens than it was made with. */
async function readText(path: string): Promise<string> {
  const bytes = await readFile(path, { action: ACTION });
  return bytes.length === 0
    ? ""
    : decodeText(bytes, { name: path, newlines: "keep" });
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(
      `Cannot load tokenizer: ${JSON.stringify(path)} must be JSON: ${
        error instanceof Error ? error.message : error
      }`,
      { cause: error },
    );
  }
}
