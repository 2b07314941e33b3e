/**
 * Takes down what there is to choose from while a token is chosen, and tells of it afterwards.
 *
 * @module
 */
import { likeliest } from "./_inspect.ts";
import type { Candidates } from "./chain/candidates.ts";
import type {
  LensAnswer,
  LensCandidate,
  LensChoice,
  LensStage,
  LensStep,
  LensToken,
} from "./lens.ts";

/** How many of the likeliest candidates are told. */
const TOLD = 10;

/** The probability, by id, of what is no candidate. */
const NONE = -1;

/** Options of {@linkcode LensRecorder}. */
export interface LensRecorderOptions {
  /** The stages that are looked at, in their order. */
  stages: readonly Pick<LensStage, "name" | "description">[];
  /** The tokens by id. */
  vocabulary: readonly string[];
  /** Id of the token asked about. */
  asked: number | undefined;
}

/** Sees the candidates of each token as the model leaves them, and as each stage does. */
export class LensRecorder {
  readonly #options: LensRecorderOptions;
  /** Of the token under way: the probabilities by id, shape (V,), as often as they were seen. */
  #seen: Float64Array[] = [];

  /** @param options What is looked at. */
  constructor(options: LensRecorderOptions) {
    this.#options = options;
  }

  /**
   * Takes down the candidates as they are.
   *
   * @param candidates They stay as they are.
   */
  watch(candidates: Candidates): void {
    const { ids, count } = candidates;
    const weights = candidates.probabilities();
    const probabilities = new Float64Array(ids.length).fill(NONE);
    for (let i = 0; i < count; i++) probabilities[ids[i]!] = weights[i]!;
    this.#seen.push(probabilities);
  }

  /**
   * Tells how a token was chosen, and begins the next one.
   *
   * @param id The token.
   * @returns All but what it adds to the text.
   */
  step(id: number): Omit<LensStep, "text"> {
    const { stages, vocabulary, asked } = this.#options;
    const seen = this.#seen;
    this.#seen = [];
    const choices = seen.map((each) => choiceOf(each, vocabulary));
    const told = [choices[0]!, choices.at(-1)!].flatMap(({ likeliest }) =>
      likeliest.map(({ id }) => id)
    );
    const rows = new Set([
      ...told,
      id,
      ...(asked === undefined ? [] : [asked]),
    ]);
    const [model] = seen;
    return {
      chosen: candidateOf(id, seen.at(-1)!, vocabulary),
      model: choices[0]!,
      stages: stages.map((stage, i) => ({
        ...stage,
        before: choices[i]!,
        after: choices[i + 1]!,
        massKept: massKept(seen[i]!, seen[i + 1]!),
      })),
      tokens: [...rows]
        .sort((a, b) => model![b]! - model![a]! || a - b)
        .map((row): LensToken => ({
          id: row,
          token: vocabulary[row]!,
          probabilities: seen.map((each) =>
            each[row] === NONE ? undefined : each[row]!
          ),
        })),
      asked: asked === undefined ? undefined : this.#answer(asked, seen),
    };
  }

  #answer(asked: number, seen: readonly Float64Array[]): LensAnswer {
    const removed = seen.findIndex((each) => each[asked] === NONE);
    if (removed >= 0) {
      const removedBy = removed === 0
        ? "model"
        : this.#options.stages[removed - 1]!.name;
      return { removedBy, rank: undefined, probability: 0 };
    }
    const last = seen.at(-1)!;
    const probability = last[asked]!;
    let rank = 0;
    for (const other of last) if (other > probability) rank++;
    return { removedBy: undefined, rank, probability };
  }
}

function choiceOf(
  probabilities: Float64Array,
  vocabulary: readonly string[],
): LensChoice {
  let [count, entropy] = [0, 0];
  for (const p of probabilities) {
    if (p !== NONE) count++;
    if (p > 0) entropy -= p * Math.log2(p);
  }
  const best = likeliest(probabilities, Math.min(TOLD, count));
  return {
    count,
    entropy,
    likeliest: Array.from(
      best,
      (id) => candidateOf(id, probabilities, vocabulary),
    ),
  };
}

function candidateOf(
  id: number,
  probabilities: Float64Array,
  vocabulary: readonly string[],
): LensCandidate {
  return { id, token: vocabulary[id]!, probability: probabilities[id]! };
}

/** The share that those had before who are still candidates after; exactly 1 where none is gone. */
function massKept(before: Float64Array, after: Float64Array): number {
  let [kept, gone] = [0, 0];
  for (let id = 0; id < before.length; id++) {
    if (before[id] === NONE) continue;
    if (after[id] === NONE) gone += before[id]!;
    else kept += before[id]!;
  }
  return gone === 0 ? 1 : kept;
}
