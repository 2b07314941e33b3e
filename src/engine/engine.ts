/**
 * The choice of the engine: where tensors live and arithmetic happens.
 *
 * `useEngine()` chooses by name, or tries tensorflow, webgpu, wasm and cpu in this order. Whoever
 * does not choose gets the automatic choice at the first call that computes. An engine is trusted
 * only after its self-test, and a choice that is not the best one says so in one line.
 *
 * @module
 */
import {
  type Candidate,
  ENGINE_NAMES,
  type EngineName,
  type EngineOptions,
  PermissionError,
  type StartedEngine,
} from "./candidate.ts";
import { cpu } from "./fallback/cpu.ts";
import { wasm } from "./fallback/wasm.ts";
import { webgpu } from "./fallback/webgpu.ts";
import { notify } from "./notices.ts";
import { selfTest } from "./self_test.ts";
import { tensorflow } from "./tensorflow/candidate.ts";
import { tf } from "./tf.ts";

export type { EngineName, EngineOptions } from "./candidate.ts";

/** Why an engine is not in use. */
export interface UnusedEngine {
  /** Its name. */
  name: EngineName;
  /** What it failed with, or why it was passed by. */
  reason: string;
  /** What brings it. */
  remedy: string;
}

/** The engine in use. */
export interface EngineInfo {
  /** Its name. */
  name: EngineName;
  /** Version of what computes: TensorFlow's library, or the backend of TensorFlow.js. */
  version: string;
  /** Where it computes, in words, such as `CPU` or `NVIDIA H100`. */
  device: string;
  /** Whether that is a GPU. */
  gpu: boolean;
  /** All of it in one line, such as `tensorflow 2.21.0 on CPU`. */
  description: string;
  /** TensorFlow's shared library, on the tensorflow engine. */
  library?: string;
  /** Tensors that live outside JavaScript at this moment, on the tensorflow engine. */
  nativeTensors?: number;
  /** Better engines that the automatic choice had to pass by. */
  unused: readonly UnusedEngine[];
}

/** No engine works, or not the one that was asked for. */
export class EngineError extends Error {
  /** The class's name, which begins the printed error. */
  override readonly name: string = "EngineError";
  /** Every engine that was tried. */
  readonly unused: readonly UnusedEngine[];

  /**
   * Lists every engine that was tried, why it does not work and what brings it.
   *
   * @param unused The engines that were tried.
   * @param cause What the last of them threw.
   */
  constructor(unused: readonly UnusedEngine[], cause: unknown) {
    const lines = unused.map(({ name, reason, remedy }) =>
      `Cannot use the ${name} engine: ${reason}\nWhat brings it: ${remedy}`
    );
    super(lines.join("\n"), { cause });
    this.unused = unused;
  }
}

/** An engine in use with all that was learnt on the way. */
interface Choice extends StartedEngine {
  name: EngineName;
  unused: UnusedEngine[];
}

const CANDIDATES: readonly Candidate[] = [tensorflow, webgpu, wasm, cpu];

const started = new Map<EngineName, StartedEngine>();
let current: Choice | undefined;
let choosing: Promise<EngineInfo> | undefined;

/**
 * Chooses the engine for all that follows.
 *
 * @param name Name of the engine, or `"auto"` for the best that works.
 * @param options Options of the tensorflow engine.
 * @returns The engine in use.
 * @throws {RangeError} If there is no engine of this name, or an option is out of range.
 * @throws {TypeError} If an option has no effect on the named engine.
 * @throws {EngineError} If the named engine does not work here.
 *
 * @example Choose by name
 * ```ts
 * import { useEngine } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const engine = await useEngine("cpu");
 * assertEquals(engine.name, "cpu");
 * ```
 */
export async function useEngine(
  name: EngineName | "auto" = "auto",
  options: EngineOptions = {},
): Promise<EngineInfo> {
  check(name, options);
  // One choice at a time: starting an engine switches TensorFlow.js over before the self-test.
  while (choosing !== undefined) await choosing.catch(() => {});
  choosing = choose(name, options);
  try {
    return await choosing;
  } finally {
    choosing = undefined;
  }
}

/**
 * Makes sure that there is an engine: whoever has not chosen gets the automatic choice.
 *
 * @returns The engine in use.
 * @throws {EngineError} If no engine works.
 */
