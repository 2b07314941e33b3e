/**
 * Checks of what strategies are given.
 *
 * @module
 */

export { tokenIds } from "../token_ids.ts";

/**
 * @param action What cannot be done otherwise.
 * @param prompt Its ids.
 * @throws {RangeError} If there are none.
 */
export function checkPrompt(action: string, prompt: Int32Array): void {
  if (prompt.length > 0) return;
  throw new RangeError(
    `${action}: the prompt must have a token to go on from: it has none`,
  );
}

/**
 * Refuses stop tokens that could end no text, once logits tell how large the vocabulary is.
 *
 * @param action What cannot be done otherwise.
 * @param stopTokens Their ids.
 * @param vocabSize Number of tokens.
 * @throws {RangeError} If one is none of the vocabulary.
 */
export function checkStopTokens(
  action: string,
  stopTokens: Iterable<number>,
  vocabSize: number,
): void {
  for (const id of stopTokens) {
    if (id < vocabSize) continue;
    throw new RangeError(
      `${action}: stopTokens must be ids of the vocabulary, below ${vocabSize}: ${id}`,
    );
  }
}

/**
 * @param action What cannot be done otherwise.
 * @param given What should be a network.
 * @param isFunctionAllowed Whether a function from rows of tokens to logits will do.
 * @throws {TypeError} If it is something else.
 */
export function checkPredictor(
  action: string,
  given: unknown,
  isFunctionAllowed = true,
): void {
  if (isFunctionAllowed && typeof given === "function") return;
  const isPredictor = typeof given === "object" && given !== null &&
    "step" in given && "forward" in given && "zeroState" in given;
  if (isPredictor && !("network" in given)) return;
  throw new TypeError(
    `${action}: the model must be a network, such as model.network${
      isFunctionAllowed ? ", or a function from rows of tokens to logits" : ""
    }: ${
      isPredictor ? "a LanguageModel" : given === null ? null : typeof given
    }`,
  );
}
