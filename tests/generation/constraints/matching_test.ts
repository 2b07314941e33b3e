import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { matching } from "../../../src/generation/constraints/matching.ts";
import { CHARACTERS, randomExpression } from "./_random_expression.ts";
import { accepts, costOf, mutate, writeText } from "./_walk.ts";

/** An expression that the linter does not know. */
function regexOf(source: string, flags = ""): RegExp {
  return new RegExp(source, flags);
}

const COST = costOf(CHARACTERS);
const SIGN_COST = costOf("ab(|)*+?{1,2}[^-]\\dDw.$:k<u0xcp&🐋é");

Deno.test("What is written by 1,000 random regular expressions is what RegExp matches, and nothing else is", () => {
  const random = new RandomStream(1, "regular expressions");
  const counts = { made: 0, written: 0, matched: 0, refused: 0 };
  while (counts.made < 1000) {
    const { source, flags, sample } = randomExpression(random);
    const regex = new RegExp(source, flags);
    const whole = new RegExp(`^(?:${source})$`, flags);
    counts.made++;
    const acceptor = matching(regex);
    for (let i = 0; i < 3; i++) {
      const text = writeText(acceptor, random, CHARACTERS, COST, 8);
      assert(
        text === undefined || whole.test(text),
        `${regex} ${JSON.stringify(text)}`,
      );
      if (text !== undefined) counts.written++;
      const one = sample();
      for (
        const it of [one, mutate(one, random, CHARACTERS), text ?? ""].filter((
          { length },
        ) => length < 20)
      ) {
        const isMatch = whole.test(it);
        const isUnits = !/[uv]/.test(flags) && /[^\0-\uffff]/u.test(it);
        // Where RegExp counts 🐋 as two, not all that it matches is written, but nothing else is.
        if (isUnits && !accepts(acceptor, it)) continue;
        assertEquals(
          accepts(acceptor, it),
          isMatch,
          `${regex} ${JSON.stringify(it)}`,
        );
        counts[isMatch ? "matched" : "refused"]++;
      }
    }
  }
  assert(counts.written > 2900 && counts.matched > 4000);
  assert(counts.refused > 2000);
});

Deno.test("Whatever RegExp reads is read alike, or refused by a message", () => {
  const random = new RandomStream(6, "signs");
  const signs = "ab(|)*+?{1,2}[^-]\\\\dDw.$:k<u0xcp&🐋é";
  const list = Array.from(signs);
  const counts = { read: 0, refused: 0, compared: 0 };
  for (let i = 0; i < 20_000; i++) {
    const source = Array.from(
      { length: 1 + random.integer(9) },
      () => list[random.integer(list.length)],
    ).join("");
    const flags = ["", "u", "v", "iu"][random.integer(4)]!;
    let regex: RegExp;
    try {
      regex = new RegExp(source, flags);
    } catch {
      continue;
    }
    let acceptor;
    try {
      acceptor = matching(regex);
      counts.read++;
    } catch (error) {
      assert(error instanceof SyntaxError, `${regex} ${error}`);
      assert(error.message.startsWith("Cannot constrain: "), `${error}`);
      counts.refused++;
      continue;
    }
    const whole = new RegExp(`^(?:${source})$`, flags);
    for (let j = 0; j < 5; j++) {
      const text = j === 0
        ? writeText(acceptor, random, signs, SIGN_COST, 6) ?? ""
        : mutate(mutate(source.slice(0, 5), random, signs), random, "ab1🐋");
      if (!text.isWellFormed()) continue;
      const isAccepted = accepts(acceptor, text);
      if (!isAccepted && flags === "" && text.includes("🐋")) continue;
      assertEquals(
        isAccepted,
        whole.test(text),
        `${regex} ${JSON.stringify(text)}`,
      );
      counts.compared++;
    }
  }
  assert(counts.read > 3000 && counts.refused > 500, JSON.stringify(counts));
  assert(counts.compared > 15_000, JSON.stringify(counts));
});

