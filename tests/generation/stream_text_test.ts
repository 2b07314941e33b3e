import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { encodePrompt } from "../../src/generation/encode_prompt.ts";
import type { GenerateOptions } from "../../src/generation/generate_options.ts";
import {
  streamText,
  type TextPredictor,
} from "../../src/generation/stream_text.ts";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";
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
  const pieces = await Array.fromAsync(
    streamText(alphabet(pairs), "a", { ...GREEDY, maxTokens: 5 }),
  );
  assertEquals(pieces, ["BC", "DE", "?"]);
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
    "Cannot generate: the prompt must be a string: number",
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
    'Cannot generate: an option must be one of maxTokens, minTokens, maxSeconds, temperature, topK, seed, row, stop, stopTokens, stopAtSentence, unknown, signal: "maxToken"',
  );
});
