import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { corpusReport } from "../../src/advice/corpus_report.ts";
import { Corpus } from "../../src/text/corpus.ts";
import { assertNoLeak } from "../no_leak.ts";

const TEXT =
  "Call me Ishmael.\nCall me Ishmael.\n\nSome years ago—never mind\n";

function pageOf(report: object): string {
  const display = (report as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ]!.call(report);
  assertEquals(display["text/plain"], String(report));
  return display["text/html"]!;
}

/** Every element must be closed in the right order. */
function assertWellFormed(html: string): void {
  const open: string[] = [];
  for (
    const [, end, name, alone] of html.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/gu)
  ) {
    if (end === "/") assertEquals(open.pop(), name);
    else if (alone !== "/") open.push(name!);
  }
  assertEquals(open, []);
}

Deno.test("corpusReport() counts characters, bytes, lines and documents", async () => {
  const { findings } = await corpusReport(TEXT);
  // Lines of 16, 16, 0 and 25 characters, an end each; the dash takes 3 bytes.
  assertEquals(findings.characters, 61);
  assertEquals(findings.bytes, 63);
  assertEquals(findings.lines.count, 4);
  assertEquals([findings.lines.median, findings.lines.longest], [16, 25]);
  assertEquals(findings.documents.count, 1);
  assertEquals(findings.repeats.count, 1);
  assertEquals(
    findings.rare.map(({ character }) => character).includes("—"),
    true,
  );
  assertEquals(findings.distinctCharacters, new Set(TEXT).size);
  assertEquals(findings.pace, undefined);
});

Deno.test("corpusReport() takes texts, documents and a corpus alike", async () => {
  const texts = [TEXT, "", "漢字🐋"];
  const documents = texts.map((text) => ({ text, source: "", metadata: {} }));
  const report = await corpusReport(texts);
  assertEquals(await corpusReport(documents), report);
  assertEquals(await corpusReport(new Corpus(documents)), report);
  assertEquals(report.findings.emptyDocuments, 1);
  assertEquals(report.findings.documents.count, 3);
});

Deno.test("CorpusReport prints every part", async () => {
  const text = String(await corpusReport([TEXT.repeat(3), "cafÃ©\n", ""]));
  for (
    const part of [
      "189 characters, 197 bytes, ",
      "different characters, 13 lines, 3 documents",
      "  mojibake        1  Ã© for é  UTF-8 was read as Windows-1252",
      "  empty document  1",
      "  documents",
      "  most frequent        e ␣ a l m ↵",
      "bits after 0, 1, 2, 3 characters",
      "  6 ×  Call me Ishmael.",
      "  tokenizer  characters, ",
      "Lines by length (characters, at least)",
      "Documents by length (characters, at least)",
      "Entropy of a character (characters before it)",
      "█",
    ]
  ) assertStringIncludes(text, part);
  assertStringIncludes(
    String(await corpusReport("a")),
    "nothing: no fault of encoding, no control characters",
  );
});

Deno.test("CorpusReport shows tables and charts in a notebook, whatever the text has in it", async () => {
  const report = await corpusReport([
    `<script>alert(1)</script>\n${"<b>'\"&</b>\u001B[31m\n".repeat(3)}`,
    TEXT,
  ]);
  const html = pageOf(report);
  assertWellFormed(html);
  assertEquals(html.match(/<svg/g)?.length, 3);
  assert(!/<script|<b>'/.test(html) && !html.includes("\u001B"));
  assert(!/https?:(?!\/\/www\.w3\.org\/2000\/svg)/.test(html)); // nothing to fetch
  assertStringIncludes(html, "&lt;b&gt;&#39;&quot;&amp;&lt;/b&gt;\uFFFD[31m");
  assert(!String(report).includes("\u001B"));
});

Deno.test("corpusReport() measures how fast the plan trains here, and leaves no tensor behind", async () => {
  const text = TEXT.repeat(20);
  await corpusReport(text, { measure: true, seconds: 0.01 }); // an engine first
  await assertNoLeak(async () => {
    const { pace, advice } = await corpusReport(text, {
      measure: true,
      seconds: 0.01,
    });
    assert(pace!.tokensPerSecond > 0 && pace!.tokensPerSecond < Infinity);
    const seconds = advice.epochs * advice.tokens / pace!.tokensPerSecond;
    assertEquals(pace!.seconds, seconds);
    assertEquals(pace!.measuredParameters, advice.parameters);
  });
  const report = await corpusReport(text, { measure: true, seconds: 0.01 });
  assertStringIncludes(String(report), "  time here  ");
  assertStringIncludes(String(report), `: ${report.pace!.engine}`);
});

Deno.test("corpusReport() refuses data and options that cannot be", async () => {
  const say = async (data: unknown, options: object = {}) =>
    (await assertRejects(() => corpusReport(data as string, options))) as Error;
  const nothing = await say(["", ""]);
  assert(nothing instanceof RangeError);
  assertEquals(
    nothing.message,
    "Cannot report on a corpus: it must have characters: it has none",
  );
  assertEquals(
    (await say(5)).message,
    "Cannot report on a corpus: data must be a text, a list of texts, or documents: number",
  );
  assertEquals(
    (await say(null)).message,
    "Cannot report on a corpus: data must be a text, a list of texts, or documents: null",
  );
  assertEquals(
    (await say(["a", null])).message,
    "Cannot report on a corpus: every document must have a text: undefined in row 1; call clean() first",
  );
  assertEquals(
    (await say("a", { measured: true })).message,
    'Cannot report on a corpus: there is no option "measured", did you mean "measure"? (known: measure, seconds)',
  );
  assertEquals(
    (await say("a", { seconds: 1 })).message,
    "Cannot report on a corpus: seconds has no effect without measure: true",
  );
  assertEquals(
    (await say("a", { measure: true, seconds: 0 })).message,
    "Cannot report on a corpus: seconds must be above 0: 0",
  );
});
