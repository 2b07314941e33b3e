/**
 * What the choice of an engine knows of each one.
 *
 * @module
 */

/** Name of an engine. */
export type EngineName = "tensorflow" | "webgpu" | "wasm" | "cpu";

/** Names of the engines, best first. */
export const ENGINE_NAMES: readonly EngineName[] = [
  "tensorflow",
  "webgpu",
  "wasm",
  "cpu",
];

/** Options of `useEngine()`; they all concern the tensorflow engine and act when it first starts. */
export interface EngineOptions {
  /**
   * TensorFlow's shared library: the file, or a folder that holds it.
   *
   * @default {undefined} which searches the usual places
   */
  library?: string;

  /**
   * Threads that one operation may use; 0 takes one for each core.
   *
   * @default {0}
   */
  threads?: number;

  /**
   * Operations that may run side by side; 0 lets TensorFlow decide.
   *
   * @default {0}
   */
  parallelOps?: number;

  /**
   * Let TensorFlow write its own log to standard error.
   *
   * @default {false}
   */
  log?: boolean;
}

/** A started engine. */
export interface StartedEngine {
  /** Version of what computes: TensorFlow's library, or the backend of TensorFlow.js. */
  version: string;
  /** Where it computes, in words, such as `CPU` or `NVIDIA H100`. */
  device: string;
  /** Whether that is a GPU. */
  gpu: boolean;
  /** The shared library's file, on the tensorflow engine. */
  library?: string;
  /** How many tensors live outside JavaScript, on the tensorflow engine. */
  nativeTensors?: () => number;
  /** Why the automatic choice should pass this engine by, although it works. */
  reluctance?: string;
}

/** An engine needs what Deno was not allowed, so that nothing has to be installed. */
export class PermissionError extends Error {
  /** The class's name, which begins the printed error. */
  override readonly name: string = "PermissionError";
  /** What brings the engine. */
  readonly remedy: string;
  /** The flags of `deno run` that bring it. */
  readonly flags: string;

  /**
   * @param reason What Deno may not do.
   * @param flags What it is to be run with.
   */
  constructor(reason: string, flags: string) {
    super(reason);
    this.remedy = `\`deno run -A\`, or ${flags}`;
    this.flags = flags;
  }
}

/**
 * Asks without a prompt; a permission for some paths or names alone counts, as it may be the one that is needed.
 *
 * @param name Name of the permission.
 * @returns Whether Deno has it.
 */
export async function isAllowed(
  name: "env" | "ffi" | "read",
): Promise<boolean> {
  const { state, partial } = await Deno.permissions.query({ name });
  return state === "granted" || partial;
}

/** An engine that may be chosen. */
export interface Candidate {
  /** Its name, which is also its backend's in TensorFlow.js. */
  name: EngineName;
  /** The command or action that brings it where it is missing. */
  remedy: string;
  /** Makes it ready, or throws with the reason why it cannot be. */
  start(options: EngineOptions): Promise<StartedEngine>;
}
