/**
 * Everybody who hears from a run: its display, its log, those who read it, and the callbacks of its options.
 *
 * @module
 */
import type {
  RunReport,
  TrainingDisplay,
} from "../display/training_display.ts";
import type { RunCallback } from "./fit_options.ts";
import type { FitSettings } from "./fit_settings.ts";
import type { RunControl } from "./run.ts";
import type { RunLog } from "./run_log.ts";

/** Passes reports on. */
export class Outlets {
  readonly #display: TrainingDisplay;
  readonly #log: RunLog | undefined;
  readonly #callbacks: Record<RunReport["kind"], RunCallback | undefined>;
  readonly #onSample: RunCallback | undefined;

  /**
   * @param display Where the run is shown.
   * @param settings The callbacks.
   * @param log Where it is written, if it is.
   */
  constructor(
    display: TrainingDisplay,
    settings: FitSettings,
    log: RunLog | undefined,
  ) {
    this.#display = display;
    this.#log = log;
    this.#onSample = settings.onSample;
    this.#callbacks = {
      step: settings.onStep,
      validation: settings.onValidation,
      epoch: settings.onEpoch,
      sample: undefined,
      recovery: undefined,
    };
  }

  /**
   * Tells everybody, the callbacks last.
   *
   * @param report What to tell.
   * @param control Knows the run and its readers.
   */
  async tell(report: RunReport, control: RunControl): Promise<void> {
    this.#display.update(report);
    this.#log?.add(report);
    control.report(report);
    if (report.sample !== undefined) {
      await this.#onSample?.(report, control.run);
    }
    await this.#callbacks[report.kind]?.(report, control.run);
  }
}
