/**
 * The cpu engine: TensorFlow.js's plain JavaScript kernels. Slow, and at hand everywhere.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-cpu";
import type { Candidate } from "../candidate.ts";
import { tf } from "../tf.ts";

/** The cpu engine. */
export const cpu: Candidate = {
  name: "cpu",
  remedy: "none needed, it is always there",
  start: () =>
    Promise.resolve({
      version: tf.version_core,
      device: "CPU, plain JavaScript",
      gpu: false,
    }),
};
