/**
 * One training of a model at a time.
 *
 * @module
 */
import type { TrainableModel } from "./trainable_model.ts";

/** Models that are being trained. */
const inTraining = new WeakSet<TrainableModel>();

/**
 * @param model A model.
 * @throws {Error} If it is being trained.
 */
export function checkFree(model: TrainableModel): void {
  if (!inTraining.has(model)) return;
  throw new Error(
    "Cannot train: the model is being trained already; await the run or stop it first",
  );
}

/**
 * @param model A model that is to be trained.
 * @returns Lets it go.
 * @throws {Error} If it is being trained.
 */
export function holdModel(model: TrainableModel): () => void {
  checkFree(model);
  inTraining.add(model);
  return () => void inTraining.delete(model);
}
