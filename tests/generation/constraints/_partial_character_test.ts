import { assertEquals } from "@std/assert";
import {
  beginCharacter,
  codePointRange,
  continueCharacter,
  IMPOSSIBLE,
  missingBytes,
} from "../../../src/generation/constraints/_partial_character.ts";

Deno.test("continueCharacter() reads every character of several bytes, and codePointRange() always has it", () => {
  const points = [
    0x80,
    0x7FF,
    0x800,
    0xFFF,
    0x1000,
    0xD7FF,
    0xE000,
    0xFFFF,
    0x10000,
    0x3FFFF,
    0x40000,
    0x10FFFF,
  ];
  for (let point = 0x80; point <= 0x10FFFF; point += 97) {
    if (point < 0xD800 || point > 0xDFFF) points.push(point);
  }
  for (const point of points) {
    const [first, ...rest] = new TextEncoder().encode(
      String.fromCodePoint(point),
    );
    let partial = beginCharacter(first!);
    let left = rest.length;
    for (const byte of rest) {
      assertEquals(missingBytes(partial), left--);
      const [from, to] = codePointRange(partial);
      assertEquals(from <= point && point <= to, true);
      partial = continueCharacter(partial, byte);
    }
    assertEquals(partial, point * 4);
  }
});

Deno.test("beginCharacter() and continueCharacter() refuse what a decoder of UTF-8 refuses", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const isText = (...bytes: number[]) => {
    try {
      decoder.decode(Uint8Array.from(bytes));
      return true;
    } catch {
      return false;
    }
  };
  for (let first = 0x80; first <= 0xFF; first++) {
    for (let second = 0; second <= 0xFF; second++) {
      const begun = beginCharacter(first);
      const partial = begun === IMPOSSIBLE
        ? IMPOSSIBLE
        : continueCharacter(begun, second);
      const rest = partial === IMPOSSIBLE
        ? [0x80, 0x80]
        : new Array<number>(missingBytes(partial)).fill(0x80);
      const expected = isText(first, second, ...rest) ||
        partial === IMPOSSIBLE &&
          (isText(first, second) || isText(first, second, 0x80));
      assertEquals(partial !== IMPOSSIBLE, expected, `${first} ${second}`);
    }
  }
});

Deno.test("codePointRange() gives what a character may become, without surrogates", () => {
  assertEquals(codePointRange(beginCharacter(0xC3)), [0xC0, 0xFF]);
  assertEquals(codePointRange(beginCharacter(0xE0)), [0x800, 0xFFF]);
  assertEquals(codePointRange(beginCharacter(0xED)), [0xD000, 0xD7FF]);
  assertEquals(codePointRange(beginCharacter(0xF0)), [0x10000, 0x3FFFF]);
  assertEquals(codePointRange(beginCharacter(0xF4)), [0x100000, 0x10FFFF]);
  assertEquals(codePointRange(continueCharacter(beginCharacter(0xF0), 0x9F)), [
    0x1F000,
    0x1FFFF,
  ]);
});
