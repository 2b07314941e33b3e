/**
 * Training step by step: batches go in, the weights and the network's state move on. And the way back when a loss is no
 * number any more.
 *
 * @module
 */
import type { TokenBatch } from "../data/batches.ts";
import { type Tensor, tf, type Variable } from "../engine/tf.ts";
import type { PredictorState } from "../generation/predictor.ts";
import type { Parameter } from "../layers/parameter.ts";
import type { Network } from "../networks/network.ts";
import type { BatchTensors } from "./_batch_gradients.ts";
import { createLoss } from "./create_loss.ts";
import { DivergenceError } from "./divergence_error.ts";
import { disposeSum, type GradientSum, zeroSum } from "./_gradient_sum.ts";
import { createOptimizer } from "./optimizers/create_optimizer.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import { StepFunctions, type StepInputs } from "./_step_functions.ts";
import type {
  StepOutcome,
  TrainerCounts,
  TrainerOptions,
} from "./trainer_options.ts";

/** Trains a network batch by batch, carrying its state, if that is to be carried, from one to the next. */
export class Trainer {
  /** Step size of the steps to come. */
  learningRate: number;
  readonly #network: Network;
  readonly #parameters: Parameter[];
  readonly #variables: Variable[];
  readonly #optimizer: Optimizer;
  readonly #functions: StepFunctions;
  readonly #counted: boolean;
  #state: PredictorState = [];
  /** Sums over the batches of this step so far. Once there were any, every step has some, so that it is recorded once. */
  #sum: GradientSum | undefined;
  /** How many targets of theirs count. */
  #summed = 0;
  /** The weights that gave the last loss that was a number. */
  #good: Tensor[] = [];
  #steps = 0;
  /** Batches read: each draws dropout masks of its own. */
  #batches = 0;
  #outcome: StepOutcome | undefined;

