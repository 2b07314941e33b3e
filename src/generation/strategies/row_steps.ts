/**
 * Steps of a model over rows that fork: picking the rows to go on from and reading a token in each is one compiled call.
 * So is the reading of a prompt, once one of its length has come several times.
 *
 * Recording a call takes as long as about fifteen steps as they are, and compiling it by XLA as several hundred that are
 * recorded. So the first steps of a model that is asked for few of them are taken as they are, then they are recorded,
 * and in the end compiled, on another thread, while those that are recorded go on; what is recorded is kept with the
 * model. All three compute the same up to rounding.
 *
 * @module
 */
import { compile, type CompiledFunction } from "../../engine/compile.ts";
import { asOnePart } from "../../engine/side_by_side.ts";
import { type Tensor, tf } from "../../engine/tf.ts";
import type { Predictor, PredictorState } from "../predictor.ts";

/** Steps after which more searches are likely to come, so that recording pays. */
const RECORDED_FROM = 4;

/** Steps of a search that pay for recording by themselves. */
const LONG_SEARCH = 20;

/** Steps after which XLA pays. */
const COMPILED_FROM = 1_000;

/** Readings of one length after which recording it has paid or will. */
const READINGS = 8;

/** Lengths of prompts that are recorded at most. */
const LENGTHS = 7;

/** Milliseconds of a step up to which another thread would cost more than it gives the event loop. */
const QUICK = 5;

/** What a step goes on from. */
interface StepInputs {
  /** Of every new row, the row of the state that it goes on from, int32, shape (B,). */
  parents: Tensor;
  /** The new token of every row, int32, shape (B,). */
  tokens: Tensor;
  /** The state before. */
  state: Tensor[];
}

type Step = (inputs: StepInputs) => Tensor[];

/** What a step gives; the caller disposes all of it. */
export interface RowStep {
  /** Shape (B, V). */
  logits: Tensor;
  /** Shape (B, D), where they are asked for. */
  hidden: Tensor | undefined;
  /** The state after it, of B rows or more; those past B mean nothing. */
  state: PredictorState;
}

/** Takes steps with one model. */
export class RowSteps {
  /** Of every model that has taken steps, all that is recorded. */
  static readonly #known = new WeakMap<Predictor, Map<boolean, RowSteps>>();
  readonly #asItIs: Step;
  readonly #recorded: CompiledFunction<[StepInputs], Tensor[]> | undefined;
  readonly #compiled: CompiledFunction<[StepInputs], Tensor[]> | undefined;
  readonly #readAsItIs: (ids: Tensor) => Tensor[];
  readonly #readRecorded: CompiledFunction<[Tensor], Tensor[]> | undefined;
  readonly #tellsHidden: boolean;
  #taken = 0;
  /** By the number of tokens, how often a prompt was read. */
  readonly #readings = new Map<number, number>();
  /** Numbers of tokens whose reading is recorded. */
  readonly #lengths = new Set<number>();
  /** By the number of rows, whether XLA is done. */
  readonly #isReady = new Map<number, boolean>();
  /** By the number of rows, how many milliseconds the last compiled step took. */
  readonly #times = new Map<number, number>();
  /** What XLA does at present. */
  #preparing: Promise<void> = Promise.resolve();

  /**
   * @param predictor A model.
   * @param tellsHidden Whether the hidden vectors are wanted; the model must tell them.
   * @returns Its steps, the same ones each time.
   */
  static of(predictor: Predictor, tellsHidden: boolean): RowSteps {
    const known = this.#known.get(predictor) ?? new Map<boolean, RowSteps>();
    this.#known.set(predictor, known);
    const steps = known.get(tellsHidden) ??
      new RowSteps(predictor, tellsHidden);
    known.set(tellsHidden, steps);
    return steps;
  }

  /**
   * Frees all that is recorded of a model, when it is not needed any more.
   *
   * @param predictor The model.
   */
  static forget(predictor: Predictor): void {
    for (const steps of this.#known.get(predictor)?.values() ?? []) {
      steps.#recorded?.dispose();
      steps.#compiled?.dispose();
      steps.#readRecorded?.dispose();
    }
    this.#known.delete(predictor);
  }

