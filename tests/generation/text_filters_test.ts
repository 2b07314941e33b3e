import { assert, assertEquals } from "@std/assert";
import {
  SentenceEnd,
  StopStrings,
  type TextFilter,
  trimIncomplete,
} from "../../src/generation/text_filters.ts";
import { RandomStream } from "../../src/engine/random.ts";

/** What comes out piece by piece, until the end. */
function pass(filter: TextFilter, pieces: string[]): string[] {
  const out: string[] = [];
  for (const piece of pieces) {
    out.push(filter.push(piece));
    if (filter.ended !== undefined) return out;
  }
  return [...out, filter.flush()];
}

Deno.test("StopStrings end a text before the first stop string, across the borders of pieces", () => {
  assertEquals(pass(new StopStrings(["\n\n"]), ["a\n", "b\n", "\nc"]), [
    "a",
    "\nb",
    "",
  ]);
  assertEquals(pass(new StopStrings(["stop"]), ["st", "opera"]), ["", ""]); // as Hugging Face has it
  assertEquals(pass(new StopStrings(["END"]), ["The E", "ND is"]), [
    "The ",
    "",
  ]);
  assertEquals(pass(new StopStrings(["xy", "y"]), ["ax", "y"]), ["a", ""]); // both at once: the longer
  assertEquals(pass(new StopStrings(["abc", "b"]), ["abc"]), ["a"]); // the b is there first
});

Deno.test("StopStrings hold back only what may become a stop string, and give it up at the end", () => {
  const filter = new StopStrings(["aab"]);
  assertEquals(pass(filter, ["a", "a", "a", "c", "aa"]), [
    "",
    "",
    "a",
    "aac",
    "",
    "aa",
  ]);
  assertEquals(filter.ended, undefined);
});

Deno.test("StopStrings give the same text however it is cut", () => {
  const random = new RandomStream(3, "pieces");
  let draw = 0;
  for (let round = 0; round < 300; round++) {
    const text = Array.from(
      { length: 30 },
      () => "ab"[Math.floor(2 * random.uniformAt(draw++))],
    ).join("");
    const stops = ["abba", "bbb", "baab"];
    const end = Math.min(
      ...stops.map((stop) =>
        (text.indexOf(stop) + 1 || Infinity) - 1 + stop.length
      ),
    );
    const matching = stops.filter((stop) =>
      text.indexOf(stop) + stop.length === end && text.includes(stop)
    );
    const expected = end === Infinity
      ? text
      : text.slice(0, end - Math.max(...matching.map(({ length }) => length)));
    const pieces: string[] = [];
    for (let at = 0; at < text.length;) {
      const length = 1 + Math.floor(4 * random.uniformAt(draw++));
      pieces.push(text.slice(at, at += length));
    }
    // A piece may hold two stop strings; the one that is complete first counts, as letter by letter.
    assertEquals(pass(new StopStrings(stops), [...text]).join(""), expected);
    assertEquals(pass(new StopStrings(stops), pieces).join(""), expected);
  }
});

Deno.test("StopStrings pass over what is complete too early, and find what is complete later", () => {
  const from = (least: number, stops: string[], pieces: string[]) => {
    let tokens = 0;
    const filter = new StopStrings(stops, () => tokens >= least);
    const out = pieces.map((piece) => {
      tokens++;
      return filter.push(piece);
    });
    return [...out, filter.flush(), filter.ended];
  };
  assertEquals(from(3, ["aa"], ["a", "a", "b", "aa"]), [
    "",
    "a",
    "ab",
    "",
    "",
    "aa",
  ]);
  assertEquals(from(3, ["aa"], ["a", "a", "a"]), ["", "a", "", "", "aa"]); // the second and the third
  assertEquals(from(2, ["abcd", "b"], ["ab", "x"]), ["", "abx", "", undefined]); // held for abcd alone
  assertEquals(from(2, ["abcd", "b"], ["ab", "cd"]), ["", "", "", "abcd"]);
  assertEquals(from(9, ["b"], ["abc", "b"]), ["abc", "b", "", undefined]);
});

