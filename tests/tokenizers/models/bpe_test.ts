import { assertEquals, assertThrows } from "@std/assert";
import { JsonMembers } from "../../../src/tokenizers/json_members.ts";
import { BPEModel } from "../../../src/tokenizers/models/bpe.ts";
import { createRandom } from "../_random_text.ts";

/** A random model over the letters a to d, and its vocabulary by id. */
function randomModel(seed: number): { model: BPEModel; merges: string[][] } {
  const random = createRandom(seed);
  const tokens = ["a", "b", "c", "d"];
  const merges: [string, string][] = [];
  while (merges.length < 40) {
    const pair: [string, string] = [
      tokens[random(tokens.length)]!,
      tokens[random(tokens.length)]!,
    ];
    if (merges.some((merge) => merge.join("+") === pair.join("+"))) continue;
    merges.push(pair);
    if (!tokens.includes(pair.join(""))) tokens.push(pair.join(""));
  }
  const vocab = new Map(tokens.map((token, id) => [token, id]));
  return { model: new BPEModel({ vocab, merges }), merges };
}

/** Merges as the definition says: the pair of lowest rank, the leftmost, again and again. */
function mergeSlowly(piece: string, merges: string[][]): string[] {
  const tokens = Array.from(piece);
  for (;;) {
    let best = Infinity;
    let at = -1;
    for (let i = 0; i + 1 < tokens.length; i++) {
      const rank = merges.findIndex(([a, b]) =>
        a === tokens[i] && b === tokens[i + 1]
      );
      if (rank >= 0 && rank < best) [best, at] = [rank, i];
    }
    if (at < 0) return tokens;
    tokens.splice(at, 2, tokens[at]! + tokens[at + 1]!);
  }
}

Deno.test("BPEModel.tokenize() merges short and long pieces as the definition says", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { model, merges } = randomModel(seed);
    const random = createRandom(seed + 100);
    const names = [...model.vocab.keys()];
    for (const length of [0, 1, 2, 5, 20, 47, 48, 49, 200]) {
      const piece = Array.from({ length }, () => "abcd"[random(4)]).join("");
      const { ids, starts, ends } = model.tokenize(piece);
      const slow = mergeSlowly(piece, merges);
      assertEquals(ids.map((id) => names[id]), slow);
      assertEquals(starts.map((start, i) => piece.slice(start, ends[i])), slow);
    }
  }
});

Deno.test("BPEModel.tokenize() takes a whole text as one piece in little time per character", () => {
  const { model } = randomModel(1);
  const random = createRandom(5);
  const piece = Array.from({ length: 200_000 }, () => "abcd"[random(4)]).join(
    "",
  );
  const { ids, starts, ends } = model.tokenize(piece);
  const names = [...model.vocab.keys()];
  assertEquals(ids.map((id) => names[id]).join(""), piece);
  assertEquals([starts[0], ends.at(-1)], [0, piece.length]);
});

const vocab = new Map(
  ["<unk>", "a", "b", "ab", "<0xC3>", "<0xA9>", "x</w>", "##b"].map((
    token,
    id,
  ) => [token, id]),
);

Deno.test("BPEModel.tokenize() has one token for unknown characters in a row, or one for each", () => {
  const options = { vocab, merges: [], unknownToken: "<unk>" };
  assertEquals(new BPEModel(options).tokenize("a🐋zb"), {
    ids: [1, 0, 0, 2],
    starts: [0, 1, 3, 4],
    ends: [1, 3, 4, 5],
  });
  assertEquals(
    new BPEModel({ ...options, fuseUnknown: true }).tokenize("a🐋zb"),
    { ids: [1, 0, 2], starts: [0, 1, 4], ends: [1, 4, 5] },
  );
});

Deno.test("BPEModel.tokenize() falls back to bytes where all of them are tokens", () => {
  const model = new BPEModel({ vocab, merges: [], byteFallback: true });
  assertEquals(model.tokenize("aéb"), {
    ids: [1, 4, 5, 2],
    starts: [0, 1, 1, 2],
    ends: [1, 2, 2, 3],
  });
  assertEquals(model.tokenize("è").ids, []); // C3 A8, and A8 is no token
});

Deno.test("BPEModel.tokenize() marks what goes on with a word and what ends it", () => {
  assertEquals(
    new BPEModel({ vocab, merges: [], suffix: "</w>" }).tokenize("ax").ids,
    [1, 6],
  );
  const model = new BPEModel({
    vocab,
    merges: [["a", "##b"]], // makes "ab"
    prefix: "##",
  });
  assertEquals(model.tokenize("ab").ids, [3]);
});

const REFUSED: [
  model: Record<string, unknown>,
  error: ErrorConstructor,
  message: string,
][] = [
  [
    { vocab: { a: 0 }, merges: [["a", "b"]] },
    RangeError,
    'merges[0] must be of tokens in the vocabulary: "ab"',
  ],
  [
    { vocab: { a: 0 }, merges: ["a"] },
    TypeError,
    'model.merges[0] must be two tokens with a space between: "a"',
  ],
  [
    { vocab: { a: 0 }, merges: {} },
    TypeError,
    "model.merges must be an array: {}",
  ],
  [{ merges: [] }, TypeError, "model.vocab must be an object: undefined"],
  [
    { vocab: { a: 0, b: 0 }, merges: [] },
    RangeError,
    'model.vocab must have an id for one token only: 0 for "a" and "b"',
  ],
  [
    { vocab: { a: -1 }, merges: [] },
    TypeError,
    'model.vocab must have ids from 0 to 4194304: -1 for "a"',
  ],
  [
    { vocab: { a: 0 }, merges: [], unk_token: "?" },
    RangeError,
    'unk_token must be of tokens in the vocabulary: "?"',
  ],
  [
    { vocab: { a: 0 }, merges: [], dropout: 0.1 },
    RangeError,
    "model.dropout must be null, as encoding is never random: 0.1",
  ],
  [
    { vocab: { a: 0 }, merges: [], byte_fallback: "yes" },
    TypeError,
    'model.byte_fallback must be true or false: "yes"',
  ],
];

for (const [json, error, message] of REFUSED) {
  Deno.test(`BPEModel.fromJSON() refuses ${JSON.stringify(json)}`, () => {
    assertThrows(
      () => BPEModel.fromJSON(new JsonMembers(json, "model")),
      error,
      `Cannot load tokenizer: ${message}`,
    );
  });
}
