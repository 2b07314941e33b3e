/**
 * When a run has got where it can get: its loss is as low as was wanted, or does not become lower any more; and the
 * weights with which it was lowest.
 *
 * @module
 */
import {
  type EarlyStoppingOptions,
  judgeValidation,
  resolveEarlyStopping,
} from "./early_stopping.ts";
import type { FitSettings } from "./fit_settings.ts";
import { RECENT } from "./guard.ts";
import type { StopReason } from "./history.ts";
import type { TrainingProgress } from "./progress.ts";
import type { Tensor } from "../engine/tf.ts";
import { Snapshot } from "./snapshot.ts";
import type { TrainableModel } from "./trainable_model.ts";

/** The weights that count as the best. */
export interface BestWeights {
  /** Steps taken before them. */
  step: number;
  /** The weights by name. */
  tensors: ReadonlyMap<string, Tensor>;
}

/** Watches the losses of a run. */
export class Goal {
  readonly #model: TrainableModel;
  readonly #progress: TrainingProgress;
  readonly #targetLoss: number;
  readonly #earlyStopping: Required<EarlyStoppingOptions> | undefined;
  /** The weights of the best validation, where they may be wanted. */
  #best: Snapshot | undefined;

  /**
   * @param model What is trained.
   * @param settings Target and early stopping.
   * @param progress Where the run stands.
   */
  constructor(
    model: TrainableModel,
    settings: FitSettings,
    progress: TrainingProgress,
  ) {
    this.#model = model;
    this.#progress = progress;
    this.#targetLoss = settings.targetLoss ?? -Infinity;
    this.#earlyStopping = resolveEarlyStopping(settings.earlyStopping);
  }

  /** Where the run is not validated: why it is to end after its last steps, if it is. */
  afterStep(): StopReason | undefined {
    const { recent } = this.#progress;
    if (recent.length < RECENT) return undefined;
    const mean = recent.reduce((sum, loss) => sum + loss) / RECENT;
    return mean <= this.#targetLoss ? "target" : undefined;
  }

  /** Takes a validation into account: why the run is to end after it, if it is. */
  afterValidation(): StopReason | undefined {
    const progress = this.#progress;
    const { patience = Infinity, minDelta = 0, restoreBest = false } =
      this.#earlyStopping ?? {};
    if (judgeValidation(progress, minDelta) && restoreBest) {
      this.#best?.dispose();
      const parameters = this.#model.network.parameters.values();
      const weights = Array.from(parameters, ({ variable }) => variable);
      this.#best = new Snapshot(weights, progress.steps);
    }
    if (progress.validation!.loss <= this.#targetLoss) return "target";
    return progress.validationsSinceBest >= patience
      ? "early-stopping"
      : undefined;
  }

  /** Gives the model its best weights, where they are wanted and are not those of the last step; tells whether it did. */
  restoreBest(): boolean {
    if (this.#best === undefined) return false;
    if (this.#best.step === this.#progress.steps) return false;
    this.#best.restore();
    return true;
  }

  /** The best weights and the steps before them, where they are kept and are not those of the last step. */
  get best(): BestWeights | undefined {
    if (this.#best === undefined) return undefined;
    const names = [...this.#model.network.parameters.keys()];
    return {
      step: this.#best.step,
      tensors: new Map(this.#best.values.map((value, i) => [names[i]!, value])),
    };
  }

  /**
   * Keeps best weights of before, in a run that goes on, where they are still wanted.
   *
   * @param best The weights by name, and the steps before them.
   */
  goOn(best: BestWeights): void {
    if (!this.#earlyStopping?.restoreBest) return;
    this.#best?.dispose();
    const { parameters } = this.#model.network;
    this.#best = new Snapshot(
      Array.from(parameters.values(), ({ variable }) => variable),
      best.step,
      Array.from(parameters.keys(), (name) => best.tensors.get(name)!),
    );
  }

  /** Frees the best weights. */
  dispose(): void {
    this.#best?.dispose();
    this.#best = undefined;
  }
}
