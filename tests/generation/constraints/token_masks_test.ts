import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import type { Acceptor } from "../../../src/generation/constraints/acceptor.ts";
import { allOf } from "../../../src/generation/constraints/forms/all_of.ts";
import {
  type MaskState,
  TokenMasks,
} from "../../../src/generation/constraints/token_masks.ts";
import { ByteTokenizer } from "../../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../../src/tokenizers/char_tokenizer.ts";
import type { Tokenizer } from "../../../src/tokenizers/tokenizer.ts";
import { WordTokenizer } from "../../../src/tokenizers/word_tokenizer.ts";
import {
  Automaton,
  manyOf,
  oneOfTexts,
  randomAutomaton,
} from "./_automaton.ts";
import { SMALL, withDecoder } from "./_small_tokenizers.ts";

/** The ids of a mask. */
function idsOf(mask: Uint32Array): number[] {
  const ids: number[] = [];
  for (let id = 0; id < mask.length * 32; id++) {
    if (mask[id >> 5]! >>> (id & 31) & 1) ids.push(id);
  }
  return ids;
}

/** Which tokens may follow by trying all rows of tokens. */
class BruteForce {
  readonly #known = new Map<string, boolean>();

  constructor(
    readonly tokenizer: Tokenizer,
    readonly accepts: (text: string) => boolean,
  ) {}

  allowed(row: readonly number[], tokensLeft: number): number[] {
    return Array.from(this.tokenizer.vocabulary.keys()).filter((id) =>
      tokensLeft > 0 && this.#isUseful(row, id) &&
      (this.#addsText(row, id)
        ? this.#canEnd([...row, id], tokensLeft - 1)
        : this.allowed([...row, id], tokensLeft - 1).length > 0)
    );
  }

  /** Bytes that are no UTF-8 are no text, though a decoder writes U+FFFD for them, which the small vocabularies lack. */
  isAccepted(row: readonly number[]): boolean {
    const text = this.tokenizer.decode(row);
    return !text.includes("\uFFFD") && this.accepts(text);
  }

  #canEnd(row: readonly number[], tokensLeft: number): boolean {
    if (this.isAccepted(row)) return true;
    if (tokensLeft === 0) return false;
    const key = `${row} ${tokensLeft}`;
    let answer = this.#known.get(key);
    if (answer === undefined) {
      answer = this.allowed(row, tokensLeft).length > 0;
      this.#known.set(key, answer);
    }
    return answer;
  }

  /** Special tokens are no text, and joining what is joined does nothing. */
  #isUseful(row: readonly number[], id: number): boolean {
    const token = this.tokenizer.vocabulary[id]!;
    if (this.tokenizer.specialTokens.has(token)) return false;
    return token !== "<join>" || row.at(-1) !== id;
  }

  /** Joining adds no text, nor does a space that is taken from the beginning; another must follow. */
  #addsText(row: readonly number[], id: number): boolean {
    const token = this.tokenizer.vocabulary[id]!;
    return token !== "<join>" && this.tokenizer.decode([...row, id]) !== "";
  }
}

/** Compares masks with brute force along all rows that are allowed. */
function compare(
  acceptor: Acceptor,
  brute: BruteForce,
  tokens: number,
): number {
  const masks = new TokenMasks(acceptor, brute.tokenizer);
  let count = 0;
  const visit = (state: MaskState, row: readonly number[]) => {
    const left = tokens - row.length;
    const allowed = idsOf(masks.allowed(state, left));
    assertEquals(
      allowed,
      brute.allowed(row, left),
      `after ${row} with ${left} left`,
    );
    assertEquals(masks.isComplete(state), brute.isAccepted(row));
    assertEquals(
      masks.mustEnd(state, left),
      masks.isComplete(state) && allowed.length === 0,
    );
    count += allowed.length;
    for (const id of allowed) visit(masks.advance(state, id), [...row, id]);
  };
  visit(masks.start(), []);
  return count;
}

/** An automaton that says which characters it treats alike. */
function withClasses(automaton: Automaton): Acceptor {
  const classBegins = automaton.edges.flatMap(({ range: [from, to] }) => [
    from,
    to + 1,
  ]);
  return Object.assign(automaton, { classBegins }) as Acceptor;
}

