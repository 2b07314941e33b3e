/**
 * What a checkpoint has beside the model.
 *
 * @module
 */
import type { TensorData } from "../checkpoint/safetensors.ts";
import type { TrainingHistory } from "./history.ts";

/** What makes a model's file a checkpoint. */
export interface CheckpointContent {
  /** Tensors by name. */
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** All else, as plain JSON. */
  readonly json: unknown;
}

/** Options of a model's `encode()`. */
export interface EncodeModelOptions {
  /**
   * The run under way, which joins the history in the file.
   *
   * @default {undefined} for the history as it is
   */
  run?: TrainingHistory;

  /**
   * What makes the file a checkpoint; asked for at the same moment as the weights are.
   *
   * @default {undefined} for the model alone
   */
  checkpoint?: () => Promise<CheckpointContent>;
}
