/** One eager runtime for the tests of the parts of the tensorflow engine. */
import { EagerContext } from "../../../src/engine/tensorflow/context.ts";
import { quietly } from "../../../src/engine/tensorflow/_quiet.ts";
import { findTensorFlow } from "../../../src/engine/tensorflow/library.ts";

const { path } = findTensorFlow();

/** The runtime; it lives as long as the test process. */
export const context: EagerContext = quietly(
  () => new EagerContext(path),
  path,
);
