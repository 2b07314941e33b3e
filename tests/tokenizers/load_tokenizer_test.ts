import { assertEquals } from "@std/assert";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";
import type { JsonObject } from "../../src/tokenizers/tokenizer.ts";
import { readGolden } from "./_golden.ts";

interface Row {
  ids: number[];
  offsets: number[];
  bare: number;
  decoded: string;
  decodedAll: string;
}

type Family = (typeof FAMILIES)[number];
const FAMILIES = [
  "gpt2",
  "roberta",
  "llama2",
  "llama3",
  "qwen",
  "bert",
  "t5",
  "mistral",
  "word_level",
] as const;

const cases = readGolden<{ texts: string[] } & Record<Family, Row[]>>(
  "cases.json",
);

/** The tokenizer.json of a family; Mistral's has the model of Llama 2. */
function readFamily(family: Family): JsonObject {
  const json = readGolden<JsonObject>(`${family}.json`);
  return json["model"] === "llama2"
    ? { ...json, model: readGolden<JsonObject>("llama2.json")["model"]! }
    : json;
}

for (const family of FAMILIES) {
  Deno.test(`loadTokenizer() gives the ids, offsets and texts of Hugging Face for ${family}`, async () => {
    const json = readFamily(family);
    const tokenizer = await loadTokenizer(json);
    for (const [i, text] of cases.texts.entries()) {
      const golden = cases[family][i]!;
      const where = JSON.stringify(text);
      const options = {
        unknown: tokenizer.kind === "bpe" ? undefined : "token",
      } as never;
      assertEquals([...tokenizer.encode(text, options)], golden.ids, where);
      assertEquals([...tokenizer.encode(text, options)], golden.ids, where); // from the cache
      const { ids, codePoints, utf16 } = tokenizer.encodeWithOffsets(
        text,
        options,
      );
      assertEquals([...ids], golden.ids, where);
      assertEquals(
        [...codePoints.starts].flatMap((s, n) => [s, codePoints.ends[n]!]),
        golden.offsets,
        where,
      );
      const points = Array.from(text);
      for (const [n, start] of codePoints.starts.entries()) {
        assertEquals(
          text.slice(utf16.starts[n], utf16.ends[n]),
          points.slice(start, codePoints.ends[n]).join(""),
        );
      }
      assertEquals(tokenizer.decode(ids), golden.decoded, where);
      const all = { skipSpecialTokens: false };
      assertEquals(tokenizer.decode(ids, all), golden.decodedAll, where);
      const stream = tokenizer.decodeStream(all);
      const pieces = golden.ids.map((id) => stream.push(id));
      assertEquals(pieces.join("") + stream.flush(), golden.decodedAll, where);
      const bare = { ...options as object, addSpecialTokens: false };
      assertEquals(tokenizer.encode(text, bare).length, golden.bare, where);
    }
    const { kind, ...saved } = tokenizer.toJSON();
    assertEquals(saved, json);
    assertEquals(kind, tokenizer.kind);
  });
}
