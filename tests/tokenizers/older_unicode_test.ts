import { assertEquals } from "@std/assert";
import {
  CONTROLS,
  MARKS,
  NONSPACING_MARKS,
  PUNCTUATION,
} from "../../src/tokenizers/older_unicode.ts";
import { readGolden } from "./_golden.ts";

const { sets } = readGolden<{ sets: Record<string, string> }>("parts.json");

/** The characters that an expression finds, as ranges of code points. */
function rangesOf(expression: RegExp): string {
  const test = new RegExp(expression.source, "v"); // without a place to go on from
  const ranges: [number, number][] = [];
  for (let code = 0; code <= 0x10FFFF; code++) {
    if (code >= 0xD800 && code < 0xE000) continue;
    if (!test.test(String.fromCodePoint(code))) continue;
    const last = ranges.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  return ranges.map(([first, last]) =>
    first === last ? hex(first) : `${hex(first)}-${hex(last)}`
  ).join(" ");
}

function hex(code: number): string {
  return code.toString(16).toUpperCase();
}

for (
  const [name, expression] of Object.entries({
    punctuation: PUNCTUATION,
    marks: MARKS,
    bertMarks: NONSPACING_MARKS,
    bertRemoved: CONTROLS,
  })
) {
  Deno.test(`The set of ${name} is that of Hugging Face tokenizers over all of Unicode`, () => {
    assertEquals(rangesOf(expression), sets[name]);
  });
}