for (
  const [regex, texts, others] of [
    [/^\d+$/, ["0", "123"], ["", "a", "1a"]],
    [/^a|b$/, ["a", "b"], ["ab"]],
    [/(^a|^b)c$/, ["ac", "bc"], ["c"]],
    [/(?<year>\d{4})-(?:0[1-9]|1[0-2])/, ["1851-10"], ["1851-13"]],
    [regexOf("(?i:moby)[ -]dick"), ["MoBy-dick"], ["moby-Dick"]],
    [regexOf("(?-i:a)b", "i"), ["ab", "aB"], ["Ab"]],
    [regexOf("(?s:.)."), ["\na"], ["a\n", "\n\n"]],
    [/[^]{2}/, ["a\n"], ["🐋"]], // two units for RegExp, too
    [/.*/, ["", "🐋🐋"], ["\n", "a\u2028"]],
    [/(.|\n)+/, ["🐋\n"], ["\r"]],
    [/[^"]{3,}/, ["abc", "abc🐋"], ["ab", '"""']],
    [/a🐋b/, ["a🐋b"], ["ab"]],
    [/.{2}/u, ["🐋é"], ["🐋"]],
    [/\cJ\x41\u0042\0/, ["\nAB\0"], ["JAB0"]],
    [/a{,2}{/, ["a{,2}{"], ["aa{"]],
    [/[\b]/, ["\b"], ["b"]],
    [regexOf("\\u{2}"), ["uu"], ["\u0002"]],
    [/(?:)/, [""], ["a"]],
    [/ſ/iu, ["s", "S", "ſ"], ["a"]],
    [/[[a-z]--[aeiou]]+/v, ["bcd"], ["bad"]],
    [/\p{Script=Greek}+/u, ["μῆνιν".normalize()], ["menin"]],
  ] as const
) {
  Deno.test(`matching() reads ${regex}`, () => {
    const acceptor = matching(regex);
    for (const text of texts) assert(accepts(acceptor, text), text);
    for (const text of others) assert(!accepts(acceptor, text), text);
  });
}

for (
  const [regex, message] of [
    [
      /a(?=b)/,
      "a regular expression must have no look-ahead: at 1 of /a(?=b)/",
    ],
    [
      /(?!a)b/,
      "a regular expression must have no look-ahead: at 0 of /(?!a)b/",
    ],
    [
      /(?<!a)b/,
      "a regular expression must have no look-behind: at 0 of /(?<!a)b/",
    ],
    [
      /(a)\1/,
      "a regular expression must have no back reference: at 3 of /(a)\\1/",
    ],
    [
      /(?<x>a)\k<x>/,
      "a regular expression must have no back reference: at 7 of /(?<x>a)\\k<x>/",
    ],
    [
      /\bfoo/,
      "a regular expression must have no word boundary: at 0 of /\\bfoo/",
    ],
    [
      /a^b/,
      "a regular expression must have no ^ behind other parts: at 1 of /a^b/",
    ],
    [
      /(?:a$)+/,
      "a regular expression must have no $ before other parts: at 4 of /(?:a$)+/",
    ],
    [
      /a/g,
      "flags must be of i, s, u and v, others have no effect on a whole text: g of /a/g",
    ],
    [
      /a/m,
      "flags must be of i, s, u and v, others have no effect on a whole text: m of /a/m",
    ],
    [
      regexOf("(?m:a)"),
      "a regular expression must have no change of the flag m: at 0 of /(?m:a)/",
    ],
    [
      /[🐋]/,
      "a regular expression must have no class of halves of characters (the flag u makes them whole): at 0 of /[🐋]/",
    ],
    [
      /🐋*/,
      "a regular expression must have no half of a character (the flag u makes it whole): at 0 of /🐋*/",
    ],
    [
      /\ud83d/u,
      "a regular expression must have no half of a character (the flag u makes it whole): at 0 of /\\ud83d/u",
    ],
    [
      /[\q{ab|c}]/v,
      "a regular expression must have no class of texts that are not single characters: at 0 of /[\\q{ab|c}]/v",
    ],
    [
      new RegExp("\\07"),
      "a regular expression must have no octal escape: at 0 of /\\07/",
    ],
    [
      /\c1/,
      "a regular expression must have no \\c without a letter: at 0 of /\\c1/",
    ],
    [
      new RegExp("[]"),
      "the language must have a text: a text that matches /[]/ has none",
    ],
  ] as const
) {
  Deno.test(`matching() says: ${message}`, () => {
    assertThrows(
      () => matching(regex),
      SyntaxError,
      `Cannot constrain: ${message}`,
    );
  });
}

Deno.test("matching() takes a RegExp alone, of numbers that can be counted", () => {
  assertThrows(
    () => matching("[0-9]+" as unknown as RegExp),
    TypeError,
    "Cannot constrain: the regular expression must be a RegExp, such as /[0-9]+/: string",
  );
  assertThrows(
    () => matching(/a{2000000000}/),
    RangeError,
    "Cannot constrain: a part may be repeated 1073741824 times at most: 2000000000",
  );
  assertThrows(
    () => matching(new RegExp("(".repeat(501) + ")".repeat(501))),
    SyntaxError,
    "Cannot constrain: a regular expression must have no more than 500 groups in one another: at 500 of",
  );
});
