/**
 * Where a run goes on from: the content of a checkpoint, checked, and how it is put back.
 *
 * @module
 */
import type { TensorData } from "../checkpoint/safetensors.ts";
import { tf } from "../engine/tf.ts";
import type { Network } from "../networks/network.ts";
import type { CheckpointContent } from "./checkpoint_content.ts";
import { type CheckpointRecord, decodeRecord } from "./checkpoint_record.ts";
import type { Goal } from "./_goal.ts";
import { newEpoch } from "./progress.ts";
import type { Trainer } from "./train_step.ts";
import { assignTensors, tensorOf } from "./variable_data.ts";

/** A checkpoint, read. */
export interface Continuation {
  /** The file. */
  path: string;
  /** Where the run stands, and what it was given. */
  record: CheckpointRecord;
  /** What the optimizer remembers, by name. */
  optimizer: ReadonlyMap<string, TensorData>;
  /** What the network remembers of the batch before. */
  state: readonly TensorData[];
  /** The best weights by name; none where none are kept. */
  best: ReadonlyMap<string, TensorData>;
}

/**
 * @param path The file.
 * @param content What it has beside the model.
 * @param network The model's network.
 * @returns The checkpoint, checked as far as it can be without the options of the run.
 * @throws {SyntaxError} If it does not fit together.
 */
export function readContinuation(
  path: string,
  content: CheckpointContent,
  network: Network,
): Continuation {
  const record = decodeRecord(content.json);
  const groups = {
    "optimizer/": new Map<string, TensorData>(),
    "state/": new Map<string, TensorData>(),
    "best/": new Map<string, TensorData>(),
  };
  for (const [name, tensor] of content.tensors) {
    const prefix = (Object.keys(groups) as (keyof typeof groups)[])
      .find((each) => name.startsWith(each));
    if (prefix === undefined) {
      throw new SyntaxError(
        `the checkpoint's tensors must be those of an optimizer, a state or the best weights: "${name}"`,
      );
    }
    if (tensor.dtype !== "F32" && tensor.dtype !== "I32") {
      throw new SyntaxError(
        `the checkpoint's tensor "${name}" must be F32 or I32: ${tensor.dtype}`,
      );
    }
    groups[prefix].set(name.slice(prefix.length), tensor);
  }
  const state = groups["state/"];
  const places = Array.from({ length: state.size }, (_, i) => String(i));
  if (!places.every((place) => state.has(place))) {
    throw new SyntaxError(
      `the checkpoint's state must be numbered from 0: ${[...state.keys()]}`,
    );
  }
  const best = groups["best/"];
  if (best.size > 0) checkWeights(best, network);
  if (best.size > 0 && !Number.isSafeInteger(record.bestStep)) {
    throw new SyntaxError(
      `the checkpoint's best weights must have a step: ${record.bestStep}`,
    );
  }
  return {
    path,
    record,
    optimizer: groups["optimizer/"],
    state: places.map((place) => state.get(place)!),
    best,
  };
}

function checkWeights(
  weights: ReadonlyMap<string, TensorData>,
  network: Network,
): void {
  const { parameters } = network;
  const fits = weights.size === parameters.size &&
    [...parameters].every(([name, { shape }]) => {
      const tensor = weights.get(name);
      return tensor?.dtype === "F32" && String(tensor.shape) === String(shape);
    });
  if (fits) return;
  throw new SyntaxError(
    "the checkpoint's best weights must be those of the network: their names or shapes are others",
  );
}

/** Where a checkpoint is put back. */
export interface PutBackParts {
  trainer: Trainer;
  goal: Goal;
  network: Network;
  /** Rows of a batch, B. */
  batchSize: number;
}

/**
 * Gives a run what a checkpoint remembers, besides its progress and the weights.
 *
 * @param from The checkpoint.
 * @param parts What is to remember it.
 * @throws {SyntaxError} If the memory is that of another optimizer, or the state of another shape.
 */
export function putBack(from: Continuation, parts: PutBackParts): void {
  const { trainer, goal } = parts;
  if (from.state.length > 0) checkState(from.state, parts);
  const what = "Cannot resume: the optimizer's memory";
  assignTensors(trainer.memory, from.optimizer, what);
  trainer.goOn(from.record.trainer, from.state.map(tensorOf));
  if (from.best.size === 0) return;
  const tensors = new Map(
    Array.from(from.best, ([name, tensor]) => [name, tensorOf(tensor)]),
  );
  goal.goOn({ step: from.record.bestStep!, tensors });
  tf.dispose([...tensors.values()]); // it has copies
}

function checkState(
  state: readonly TensorData[],
  { network, batchSize }: PutBackParts,
): void {
  const fresh = network.carriesState === false
    ? []
    : network.zeroState(batchSize);
  const [wanted, found] = [fresh, state].map((tensors) =>
    tensors.map(({ shape }) => `[${shape}]`).join(", ")
  );
  tf.dispose([...fresh]);
  if (wanted === found) return;
  throw new SyntaxError(
    `Cannot resume: the network's state must have the shapes ${wanted}: ${found}`,
  );
}

/**
 * The same checkpoint for other data: the epoch under way begins anew, without memory of the text before.
 *
 * @param from The checkpoint.
 * @returns A copy.
 */
export function forOtherData(from: Continuation): Continuation {
  const record = structuredClone(from.record);
  record.progress.epoch = newEpoch(record.progress.epoch.index);
  return { ...from, record, state: [] };
}