  private constructor(predictor: Predictor, tellsHidden: boolean) {
    this.#tellsHidden = tellsHidden;
    this.#asItIs = ({ parents, tokens, state }) => {
      const before = state.map((rows) =>
        tf.gather(rows, parents as tf.Tensor1D)
      );
      if (!tellsHidden) {
        const next = predictor.step(tokens, before);
        return [next.logits, ...next.state];
      }
      const next = predictor.stepHidden!(tokens, before);
      return [next.logits, tf.clone(next.hidden), ...next.state]; // it may be a part of the state
    };
    this.#readAsItIs = (ids) => {
      const length = ids.shape[1]!;
      const before = predictor.zeroState(1);
      const next = tellsHidden
        ? predictor.forwardHidden!(ids, before)
        : predictor.forward(ids, before);
      const last = tf.slice(next.logits, [0, length - 1, 0], [1, 1, -1]);
      const hidden = "hidden" in next ? [tf.clone(next.hidden as Tensor)] : [];
      return [tf.reshape(last, [1, -1]), ...hidden, ...next.state];
    };
    if (predictor.isCompilable !== true) return;
    this.#recorded = compile(this.#asItIs, { name: "search", jit: false });
    this.#compiled = compile(
      (inputs: StepInputs) => asOnePart(() => this.#asItIs(inputs)),
      { name: "search, compiled" },
    );
    this.#readRecorded = compile(this.#readAsItIs, {
      name: "prompt",
      jit: false,
    });
  }

  /**
   * Reads a prompt.
   *
   * @param prompt Token ids, one at least.
   * @returns What the model says then: logits of shape (1, V), hidden vectors of every token, shape (1, T, D).
   */
  read(prompt: Int32Array): RowStep {
    const { length } = prompt;
    const readings = this.#readings.get(length) ?? 0;
    this.#readings.set(length, readings + 1);
    if (readings >= READINGS && this.#lengths.size < LENGTHS) {
      this.#lengths.add(length);
    }
    const ids = tf.tensor2d(prompt, [1, length], "int32");
    try {
      const results = this.#readRecorded !== undefined &&
          this.#lengths.has(length)
        ? this.#readRecorded(ids)
        : tf.tidy(() => this.#readAsItIs(ids));
      return this.#told(results);
    } finally {
      ids.dispose();
    }
  }

  /**
   * Takes a step.
   *
   * @param state The state before it; the caller still owns it.
   * @param parents Of every new row, the row of the state that it goes on from.
   * @param tokens The new token of every row.
   * @param search How many steps the whole search may take.
   * @returns What the model says then.
   */
  async take(
    state: PredictorState,
    parents: readonly number[],
    tokens: readonly number[],
    search = 1,
  ): Promise<RowStep> {
    const taken = this.#taken++;
    const isRecorded = this.#recorded !== undefined && state.length > 0 &&
      (taken >= RECORDED_FROM || search >= LONG_SEARCH);
    // One recording serves all numbers of rows up to that of the state, which may have to grow first.
    const known = state[0]?.shape[0] ?? 0;
    const rows = isRecorded ? Math.max(known, parents.length) : parents.length;
    const padded = (list: readonly number[]): Tensor =>
      tf.tensor1d(
        Int32Array.from({ length: rows }, (_, i) => list[i] ?? list[0]!),
        "int32",
      );
    const own: Tensor[] = [];
    const owned = (tensor: Tensor): Tensor => {
      own.push(tensor);
      return tensor;
    };
    const inputs = {
      parents: owned(padded(parents)),
      tokens: owned(padded(tokens)),
      state: [...state],
    };
    try {
      if (isRecorded && rows > known) {
        const { parents } = inputs;
        inputs.state = state.map((x) =>
          owned(tf.gather(x, parents as tf.Tensor1D))
        );
        inputs.parents = owned(tf.range(0, rows, 1, "int32"));
      }
      const results = !isRecorded
        ? tf.tidy(() => this.#asItIs(inputs))
        : taken >= COMPILED_FROM && this.#hasCompiled(inputs, rows)
        ? await this.#takeCompiled(inputs, rows)
        : this.#recorded!(inputs);
      return this.#told(results);
    } finally {
      tf.dispose(own);
    }
  }

  #told(results: readonly Tensor[]): RowStep {
    const [logits, ...others] = results as [Tensor, ...Tensor[]];
    const hidden = this.#tellsHidden ? others.shift()! : undefined;
    return { logits, hidden, state: others };
  }

  /** Resolves once XLA has nothing more to do on another thread. */
  get settled(): Promise<void> {
    return this.#preparing;
  }

  /** Whether XLA has compiled a step of so many rows; if it has not begun yet, it does. */
  #hasCompiled(inputs: StepInputs, rows: number): boolean {
    const isReady = this.#isReady.get(rows);
    if (isReady === undefined) {
      this.#isReady.set(rows, false);
      const prepared = this.#compiled!.prepare(inputs).then(
        () => void this.#isReady.set(rows, true),
        () => {}, // recorded steps go on, and fail by themselves if they must
      );
      this.#preparing = Promise.all([this.#preparing, prepared]).then(() => {});
    }
    return isReady ?? false;
  }

  /** Takes a compiled step, on another thread unless it is quick. */
  async #takeCompiled(inputs: StepInputs, rows: number): Promise<Tensor[]> {
    const begun = performance.now();
    const isQuick = (this.#times.get(rows) ?? Infinity) < QUICK;
    const results = isQuick
      ? this.#compiled!(inputs)
      : await this.#compiled!.inBackground(inputs);
    this.#times.set(rows, performance.now() - begun);
    return results;
  }
}
