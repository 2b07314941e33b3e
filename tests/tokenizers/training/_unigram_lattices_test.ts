import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { makeCorpus } from "../../../src/tokenizers/training/_corpus.ts";
import { UnigramLattices } from "../../../src/tokenizers/training/_unigram_lattices.ts";

/** Lattices over words, with the scores of pieces. */
function build(
  words: ReadonlyMap<string, number>,
  scores: ReadonlyMap<string, number>,
): UnigramLattices {
  const lattices = new UnigramLattices(makeCorpus("test", words), [
    ...scores.keys(),
  ]);
  lattices.setScores(Float64Array.from(scores.values()));
  return lattices;
}

for (const blocks of [3, 5000]) {
  Deno.test(`UnigramLattices.expect() is right for a word of ${blocks} blocks`, () => {
    // Every "ab" of the word is one piece or two, whatever the others are: "ab" is to be expected
    // blocks * p(ab) / (p(ab) + p(a) p(b)) times, 5000 blocks being less likely than any number of 64 bits can say.
    const [a, b, ab] = [0.2, 0.3, 0.1];
    const lattices = build(
      new Map([["ab".repeat(blocks), 7]]),
      new Map([["a", Math.log(a)], ["b", Math.log(b)], ["ab", Math.log(ab)]]),
    );
    const whole = 7 * blocks * ab / (ab + a * b);
    const expected = lattices.expect();
    for (
      const [i, count] of [7 * blocks - whole, 7 * blocks - whole, whole]
        .entries()
    ) {
      assertAlmostEquals(expected[i]!, count, 1e-9 * count);
    }
  });
}

/** All ways to cut a word: the pieces, and the score. */
function* cut(
  word: string,
  scores: ReadonlyMap<string, number>,
  unknown: number,
): Generator<{ pieces: string[]; score: number }> {
  if (word === "") {
    yield { pieces: [], score: 0 };
    return;
  }
  const single = word.codePointAt(0)! > 0xFFFF ? 2 : 1;
  for (let end = single; end <= word.length; end++) {
    const piece = word.slice(0, end);
    const score = scores.get(piece) ?? (end === single ? unknown : undefined);
    if (score === undefined) continue;
    for (const rest of cut(word.slice(end), scores, unknown)) {
      yield { pieces: [piece, ...rest.pieces], score: score + rest.score };
    }
  }
}

Deno.test("UnigramLattices agrees with the sum and the maximum over all ways to cut words", () => {
  const random = new RandomStream(3, 4);
  const letters = ["a", "b", "🚢", "c"];
  const below = (count: number) => Math.floor(random.uniform() * count);
  const word = (most: number) =>
    Array.from({ length: 1 + below(most) }, () => letters[below(4)]!).join("");
  for (let round = 0; round < 100; round++) {
    const words = new Map([[word(7), 1 + below(9)], [word(7), 1 + below(9)]]);
    const scores = new Map<string, number>();
    for (let i = 0; i < 9; i++) scores.set(word(3), -1 - 5 * random.uniform());
    const pieces = [...scores.keys()];
    const lattices = build(words, scores);
    const unknown = Math.min(...scores.values()) - 10;
    const expected = new Float64Array(pieces.length + 1);
    const best = new Float64Array(pieces.length + 1);
    for (const [text, count] of words) {
      const ways = [...cut(text, scores, unknown)];
      const total = ways.reduce((sum, { score }) => sum + Math.exp(score), 0);
      const top = ways.reduce((a, b) => b.score > a.score ? b : a);
      for (const way of ways) {
        for (const piece of way.pieces) {
          const i = pieces.indexOf(piece);
          if (i >= 0) expected[i]! += count * Math.exp(way.score) / total;
          if (way === top) best[i < 0 ? pieces.length : i]! += count;
        }
      }
    }
    const found = lattices.expect();
    for (const [i, value] of expected.entries()) {
      assertAlmostEquals(found[i]!, value, 1e-9, `${round}: ${pieces[i]}`);
    }
    assertEquals(lattices.countBest(), best, `${round}`);
    for (const [i, piece] of pieces.entries()) {
      const others = [...cut(piece, scores, unknown)].filter((way) =>
        way.pieces.length > 1
      );
      const other = others.reduce((a, b) => b.score > a.score ? b : a, {
        pieces: [] as string[],
        score: -Infinity,
      });
      const { pieces: alternative, best } = lattices.findAlternative(i);
      const isBest = scores.get(piece)! >= other.score;
      assertEquals(best, isBest, piece);
      assertEquals(alternative.length, isBest ? other.pieces.length : 0);
    }
  }
});
