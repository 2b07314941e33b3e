import { assertEquals, assertThrows } from "@std/assert";
import { JsonMembers } from "../../../src/tokenizers/json_members.ts";
import { PrecompiledNormalizer } from "../../../src/tokenizers/normalizers/precompiled.ts";
import { readModelsGolden } from "../_models_golden.ts";
import { offsetsOf } from "../_offsets.ts";

const { texts, normalizers } = readModelsGolden().normalizers;
const golden = normalizers.find(({ config }) =>
  config["type"] === "Precompiled"
)!;

function load(charsmap: unknown): PrecompiledNormalizer {
  return PrecompiledNormalizer.fromJSON(
    new JsonMembers({ precompiled_charsmap: charsmap }, "normalizer"),
  );
}

const normalizer = load(golden.config["precompiled_charsmap"]);

for (const [i, text] of texts.entries()) {
  Deno.test(`PrecompiledNormalizer gives the text and places of Hugging Face for ${JSON.stringify(text)}`, () => {
    const result = normalizer.normalize(text);
    assertEquals(result.text, golden.texts[i]);
    assertEquals(offsetsOf(text, result), golden.offsets[i]);
  });
}

Deno.test("PrecompiledNormalizer.toJSON() gives the member that it was read from", () => {
  assertEquals(normalizer.toJSON(), golden.config);
});

Deno.test("PrecompiledNormalizer gives the same again from memory", () => {
  const text = texts.join(" ");
  assertEquals(normalizer.normalize(text), normalizer.normalize(text));
});

/** Bytes in base64: the size of the double array, its units, the replacements. */
function pack(
  size: number,
  units: readonly number[],
  block: readonly number[],
): string {
  const bytes = new Uint8Array(4 + units.length * 4 + block.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, size, true);
  for (const [i, unit] of units.entries()) {
    view.setUint32(4 + 4 * i, unit, true);
  }
  bytes.set(block, 4 + units.length * 4);
  return btoa(String.fromCharCode(...bytes));
}

Deno.test("PrecompiledNormalizer refuses rules that are damaged", () => {
  const size =
    "Cannot load tokenizer: precompiled_charsmap must begin with the size of its double array: ";
  const cases: [unknown, ErrorConstructor, string][] = [
    [
      undefined,
      TypeError,
      "Cannot load tokenizer: normalizer.precompiled_charsmap must be a string: undefined",
    ],
    [
      "*",
      SyntaxError,
      'Cannot load tokenizer: precompiled_charsmap must be base64: "*"',
    ],
    ["", SyntaxError, size + "0 of 0 bytes"],
    [pack(8, [0], []), SyntaxError, size + "8 of 8 bytes"],
    [pack(3, [0], []), SyntaxError, size + "3 of 8 bytes"],
    // One unit after another leads by "a" (0x61) to a leaf: offset 0x200 of the root, then 1, whose value is byte 9 of 2.
    [
      pack(4 * 0x300, leaf(9), [0x62, 0]),
      SyntaxError,
      "Cannot load tokenizer: precompiled_charsmap must have a replacement for every rule: none at byte 9",
    ],
    [
      pack(4 * 0x300, leaf(0), [0xFF, 0]),
      SyntaxError,
      "Cannot load tokenizer: precompiled_charsmap must have a replacement for every rule: none at byte 0",
    ],
  ];
  for (const [charsmap, type, message] of cases) {
    assertThrows(() => load(charsmap), type, message);
  }
  const good = load(pack(4 * 0x300, leaf(0), [0x62, 0]));
  assertEquals(good.normalize("xaé").text, "xbé");
  const outside = load(pack(4, [0x3FF << 10], [])); // leads nowhere
  assertEquals(outside.normalize("aé").text, "aé");
});

/** A double array with one rule, for "a". */
function leaf(value: number): number[] {
  const units = new Array<number>(0x300).fill(0);
  units[0] = 0x200 << 10;
  units[0x200 ^ 0x61] = (1 << 10) | (1 << 8) | 0x61;
  units[0x200 ^ 0x61 ^ 1] = (0x8000_0000 | value) >>> 0;
  return units;
}
