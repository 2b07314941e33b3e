import { assert, assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { matching } from "../../src/generation/constraints/matching.ts";
import { oneOf } from "../../src/generation/constraints/word_list.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { buildNGram } from "../../src/models/build_ngram.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { BPETokenizer } from "../../src/tokenizers/bpe_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { tokenizerFromJSON } from "../../src/tokenizers/resolve.ts";
import type { Tokenizer } from "../../src/tokenizers/tokenizer.ts";
import { UnigramTokenizer } from "../../src/tokenizers/unigram_tokenizer.ts";
import { WordPieceTokenizer } from "../../src/tokenizers/word_piece_tokenizer.ts";
import { WordTokenizer } from "../../src/tokenizers/word_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";

await ensureEngine();

const TEXT = "the king said no. The queen, she said yes. ";

/** Words that begin with a blank, which the first word of a text loses. */
function metaspace(): Tokenizer {
  const tokens = ["<unk>", "▁the", "▁king", "▁said", "▁no", "▁yes", "."];
  return tokenizerFromJSON({
    version: "1.0",
    added_tokens: [{ id: 0, content: "<unk>", special: true }],
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "Punctuation" }, {
        type: "Metaspace",
        prepend_scheme: "first",
      }],
    },
    post_processor: null,
    decoder: { type: "Metaspace" },
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      unk_token: "<unk>",
    },
  });
}

const KINDS: Readonly<Record<string, Tokenizer>> = {
  characters: CharTokenizer.train(TEXT),
  words: WordTokenizer.train(TEXT),
  "byte-level BPE": BPETokenizer.train(TEXT, { vocabSize: 262 }),
  WordPiece: WordPieceTokenizer.train(TEXT, { vocabSize: 40 }),
  Unigram: UnigramTokenizer.train(TEXT, { vocabSize: 24 }),
  Metaspace: metaspace(),
};

/** A small model whose weights are far from zero, so that its words depend on what it has read. */
async function scattered(tokenizer: Tokenizer): Promise<LanguageModel> {
  const model = buildLSTM({ tokenizer, units: 8, embedding: 4, seed: 2 });
  for (const parameter of model.network.parameters.values()) {
    parameter.set((await parameter.values()).map((x) => 4 * x));
  }
  return model;
}

/** A model that has counted the text, and writes it. */
async function counted(tokenizer: Tokenizer): Promise<LanguageModel> {
  const model = buildNGram({ tokenizer, order: 5 });
  await fit(model, TEXT.repeat(8), {
    validation: 0,
    sample: false,
    display: "none",
  });
  return model;
}

for (const [kind, tokenizer] of Object.entries(KINDS)) {
  Deno.test(`a prompt with the text after it reads as one text, whatever writes it, with ${kind}`, async () => {
    const model = await scattered(tokenizer);
    const prompt = "the king";
    const own = [...tokenizer.encode(prompt, { addSpecialTokens: false })];
    assertEquals(tokenizer.decode(own), prompt);
    const reads = (text: string, ids: Int32Array): void =>
      assertEquals(prompt + text, tokenizer.decode([...own, ...ids]));
    for (let seed = 0; seed < 6; seed++) {
      const options = { seed, maxTokens: 8, temperature: 1.5 };
      const written = await model.generate(prompt, options);
      reads(written.text, written.ids);
      assertEquals(`${written}`, written.text);
      assertEquals(
        written.tokens.map(({ text }) => text).join(""),
        written.text,
      );
      const record = JSON.parse(JSON.stringify(written.record));
      assertEquals(
        (await model.generate(record.prompt, record.options)).text,
        written.text,
      );
      assertEquals(
        (await Array.fromAsync(model.stream(prompt, options))).join(""),
        written.text,
      );
      const lens = await model.lens(prompt, options);
      assertEquals(lens.text, written.text);
      assertEquals(lens.steps.map(({ text }) => text).join(""), written.text);
    }
    const several = await model.generate([prompt, "the"], {
      samples: 3,
      seed: 1,
      maxTokens: 5,
    });
    const the = [...tokenizer.encode("the", { addSpecialTokens: false })];
    for (const { text, ids, record } of several) {
      if (record.prompt === prompt) reads(text, ids);
      else assertEquals(`the${text}`, tokenizer.decode([...the, ...ids]));
    }
    const best = await model.bestOf(prompt, {
      n: 4,
      seed: 1,
      maxTokens: 5,
      scorer: (text, { tokens, row }) => {
        reads(text, tokens);
        return row;
      },
    });
    for (
      const { text, tokens } of [
        ...await model.beamSearch(prompt, { beams: 3, maxTokens: 5 }),
        await model.contrastiveSearch(prompt, {
          topK: 3,
          alpha: 0.6,
          maxTokens: 5,
        }),
        ...best,
      ]
    ) reads(text, tokens);
    model.dispose();
  });
}

