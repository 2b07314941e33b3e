/**
 * One step of training: loss, gradients, clipping, update, all of it one compiled function. And the way back when a loss
 * is no number any more.
 *
 * @module
 */
import type { TokenBatch } from "../data/batches.ts";
import {
  compile,
  type CompiledFunction,
  runAsItIs,
} from "../engine/compile.ts";
import { asOnePart, lanes, sideBySide } from "../engine/side_by_side.ts";
import { type Tensor, tf, type Variable } from "../engine/tf.ts";
import type { PredictorState } from "../generation/predictor.ts";
import type { Parameter } from "../layers/parameter.ts";
import type { Network } from "../networks/network.ts";
import { clipByGlobalNorm } from "./clip.ts";
import { cutRows } from "./cut_rows.ts";
import { meanCrossEntropy, weightedCrossEntropy } from "./loss.ts";
import {
  createOptimizer,
  type OptimizerChoice,
} from "./optimizers/create_optimizer.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";

/**
 * The loss or its gradient stopped being a number. The model has the last weights whose loss was one.
 *
 * @example Catch it
 * ```ts
 * import { buildLSTM, CharTokenizer, DivergenceError, fit } from "@textloom/textloom";
 * import { assert, assertRejects } from "@std/assert";
 *
 * const text = "to be or not to be";
 * const model = buildLSTM({ tokenizer: CharTokenizer.train(text), units: 4, embedding: 4 });
 * const options = { steps: 50, sequenceLength: 4, validation: 0, learningRate: 1e38, sample: false, display: "none" } as const;
 * const error = await assertRejects(async () => await fit(model, text, options), DivergenceError);
 * assert(error.step > 1);
 * model.dispose();
 * ```
 */
export class DivergenceError extends RangeError {
  /** Number of the step, from 1. */
  readonly step: number;
  /** What came out as its loss, in nats per token, or as the norm of its gradients. */
  readonly loss: number;
  /** The learning rate of the run. */
  readonly learningRate: number;

  /**
   * Says what happened, at which step, and what to do.
   *
   * @param what What stopped being a number.
   * @param details Step, loss and learning rate.
   */
  constructor(
    what: string,
    details: { step: number; loss: number; learningRate: number },
  ) {
    const { step, loss, learningRate } = details;
    super(
      `Cannot go on training: ${what} must be a number: ${loss} at step ${step}, with learningRate ${learningRate}; ` +
        "the model keeps the last weights that gave one; train on with a smaller learningRate or clipNorm",
    );
    this.name = "DivergenceError";
    this.step = step;
    this.loss = loss;
    this.learningRate = learningRate;
  }
}

/** Options of {@linkcode Trainer}. */
export interface TrainerOptions {
  /** Step size. */
  learningRate: number;

  /**
   * How the gradients change the weights.
   *
   * @default {"adam"}
   */
  optimizer?: OptimizerChoice;

  /** Largest norm of all gradients together; Infinity clips nothing. */
  clipNorm: number;

  /** Chooses the dropout masks. */
  seed: number;

  /**
   * Whether the step is compiled. That takes a second or so, so a few steps are quicker without.
   *
   * @default {true}
   */
  compiled?: boolean;
}

/** What a step works on, besides the weights. */
interface StepInputs {
  /** int32, shape (B, T). */
  inputs: Tensor;
  /** int32, shape (BT,). */
  targets: Tensor;
  /** How much each target counts, adding up to 1, float32, shape (BT,); all the same where it is left out. */
  weights?: Tensor;
  /** What the network remembers. */
  state: Tensor[];
  /** float32, shape (). */
  learningRate: Tensor;
  /** Number of the step, from 0, int32, shape (). */
  step: Tensor;
}

/** What comes out of a step. */
interface StepResults {
  /** The loss and the norm of the gradients, shape (2,). */
  outcome: Tensor;
  /** What the network remembers now. */
  state: Tensor[];
}

/** What a part of a batch gives. */
interface PartResults {
  /** Mean loss, shape (). */
  loss: Tensor;
  /** One for each variable. */
  gradients: Tensor[];
  /** What the network remembers of these rows now. */
  state: Tensor[];
}

