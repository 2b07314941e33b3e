import { assertEquals } from "@std/assert";
import {
  ANY_CHARACTER,
  type CharacterSet,
  characterSet,
  charactersOf,
  complementOf,
  contains,
  intersectionOf,
  unionOf,
} from "../../../../src/generation/constraints/grammar/character_set.ts";

Deno.test("A set has its ranges in order, joined where they touch, without surrogates", () => {
  for (
    const [ranges, set] of [
      [[5, 6, 1, 2], [1, 2, 5, 6]],
      [[1, 2, 3, 4], [1, 4]],
      [[1, 9, 3, 4, 12, 12], [1, 9, 12, 12]],
      [[0xd7fe, 0xe001], [0xd7fe, 0xd7ff, 0xe000, 0xe001]],
      [[0xd800, 0xdfff], []],
      [[0, 0x10ffff], ANY_CHARACTER],
      [[], []],
    ] as [number[], CharacterSet][]
  ) assertEquals(characterSet(ranges), set);
  assertEquals(charactersOf("cab🐋"), [0x61, 0x63, 0x1f40b, 0x1f40b]);
});

Deno.test("Sets of a few characters are joined, cut and negated as lists of them are", () => {
  const all = Array.from({ length: 12 }, (_, i) => i);
  const setOf = (bits: number) =>
    characterSet(all.flatMap((i) => bits >> i & 1 ? [i, i] : []));
  for (let a = 1; a < 4096; a += 97) {
    for (let b = 3; b < 4096; b += 89) {
      assertEquals(unionOf([setOf(a), setOf(b)]), setOf(a | b));
      assertEquals(intersectionOf(setOf(a), setOf(b)), setOf(a & b));
    }
    const rest = complementOf(setOf(a));
    assertEquals(intersectionOf(rest, [0, 11]), setOf(~a & 4095));
    assertEquals(complementOf(rest), setOf(a));
    assertEquals(all.filter((i) => contains(setOf(a), i)), [
      ...all.filter((i) => a >> i & 1),
    ]);
  }
  assertEquals(complementOf([]), ANY_CHARACTER);
  assertEquals(complementOf(ANY_CHARACTER), []);
});
