/**
 * The four normalization forms of Unicode, with the place that every character came from.
 *
 * `String.prototype.normalize` does the work, one run of characters that can affect each other at a time; which original
 * character a new one counts as follows the `unicode-normalization-alignments` crate, as Hugging Face tokenizers uses it.
 *
 * @module
 */
import type { JsonObject } from "../tokenizer.ts";
import { AlignedText } from "./aligned_text.ts";
import type { NormalizedText, Normalizer } from "./normalizer.ts";

/** The forms. */
export type UnicodeForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** One starter with its marks; syllables of Hangul may come in letters. */
const RUNS =
  /(?:[\u1100-\u115F\uA960-\uA97F\uAC00-\uD7A3\uFFA0-\uFFDC]+[\u1160-\u11FF\uD7B0-\uD7FF]*|\P{M})[\p{M}\uFF9E\uFF9F]*|[\p{M}\uFF9E\uFF9F]+/gu;

/** One character of a decomposed text, and whether it was inserted. */
interface Item {
  character: string;
  inserted: number;
}

/** Brings a text into a normalization form. */
export class UnicodeNormalizer implements Normalizer {
  /** The form. */
  readonly form: UnicodeForm;

  /** @param form The form. */
  constructor(form: UnicodeForm) {
    this.form = form;
  }

  /** @inheritdoc */
  normalize(text: string): NormalizedText {
    const whole = text.normalize(this.form);
    if (whole === text) return { text, origins: undefined };
    const result = new AlignedText(whole.length);
    for (const { 0: run, index } of text.matchAll(RUNS)) {
      const changed = run.normalize(this.form);
      if (changed === run) result.keep(text, index, index + run.length);
      else this.#align(run, index, changed, result);
    }
    const pieces = result.finish();
    if (pieces.text === whole) return pieces;
    const all = new AlignedText(whole.length); // characters that no run foresees: all as one
    this.#align(text, 0, whole, all);
    return all.finish();
  }

  /** Finds out which characters of a run each new one stands for. */
  #align(run: string, base: number, changed: string, out: AlignedText): void {
    const decomposed = this.form.replace("C", "D");
    const originals = Array.from(run);
    const items: Item[] = originals.flatMap((character) =>
      Array.from(
        character.normalize(decomposed),
        (part, i) => ({ character: part, inserted: i === 0 ? 0 : 1 }),
      )
    );
    let next = 0; // number of original characters taken so far
    let start = base;
    let end = base; // of the last one taken
    for (const character of changed) {
      let change = 1;
      const parts = this.form.endsWith("D")
        ? [character]
        : character.normalize("NFD");
      for (const part of parts) {
        const found = items.findIndex((item) => item.character === part);
        const [item] = found < 0 ? [] : items.splice(found, 1);
        change += (item?.inserted ?? 0) - 1;
      }
      if (change <= 0) {
        start = end;
        end += originals[next++]?.length ?? 0;
        out.push(character, start, end);
        for (; change < 0; change++) end += originals[next++]?.length ?? 0;
        continue;
      }
      out.push(character, start, end);
    }
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return { type: this.form };
  }
}
