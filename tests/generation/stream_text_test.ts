import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import type { GenerateOptions } from "../../src/generation/generate_options.ts";
import { oneOf } from "../../src/generation/constraints/word_list.ts";
import { streamText } from "../../src/generation/stream_text.ts";
import type { TextPredictor } from "../../src/generation/text_writing.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import type { Tokenizer, TokenStream } from "../../src/tokenizers/tokenizer.ts";
import { UnknownCharacterError } from "../../src/tokenizers/tokenizer.ts";
import { CountingPredictor } from "./_counting_predictor.ts";

await ensureEngine();

const ALPHABET = CharTokenizer.train("abcdefghij"); // its ids count up, and so does the predictor
const GREEDY: GenerateOptions = { temperature: 0 };

function alphabet(
  tokenizer: Tokenizer = ALPHABET,
): TextPredictor & { network: CountingPredictor } {
  return { tokenizer, network: new CountingPredictor(tokenizer.vocabSize) };
}

async function text(pieces: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(pieces)).join("");
}

Deno.test("streamText() gives the new text piece by piece, without the prompt", async () => {
  const pieces = await Array.fromAsync(
    streamText(alphabet(), "ab", { ...GREEDY, maxTokens: 4 }),
  );
  assertEquals(pieces, ["c", "d", "e", "f"]);
});

Deno.test("streamText() writes 200 tokens by default, and none where none are asked for", async () => {
  assertEquals((await text(streamText(alphabet(), "a", GREEDY))).length, 200);
  assertEquals(
    await text(streamText(alphabet(), "a", { ...GREEDY, maxTokens: 0 })),
    "",
  );
});

Deno.test("streamText() holds back what does not make a character yet, and gives up the rest at the end", async () => {
  // Two ids make a character; what is left at the end comes out as "?".
  class Pairs extends CharTokenizer {
    override decodeStream(): TokenStream {
      let held = "";
      return {
        push(id: number): string {
          held += ALPHABET.vocabulary[id];
          return held.length === 2 ? held.toUpperCase() + (held = "") : "";
        },
        flush: () => held && "?",
      };
    }
  }
  const pairs = new Pairs(ALPHABET.vocabulary);
  const write = (prompt: string, maxTokens: number): Promise<string[]> =>
    Array.fromAsync(
      streamText(alphabet(pairs), prompt, { ...GREEDY, maxTokens }),
    );
  assertEquals(await write("ab", 5), ["CD", "EF", "?"]);
  // The prompt is "?" by itself, the text what there is beyond that character.
  assertEquals(await write("a", 4), ["B", "CD", "?"]);
});

Deno.test("streamText() begins after a line break where the prompt is empty", async () => {
  const model = alphabet(CharTokenizer.train("\nabc"));
  assertEquals(
    await text(streamText(model, "", { ...GREEDY, maxTokens: 2 })),
    "ab",
  );
  assertEquals(model.network.calls[0], "step [0] after 0");
});

