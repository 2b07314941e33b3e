import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import type { Acceptor } from "../../../src/generation/constraints/acceptor.ts";
import { acrostic } from "../../../src/generation/constraints/forms/acrostic.ts";
import { allOf } from "../../../src/generation/constraints/forms/all_of.ts";
import { lineLength } from "../../../src/generation/constraints/forms/line_length.ts";
import { mustContain } from "../../../src/generation/constraints/forms/must_contain.ts";
import { withoutLetters } from "../../../src/generation/constraints/forms/without_letters.ts";
import { TokenMasks } from "../../../src/generation/constraints/token_masks.ts";
import { BPETokenizer } from "../../../src/tokenizers/bpe_tokenizer.ts";
import { tokenizerFromJSON } from "../../../src/tokenizers/resolve.ts";
import { ByteTokenizer } from "../../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../../src/tokenizers/char_tokenizer.ts";

const LETTERS = "abcdxyz\n";

/** Two to four forms at once, some of which do not go together. */
function randomForms(random: RandomStream): Acceptor {
  const word = (length: number) =>
    Array.from({ length }, () => LETTERS[random.integer(5)]).join("");
  const makers: (() => Acceptor)[] = [
    () => acrostic(word(1 + random.integer(5))),
    () => withoutLetters("cdxyz"[random.integer(5)]!),
    () =>
      mustContain(
        Array.from({ length: 1 + random.integer(2) }, () =>
          word(1 + random.integer(4))),
      ),
    () => {
      const min = random.integer(4);
      const lines = random.integer(3) === 0 ? 1 + random.integer(4) : 0;
      return lineLength({
        min,
        max: min + 2 + random.integer(6),
        ...(lines > 0 ? { lines } : {}),
      });
    },
  ];
  return allOf(
    ...random.shuffle(makers).slice(0, 2 + random.integer(2)).map((make) =>
      make()
    ),
  );
}

Deno.test("Reach finds over bytes the ways through several forms that there are over characters, and no shorter ones", () => {
  const random = new RandomStream(1, "forms");
  const characters = CharTokenizer.train(LETTERS);
  const bytes = new ByteTokenizer();
  const bpe = BPETokenizer.train("abc dxy abcd xyz\nabd", { vocabSize: 270 });
  let [possible, impossible] = [0, 0];
  for (let n = 0; n < 60; n++) {
    const forms = randomForms(random);
    const by = (tokenizer: CharTokenizer | ByteTokenizer | BPETokenizer) => {
      const masks = new TokenMasks(forms, tokenizer);
      return { masks, start: masks.start() };
    };
    const one = by(characters);
    const least = one.masks.leastTokens(one.start);
    if (least === Infinity) impossible++;
    else possible++;
    const other = by(bytes);
    assertEquals(
      other.masks.canEnd(other.start, 100),
      least < Infinity,
      forms.description,
    );
    if (least === Infinity) continue;
    assertEquals(other.masks.canEnd(other.start, least), true);
    if (least > 0) {
      assertEquals(other.masks.canEnd(other.start, least - 1), false);
    }
    const third = by(bpe); // longer tokens take fewer
    assert(third.masks.leastTokens(third.start) <= least);
  }
  assert(possible > 15 && impossible > 5, `${possible} and ${impossible}`);
});

Deno.test("Reach asks once what hundreds of beginnings of characters lead to", () => {
  // Bytes, a few longer tokens, and 640 that are the first two bytes of a character of three.
  const bytes = BPETokenizer.train("a", { vocabSize: 256 });
  const json = JSON.parse(JSON.stringify(bytes));
  const tokensOf = (text: string) =>
    Array.from(bytes.encode(text), (id) => bytes.vocabulary[id]!);
  const tokens = ["\n\n\n\n", "Wh", "Ha", "le", "E\n", "\nA", "L\nE"].map((
    text,
  ) => tokensOf(text).join(""));
  for (let lead = 0xE3; lead < 0xED; lead++) {
    for (let second = 0x80; second < 0xC0; second++) {
      const character = new TextDecoder().decode(
        Uint8Array.of(lead, second, 0x80),
      );
      tokens.push(tokensOf(character).slice(0, 2).join(""));
    }
  }
  for (const [i, token] of tokens.entries()) json.model.vocab[token] = 256 + i;
  const tokenizer = tokenizerFromJSON(json);

  const plain = acrostic("WHALE");
  let asked = 0;
  const masks = new TokenMasks({
    description: plain.description,
    start: plain.start,
    next: (state, point) => plain.next(state, point),
    leadsOn: (state, from, to) => plain.leadsOn(state, from, to),
    isComplete: (state) => plain.isComplete(state),
    distance: (state, cost) => {
      asked++;
      return plain.distance(state, cost);
    },
    key: (state) => plain.key(state),
  }, tokenizer);
  let state = masks.start();
  const allowed: number[] = [];
  for (let left = 12; left > 4; left--) {
    let count = 0;
    for (const mask of masks.allowed(state, left)) {
      for (let bits = mask; bits !== 0; bits &= bits - 1) count++;
    }
    allowed.push(count);
    state = masks.advance(state, tokenizer.encode(left === 12 ? "W" : "o")[0]!);
  }
  // As many as a search from each of them finds, which asks for 480,000 distances.
  assertEquals(allowed, [3, 823, 823, 823, 818, 802, 132, 2]);
  assert(asked < 20_000, `${asked} distances`);
});
