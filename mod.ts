/** x @module */
import * as tf from "@tensorflow/tfjs-core";
import { fpath } from "@std/path";
/** x */
export const version: string = tf.version_core + fpath();
console.log(version);
