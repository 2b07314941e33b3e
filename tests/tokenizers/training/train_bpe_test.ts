import { assertEquals } from "@std/assert";
import { BYTE_CHARACTERS } from "../../../src/tokenizers/byte_alphabet.ts";
import { ByteLevelPreTokenizer } from "../../../src/tokenizers/pre_tokenizers/byte_level.ts";
import { countPieces } from "../../../src/tokenizers/training/count_pieces.ts";
import { trainBPE } from "../../../src/tokenizers/training/train_bpe.ts";
import { readGolden } from "../_golden.ts";

interface Golden {
  texts: Record<string, string[]>;
  runs: {
    text: string;
    vocabSize: number;
    minFrequency: number;
    specialTokens: string[];
    merges: string[];
    first: string[];
    size: number;
  }[];
}

const { texts, runs } = readGolden<Golden>("bpe_training.json");

for (const golden of runs) {
  const { text, vocabSize, minFrequency, specialTokens } = golden;
  Deno.test(`trainBPE() learns the merges of Hugging Face from ${text}, ${vocabSize} tokens, at least ${minFrequency} times`, () => {
    const counts = countPieces(texts[text]!, {
      preTokenizer: new ByteLevelPreTokenizer(),
    });
    const { vocab, merges } = trainBPE(counts, {
      vocabSize,
      minFrequency,
      specialTokens,
      alphabet: BYTE_CHARACTERS,
    });
    assertEquals(merges.map((merge) => merge.join(" ")), golden.merges);
    assertEquals(vocab.size, golden.size);
    assertEquals([...vocab.keys()].slice(0, 3), golden.first);
  });
}
