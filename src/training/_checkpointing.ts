/**
 * The checkpoints of a run: when they are due, what is in them, and which are kept.
 *
 * @module
 */
import { dirname } from "@std/path";
import type { TensorData } from "../checkpoint/safetensors.ts";
import type { Tensor } from "../engine/tf.ts";
import type { CheckpointContent } from "./checkpoint_content.ts";
import {
  BEST,
  checkpointName,
  clearFolder,
  prepareFolder,
  pruneFolder,
  writeCheckpoint,
} from "./checkpoint_folder.ts";
import type { CheckpointSettings } from "./checkpoint_options.ts";
import { encodeRecord, type RunRecord } from "./checkpoint_record.ts";
import type { BestWeights } from "./_goal.ts";
import type { StopReason } from "./history.ts";
import { historyOf, type TrainingProgress } from "./progress.ts";
import type { TrainableModel } from "./trainable_model.ts";
import type { Trainer } from "./train_step.ts";
import { readTensors } from "./variable_data.ts";

/** What the checkpoints of a run are made from. */
export interface CheckpointingParts {
  model: TrainableModel;
  settings: CheckpointSettings;
  /** Where the run stands; it moves on. */
  progress: TrainingProgress;
  /** The checkpoint that the run goes on from, if it does. */
  from: string | undefined;
}

/** What counts at one moment, besides where the run stands. */
export interface VisitOptions {
  /** Whether an epoch has just ended. */
  endsEpoch: boolean;
  /** The best weights, where they are kept for the end of the run. */
  best: BestWeights | undefined;
  /** Why the run ends, if it does: that makes a checkpoint due. */
  ended: StopReason | undefined;
}

/** Keeps checkpoints. */
export class Checkpointing {
  readonly #parts: CheckpointingParts;
  /** Whether checkpoints of another run are to be removed. */
  #clears: boolean;
  /** Steps and seconds of the run at the last checkpoint. */
  #last: { step: number; seconds: number };
  /** The step after which the best was kept. */
  #bestStep: number | undefined;

  /**
   * Makes the folder, and looks whether it can be written to.
   *
   * @param parts The model, and where the run stands.
   * @throws {Error} If the folder cannot be written to, or has checkpoints of another run.
   * @throws {TypeError} If the model cannot be saved.
   */
  constructor(parts: CheckpointingParts) {
    const { model, settings, progress, from } = parts;
    if (model.encode === undefined) {
      throw new TypeError(
        "Cannot train: checkpoints need a model that can be saved: this one has no encode()",
      );
    }
    const { directory, replace } = settings;
    const isUsed = prepareFolder(directory);
    const isOwn = from !== undefined &&
      Deno.realPathSync(dirname(from)) === Deno.realPathSync(directory);
    if (isUsed && !isOwn && !replace) {
      throw new Error(
        `Cannot train: the folder of the checkpoints must have none of another run: ${
          JSON.stringify(directory)
        } has; go on with resume(), give another folder, or replace: true`,
      );
    }
    this.#parts = parts;
    this.#clears = isUsed && !isOwn;
    this.#last = {
      step: isOwn ? progress.steps : 0,
      seconds: progress.seconds,
    };
    this.#bestStep = isOwn ? progress.best?.step : undefined;
  }

  /**
   * Makes a checkpoint where one is due.
   *
   * @param run What is the same in all of them.
   * @param trainer What remembers the rest.
   * @param options What else counts at this moment.
   * @throws {Error} If it cannot be written; the older ones are as they were then.
   */
  async visit(
    run: RunRecord,
    trainer: Trainer,
    options: VisitOptions,
  ): Promise<void> {
    const { progress, settings } = this.#parts;
    const { steps, seconds, best } = progress;
    const { everySteps, everySeconds } = settings;
    const isNew = steps > this.#last.step;
    const isTime = options.ended !== undefined ||
      (everySteps === undefined
        ? options.endsEpoch
        : steps % everySteps === 0) ||
      seconds - this.#last.seconds >= everySeconds;
    const isBest = settings.best && best?.step === steps &&
      this.#bestStep !== steps;
    if (!(isNew && isTime) && !isBest) return;
    const { directory, keep } = settings;
    const bytes = await this.#encode(run, trainer, options);
    if (isBest) {
      await this.#write(BEST, bytes);
      this.#bestStep = steps;
    }
    if (isNew && isTime) {
      await this.#write(checkpointName(steps), bytes);
      this.#last = { step: steps, seconds };
      await pruneFolder(directory, { keep, newest: steps });
    }
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const { directory } = this.#parts.settings;
    try {
      await writeCheckpoint(directory, name, bytes);
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      throw new Error(
        `Cannot save a checkpoint: ${cause.message}; the model keeps its weights, and older checkpoints are as they were`,
        { cause },
      );
    }
    if (this.#clears) await clearFolder(directory, name);
    this.#clears = false;
  }

  #encode(
    run: RunRecord,
    trainer: Trainer,
    { best, ended }: VisitOptions,
  ): Promise<Uint8Array> {
    const { model, progress, settings } = this.#parts;
    const { everySteps, everySeconds, best: keepsBest, keep } = settings;
    const json = encodeRecord({
      ...run,
      progress,
      trainer: trainer.counts,
      ended: ended ?? null,
      checkpoints: {
        ...(everySteps !== undefined && { everySteps }),
        everySeconds,
        best: keepsBest,
        keep,
      },
      bestStep: best?.step ?? null,
      runsBefore: model.history.length,
    });
    const checkpoint = async (): Promise<CheckpointContent> => ({
      json,
      tensors: await readAll({
        "optimizer/": trainer.memory,
        "state/": new Map(
          trainer.state.map((tensor, i) => [String(i), tensor]),
        ),
        "best/": best?.tensors ?? new Map(),
      }),
    });
    const history = historyOf(progress, ended ?? "unfinished");
    return model.encode!({
      run: { ...history, data: run.data },
      checkpoint,
    });
  }
}

/** Reads groups of tensors at one moment, each name with that of its group before it. */
async function readAll(
  groups: Readonly<Record<string, ReadonlyMap<string, Tensor>>>,
): Promise<Map<string, TensorData>> {
  const all = Object.entries(groups).flatMap(([group, tensors]) =>
    Array.from(tensors, ([name, tensor]) => [group + name, tensor] as const)
  );
  return await readTensors(new Map(all));
}