Deno.test("texts of words begin with the blank after the prompt, and without one before a mark or after a blank", async () => {
  for (const kind of ["words", "Metaspace", "characters"]) {
    const model = await counted(KINDS[kind]!);
    const write = async (prompt: string): Promise<string> => {
      const text = await model.generate(prompt, {
        maxTokens: 16,
        temperature: 0,
        stop: ". ",
      });
      return text.stop === undefined
        ? `${text}`.replace(/\..*/, "")
        : `${text}`;
    };
    assertEquals([kind, await write("the king said")], [kind, " no"]);
    assertEquals([kind, await write("the king")], [kind, " said no"]);
    if (kind === "words") {
      assertEquals(await write("The queen"), ", she said yes");
      assertEquals(await write("the (king"), " said no");
    }
    model.dispose();
  }
});

Deno.test("a part of a word that goes on with the prompt's last word is joined to it", async () => {
  const tokenizer = WordPieceTokenizer.train("sing singing sings", {
    vocabSize: 12,
  });
  const part = tokenizer.vocabulary.find((token) => token.startsWith("##"))!;
  const model = await scattered(tokenizer);
  const { text } = await model.generate("sing", {
    maxTokens: 1,
    temperature: 0,
    logitBias: [[tokenizer.vocabulary.indexOf(part), 1000]],
  });
  assertEquals(text, part.slice(2));
  model.dispose();
});

Deno.test("a text after nothing begins without a blank, and one after an unknown word with it", async () => {
  const model = await counted(KINDS["words"]!);
  const options = {
    temperature: 0,
    maxTokens: 2,
    logitBias: [[KINDS["words"]!.specialTokens.get("<unk>")!, -1000]],
  } as const;
  const write = async (prompt: string): Promise<string[]> => [
    (await model.generate(prompt, options)).text,
    (await model.lens(prompt, options)).text,
    (await Array.fromAsync(model.stream(prompt, options))).join(""),
  ];
  for (const text of await write("Zebulon")) assert(/^ \w/.test(text), text);
  for (const text of await write("Zebulon ")) assert(/^\w/.test(text), text);
  const withBreaks = await counted(WordTokenizer.train(`${TEXT}\n`));
  const { text } = await withBreaks.generate("", {
    temperature: 0,
    maxTokens: 3,
  });
  assert(/^\w/.test(text), text);
  model.dispose();
  withBreaks.dispose();
});

Deno.test("stop strings, sentences and what is trimmed count the blank as the text's", async () => {
  const model = await counted(KINDS["words"]!);
  const options = { temperature: 0, maxTokens: 8 } as const;
  const whole = await model.generate("the king", options);
  assertEquals(whole.text, " said no. The queen, she said");
  assertEquals(whole.tokens.slice(0, 3).map(({ text }) => text), [
    " said",
    " no",
    ".",
  ]);
  assert(whole.toHTML().includes("> said</span>"));
  assert(whole.toColoredString().includes(" said"));
  for (
    const [stop, text] of [[" said", ""], ["said", " "], [" no", " said"]]
  ) {
    const stopped = await model.generate("the king", {
      ...options,
      stop: stop!,
    });
    assertEquals([stopped.text, stopped.stop], [text, stop]);
  }
  const sentence = await model.generate("the king", {
    ...options,
    stopAtSentence: true,
  });
  assertEquals([sentence.text, sentence.stopReason], [" said no.", "sentence"]);
  const trimmed = await model.generate("the king", {
    ...options,
    maxTokens: 4,
    trimIncomplete: true,
  });
  assertEquals([trimmed.text, trimmed.tokens.map(({ text }) => text)], [
    " said no.",
    [" said", " no", ".", ""],
  ]);
  model.dispose();
});

Deno.test("a text under a constraint is one of its language by itself, without the blank", async () => {
  for (const kind of ["words", "WordPiece", "Metaspace"]) {
    const model = await scattered(KINDS[kind]!);
    for (const constraint of [oneOf(["said no"]), matching(/said no/)]) {
      const written = await model.generate("the king", {
        constraint,
        maxTokens: 40,
        seed: 1,
      });
      assertEquals([kind, written.text], [kind, "said no"]);
      assertEquals(written.stopReason, "constraint");
      assertEquals(
        written.tokens.map(({ text }) => text).join(""),
        written.text,
      );
    }
    model.dispose();
  }
});
