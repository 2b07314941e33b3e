/**
 * What every tokenizer must hold to, whatever its kind.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { join } from "@std/path";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";
import { tokenizerFromJSON } from "../../src/tokenizers/resolve.ts";
import {
  type Tokenizer,
  UnknownCharacterError,
} from "../../src/tokenizers/tokenizer.ts";
import { createRandom, randomText } from "./_random_text.ts";

/** Texts of every length and script; the first is empty. */
const TEXTS: readonly string[] = Array.from(
  { length: 400 },
  (_, seed) => seed === 0 ? "" : randomText(createRandom(seed)),
);

/** What differs from kind to kind. */
export interface ContractOptions {
  /**
   * Cuts a text into what the tokenizer takes for characters; left out for tokenizers that are not over characters, whose
   * unknown parts have tests of their own.
   */
  characters?: (text: string) => string[];
  /** Whether the white space that joins words has no token, so that offsets leave it out. */
  leavesSpaceOut?: boolean;
}

/**
 * Registers the tests that every kind of tokenizer must pass.
 *
 * @param name Name of the class.
 * @param train Builds a tokenizer that knows a text.
 * @param options What differs from kind to kind.
 */
export function testTokenizerContract(
  name: string,
  train: (text: string) => Tokenizer,
  options: ContractOptions = {},
): void {
  const { characters, leavesSpaceOut = false } = options;
  const all = `${TEXTS.join("\n")}.`;
  const tokenizer = train(all);

  Deno.test(`${name}.decode() gives back what encode() took, lone surrogates as U+FFFD`, () => {
    for (const text of [...TEXTS, all]) {
      const ids = tokenizer.encode(text);
      assertInstanceOf(ids, Int32Array);
      assertEquals(ids.buffer.byteLength, ids.length * 4);
      assert(ids.every((id) => id >= 0 && id < tokenizer.vocabSize));
      assertEquals(tokenizer.decode(ids), text.toWellFormed());
      assertEquals(tokenizer.decode([...ids]), text.toWellFormed());
      assertEquals(ids, tokenizer.encode(text.toWellFormed()));
    }
  });

  Deno.test(`${name}.decodeStream() gives the pieces of what decode() gives`, () => {
    const stream = tokenizer.decodeStream();
    for (const text of TEXTS) { // flush() makes the stream new
      const pieces = [...tokenizer.encode(text)].map((id) => stream.push(id));
      pieces.push(stream.flush());
      assert(pieces.every((piece) => piece.isWellFormed()));
      assertEquals(pieces.join(""), text.toWellFormed());
    }
    const random = createRandom(1); // ids that no text has, bytes that are no character among them
    for (let n = 0; n < 50; n++) {
      const ids = Array.from({ length: 20 }, () => random(tokenizer.vocabSize));
      const pieces = ids.map((id) => stream.push(id));
      assertEquals(pieces.join("") + stream.flush(), tokenizer.decode(ids));
    }
  });

  Deno.test(`${name}.encodeWithOffsets() gives the ids of encode() and places that make up the text`, () => {
    for (const given of TEXTS) {
      const text = given.toWellFormed();
      const points = Array.from(text);
      const { ids, utf16, codePoints } = tokenizer.encodeWithOffsets(given);
      assertEquals(ids, tokenizer.encode(given));
      let shown = "";
      let last = 0;
      for (const [i, start] of utf16.starts.entries()) {
        const end = utf16.ends[i]!;
        assert(start <= end && last <= end && end <= text.length);
        if (start > last) {
          assert(leavesSpaceOut, `${start} after ${last}`);
          assertEquals(text.slice(last, start), " ");
        }
        const covered = text.slice(start, end);
        assert(covered.isWellFormed());
        assertEquals(
          points.slice(codePoints.starts[i], codePoints.ends[i]).join(""),
          covered,
        );
        shown += text.slice(last, end);
        last = end;
      }
      assertEquals(shown, text);
    }
  });

  Deno.test(`${name}.encodeBatch() encodes texts one by one`, () => {
    assertEquals(
      tokenizer.encodeBatch(TEXTS),
      TEXTS.map((text) => tokenizer.encode(text)),
    );
    assertThrows(
      () => tokenizer.encodeBatch("text" as unknown as string[]),
      TypeError,
      'Cannot encode texts: texts must be an array of strings: "text"',
    );
  });

  Deno.test(`${name}.toJSON() holds all that tokenizerFromJSON() needs`, () => {
    const json = JSON.parse(JSON.stringify(tokenizer));
    assertEquals(json.kind, tokenizer.kind);
    const copy = tokenizerFromJSON(json);
    assertEquals(copy.constructor, tokenizer.constructor);
    assertEquals(copy.vocabSize, tokenizer.vocabSize);
    assertEquals(copy.encode(all), tokenizer.encode(all));
    assertEquals(JSON.stringify(copy), JSON.stringify(tokenizer));
  });

  Deno.test(`${name}.save() writes what loadTokenizer() reads`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const path = join(folder, "tokenizer.json");
      await Deno.writeTextFile(path, "old");
      await tokenizer.save(path);
      const copy = await loadTokenizer(path);
      assertEquals(copy.constructor, tokenizer.constructor);
      assertEquals(JSON.stringify(copy), JSON.stringify(tokenizer));
      assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test(`${name}.vocabulary and specialTokens list what there is`, () => {
    assertEquals(tokenizer.vocabulary.length, tokenizer.vocabSize);
    assert(tokenizer.vocabulary.every((token) => token !== ""));
    assertThrows(() => (tokenizer.vocabulary as string[]).push("x"), TypeError);
    for (const [token, id] of tokenizer.specialTokens) {
      assertEquals(tokenizer.vocabulary[id], token);
    }
  });

  Deno.test(`${name}.explain() shows the tokens of a text in order`, () => {
    for (const text of TEXTS) {
      const explanation = tokenizer.explain(text);
      assertEquals(
        explanation.tokens.map(({ id }) => id),
        [...tokenizer.encode(text)],
      );
      const shown = explanation.tokens.map((token) => token.text).join("");
      const expected = text.toWellFormed();
      if (leavesSpaceOut) {
        assertEquals(shown.replaceAll(" ", ""), expected.replaceAll(" ", ""));
      } else assertEquals(shown, expected);
    }
  });

  Deno.test(`${name}.decode() and push() refuse ids outside the vocabulary`, () => {
    for (const id of [-1, tokenizer.vocabSize, 0.5, NaN, Infinity, 2 ** 31]) {
      assertThrows(
        () => tokenizer.decode([0, id]),
        RangeError,
        `${id} at position 1`,
      );
      const stream = tokenizer.decodeStream();
      stream.push(0);
      assertThrows(() => stream.push(id), RangeError, `${id} at position 1`);
    }
  });

  Deno.test(`${name}.encode() refuses options that it does not know, and what is no text`, () => {
    assertThrows(
      () => tokenizer.encode("", { unknown: "ignore" as "skip" }),
      RangeError,
      'Cannot encode text: unknown must be "error", "skip", "nearest" or "token": "ignore"',
    );
    assertThrows(
      () => tokenizer.encode("", { addSpecialTokens: 1 as never }),
      TypeError,
      "Cannot encode text: addSpecialTokens must be true or false: 1",
    );
    assertThrows(
      () => tokenizer.encode("", { unkown: "skip" } as never),
      TypeError,
      'Cannot encode text: there is no option "unkown", did you mean "unknown"? (known: addSpecialTokens, unknown)',
    );
    for (const options of [{ skip: true }, { skipSpecialTokens: "yes" }]) {
      for (
        const decode of [
          () => tokenizer.decode([0], options as never),
          () => tokenizer.decodeStream(options as never),
        ]
      ) assertThrows(decode, TypeError, "Cannot decode ids: ");
    }
    assertThrows(
      () => tokenizer.encode(["a"] as never),
      TypeError,
      "Cannot encode text: text must be a string: object",
    );
  });

  if (characters === undefined) return;

  Deno.test(`${name}.encode() leaves out what a small vocabulary lacks, or names it`, () => {
    const small = train("ab");
    for (const text of TEXTS) {
      const parts = characters(text.toWellFormed());
      const known = parts.filter((part) => /^[ab]$/.test(part)).join("");
      assertEquals(
        small.decode(small.encode(text, { unknown: "skip" })),
        known,
      );
      if (known === text.toWellFormed()) continue;
      const error = assertThrows(
        () => small.encode(text),
        UnknownCharacterError,
      );
      assertEquals(error.characters, [
        ...new Set(parts.filter((part) => !/^[ab]$/.test(part))),
      ]);
      const rest = Array.from(text.toWellFormed()).slice(error.index).join("");
      assert(rest.startsWith(error.characters[0]!));
    }
  });
}
