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

/**
 * Registers the tests that every kind of tokenizer must pass.
 *
 * @param name Name of the class.
 * @param train Builds a tokenizer that knows a text.
 */
export function testTokenizerContract(
  name: string,
  train: (text: string) => Tokenizer,
): void {
  const all = `${TEXTS.join("")}.`;
  const tokenizer = train(all);

  Deno.test(`${name}.decode() gives back what encode() took, lone surrogates as U+FFFD`, () => {
    for (const text of [...TEXTS, all]) {
      const ids = tokenizer.encode(text);
      assertInstanceOf(ids, Int32Array);
      assert(ids.every((id) => id >= 0 && id < tokenizer.vocabSize));
      assertEquals(tokenizer.decode(ids), text.toWellFormed());
      assertEquals(tokenizer.decode([...ids]), text.toWellFormed());
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

  Deno.test(`${name}.encode() refuses an unknown policy that it does not know`, () => {
    assertThrows(
      () => tokenizer.encode("", { unknown: "ignore" as "skip" }),
      RangeError,
      'Cannot encode text: unknown must be "error", "skip", "nearest" or "token": "ignore"',
    );
  });

  Deno.test(`${name}.encode() leaves out what a small vocabulary lacks, or names it`, () => {
    const small = train("ab");
    for (const text of TEXTS) {
      const known = text.replaceAll(/[^ab]/gu, "");
      assertEquals(
        small.decode(small.encode(`${text}b`, { unknown: "skip" })),
        `${known}b`,
      );
      if (known === text.toWellFormed()) continue;
      const error = assertThrows(
        () => small.encode(text),
        UnknownCharacterError,
      );
      assertEquals(error.characters, [
        ...new Set(text.toWellFormed().replaceAll(/[ab]/g, "")),
      ]);
      assertEquals(
        Array.from(text.toWellFormed())[error.index],
        error.characters[0],
      );
    }
  });
}
