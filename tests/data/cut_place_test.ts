import { assert, assertEquals } from "@std/assert";
import { cutPlace } from "../../src/data/cut_place.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";

/** How tokenizers cut a text into words before they encode each by itself, as their files say it. */
const WORDS: Record<string, RegExp> = {
  "GPT-2":
    /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu,
  "GPT-4":
    /'(?:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+$|\s*[\r\n]|\s+(?!\S)|\s/giu,
  "Llama 3":
    /'(?:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/giu,
  BERT: /[^\s\p{P}]+|\p{P}/gu,
};

/** Texts of everything that could mislead a cut. */
function randomText(random: RandomStream): string {
  const parts = [
    "whale",
    " ",
    " ",
    "\n",
    "\n",
    "\n\n",
    "  ",
    "\t",
    "'s",
    "'",
    ".",
    "/",
    "42",
    "é",
    "e\u0301",
    "日本",
    "🐋",
    "\u00A0",
    "I",
    "-",
  ];
  const length = 5 + random.integer(40);
  return Array.from({ length }, () => parts[random.integer(parts.length)]).join(
    "",
  );
}

for (const [name, pattern] of Object.entries(WORDS)) {
  Deno.test(`cutPlace() leaves the words of ${name} as they are`, () => {
    const random = new RandomStream(3, name);
    let cuts = 0;
    for (let trial = 0; trial < 3000; trial++) {
      const text = randomText(random);
      const place = cutPlace(text);
      if (place === 0) continue;
      cuts++;
      const words = (text: string): string[] => text.match(pattern) ?? [];
      assertEquals(
        [...words(text.slice(0, place)), ...words(text.slice(place))],
        words(text),
      );
    }
    assert(cuts > 1000, `${cuts} texts were cut`);
  });
}

Deno.test("cutPlace() leaves the ids of characters as they are", () => {
  const random = new RandomStream(4, "characters");
  for (let trial = 0; trial < 300; trial++) {
    const text = randomText(random);
    const tokenizer = CharTokenizer.train(text);
    const place = cutPlace(text);
    assertEquals(
      [
        ...tokenizer.encode(text.slice(0, place)),
        ...tokenizer.encode(text.slice(place)),
      ],
      [...tokenizer.encode(text)],
    );
  }
});

Deno.test("cutPlace() takes the last place that there is, and none where what follows is not known", () => {
  for (
    const [text, place] of [
      ["one two three", 7],
      ["one two ", 3],
      ["one. Two", 0], // the space stands after a full stop
      ["one\ntwo", 4],
      ["one\n", 0],
      ["one.\n2", 5],
      ["one\n\ntwo", 0], // GPT-2 reads two line feeds in one way before a letter, in another at the end
      ["one\n two", 0],
      ["one\n/two", 0],
      ["", 0],
      [" a", 0],
      ["a b", 1],
    ] as const
  ) assertEquals(cutPlace(text), place, JSON.stringify(text));
});
