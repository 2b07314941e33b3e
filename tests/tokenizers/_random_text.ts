/**
 * Random Unicode for property tests: what breaks tokenizers, from a seed.
 *
 * @module
 */

/** Pieces of text, from the plain to the perverse. */
const PIECES: readonly string[] = [
  "the whale ",
  "\n",
  "\r\n",
  "\t",
  "\0",
  "\u007F",
  "\u0085",
  "\u2028",
  "é",
  "e\u0301\u0323", // a letter with two combining marks
  "ß",
  "İ",
  "ﬁ",
  "\u00AD",
  "\uFEFF",
  "\uFFFD",
  "\uFFFF", // a noncharacter
  "漢字",
  "かな",
  "한글",
  "\u1112\u1161\u11AB", // one syllable in three letters
  "שלום",
  "مرحبا",
  "\u202Eabc\u202C", // right to left by force
  "हिन्दी",
  "ไทย",
  "🐋",
  "👩🏽‍🚀", // four code points in one picture
  "🏳️‍🌈",
  "🇳🇴",
  "\u{10FFFF}",
  "\u{E0041}",
  "𝔸",
  "\uD83D", // half a pair
  "\uDC0B",
  "\uDC0B\uD83D", // two halves the wrong way round
];

/**
 * Makes pseudo-random integers: a linear congruential generator (Knuth, MMIX).
 *
 * @param seed Any integer.
 * @returns A function that gives an integer from 0 to `below` - 1.
 */
export function createRandom(seed: number): (below: number) => number {
  let state = BigInt(seed);
  return (below) => {
    state = BigInt.asUintN(
      64,
      state * 6364136223846793005n + 1442695040888963407n,
    );
    return Number(state >> 33n) % below;
  };
}

/**
 * Makes a random text.
 *
 * @param random Where the randomness comes from.
 * @returns Between no and some hundred UTF-16 units, of known troublemakers and of any code at all.
 */
export function randomText(random: (below: number) => number): string {
  let text = "";
  for (let n = random(16); n > 0; n--) {
    const kind = random(4);
    if (kind === 0) text += String.fromCharCode(random(0x10000));
    else if (kind === 1) {
      text += String.fromCodePoint(0x10000 + random(0x100000));
    } else text += PIECES[random(PIECES.length)]!;
  }
  return text;
}
