import { assertEquals, assertThrows } from "@std/assert";
import { createDecoder } from "../../../src/tokenizers/decoders/create_decoder.ts";
import { JsonMembers } from "../../../src/tokenizers/json_members.ts";
import type { JsonObject } from "../../../src/tokenizers/tokenizer.ts";
import { readGolden } from "../_golden.ts";

interface Golden {
  tokens: string[];
  decoders: { config: JsonObject; text: string }[];
}

const { tokens, decoders } = readGolden<Golden>("parts.json");

for (const golden of decoders) {
  const name = JSON.stringify(golden.config);
  Deno.test(`createDecoder() gives the text of Hugging Face for ${name}`, () => {
    const decoder = createDecoder(new JsonMembers(golden.config, "decoder"));
    let text = "";
    const run = decoder.start((piece) => text += piece, false);
    for (const token of tokens) run.push(token);
    run.flush();
    assertEquals(text, golden.text);
    assertEquals(decoder.toJSON(), golden.config);
  });
}

Deno.test("createDecoder() lists the types that it knows", () => {
  assertThrows(
    () => createDecoder(new JsonMembers({ type: "Nope" }, "decoder")),
    RangeError,
    'Cannot load tokenizer: decoder has an unknown type: "Nope"; known types: BPEDecoder, ',
  );
});
