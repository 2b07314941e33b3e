import { assertEquals, assertThrows } from "@std/assert";
import { ByteTokenizer } from "../../src/tokenizers/byte_tokenizer.ts";
import { testTokenizerContract } from "./_contract.ts";

testTokenizerContract("ByteTokenizer", () => new ByteTokenizer());

Deno.test("ByteTokenizer.encode() gives the bytes of UTF-8", () => {
  const tokenizer = new ByteTokenizer();
  assertEquals(tokenizer.vocabSize, 256);
  // é is C3 A9, 漢 is E6 BC A2, 🐋 is F0 9F 90 8B
  assertEquals(
    tokenizer.encode("aé漢🐋"),
    Int32Array.of(
      0x61,
      0xC3,
      0xA9,
      0xE6,
      0xBC,
      0xA2,
      0xF0,
      0x9F,
      0x90,
      0x8B,
    ),
  );
  const { utf16, codePoints } = tokenizer.encodeWithOffsets("é🐋a");
  assertEquals([...utf16.starts], [0, 0, 1, 1, 1, 1, 3]);
  assertEquals([...utf16.ends], [1, 1, 3, 3, 3, 3, 4]);
  assertEquals([...codePoints.ends], [1, 1, 2, 2, 2, 2, 3]);
});

Deno.test("ByteTokenizer.decodeStream() holds a character back until it is whole", () => {
  const stream = new ByteTokenizer().decodeStream();
  const pieces = [0xF0, 0x9F, 0x90, 0x8B, 0xC3, 0x61, 0xE6].map((id) =>
    stream.push(id)
  );
  assertEquals(pieces, ["", "", "", "🐋", "", "\uFFFDa", ""]);
  assertEquals(stream.flush(), "\uFFFD");
});

Deno.test("ByteTokenizer.fromJSON() refuses members that it does not know", () => {
  assertThrows(
    () => ByteTokenizer.fromJSON({ kind: "byte", size: 256 }),
    RangeError,
    'Cannot build ByteTokenizer: JSON must be {"kind":"byte"}: {"kind":"byte","size":256}',
  );
});
