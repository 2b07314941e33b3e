/**
 * Plateau: the rate goes down when the validation loss has not got better for a while.
 *
 * PyTorch's `ReduceLROnPlateau` and Keras's callback of that name, which differ in three points:
 *
 *     pytorch   better means loss < best · (1 − threshold); the rate goes down after more than `patience` validations
 *               without a better one; a step down of less than 1e-8 is left out
 *     keras     better means loss < best − threshold; the rate goes down after `patience` validations without a better one;
 *               the validation that ends a cooldown counts already
 *
 * @module
 */
import {
  checkOptions,
  COUNT,
  FRACTION,
  NOT_NEGATIVE,
  POSITIVE,
} from "../option_checks.ts";
import { FORMS, type OptimizerForm } from "../optimizers/optimizer.ts";
import { type PlateauState, type Schedule, USUAL_RATE } from "./schedule.ts";

/** Steps down smaller than this are left out in PyTorch's form. */
const SMALLEST = 1e-8;

/** Options of a plateau schedule. */
export interface PlateauOptions {
  /**
   * The rate in the beginning.
   *
   * @default {0.002}
   */
  peak?: number;

  /**
   * What the rate is multiplied by, between 0 and 1.
   *
   * @default {0.1}
   */
  factor?: number;

  /**
   * How many validations in a row may be no better, from 0; in Keras's form the last of these brings the rate down.
   *
   * @default {10}
   */
  patience?: number;

  /**
   * How much lower than the best a validation loss must be to be better: as a share of the best in PyTorch's form, in nats in
   * Keras's.
   *
   * @default {1e-4}
   */
  threshold?: number;

  /**
   * For how many validations after a step down nothing is counted.
   *
   * @default {0}
   */
  cooldown?: number;

  /**
   * The lowest rate.
   *
   * @default {0}
   */
  min?: number;

  /**
   * Whose definition.
   *
   * @default {"pytorch"}
   */
  form?: OptimizerForm;
}

/**
 * @param options Options of a plateau schedule.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function checkPlateau(options: PlateauOptions): void {
  checkOptions("a plateau schedule", options, {
    numbers: {
      peak: POSITIVE,
      factor: FRACTION,
      patience: COUNT,
      threshold: NOT_NEGATIVE,
      cooldown: COUNT,
      min: NOT_NEGATIVE,
    },
    words: { form: FORMS },
  });
  const { peak = USUAL_RATE, min = 0 } = options;
  if (min >= peak) {
    throw new RangeError(
      `Cannot make a plateau schedule: min must be below peak, ${peak}: ${min}`,
    );
  }
}

/** A plateau schedule, which remembers validation losses. */
export class Plateau implements Schedule {
  /** Its name. */
  readonly name = "plateau";
  /** It goes by validation losses. */
  readonly needsValidation = true;
  readonly #options: Required<Omit<PlateauOptions, "peak">>;
  readonly #state: PlateauState;

  /**
   * @param options Factor, patience and the rest.
   * @param state What it remembers from before.
   */
  constructor(options: PlateauOptions, state?: PlateauState | null) {
    checkPlateau(options);
    const { peak = USUAL_RATE, factor = 0.1, patience = 10 } = options;
    const { threshold = 1e-4, cooldown = 0, min = 0 } = options;
    const { form = "pytorch" } = options;
    this.#options = { factor, patience, threshold, cooldown, min, form };
    this.#state = state
      ? { ...state }
      : { rate: peak, best: null, waited: 0, cooldown: 0 };
  }

  /** The rate now, whatever the step. */
  rate(): number {
    return this.#state.rate;
  }

  /** Remembers a validation loss, and brings the rate down where it is time. */
  observe(validationLoss: number): void {
    const state = this.#state;
    const { patience, form } = this.#options;
    const isKeras = form === "keras";
    if (isKeras && state.cooldown > 0) {
      state.cooldown--;
      state.waited = 0;
    }
    if (this.#isBetter(validationLoss)) {
      state.best = validationLoss;
      state.waited = 0;
    } else if (!isKeras || state.cooldown === 0) state.waited++;
    if (!isKeras && state.cooldown > 0) {
      state.cooldown--;
      state.waited = 0;
    }
    const isDue = isKeras
      ? state.waited > 0 && state.waited >= patience
      : state.waited > patience;
    if (isDue) this.#reduce();
  }

  /** Forgets the validation losses since a moment; a rate that went down since then stays down. */
  goBack(state: PlateauState | null): void {
    if (state === null) return;
    const rate = Math.min(state.rate, this.#state.rate);
    Object.assign(this.#state, state, { rate });
  }

  /** What it remembers. */
  toJSON(): PlateauState {
    return { ...this.#state };
  }

  #isBetter(loss: number): boolean {
    const { best } = this.#state;
    const { threshold, form } = this.#options;
    if (best === null) return true;
    return form === "keras"
      ? loss < best - threshold
      : loss < best * (1 - threshold);
  }

  #reduce(): void {
    const state = this.#state;
    const { factor, min, cooldown, form } = this.#options;
    const lower = Math.max(state.rate * factor, min);
    const isKeras = form === "keras";
    if (isKeras && state.rate <= min) return; // nothing begins anew
    if (isKeras || state.rate - lower > SMALLEST) state.rate = lower;
    state.cooldown = cooldown;
    state.waited = 0;
  }
}
