/**
 * Several normalizers, one after the other.
 *
 * @module
 */
import type { JsonObject, Offsets } from "../tokenizer.ts";
import { composeOrigins } from "./aligned_text.ts";
import type { NormalizedText, Normalizer } from "./normalizer.ts";

/** Runs normalizers in order. */
export class SequenceNormalizer implements Normalizer {
  readonly #normalizers: readonly Normalizer[];

  /** @param normalizers The normalizers. */
  constructor(normalizers: readonly Normalizer[]) {
    this.#normalizers = normalizers;
  }

  /** @inheritdoc */
  normalize(text: string): NormalizedText {
    let origins: Offsets | undefined;
    for (const normalizer of this.#normalizers) {
      const result = normalizer.normalize(text);
      origins = composeOrigins(origins, result.origins);
      text = result.text;
    }
    return { text, origins };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return {
      type: "Sequence",
      normalizers: this.#normalizers.map((normalizer) => normalizer.toJSON()),
    };
  }
}
