/**
 * What a step computes, as compiled functions: the gradients of a batch, their sum over batches, and the update.
 *
 * @module
 */
import {
  compile,
  type CompiledFunction,
  runAsItIs,
} from "../engine/compile.ts";
import { asOnePart } from "../engine/side_by_side.ts";
import { type Tensor, tf, type Variable } from "../engine/tf.ts";
import type { Network } from "../networks/network.ts";
import {
  type BatchTensors,
  type GradientOptions,
  gradientsOfParts,
  joinParts,
} from "./_batch_gradients.ts";
import { clipByGlobalNorm, clipByValue } from "./clip.ts";
import { addToSum, type GradientSum, meanOf } from "./_gradient_sum.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";

/** What the batches before one gave in the same step. */
export interface EarlierBatches {
  sum: GradientSum;
  /** How many targets of this batch count, float32, shape (). */
  targets: Tensor;
}

/** What a step works on, besides the weights. */
export interface StepInputs {
  batch: BatchTensors;
  /** float32, shape (). */
  learningRate: Tensor;
  /** Where the step takes several batches, of which this is the last. */
  earlier?: EarlierBatches;
}

/** What comes out of a step. */
export interface StepResults {
  /** The loss, the norm of the gradients, and how many targets were predicted right where asked for; shape (2,) or (3,). */
  outcome: Tensor;
  /** What the network remembers now. */
  state: Tensor[];
}

/** What a batch works on whose gradients are added up. */
export interface SumInputs {
  batch: BatchTensors;
  earlier: EarlierBatches;
}

/** What comes out of it. */
export interface SumResults {
  sum: GradientSum;
  state: Tensor[];
}

/** What is trained, and how. */
export interface StepParts {
  network: Network;
  variables: Variable[];
  optimizer: Optimizer;
  gradients: Omit<GradientOptions, "inParts">;
  /** Largest norm of all gradients together; Infinity clips nothing. */
  clipNorm: number;
  /** Largest size of every number of a gradient, in place of the norm. */
  clipValue: number | undefined;
  /** Whether the functions are compiled, and the batch cut into parts. */
  compiled: boolean;
}

/** The functions of one trainer. */
export class StepFunctions {
  readonly #parts: StepParts;
  readonly #update: CompiledFunction<[StepInputs], StepResults>;
  readonly #add: CompiledFunction<[SumInputs], SumResults>;

  /** @param parts What is trained, and how. */
  constructor(parts: StepParts) {
    this.#parts = parts;
    this.#update = compile((inputs: StepInputs) => this.#takeStep(inputs), {
      name: "training step",
    });
    this.#add = compile((inputs: SumInputs) => this.#addGradients(inputs), {
      name: "gradients of a batch",
    });
  }

  /** Changes the weights by the mean gradients of all targets of the step. */
  async update(inputs: StepInputs): Promise<StepResults> {
    return this.#parts.compiled
      ? await this.#update.inBackground(inputs)
      : runAsItIs((inputs: StepInputs) => this.#takeStep(inputs), inputs);
  }

  /** Adds the gradients of a batch to those of the batches before it; the weights stay. */
  async add(inputs: SumInputs): Promise<SumResults> {
    return this.#parts.compiled
      ? await this.#add.inBackground(inputs)
      : runAsItIs((inputs: SumInputs) => this.#addGradients(inputs), inputs);
  }

  /** Frees what was compiled. */
  dispose(): void {
    this.#update.dispose();
    this.#add.dispose();
  }

  #takeStep({ batch, learningRate, earlier }: StepInputs): StepResults {
    const { optimizer, clipNorm, clipValue } = this.#parts;
    const found = this.#differentiate(batch);
    return asOnePart(() => {
      const { state, ...own } = joinParts(found);
      const { loss, gradients, correct } = earlier === undefined
        ? own
        : meanOf(addToSum(earlier.sum, { ...own, state }, earlier.targets));
      const clipped = clipValue === undefined
        ? clipByGlobalNorm(gradients, clipNorm)
        : clipByValue(gradients, clipValue);
      optimizer.apply(clipped.gradients, learningRate);
      const figures = [loss, clipped.norm, ...(correct ? [correct] : [])];
      return { outcome: tf.stack(figures), state };
    });
  }

  #addGradients({ batch, earlier }: SumInputs): SumResults {
    const found = this.#differentiate(batch);
    return asOnePart(() => {
      const own = joinParts(found);
      const sum = addToSum(earlier.sum, own, earlier.targets);
      return { sum, state: own.state };
    });
  }

  #differentiate(batch: BatchTensors): ReturnType<typeof gradientsOfParts> {
    const { network, variables, gradients, compiled } = this.#parts;
    const options = { ...gradients, inParts: compiled };
    return gradientsOfParts(network, variables, batch, options);
  }
}