/** Rows of the smallest part of a batch: fewer make the products of a recurrent step too small to be fast. */
const SMALLEST_PART = 32;

/** Trains a network batch by batch, carrying its state, if that is to be carried, from one to the next. */
export class Trainer {
  readonly #network: Network;
  readonly #options: TrainerOptions;
  readonly #parameters: Parameter[];
  readonly #variables: Variable[];
  readonly #optimizer: Optimizer;
  readonly #update: CompiledFunction<[StepInputs], StepResults>;
  #state: PredictorState = [];
  /** The weights that gave the last loss that was a number. */
  #good: Tensor[] = [];
  #steps = 0;

  /**
   * @param network What to train.
   * @param options Step size, clipping and seed.
   */
  constructor(network: Network, options: TrainerOptions) {
    this.#network = network;
    this.#options = options;
    this.#parameters = [...network.parameters.values()];
    this.#variables = this.#parameters.map((parameter) => parameter.variable);
    this.#optimizer = createOptimizer(
      options.optimizer ?? "adam",
      this.#variables,
    );
    this.#update = compile(
      (inputs: StepInputs) => this.#takeStep(inputs),
      { name: "training step" },
    );
  }

  /**
   * Makes the next batch begin without memory of the text before.
   */
  forget(): void {
    tf.dispose([...this.#state]);
    this.#state = [];
  }

  /**
   * Takes one step.
   *
   * @param batch Inputs and targets, shape (B, T) each, and which of the targets count.
   * @param batchSize Rows, B; the same from one {@linkcode Trainer.forget} to the next.
   * @returns The mean loss of the batch before the step, over the targets that count, in nats per token.
   * @throws {DivergenceError} If the loss or the gradients' norm is not a finite number.
   */
  async step(batch: TokenBatch, batchSize: number): Promise<number> {
    if (this.#parameters.some((parameter) => parameter.disposed)) {
      throw new Error(
        "Cannot go on training: the model has been disposed; stop a run before you dispose its model",
      );
    }
    const used = this.#variables.map((variable) => tf.clone(variable));
    let outcome: Tensor;
    try {
      outcome = await this.#run(batch, batchSize); // (2,)
    } catch (error) {
      tf.dispose(used);
      throw error;
    }
    this.#steps++;
    const [loss, norm] = await outcome.data(); // the one place where the host waits for the device
    outcome.dispose();

    if (Number.isFinite(loss!) || this.#good.length === 0) {
      tf.dispose(this.#good);
      this.#good = used;
    } else {
      tf.dispose(used);
    }
    if (!Number.isFinite(loss!)) throw this.divergence("the loss", loss!);
    if (!Number.isFinite(norm!)) {
      throw this.divergence("the norm of the gradients", norm!);
    }
    return loss!;
  }

  /** Changes the weights and the state; gives the loss and the norm of the gradients, shape (2,). */
  async #run(batch: TokenBatch, batchSize: number): Promise<Tensor> {
    const width = batch.inputs.length / batchSize;
    const before = this.#state;
    const isFresh = before.length === 0;
    const given: StepInputs = {
      inputs: tf.tensor2d(batch.inputs, [batchSize, width], "int32"), // (B, T)
      targets: tf.tensor1d(batch.targets, "int32"), // (BT,)
      ...(batch.mask && { weights: tf.tensor1d(weightsOf(batch.mask)) }), // (BT,)
      state: isFresh ? this.#freshState(batchSize) : [...before],
      learningRate: tf.scalar(this.#options.learningRate),
      step: tf.scalar(this.#steps, "int32"),
    };
    try {
      const { compiled = true } = this.#options;
      const { outcome, state } = compiled
        ? await this.#update.inBackground(given)
        : runAsItIs((inputs: StepInputs) => this.#takeStep(inputs), given);
      this.#state = state;
      if (!isFresh) tf.dispose([...before]);
      return outcome;
    } finally {
      const { inputs, targets, weights, learningRate, step, state } = given;
      tf.dispose([inputs, targets, learningRate, step]);
      weights?.dispose();
      if (isFresh) tf.dispose(state);
    }
  }

  #freshState(batchSize: number): Tensor[] {
    const { carriesState = true } = this.#network;
    return carriesState ? [...this.#network.zeroState(batchSize)] : [];
  }

  /** Loss and gradients of each part of the batch, then one update by their means. */
  #takeStep(inputs: StepInputs): StepResults {
    const batch = inputs.inputs.shape[0]!;
    const { carriesState, readsAtOnce = carriesState === false } =
      this.#network;
    const parts = cutRows(batch, {
      most: this.#options.compiled === false ? 1 : lanes(),
      // Products over whole windows are large enough for all cores; those of a recurrent step are not.
      smallest: readsAtOnce ? batch : SMALLEST_PART,
    });
    const found = sideBySide(
      parts.map((places) => tf.tensor1d(places, "int32")),
      (places) => this.#differentiate(inputs, places),
    );
    const shares = parts.map(({ length }) =>
      inputs.weights === undefined ? length / batch : 1 // the weights add up to 1 over all parts
    );
    const mean = (tensors: Tensor[]): Tensor =>
      tf.addN(tensors.map((tensor, i) => tf.mul(tensor, shares[i]!)));
    return asOnePart(() => {
      const gradients = this.#variables.map((_, k) =>
        mean(found.map((part) => part.gradients[k]!))
      );
      const clipped = clipByGlobalNorm(gradients, this.#options.clipNorm);
      this.#optimizer.apply(clipped.gradients, inputs.learningRate);
      const loss = mean(found.map((part) => part.loss)); // ()
      return {
        outcome: tf.stack([loss, clipped.norm]),
        state: found[0]!.state.map((_, k) =>
          tf.concat(found.map((part) => part.state[k]!))
        ),
      };
    });
  }

  /** What some rows of the batch give. */
  #differentiate(
    { inputs, targets, weights, state, step }: StepInputs,
    places: Tensor,
  ): PartResults {
    const [batch, width] = inputs.shape as [number, number];
    const rowsOf = (x: Tensor): Tensor => tf.gather(x, places as tf.Tensor1D);
    const read = rowsOf(inputs); // (b, T)
    const before = state.map(rowsOf);
    const flatRowsOf = (x: Tensor): Tensor =>
      tf.reshape(rowsOf(tf.reshape(x, [batch, width])), [-1]);
    const wanted = flatRowsOf(targets); // (bT,)
    const shares = weights && flatRowsOf(weights); // (bT,)
    const dropout = {
      seed: this.#options.seed,
      step,
      rows: { places, of: batch },
    };
    let next: PredictorState = [];
    const { value, grads } = tf.variableGrads(() => {
      const prediction = this.#network.forward(read, before, { dropout }); // logits (b, T, V)
      next = prediction.state.map((tensor) => tf.keep(tf.clone(tensor))); // outlives the tape
      const rows = tf.reshape(prediction.logits, [wanted.size, -1]); // (bT, V)
      const loss = shares === undefined
        ? meanCrossEntropy(rows, wanted)
        : weightedCrossEntropy(rows, wanted, shares);
      return loss as tf.Scalar;
    }, this.#variables);
    const kept = next.map((tensor) => tf.clone(tensor));
    tf.dispose([...next]);
    return {
      loss: value,
      gradients: this.#variables.map(({ name }) => grads[name]!),
      state: kept,
    };
  }

  /** Gives the network the last weights whose loss was a number; those it began with, where none was. */
  restore(): void {
    for (const [i, weights] of this.#good.entries()) {
      if (!this.#parameters[i]!.disposed) this.#variables[i]!.assign(weights);
    }
  }

  /**
   * Describes what went wrong after the last step.
   *
   * @param what What stopped being a number.
   * @param value What it is.
   * @returns The error to throw.
   */
  divergence(what: string, value: number): DivergenceError {
    const { learningRate } = this.#options;
    return new DivergenceError(what, {
      step: this.#steps,
      loss: value,
      learningRate,
    });
  }

  /** Frees all but the network. */
  dispose(): void {
    this.forget();
    tf.dispose(this.#good);
    this.#good = [];
    this.#optimizer.dispose();
    this.#update.dispose();
  }
}

/** The same weight for each target that counts, 1 together. */
function weightsOf(mask: Uint8Array): Float32Array {
  const count = mask.reduce((sum, counts) => sum + counts, 0);
  return Float32Array.from(mask, (counts) => counts / count);
}