  /**
   * @param network What to train.
   * @param options Step size, optimizer, loss, clipping and seed.
   * @throws {TypeError | RangeError} If the optimizer or the loss cannot be made.
   */
  constructor(network: Network, options: TrainerOptions) {
    const { loss = "crossentropy", labelSmoothing, seed } = options;
    const { counted = false, compiled = true } = options;
    const trainingLoss = createLoss(loss, labelSmoothing);
    const named = [...network.parameters]
      .map(([name, { variable }]) => ({ name, variable }));
    this.learningRate = options.learningRate;
    this.#network = network;
    this.#counted = counted;
    this.#parameters = [...network.parameters.values()];
    this.#variables = named.map(({ variable }) => variable);
    this.#optimizer = createOptimizer(options.optimizer ?? "adam", named);
    this.#functions = new StepFunctions({
      network,
      variables: this.#variables,
      optimizer: this.#optimizer,
      gradients: { loss: trainingLoss, seed, counted },
      clipNorm: options.clipNorm,
      clipValue: options.clipValue,
      compiled,
    });
  }

  /** All that the optimizer remembers from step to step, by name, such as `lstm_1/kernel/mean`. */
  get memory(): ReadonlyMap<string, Variable> {
    return this.#optimizer.memory;
  }

  /** All that a step changes but the carried state: the weights, and the optimizer's memory. */
  get variables(): Variable[] {
    return [...this.#variables, ...this.#optimizer.memory.values()];
  }

  /** What the network remembers of the batch before; empty where it remembers nothing. */
  get state(): readonly Tensor[] {
    return this.#state;
  }

  /** What was counted so far. */
  get counts(): TrainerCounts {
    return {
      steps: this.#steps,
      batches: this.#batches,
      accumulates: this.#sum !== undefined,
    };
  }

  /**
   * Goes on where another trainer was; the optimizer's memory is for the caller to assign.
   *
   * @param counts What it had counted.
   * @param state What its network remembered; it is this trainer's to free from now on.
   */
  goOn(counts: TrainerCounts, state: readonly Tensor[]): void {
    this.forget();
    this.#steps = counts.steps;
    this.#batches = counts.batches;
    this.#setSum(
      counts.accumulates ? zeroSum(this.#variables, this.#counted) : undefined,
      0,
    );
    this.#state = state;
  }

  /** Norm of all gradients together in the last step, before they were clipped; NaN before the first. */
  get gradientNorm(): number {
    return this.#outcome?.gradientNorm ?? NaN;
  }

  /** What the last step said; undefined before the first. */
  get outcome(): StepOutcome | undefined {
    return this.#outcome;
  }

  /**
   * Makes the next batch begin without memory of the text before.
   */
  forget(): void {
    tf.dispose([...this.#state]);
    this.#state = [];
  }

  /**
   * Reads a batch without changing the weights: the next step takes its gradients together with those of its own batch,
   * every target counting the same.
   *
   * @param batch Inputs and targets, shape (B, T) each, and which of the targets count.
   * @param batchSize Rows, B; the same from one {@linkcode Trainer.forget} to the next.
   */
  async accumulate(batch: TokenBatch, batchSize: number): Promise<void> {
    this.#checkAlive();
    const targets = countTargets(batch);
    const before = this.#sum ??= zeroSum(this.#variables, this.#counted);
    const given = {
      batch: this.#upload(batch, batchSize),
      earlier: { sum: before, targets: tf.scalar(targets) },
    };
    try {
      const { sum, state } = await this.#functions.add(given);
      this.#setSum(sum, this.#summed + targets);
      this.#moveOn(state);
    } finally {
      freeBatch(given.batch);
      given.earlier.targets.dispose();
    }
  }

  /**
   * Takes one step.
   *
   * @param batch Inputs and targets, shape (B, T) each, and which of the targets count.
   * @param batchSize Rows, B; the same from one {@linkcode Trainer.forget} to the next.
   * @returns The mean loss before the step over the targets that count, those of accumulated batches among them, in nats per
   * token.
   * @throws {DivergenceError} If the loss or the gradients' norm is not a finite number.
   */
  async step(batch: TokenBatch, batchSize: number): Promise<number> {
    this.#checkAlive();
    const used = this.#variables.map((variable) => tf.clone(variable));
    const targets = this.#summed + countTargets(batch);
    let outcome: Tensor;
    try {
      outcome = await this.#run(batch, batchSize); // (2,) or (3,)
    } catch (error) {
      tf.dispose(used);
      throw error;
    }
    this.#steps++;
    const [loss, gradientNorm, correct] = await outcome.data(); // the one place where the host waits for the device
    outcome.dispose();
    this.#outcome = {
      loss: loss!,
      gradientNorm: gradientNorm!,
      targets,
      ...(correct !== undefined && { correct }),
    };

    if (Number.isFinite(loss!) || this.#good.length === 0) {
      tf.dispose(this.#good);
      this.#good = used;
    } else {
      tf.dispose(used);
    }
    if (!Number.isFinite(loss!)) throw this.divergence("the loss", loss!);
    if (!Number.isFinite(gradientNorm!)) {
      throw this.divergence("the norm of the gradients", gradientNorm!);
    }
    return loss!;
  }

  /** Changes the weights and the state; gives the loss and the norm of the gradients, and what is counted. */
  async #run(batch: TokenBatch, batchSize: number): Promise<Tensor> {
    const sum = this.#sum;
    const given: StepInputs = {
      batch: this.#upload(batch, batchSize),
      learningRate: tf.scalar(this.learningRate),
      ...(sum && { earlier: { sum, targets: tf.scalar(countTargets(batch)) } }),
    };
    try {
      const { outcome, state } = await this.#functions.update(given);
      if (sum) this.#setSum(zeroSum(this.#variables, this.#counted), 0);
      this.#moveOn(state);
      return outcome;
    } finally {
      freeBatch(given.batch);
      given.learningRate.dispose();
      given.earlier?.targets.dispose();
    }
  }

  /** The batch on the engine, with the state before it. */
  #upload(batch: TokenBatch, batchSize: number): BatchTensors {
    const width = batch.inputs.length / batchSize;
    return {
      inputs: tf.tensor2d(batch.inputs, [batchSize, width], "int32"), // (B, T)
      targets: tf.tensor1d(batch.targets, "int32"), // (BT,)
      ...(batch.mask && { weights: tf.tensor1d(weightsOf(batch.mask)) }), // (BT,)
      state: this.#state.length === 0
        ? this.#freshState(batchSize)
        : this.#state.map((tensor) => tf.clone(tensor)),
      draw: tf.scalar(this.#batches, "int32"),
    };
  }

  #freshState(batchSize: number): Tensor[] {
    const { carriesState = true } = this.#network;
    return carriesState ? [...this.#network.zeroState(batchSize)] : [];
  }

  /** After a batch: its state takes the place of the one before. */
  #moveOn(state: Tensor[]): void {
    tf.dispose([...this.#state]);
    this.#state = state;
    this.#batches++;
  }

  #setSum(sum: GradientSum | undefined, targets: number): void {
    if (this.#sum) disposeSum(this.#sum);
    this.#sum = sum;
    this.#summed = targets;
  }

  #checkAlive(): void {
    if (this.#parameters.some((parameter) => parameter.disposed)) {
      throw new Error(
        "Cannot go on training: the model has been disposed; stop a run before you dispose its model",
      );
    }
  }

  /**
   * Gives the network the last weights whose loss was a number; those it began with, where none was. What was accumulated
   * since the last step is forgotten.
   */
  restore(): void {
    this.#setSum(undefined, 0);
    for (const [i, weights] of this.#good.entries()) {
      if (!this.#parameters[i]!.disposed) this.#variables[i]!.assign(weights);
    }
  }

  /**
   * Describes what went wrong after the last step.
   *
   * @param what What went wrong, such as `the loss`.
   * @param value What it is.
   * @param rule What it must do.
   * @returns The error to throw.
   */
  divergence(what: string, value: number, rule?: string): DivergenceError {
    return new DivergenceError(what, {
      step: this.#steps,
      loss: value,
      learningRate: this.learningRate,
      ...(rule !== undefined && { rule }),
    });
  }

  /** Frees all but the network. */
  dispose(): void {
    this.forget();
    this.#setSum(undefined, 0);
    tf.dispose(this.#good);
    this.#good = [];
    this.#optimizer.dispose();
    this.#functions.dispose();
  }
}

/** How many targets of a batch count. */
function countTargets({ targets, mask }: TokenBatch): number {
  return mask === undefined
    ? targets.length
    : mask.reduce((sum, counts) => sum + counts, 0);
}

/** The same weight for each target that counts, 1 together. */
function weightsOf(mask: Uint8Array): Float32Array {
  const count = mask.reduce((sum, counts) => sum + counts, 0);
  return Float32Array.from(mask, (counts) => counts / count);
}

function freeBatch(
  { inputs, targets, weights, state, draw }: BatchTensors,
): void {
  tf.dispose([inputs, targets, draw, ...state]);
  weights?.dispose();
}