Deno.test("StopStrings that wait end a text before the first that is complete in time, however it is cut", () => {
  const random = new RandomStream(4, "pieces");
  let draw = 0;
  const below = (n: number) => Math.floor(n * random.uniformAt(draw++));
  const stops = ["abba", "bbb", "baab", "ab"];
  let passedOver = 0;
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: 20 }, () => "ab"[below(2)]).join("");
    const pieces: string[] = [];
    for (let at = 0; at < text.length;) {
      const length = 1 + below(4);
      pieces.push(text.slice(at, at += length));
    }
    const least = below(6);
    const early = pieces.slice(0, Math.max(0, least - 1)).join("").length; // letters of pieces too early
    const ends = Array.from({ length: 20 - early }, (_, i) => early + i + 1);
    const beginning = (end: number) => text.slice(0, end);
    const isEnd = (end: number) =>
      stops.some((stop) => beginning(end).endsWith(stop));
    const end = ends.find(isEnd);
    const longest = Math.max(
      ...stops.filter((stop) => beginning(end ?? 0).endsWith(stop))
        .map(({ length }) => length),
    );
    const expected = end === undefined ? text : text.slice(0, end - longest);
    let tokens = 0;
    const filter = new StopStrings(stops, () => tokens >= least);
    let out = "";
    for (const piece of pieces) {
      tokens++;
      out += filter.push(piece);
      if (filter.ended !== undefined) break;
    }
    assertEquals(out + filter.flush(), expected);
    if (stops.some((stop) => expected.includes(stop))) passedOver++;
  }
  assert(passedOver > 100, `${passedOver}`);
});

Deno.test("SentenceEnd ends a text with the first sentence, once the next one has begun", () => {
  const filter = new SentenceEnd();
  assertEquals(pass(filter, ["He ", "ran.", " ", "Th", "en"]), [
    "He",
    " ran.",
    "",
    "",
  ]);
  assertEquals(filter.ended, "He ran.");
  assertEquals(pass(new SentenceEnd(), ['"Stop!" he', " said. Then"]), [
    '"Stop!" he',
    " said.",
  ]);
  assertEquals(
    pass(new SentenceEnd(), ["Mr. Ahab and J. Flask sleep. Yes"]).join(""),
    "Mr. Ahab and J. Flask sleep.",
  );
  assertEquals(
    pass(new SentenceEnd(), ["It cost 3.5 dollars! So"]).join(""),
    "It cost 3.5 dollars!",
  );
  assertEquals(
    pass(new SentenceEnd(), ["CHAPTER 1\n\nCall me Ishmael. So"]).join(""),
    "CHAPTER 1\n\nCall me Ishmael.",
  );
});

Deno.test("SentenceEnd passes over sentences that end too early, and gives up what it held at the end", () => {
  let tokens = 0;
  const filter = new SentenceEnd(() => tokens >= 4);
  const out = ["One. ", "Two. ", "Three", ". F", "our"].map((piece) => {
    tokens++;
    return filter.ended === undefined ? filter.push(piece) : undefined;
  });
  assertEquals(out, ["One.", " Two.", " Three", ".", undefined]);
  assertEquals(filter.ended, "Three.");
  assertEquals(pass(new SentenceEnd(), ["no end "]), ["no end", " "]);
});

Deno.test("trimIncomplete() takes off the sentence without an end, if there is one with an end", () => {
  assertEquals(trimIncomplete("He ran. She sl"), "He ran.");
  assertEquals(trimIncomplete("He ran. She slept.\n"), "He ran. She slept.");
  assertEquals(trimIncomplete('"Go!" he said. Then Mr. '), '"Go!" he said.');
  assertEquals(trimIncomplete("no end"), "no end");
  assertEquals(trimIncomplete(""), "");
});