for (const [name, tokenizer, characters] of SMALL) {
  Deno.test(`TokenMasks allows what can be completed, and nothing else, for ${name}`, () => {
    const random = new RandomStream(1, name);
    let count = 0;
    for (let n = 0; n < 50; n++) {
      const automaton = randomAutomaton(characters, random);
      const brute = new BruteForce(
        tokenizer,
        (text) => automaton.accepts(text),
      );
      count += compare(automaton, brute, n % 5);
    }
    assert(count > 100, `${count} tokens were allowed`);
  });

  Deno.test(`TokenMasks allows what can be completed under two constraints, and nothing else, for ${name}`, () => {
    const random = new RandomStream(2, name);
    let count = 0;
    for (let n = 0; n < 50; n++) {
      const one = randomAutomaton(characters, random);
      const other = randomAutomaton(characters, random);
      const brute = new BruteForce(
        tokenizer,
        (text) => one.accepts(text) && other.accepts(text),
      );
      count += compare(allOf(one as Acceptor, other as Acceptor), brute, n % 5);
    }
    assert(count > 30, `${count} tokens were allowed`);
  });

  Deno.test(`TokenMasks allows what can be completed under constraints that name their classes, and nothing else, for ${name}`, () => {
    const random = new RandomStream(5, name);
    let count = 0;
    for (let n = 0; n < 50; n++) {
      const parts = Array.from(
        { length: 2 + n % 2 },
        () => randomAutomaton(characters, random),
      );
      const brute = new BruteForce(
        tokenizer,
        (text) => parts.every((part) => part.accepts(text)),
      );
      count += compare(allOf(...parts.map(withClasses)), brute, n % 5);
    }
    assert(count > 30, `${count} tokens were allowed`);
  });

  Deno.test(`TokenMasks.leastTokens() is the length of the shortest row for ${name}`, () => {
    const random = new RandomStream(3, name);
    for (let n = 0; n < 25; n++) {
      const automaton = randomAutomaton(characters, random);
      const masks = new TokenMasks(automaton, tokenizer);
      const least = masks.leastTokens(masks.start());
      const brute = new BruteForce(
        tokenizer,
        (text) => automaton.accepts(text),
      );
      for (let tokens = 0; tokens <= 4; tokens++) {
        const canEnd = automaton.accepts("") ||
          brute.allowed([], tokens).length > 0;
        assertEquals(canEnd, least <= tokens);
        assertEquals(masks.canEnd(masks.start(), tokens), canEnd);
      }
    }
  });
}

