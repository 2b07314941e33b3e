/**
 * How fast a model of some size trains on this machine: a few seconds of training, and a rule of three.
 *
 * @module
 */
import { engineInfo } from "../engine/engine.ts";
import { buildLSTM } from "../models/build_lstm.ts";
import { CharTokenizer } from "../tokenizers/char_tokenizer.ts";
import { timedPart, timeTraining } from "./_time_training.ts";
import type { CorpusAdvice } from "./corpus_advice.ts";

/** How fast training went. */
export interface TrainingPace {
  /** Tokens a second that a model of the suggested size trains on, about. */
  readonly tokensPerSecond: number;
  /** Time that the suggested training takes at that pace, in seconds. */
  readonly seconds: number;
  /** What computed. */
  readonly engine: string;
  /** Parameters of the model that was trained. */
  readonly measuredParameters: number;
}

/** Largest layer to train: larger ones would take too long to measure. */
const MOST_UNITS = 256;
/** Steps that are timed at least. */
const LEAST_STEPS = 5;

/**
 * Trains a model for some seconds, on the engine in use.
 *
 * A model larger than 256 units is not trained itself: its pace is that of one of 256 units, times the ratio of their
 * parameters.
 *
 * @param text Any part of the text, not empty.
 * @param advice The suggested training.
 * @param seconds How long to time.
 * @returns The pace.
 */
export async function measurePace(
  text: string,
  advice: CorpusAdvice,
  seconds: number,
): Promise<TrainingPace> {
  const sample = timedPart(text);
  const units = Math.min(MOST_UNITS, advice.units);
  const model = buildLSTM({
    tokenizer: CharTokenizer.train(sample),
    units,
    embedding: Math.min(advice.embedding, units),
  });
  try {
    const measured = await timeTraining(model, sample, {
      sequenceLength: advice.sequenceLength,
      seconds,
      leastSteps: LEAST_STEPS,
    });
    const measuredParameters = model.parameterCount;
    const tokensPerSecond = measured *
      Math.min(1, measuredParameters / advice.parameters);
    return {
      tokensPerSecond,
      seconds: advice.epochs * advice.tokens / tokensPerSecond,
      engine: engineInfo().description,
      measuredParameters,
    };
  } finally {
    model.dispose();
  }
}
