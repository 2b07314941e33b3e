import { assertEquals, assertThrows } from "@std/assert";
import { encodeBytes } from "../../../src/tokenizers/byte_alphabet.ts";
import { JsonMembers } from "../../../src/tokenizers/json_members.ts";
import { createPreTokenizer } from "../../../src/tokenizers/pre_tokenizers/create_pre_tokenizer.ts";
import { onePiece } from "../../../src/tokenizers/pre_tokenizers/word_pre_tokenizers.ts";
import type { JsonObject } from "../../../src/tokenizers/tokenizer.ts";
import { codePointsBefore, readGolden } from "../_golden.ts";

/** Where a piece stands in code points, and what it says where that is not what the text says there. */
type Piece = [start: number, end: number, changed?: string];

interface Golden {
  texts: string[];
  preTokenizers: { config: JsonObject; pieces: Piece[][] }[];
}

const { texts, preTokenizers } = readGolden<Golden>("parts.json");

for (const golden of preTokenizers) {
  const name = JSON.stringify(golden.config);
  Deno.test(`createPreTokenizer() gives the pieces of Hugging Face for ${name}`, () => {
    const preTokenizer = createPreTokenizer(
      new JsonMembers(golden.config, "pre_tokenizer"),
    );
    for (const [i, text] of texts.entries()) {
      const result = preTokenizer.cut({
        text,
        origins: undefined,
        bounds: onePiece(text),
        atStart: true,
        byteLevel: false,
      });
      const pieces: Piece[] = [];
      for (let n = 0; n < result.bounds.length; n += 2) {
        const start = result.bounds.data[n]!;
        const end = result.bounds.data[n + 1]!;
        const piece = result.text.slice(start, end);
        const from = result.origins?.starts[start] ?? start;
        const to = result.origins?.ends[end - 1] ?? end;
        const shown = result.byteLevel ? encodeBytes(piece) : piece;
        pieces.push([
          codePointsBefore(text, from),
          codePointsBefore(text, to),
          ...(shown === text.slice(from, to) ? [] : [shown]),
        ] as Piece);
      }
      assertEquals(pieces, golden.pieces[i], JSON.stringify(text));
    }
    assertEquals(preTokenizer.toJSON(), golden.config);
  });
}

Deno.test("createPreTokenizer() lists the types that it knows", () => {
  assertThrows(
    () =>
      createPreTokenizer(new JsonMembers({ type: "Nope" }, "pre_tokenizer")),
    RangeError,
    'Cannot load tokenizer: pre_tokenizer has an unknown type: "Nope"; known types: BertPreTokenizer, ',
  );
});

Deno.test("createPreTokenizer() refuses bytes that are cut again", () => {
  const json = {
    type: "Sequence",
    pretokenizers: [{ type: "ByteLevel" }, { type: "Digits" }],
  };
  assertThrows(
    () => createPreTokenizer(new JsonMembers(json, "pre_tokenizer")),
    RangeError,
    "Cannot load tokenizer: ByteLevel must be the last pre-tokenizer of a sequence: pre_tokenizer.pretokenizers[0]",
  );
});
