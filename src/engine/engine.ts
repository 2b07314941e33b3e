/** Temporary: the cpu engine alone. @module */
import "@tensorflow/tfjs-backend-cpu";
import { tf } from "./tf.ts";
export async function ensureEngine(): Promise<void> {
  tf.enableProdMode();
  await tf.setBackend("cpu");
  await tf.ready();
}
