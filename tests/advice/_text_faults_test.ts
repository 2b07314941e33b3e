import { assert, assertEquals } from "@std/assert";
import { findFaults, repair } from "../../src/advice/_text_faults.ts";
import golden from "../golden/corpus.json" with { type: "json" };

Deno.test("findFaults() finds UTF-8 that Python read as Windows-1252, and says what it was", () => {
  assert(golden.wrong.length > 15);
  for (const [wrong, right] of golden.wrong as [string, string][]) {
    const [fault] = findFaults([`a ${wrong} b`]);
    assertEquals(fault?.kind, "mojibake", right);
    assertEquals(fault?.examples, [`${wrong} for ${right}`]);
    assertEquals(repair(wrong), right);
  }
});

Deno.test("findFaults() takes sound texts for sound", () => {
  const sound = [
    "CAFÉ… “IRMÃ” disse; NÃO—é «L’ÂME» naïve, crème brûlée, Übermut, señor, ï»",
    "“the café”—he said", // é, ” and — would be the bytes of a Chinese character
    "Привет, Ελλάδα, 漢字, 🐋, 5 €, 20 °C, ½",
    "tab\tand\r\nline".replaceAll("\r", ""),
  ];
  for (const text of sound) assertEquals(findFaults([text]), [], text);
});

Deno.test("findFaults() finds what was lost, cut apart or cannot be seen", () => {
  const faults = findFaults([
    "a\uFFFD\uFFFDb",
    "\uD83D\r\n",
    "\x07\x85\x00 \x1B[31m",
    "soft\u00ADhyphen\u200B\uFEFF",
  ]);
  assertEquals(
    faults.map(({ kind, count, examples }) => [kind, count, examples]),
    [
      ["replacement", 2, ["U+FFFD"]],
      ["surrogate", 1, ["U+D83D"]],
      ["control", 4, ["U+0007", "U+0085", "U+0000"]],
      ["invisible", 3, ["U+00AD", "U+200B", "U+FEFF"]],
      ["carriage return", 1, ["U+000D"]],
    ],
  );
  assert(faults.every(({ advice }) => advice.length > 20));
});

Deno.test("findFaults() keeps a few different examples of many", () => {
  const [fault] = findFaults(["Ã© Ã© Ã¼ Ã± Ã§ ".repeat(1000)]);
  assertEquals(fault?.count, 5000);
  assertEquals(fault?.examples, ["Ã© for é", "Ã¼ for ü", "Ã± for ñ"]);
});
