/** Random regular expressions with texts that they should match. */
import type { RandomStream } from "../../../src/engine/random.ts";

/** An expression's source, and a text for it. */
interface Made {
  source: string;
  sample: () => string;
}

/** Sources of one character, and characters for them. */
const ATOMS: readonly [source: string, characters: string][] = [
  ["a", "aA"],
  ["b", "bB"],
  ["k", "kK\u212a"],
  ["ß", "ßẞ"],
  ["σ", "σςΣ"],
  ["ſ", "ſsS"],
  ["é", "éÉ"],
  ["-", "-"],
  [".", "ax\u2028é"],
  ["[a-c]", "abcB"],
  ["[^a]", "bé\nA"],
  ["[^\\d\\s]", "aé"],
  ["[\\w.-]", "a.-_"],
  ["[\\s\\S]", "a\n"],
  ["[]|x", "x"],
  ["[^]", "\n"],
  ["[\\]\\\\^-]", "]\\^-"],
  ["\\d", "059"],
  ["\\D", "aé"],
  ["\\w", "aZ_0\u017f"],
  ["\\W", "-é\u212a"],
  ["\\s", " \t\u00a0\ufeff"],
  ["\\S", "ab"],
  ["\\x41", "Aa"],
  ["\\u00e9", "é"],
  ["\\ud83d\\udc0b", "🐋"],
  ["\\n", "\n"],
  ["\\cI", "\t"],
  ["\\0", "\0"],
  ["\\.", "."],
  ["\\/", "/"],
];

/** Those that need the flag u or v. */
const UNICODE_ATOMS: readonly [string, string][] = [
  ["🐋", "🐋"],
  ["[🐋-🐏]", "🐋🐌"],
  ["[^🐋]", "a🐌"],
  ["\\p{Lu}", "AÉ"],
  ["\\P{Lu}", "aé1"],
  ["\\p{Script=Greek}", "αΩ"],
  ["\\u{1F40B}", "🐋"],
  ["\\u{061}", "a"],
];

/** Those that need the flag v. */
const SET_ATOMS: readonly [string, string][] = [
  ["[\\w--\\d]", "ab_"],
  ["[\\p{L}&&[a-zé]]", "aé"],
  ["[[a-c][x-z]]", "ax"],
];

/** Every character of the texts above, and some more. */
export const CHARACTERS =
  "aAbBcCxXzskKS059_- \t\n\r\0./]\\^éÉßẞσςΣſ\u212a\u2028\u00a0\ufeffαΩ🐋🐌";

/** Makes a random expression of some parts, with flags. */
export function randomExpression(
  random: RandomStream,
): { source: string; flags: string; sample: () => string } {
  const pick = <T>(list: readonly T[]) => list[random.integer(list.length)]!;
  const flags = pick(["", "", "i", "s", "u", "u", "su", "iu", "v", "iv"]);
  const atoms = [
    // Classes with a bare - are none in sets.
    ...ATOMS.filter(([it]) => !flags.includes("v") || !it.endsWith("-]")),
    ...(/[uv]/.test(flags) ? UNICODE_ATOMS : []),
    ...(flags.includes("v") ? SET_ATOMS : []),
  ];

  function atom(): Made {
    const [source, characters] = pick(atoms);
    return { source, sample: () => pick(Array.from(characters)) };
  }

  function quantified(depth: number): Made {
    const inner = random.uniform() < 0.6 || depth === 0
      ? atom()
      : choice(depth - 1);
    const isWhole = /^(\\?.|\[[^\]]*\]|\\p\{[^}]*\})$/u.test(inner.source);
    const group = pick(["(?:", "("]);
    const source = isWhole && inner.source !== "🐋"
      ? inner.source
      : `${group}${inner.source})`;
    const [quantifier, min, max] = pick<[string, number, number]>([
      ["", 1, 1],
      ["", 1, 1],
      ["", 1, 1],
      ["?", 0, 1],
      ["*", 0, 3],
      ["+?", 1, 3],
      ["{2}", 2, 2],
      ["{1,3}", 1, 3],
      ["{2,}", 2, 4],
      ["{0,2}?", 0, 2],
    ]);
    return {
      source: source + quantifier,
      sample: () => {
        const count = min + random.integer(max - min + 1);
        return Array.from({ length: count }, inner.sample).join("");
      },
    };
  }

  function sequence(depth: number): Made {
    const parts = Array.from(
      { length: 1 + random.integer(3) },
      () => quantified(depth),
    );
    return {
      source: parts.map(({ source }) => source).join(""),
      sample: () => parts.map(({ sample }) => sample()).join(""),
    };
  }

  function choice(depth: number): Made {
    const options = Array.from(
      { length: 1 + random.integer(2) },
      () => sequence(depth),
    );
    return {
      source: options.map(({ source }) => source).join("|"),
      sample: () => pick(options).sample(),
    };
  }

  const { source, sample } = choice(2);
  const begin = random.uniform() < 0.1 ? "^" : "";
  return {
    source: begin === "" ? source : `^(?:${source})$`,
    flags,
    sample,
  };
}
