/**
 * Which network writes: a model's own, several together, or one under guidance.
 *
 * @module
 */
import { checkOptionNames } from "../text/options.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { encodePrompt } from "./encode_prompt.ts";
import type { GenerationSettings } from "./generation_settings.ts";
import type { Predictor } from "./predictor.ts";
import { guided } from "./strategies/guidance.ts";
import { mixture } from "./strategies/mixture.ts";

/**
 * @param model The model that is asked.
 * @param settings The mixture and the guidance.
 * @returns The network; the model's own where neither is asked for.
 * @throws {TypeError} If the guidance has an unknown option.
 * @throws {RangeError} If the models have other vocabularies, or a number is out of range.
 */
export function networkOfCall(
  { network, tokenizer }: { network: Predictor; tokenizer: Tokenizer },
  { mixture: others, guidance, unknown }: GenerationSettings,
): Predictor {
  let all = network;
  if (others.length > 0) {
    const left = others.reduce((rest, { weight }) => rest - weight, 1);
    all = mixture([
      ...(left === 0 ? [] : [{ predictor: network, weight: left }]),
      ...others.map(({ model, weight }) => {
        checkSameVocabulary(tokenizer, model?.tokenizer);
        return { predictor: model.network, weight };
      }),
    ]);
  }
  if (guidance === undefined) return all;
  checkOptionNames("Cannot generate: guidance", guidance, [
    "scale",
    "negativePrompt",
  ]);
  const { scale, negativePrompt } = guidance;
  return guided(all, {
    scale,
    ...(negativePrompt !== undefined &&
      { negative: encodePrompt(tokenizer, negativePrompt, unknown) }),
  });
}

function checkSameVocabulary(
  own: Tokenizer,
  other: Tokenizer | undefined,
): void {
  if (
    own === other ||
    (own.vocabSize === other?.vocabSize &&
      own.vocabulary.every((token, id) => token === other.vocabulary[id]))
  ) return;
  throw new RangeError(
    `Cannot generate: models of a mixture must have one vocabulary: ${own.vocabSize} and ${
      other?.vocabSize ?? "no"
    } tokens${own.vocabSize === other?.vocabSize ? ", other ones" : ""}`,
  );
}