export async function ensureEngine(): Promise<EngineInfo> {
  if (current === undefined && choosing !== undefined) {
    await choosing.catch(() => {});
  }
  return current === undefined ? await useEngine() : describe(current);
}

/**
 * The engine in use.
 *
 * @throws {EngineError} If none is chosen yet.
 */
export function engineInfo(): EngineInfo {
  if (current === undefined) {
    throw new Error(
      "Cannot tell the engine: none is chosen yet: call `await useEngine()` first",
    );
  }
  return describe(current);
}

/** Whether an engine is chosen, so that tensors can be made. */
export function hasEngine(): boolean {
  return current !== undefined;
}

async function choose(
  name: EngineName | "auto",
  options: EngineOptions,
): Promise<EngineInfo> {
  const candidates = name === "auto"
    ? CANDIDATES
    : CANDIDATES.filter((candidate) => candidate.name === name);
  const unused: UnusedEngine[] = [];
  const flags = new Map<EngineName, string>();
  let cause: unknown;
  for (const candidate of candidates) {
    try {
      const engine = await start(candidate, options);
      if (name === "auto" && engine.reluctance !== undefined) {
        throw new Error(engine.reluctance);
      }
      current = { ...engine, name: candidate.name, unused };
      if (unused.length > 0) notify(downgrade(current, flags));
      return describe(current);
    } catch (error) {
      cause = error;
      if (error instanceof PermissionError) {
        flags.set(candidate.name, error.flags);
      }
      unused.push({
        name: candidate.name,
        reason: error instanceof Error ? error.message : String(error),
        remedy: error instanceof PermissionError
          ? error.remedy
          : candidate.remedy,
      });
      await restore();
      if (options.library !== undefined) break; // It was asked for by name, in effect.
    }
  }
  throw new EngineError(unused, cause);
}

/** Starts an engine, makes it TensorFlow.js's backend, and tests it the first time. */
async function start(
  { name, start }: Candidate,
  options: EngineOptions,
): Promise<StartedEngine> {
  tf.enableProdMode();
  const engine = await start(options);
  if (!await tf.setBackend(name)) {
    throw new Error("TensorFlow.js cannot start its backend");
  }
  if (!started.has(name)) await selfTest();
  started.set(name, engine);
  return engine;
}

/** Goes back to the engine in use, after another was tried in vain. */
async function restore(): Promise<void> {
  if (current !== undefined) await tf.setBackend(current.name);
}

function describe(choice: Choice): EngineInfo {
  const { name, version, device, gpu, library, nativeTensors, unused } = choice;
  return {
    name,
    version,
    device,
    gpu,
    description: `${name} ${version} on ${device}`,
    ...(library !== undefined && { library }),
    ...(nativeTensors !== undefined && { nativeTensors: nativeTensors() }),
    unused,
  };
}

/** The line about a choice that is not the best; the second best may take fewer flags than the best. */
function downgrade(
  { name, unused }: Choice,
  flags: ReadonlyMap<EngineName, string>,
): string {
  const [{ name: best, reason, remedy }, ...others] = unused as [
    UnusedEngine,
    ...UnusedEngine[],
  ];
  const line = reason.split("\n", 1)[0];
  const lesser = others.filter((other) => flags.has(other.name))
    .map((other) => `${flags.get(other.name)} alone brings ${other.name}`);
  return `Textloom computes on the ${name} engine, which is slower than ${best}: ${line}. What brings ${best}: ${
    [remedy, ...lesser].join("; ")
  }`;
}

function check(name: string, options: EngineOptions): void {
  const names: readonly string[] = ENGINE_NAMES;
  if (name !== "auto" && !names.includes(name)) {
    throw new RangeError(
      `Cannot use the engine "${name}": its name must be one of auto, ${
        names.join(", ")
      }`,
    );
  }
  for (const option of ["threads", "parallelOps"] as const) {
    const value = options[option];
    if (value !== undefined && (!Number.isInteger(value) || value < 0)) {
      throw new RangeError(
        `Cannot use the engine "${name}": ${option} must be a whole number, 0 or more: ${value}`,
      );
    }
  }
  const given = Object.keys(options);
  if (given.length > 0 && name !== "auto" && name !== "tensorflow") {
    throw new TypeError(
      `Cannot use the engine "${name}": the options concern the tensorflow engine only: ${
        given.join(", ")
      }`,
    );
  }
}