Deno.test("TokenMasks keeps masks by the acceptor's state", () => {
  const masks = new TokenMasks(
    manyOf("0", "9", 1),
    CharTokenizer.train("0123456789x"),
  );
  const state = masks.advance(masks.start(), 1);
  assertStrictEquals(masks.advance(state, 2), state);
  assertStrictEquals(masks.allowed(state, 9), masks.allowed(state, 5));
  assertEquals(idsOf(masks.allowed(state, 9)), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("TokenMasks allows the end token where the text is complete, and nowhere else", () => {
  const tokenizer = new CharTokenizer(["1", "2", "."]);
  const masks = new TokenMasks(oneOfTexts(["1", "12", "1.2"]), tokenizer, {
    endToken: 2,
  });
  const one = masks.advance(masks.start(), 0);
  assertEquals(idsOf(masks.allowed(masks.start(), 3)), [0]);
  assertEquals(idsOf(masks.allowed(one, 3)), [1, 2]); // "2" or the end, as "." is the end and no text
  assertEquals(masks.mustEnd(one), false);
  const both = masks.advance(one, 1);
  assertEquals(idsOf(masks.allowed(both, 3)), [2]);
  assertEquals(masks.mustEnd(both), true);
  assertEquals(masks.mustEnd(one, 0), true);
  assertThrows(
    () => masks.advance(one, 2),
    RangeError,
    "no text goes on with token 2 here",
  );
});

Deno.test("TokenMasks writes emoji byte by byte where they have no token", () => {
  const masks = new TokenMasks(oneOfTexts(["🐋", "🐌!"]), new ByteTokenizer());
  const bytes = new TextEncoder().encode("🐋");
  let state = masks.start();
  assertEquals(masks.leastTokens(state), 4);
  for (const [i, byte] of bytes.entries()) {
    const last = i === 3 ? [0x8B, 0x8C] : [byte]; // 🐌 differs in its last byte
    assertEquals(idsOf(masks.allowed(state, 10)), last);
    if (i === 3) assertEquals(idsOf(masks.allowed(state, 1)), [0x8B]); // 🐌 needs one more
    assertEquals(masks.isComplete(state), false);
    state = masks.advance(state, byte);
  }
  assertEquals(masks.isComplete(state), true);
});

Deno.test("TokenMasks finds the one way that is left, though it is the last to be looked at", () => {
  // Of a million characters the last one alone is soon followed by the end.
  const one = (from: number, to: number, range: readonly [number, number]) => ({
    from,
    to,
    range,
  });
  const a = [0x61, 0x61] as const;
  const detour = Array.from(
    { length: 20 },
    (_, n) => one(n + 1, n === 19 ? 21 : n + 2, a),
  );
  const automaton = new Automaton([
    one(0, 1, [0x100000, 0x10FFFE]),
    one(0, 21, [0x10FFFF, 0x10FFFF]),
    ...detour,
  ], new Set([21]));
  const masks = new TokenMasks(automaton, new ByteTokenizer());
  let state = masks.start();
  assertEquals(masks.leastTokens(state), 4);
  const bytes = new TextEncoder().encode("\u{10FFFF}");
  for (const [i, byte] of bytes.entries()) {
    assertEquals(idsOf(masks.allowed(state, 4 - i)), [byte]);
    state = masks.advance(state, byte);
  }
  assertEquals(masks.isComplete(state), true);
});

Deno.test("TokenMasks says so when an acceptor has promised a way that is none", () => {
  class Liar extends Automaton {
    override distance(): number {
      return 1;
    }
  }
  const a = { from: 0, to: 1, range: [0x61, 0x61] } as const;
  const masks = new TokenMasks(
    new Liar([a], new Set([2]), "a lie"),
    new CharTokenizer(["a"]),
  );
  assertThrows(
    () => masks.allowed(masks.advance(masks.start(), 0), 3),
    RangeError,
    "Cannot constrain: an acceptor's distance() must be that of a real way to a complete text: " +
      "there is none within 3 tokens to a lie",
  );
});

Deno.test("TokenMasks allows a token without text only where another can follow", () => {
  const tokenizer = new WordTokenizer(["<unk>", "<join>", "a", "b"]);
  const named = (mask: Uint32Array) =>
    idsOf(mask).map((id) => tokenizer.vocabulary[id]);
  const masks = new TokenMasks(oneOfTexts(["a", "ab"]), tokenizer);
  const a = masks.advance(masks.start(), 2);
  assertEquals(named(masks.allowed(a, 2)), ["<join>"]);
  assertEquals(named(masks.allowed(a, 1)), []);
  assertEquals(masks.mustEnd(a, 2), false);
  assertEquals(masks.mustEnd(a, 1), true);
  const joined = masks.advance(a, 1);
  assertEquals(named(masks.allowed(joined, 1)), ["b"]);
  const only = new TokenMasks(oneOfTexts(["a"]), tokenizer);
  assertEquals(only.mustEnd(only.advance(only.start(), 2)), true);
  assertEquals(named(only.allowed(only.start(), 1)), ["a"]);
});

Deno.test("TokenMasks counts in tokens, not in characters", () => {
  // Seven characters, two tokens: "the wha" and "le", or one by one.
  const tokens = [..."the whal", "theĠwha", "le"].map((token) =>
    token === " " ? "Ġ" : token
  );
  const tokenizer = withDecoder({ type: "ByteLevel" }, [...new Set(tokens)]);
  const masks = new TokenMasks(oneOfTexts(["the whale"]), tokenizer);
  assertEquals(masks.leastTokens(masks.start()), 2);
  const named = (left: number) =>
    idsOf(masks.allowed(masks.start(), left)).map((id) =>
      tokenizer.vocabulary[id]
    );
  assertEquals(named(1), []);
  assertEquals(named(2), ["theĠwha"]);
  assertEquals(named(8), ["t", "theĠwha"]); // seven one by one, and "le"
  assertEquals(named(7), ["theĠwha"]);
});

Deno.test("TokenMasks refuses what is no acceptor, no tokenizer of the library, no id and no option", () => {
  const tokenizer = new CharTokenizer(["a"]);
  for (
    const [value, shown] of [[null, "null"], [/a/, "/a/"], ["a", '"a"'], [{
      description: "",
    }, '{"description":""}']] as const
  ) {
    assertThrows(
      () => new TokenMasks(value as never, tokenizer),
      TypeError,
      `Cannot constrain: a constraint must be an acceptor, such as matching(/[a-z]+/) or withoutLetters("e"): ${shown}`,
    );
  }
  const digits = manyOf("0", "9", 1);
  assertThrows(
    () => new TokenMasks(digits, null as never),
    TypeError,
    "known of tokenizers of this library: undefined",
  );
  for (const endToken of [-1, 1, 0.5, NaN, "0" as never]) {
    assertThrows(
      () => new TokenMasks(digits, tokenizer, { endToken }),
      RangeError,
      `Cannot constrain: endToken must be an id from 0 to 0: ${endToken}`,
    );
  }
  assertThrows(
    () => new TokenMasks(digits, tokenizer, { end: 0 } as never),
    TypeError,
    'Cannot constrain: there is no option "end" (known: endToken)',
  );
});

Deno.test("TokenMasks refuses states and numbers that are none", () => {
  const masks = new TokenMasks(
    manyOf("a", "a", 1),
    new CharTokenizer(["a", "b"]),
  );
  for (const state of [null, undefined, {}, 0]) {
    assertThrows(
      () => masks.allowed(state as never, 1),
      TypeError,
      `Cannot constrain: the state must come from start() or advance(): ${
        state === null ? "null" : typeof state
      }`,
    );
  }
  for (const left of [-1, 0.5, NaN, "1" as never]) {
    assertThrows(
      () => masks.allowed(masks.start(), left),
      RangeError,
      `Cannot constrain: tokensLeft must be an integer from 0, or Infinity: ${left}`,
    );
  }
  for (const id of [1, 2, -1, 0.5, NaN]) {
    assertThrows(
      () => masks.advance(masks.start(), id),
      RangeError,
      `Cannot constrain: no text goes on with token ${id} here, as it must be 1 to Infinity of a-a`,
    );
  }
});
