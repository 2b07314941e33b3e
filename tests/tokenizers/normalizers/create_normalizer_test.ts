import { assertEquals, assertThrows } from "@std/assert";
import { JsonMembers } from "../../../src/tokenizers/json_members.ts";
import { createNormalizer } from "../../../src/tokenizers/normalizers/create_normalizer.ts";
import type { JsonObject } from "../../../src/tokenizers/tokenizer.ts";
import { codePointsBefore, readGolden } from "../_golden.ts";

interface Golden {
  texts: string[];
  normalizers: { config: JsonObject; texts: string[]; offsets: number[][] }[];
}

const { texts, normalizers } = readGolden<Golden>("parts.json");

for (const golden of normalizers) {
  const name = JSON.stringify(golden.config);
  Deno.test(`createNormalizer() gives the texts and places of Hugging Face for ${name}`, () => {
    const normalizer = createNormalizer(
      new JsonMembers(golden.config, "normalizer"),
    );
    for (const [i, text] of texts.entries()) {
      const { text: normalized, origins } = normalizer.normalize(text);
      assertEquals(normalized, golden.texts[i]);
      const offsets: number[] = [];
      for (let at = 0; at < normalized.length; at++) {
        const size = normalized.codePointAt(at)! > 0xFFFF ? 2 : 1;
        const start = origins === undefined ? at : origins.starts[at]!;
        const end = origins === undefined
          ? at + size
          : origins.ends[at + size - 1]!;
        offsets.push(
          codePointsBefore(text, start),
          codePointsBefore(text, end),
        );
        at += size - 1;
      }
      assertEquals(offsets, golden.offsets[i], JSON.stringify(text));
    }
    assertEquals(normalizer.toJSON(), golden.config);
  });
}

Deno.test("createNormalizer() lists the types that it knows", () => {
  assertThrows(
    () => createNormalizer(new JsonMembers({ type: "Nope" }, "normalizer")),
    RangeError,
    'Cannot load tokenizer: normalizer has an unknown type: "Nope"; known types: BertNormalizer, ByteLevel, ',
  );
});
