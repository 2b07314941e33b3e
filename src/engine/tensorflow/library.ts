/** Placeholder of the lead until the real one is written: replace this file whole. @module */
export function findTensorFlow(options: { library?: string } = {}): { path: string } {
  return { path: options.library ?? Deno.env.get("TEXTLOOM_TENSORFLOW") ?? "/tmp/tfwheel/tensorflow/libtensorflow_cc.so.2" };
}