Deno.test("streamText() checks everything at once, before the first piece is asked for", () => {
  const before = tf.memory().numTensors;
  const refuse = (
    prompt: unknown,
    options: GenerateOptions,
    Type: new (...args: never[]) => Error,
    message: string,
  ): void => {
    assertThrows(
      () => streamText(alphabet(), prompt as string, options),
      Type,
      message,
    );
  };
  refuse(
    7,
    {},
    TypeError,
    "Cannot generate: the prompt must be a string: 7",
  );
  refuse(
    "a",
    { maxTokens: -1 },
    RangeError,
    "Cannot generate: maxTokens must be an integer from 0: -1",
  );
  refuse(
    "a",
    { temperature: -1 },
    RangeError,
    "Cannot sample: temperature must be a number from 0: -1",
  );
  refuse(
    "a",
    { unknown: "keep" as "skip" },
    RangeError,
    'unknown must be "error", "skip", "nearest" or "token": "keep"',
  );
  refuse(
    "ab§z",
    {},
    UnknownCharacterError,
    'Cannot encode text: the tokenizer does not know these characters: "§" U+00A7, "z" U+007A; the first is at code ' +
      'point 2 (line 1); leave them out with unknown: "skip"',
  );
  refuse(
    "",
    {},
    RangeError,
    "Cannot generate: a model needs a token to begin from, and the vocabulary has no line break to stand in: the " +
      'prompt is ""; begin with a character of the training text',
  );
  refuse(
    "§",
    { unknown: "skip" },
    RangeError,
    'the prompt is "§"; begin with a character of the training text',
  );
  streamText(alphabet(), "a"); // never read: never begun
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("streamText() leaves unknown characters of the prompt out where it is told to", async () => {
  const model = alphabet();
  assertEquals(
    await text(
      streamText(model, "a§b", { ...GREEDY, unknown: "skip", maxTokens: 1 }),
    ),
    "c",
  );
  assertEquals(model.network.calls, [
    "forward [0] after 0",
    "step [1] after 1",
  ]);
});

Deno.test("streamText() treats unknown characters of a negative prompt as those of the prompt", () => {
  const guidance = { scale: 2, negativePrompt: "?b" };
  assertThrows(
    () => streamText(alphabet(), "a", { guidance }),
    UnknownCharacterError,
  );
  streamText(alphabet(), "a", { guidance, unknown: "skip" }); // is not refused
});

Deno.test("streamText() fails with the signal's reason", async () => {
  await assertRejects(
    () =>
      text(
        streamText(alphabet(), "a", { ...GREEDY, signal: AbortSignal.abort() }),
      ),
    DOMException,
    "The signal has been aborted",
  );
});

Deno.test("streamText() takes the nearest known characters of the prompt where it is told to", async () => {
  const pieces = await text(
    streamText(alphabet(), "A", {
      ...GREEDY,
      unknown: "nearest",
      maxTokens: 2,
    }),
  );
  assertEquals(pieces, "bc"); // after a, as the prompt has no other letter that is near
});

Deno.test("streamText() refuses an option that there is not, and lists those that there are", () => {
  assertThrows(
    () => streamText(alphabet(), "a", { maxToken: 3 } as GenerateOptions),
    TypeError,
    'Cannot generate: there is no option "maxToken", did you mean "maxTokens"? (known: maxTokens, minTokens, maxSeconds, breakAfter, preset, defaults, lacking, constraint, stopWhenComplete, guidance, mixture, seed, row, stop, stopTokens, stopAtSentence, unknown, signal, logitBias',
  );
});

Deno.test("streamText() ends before a stop string, across the borders of tokens", async () => {
  const model = alphabet();
  const pieces = await Array.fromAsync(
    streamText(model, "a", { ...GREEDY, stop: ["efg", "xy"] }),
  );
  assertEquals(pieces, ["b", "c", "d"]);
  assertEquals(model.network.calls.length, 6); // a to f were read, and no more
});

Deno.test("streamText() ends at a stop token, which adds nothing, and not before minTokens", async () => {
  const stopTokens = [4]; // e
  assertEquals(
    await text(streamText(alphabet(), "a", { ...GREEDY, stopTokens })),
    "bcd",
  );
  // e is not to be chosen after d: the next best is the lowest id, a.
  assertEquals(
    await text(
      streamText(alphabet(), "a", { ...GREEDY, stopTokens, minTokens: 4 }),
    ),
    "bcdabcd",
  );
});

Deno.test("streamText() passes over a stop string that is complete before minTokens", async () => {
  const stop = ["c", "ef"];
  const written = (minTokens: number) =>
    text(streamText(alphabet(), "a", { ...GREEDY, stop, minTokens }));
  assertEquals(await written(2), "b"); // c is the second token
  assertEquals(await written(3), "bcd");
  assertEquals(await written(5), "bcd"); // f is the fifth
  assertEquals((await written(6)).startsWith("bcdef"), true);
});

Deno.test("streamText() ends with a sentence where it is told to", async () => {
  const tokenizer = new CharTokenizer([..."ab. CD"]);
  assertEquals(
    await text(
      streamText(alphabet(tokenizer), "a", { ...GREEDY, stopAtSentence: true }),
    ),
    "b.",
  );
});

Deno.test("streamText() stops when the seconds are over", async () => {
  const model = alphabet();
  let pieces = 0;
  for await (
    const _ of streamText(model, "a", {
      ...GREEDY,
      maxTokens: 1e6,
      maxSeconds: 0.05,
    })
  ) pieces++;
  assert(pieces > 0 && pieces < 1e6);
});

Deno.test("streamText() refuses options that are out of range or without effect", () => {
  const refuse = (
    options: unknown,
    Type: new (...args: never[]) => Error,
    message: string,
  ): void => {
    assertThrows(
      () => streamText(alphabet(), "a", options as GenerateOptions),
      Type,
      message,
    );
  };
  refuse(
    { stop: "" },
    RangeError,
    'Cannot generate: a stop string must have a character: ""',
  );
  refuse(
    { stop: [7] },
    TypeError,
    "Cannot generate: stop must be a string or a list of strings: [7]",
  );
  refuse(
    { stopTokens: [10] },
    RangeError,
    "Cannot generate: stopTokens must be ids of the vocabulary, below 10: 10",
  );
  refuse(
    { stopTokens: [0.5] },
    RangeError,
    "Cannot generate: stopTokens must be ids, integers from 0: 0.5",
  );
  refuse(
    { stopTokens: 3 },
    TypeError,
    "Cannot generate: stopTokens must be a list of ids: 3",
  );
  refuse(
    { maxSeconds: 0 },
    RangeError,
    "Cannot generate: maxSeconds must be a number above 0: 0",
  );
  refuse(
    { minTokens: 9, maxTokens: 8, stopTokens: [1] },
    RangeError,
    "minTokens must be at most maxTokens, 8: 9",
  );
  refuse(
    { breakAfter: 9, maxTokens: 8 },
    RangeError,
    "Cannot generate: breakAfter must be at most maxTokens, 8: 9",
  );
  refuse(
    { breakAfter: 0 },
    RangeError,
    "Cannot generate: breakAfter must be an integer from 1: 0",
  );
  refuse(
    { minTokens: 2 },
    TypeError,
    "Cannot generate: minTokens has no effect where no token, stop string or sentence ends the text: leave it out, or add stopTokens, stop or stopAtSentence",
  );
  refuse(
    { stopAtSentence: 1 },
    TypeError,
    "Cannot generate: stopAtSentence must be true or false: 1",
  );
  refuse(
    { row: -1 },
    RangeError,
    "Cannot generate: row must be an integer from 0: -1",
  );
  refuse(
    { row: 2, temperature: 0 },
    TypeError,
    "Cannot sample: row has no effect at temperature 0, leave it out",
  );
  refuse(
    {
      row: 2,
      temperature: 0,
      seed: 1,
      topK: 40,
      topP: 0.9,
      mirostat: {},
    },
    TypeError,
    "Cannot sample: topK, topP, mirostat, seed, row have no effect at temperature 0, leave them out",
  );
  refuse(
    { seed: 2, temperature: 0 },
    TypeError,
    "Cannot sample: seed has no effect at temperature 0, leave it out",
  );
  refuse({ seed: 0.5 }, RangeError, "0.5");
  refuse(
    { samples: 2 },
    TypeError,
    "Cannot generate: samples is about whole texts and has no effect on a stream: use generate()",
  );
  refuse({ seed: null }, RangeError, "the seed must be a safe integer: null");
  refuse(
    { stopTokens: null },
    TypeError,
    "Cannot generate: stopTokens must be a list of ids: null",
  );
  refuse(
    { stop: null, constraint: oneOf(["abc"]) },
    TypeError,
    "Cannot generate: stop must be a string or a list of strings: null",
  );
  const bare = Object.create(null); // which has no toString()
  refuse(
    { maxTokens: bare },
    RangeError,
    "Cannot generate: maxTokens must be an integer from 0: object",
  );
  refuse(
    { stopAtSentence: bare },
    TypeError,
    "Cannot generate: stopAtSentence must be true or false: object",
  );
  refuse(
    { lacking: [1n, NaN] },
    TypeError,
    'Cannot generate: lacking must be a list of names of options: ["1n","NaN"]',
  );
  refuse(
    { maxTokens: Symbol("many") },
    RangeError,
    "Cannot generate: maxTokens must be an integer from 0: Symbol(many)",
  );
  refuse(
    { signal: new AbortController() },
    TypeError,
    "Cannot generate: signal must be an AbortSignal: an AbortController; give its signal",
  );
  refuse(
    { signal: null },
    TypeError,
    "Cannot generate: signal must be an AbortSignal: null",
  );
  refuse(
    { mixture: { weight: 1 } },
    TypeError,
    "Cannot generate: mixture must be a list of models with their weights: object",
  );
  refuse(
    { mixture: [null] },
    TypeError,
    "Cannot generate: mixture: options must be an object: null",
  );
  refuse(
    { mixture: [{ model: alphabet(), wieght: 1 }] },
    TypeError,
    'Cannot generate: mixture: there is no option "wieght", did you mean "weight"? (known: model, weight)',
  );
  refuse(
    { mixture: [{ weight: 1 }] },
    TypeError,
    "Cannot generate: a model of a mixture must be a language model: undefined",
  );
  refuse(
    { guidance: null },
    TypeError,
    "Cannot generate: guidance: options must be an object: null",
  );
  refuse({ topP: 2 }, RangeError, "Cannot sample: topP must be");
  refuse(
    { penaltyWindow: 3 },
    TypeError,
    "Cannot sample: penaltyWindow has no effect without",
  );
});

Deno.test("streamText() takes all stages of a chain, words by their text", async () => {
  const banned = { ...GREEDY, maxTokens: 4, badWords: ["cd", "z"] };
  assertEquals(await text(streamText(alphabet(), "a", banned)), "bcab"); // after c there is a, the lowest id
  const biased = { ...GREEDY, maxTokens: 2, logitBias: [["j", 2000]] as const };
  assertEquals(await text(streamText(alphabet(), "a", biased)), "jj");
});
