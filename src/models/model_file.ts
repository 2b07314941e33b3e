/**
 * The layout of a saved model: one safetensors file with the weights as tensors, and all else as JSON under the
 * metadata key `textloom`. A checkpoint is such a file with more in it: tensors whose names begin with `checkpoint/`, and
 * JSON under the key `textloom_checkpoint`.
 *
 * Format 1 had neither checkpoints nor the defaults of generation; it is still read.
 *
 * @module
 */
import {
  decodeSafetensors,
  encodeSafetensors,
  SafetensorsError,
  type TensorData,
} from "../checkpoint/safetensors.ts";
import { parseStrictJson } from "../checkpoint/strict_json.ts";
import {
  checkGenerationDefaults,
  type GenerationDefaults,
} from "../generation/generation_defaults.ts";
import { tokenizerFromJSON } from "../tokenizers/resolve.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { buildNetwork } from "../networks/architectures.ts";
import type {
  CheckpointContent,
  EncodeModelOptions,
} from "../training/checkpoint_content.ts";
import type { TrainingHistory } from "../training/history.ts";
import { makeShowable } from "../training/history_table.ts";
import type { Network, NetworkConfig } from "../networks/network.ts";
import { VERSION } from "./version.ts";

/** The newest layout that this version of the library writes and reads. */
const FORMAT_VERSION = 2;
const METADATA_KEY = "textloom";
const CHECKPOINT_KEY = "textloom_checkpoint";
/** How the names of a checkpoint's own tensors begin. */
const CHECKPOINT_PREFIX = "checkpoint/";

/** All that makes a model. */
export interface ModelParts {
  /** Turns text into token ids and back. */
  tokenizer: Tokenizer;
  /** Predicts the next token. */
  network: Network;
  /** Run by run, how it was trained. */
  history: TrainingHistory[];
  /**
   * What `generate()` and `stream()` do where they are not told.
   *
   * @default {{}}
   */
  generationDefaults?: GenerationDefaults;
}

/** The JSON beside the weights. */
interface ModelHeader {
  formatVersion: number;
  libraryVersion: string;
  architecture: string;
  config: NetworkConfig;
  tokenizer: unknown;
  history: TrainingHistory[];
  generationDefaults?: GenerationDefaults;
}

/** A file cannot be read as a model. */
export class ModelFileError extends SyntaxError {
  /** The class's name, which begins the printed error. */
  override readonly name: string = "ModelFileError";
}

/**
 * @param parts The model.
 * @param options The run under way, and what makes the file a checkpoint.
 * @returns The file's bytes; the same model gives the same bytes.
 */
export async function encodeModel(
  parts: ModelParts,
  options: EncodeModelOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { tokenizer, network, history, generationDefaults = {} } = parts;
  const header: ModelHeader = {
    formatVersion: FORMAT_VERSION,
    libraryVersion: VERSION,
    architecture: network.kind,
    config: { ...network.config },
    tokenizer: tokenizer.toJSON(),
    history: options.run === undefined ? history : [...history, options.run],
    generationDefaults,
  };
  const metadata: Record<string, string> = {
    [METADATA_KEY]: JSON.stringify(header),
  };
  const parameters = [...network.parameters.values()];
  // All are asked at once, before the first wait: a run that goes on meanwhile cannot mix two steps in one file.
  const [extra, ...values] = await Promise.all([
    options.checkpoint?.(),
    ...parameters.map((each) => each.values()),
  ]);
  const tensors = new Map<string, TensorData>();
  for (const [i, { name, shape }] of parameters.entries()) {
    tensors.set(name, { dtype: "F32", shape: [...shape], data: values[i]! });
  }
  for (const [key, tensor] of network.counting?.tensors() ?? []) {
    tensors.set(key, tensor);
  }
  if (extra !== undefined) {
    metadata[CHECKPOINT_KEY] = JSON.stringify(extra.json);
    for (const [key, tensor] of extra.tensors) {
      tensors.set(`${CHECKPOINT_PREFIX}${key}`, tensor);
    }
  }
  return encodeSafetensors(tensors, metadata);
}

/**
 * @param bytes A file's content.
 * @param name What the file is called in messages.
 * @returns The model; of a checkpoint too.
 * @throws {ModelFileError} If the file is damaged, of another kind, newer than the library, or does not fit together.
 */
export function decodeModel(bytes: Uint8Array, name: string): ModelParts {
  return decodeCheckpoint(bytes, name).parts;
}

/**
 * @param bytes A file's content.
 * @param name What the file is called in messages.
 * @returns The model, and what else there is in a checkpoint.
 * @throws {ModelFileError} As {@linkcode decodeModel}.
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  name: string,
): { parts: ModelParts; checkpoint: CheckpointContent | undefined } {
  const { tensors: all, metadata } = readContainer(bytes, name);
  const header = readHeader(metadata[METADATA_KEY], name);
  const checkpoint = readCheckpoint(metadata[CHECKPOINT_KEY], all, name);
  const tensors = new Map(
    [...all].filter(([key]) =>
      checkpoint === undefined || !key.startsWith(CHECKPOINT_PREFIX)
    ),
  );
  let tokenizer: Tokenizer;
  let network: Network;
  let generationDefaults: GenerationDefaults;
  try {
    tokenizer = tokenizerFromJSON(header.tokenizer);
    network = buildNetwork(header.architecture, header.config);
    generationDefaults = checkGenerationDefaults(
      header.generationDefaults ?? {},
      tokenizer,
    );
  } catch (error) {
    throw refusal(name, error instanceof Error ? error.message : String(error));
  }
  if (network.config["vocabSize"] !== tokenizer.vocabSize) {
    throw refusal(
      name,
      `the network and the tokenizer must have one vocabulary: ${
        network.config["vocabSize"]
      } and ${tokenizer.vocabSize} tokens`,
    );
  }
  setWeights(network, tensors, name);
  const { history } = header;
  history.forEach(makeShowable);
  return {
    parts: { tokenizer, network, history, generationDefaults },
    checkpoint,
  };
}

function readCheckpoint(
  text: string | undefined,
  tensors: ReadonlyMap<string, TensorData>,
  name: string,
): CheckpointContent | undefined {
  if (text === undefined) return undefined;
  const own = [...tensors].filter(([key]) => key.startsWith(CHECKPOINT_PREFIX));
  return {
    json: parseJson(text, name, "its checkpoint"),
    tensors: new Map(
      own.map(([key, tensor]) => [key.slice(CHECKPOINT_PREFIX.length), tensor]),
    ),
  };
}

function parseJson(text: string, name: string, what: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refusal(name, `${what} is damaged: ${error.message}`);
  }
}

function readContainer(
  bytes: Uint8Array,
  name: string,
): ReturnType<typeof decodeSafetensors> {
  try {
    return decodeSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new ModelFileError(
      `Cannot load the model "${name}": it must be a whole safetensors file: ${error.message}`,
      { cause: error },
    );
  }
}

function readHeader(text: string | undefined, name: string): ModelHeader {
  if (text === undefined) {
    throw refusal(
      name,
      "it holds tensors of another kind: only a file that model.save() wrote has the tokenizer and the configuration",
    );
  }
  const header = parseJson(text, name, "its description") as
    | Partial<ModelHeader>
    | null;
  const version = header?.formatVersion;
  if (typeof version === "number" && version > FORMAT_VERSION) {
    throw refusal(
      name,
      `it is newer than this library: its format is ${version}, written by Textloom ${header?.libraryVersion}, ` +
        `and Textloom ${VERSION} reads up to ${FORMAT_VERSION}; update the library`,
    );
  }
  const isWhole = (version === 1 || version === FORMAT_VERSION) &&
    typeof header?.architecture === "string" &&
    isObject(header.config) && Array.isArray(header.history) &&
    header.history.every(isHistory);
  if (!isWhole) throw refusal(name, "its description is incomplete");
  return header as ModelHeader;
}

function setWeights(
  network: Network,
  tensors: ReadonlyMap<string, TensorData>,
  name: string,
): void {
  if (network.counting !== undefined) {
    try {
      return network.counting.setTensors(tensors);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw refusal(name, error.message);
    }
  }
  const missing = [...network.parameters.keys()].filter((key) =>
    !tensors.has(key)
  );
  const extra = [...tensors.keys()].filter((key) =>
    !network.parameters.has(key)
  );
  if (missing.length > 0 || extra.length > 0) {
    const faults = [
      ...(missing.length > 0 ? [`missing ${missing.join(", ")}`] : []),
      ...(extra.length > 0 ? [`unknown ${extra.join(", ")}`] : []),
    ];
    throw refusal(
      name,
      `its tensors must be those of the network: ${faults.join("; ")}`,
    );
  }
  for (const [key, parameter] of network.parameters) {
    const { dtype, shape, data } = tensors.get(key)!;
    if (dtype !== "F32" || String(shape) !== String(parameter.shape)) {
      throw refusal(
        name,
        `the tensor "${key}" must be F32 of shape [${parameter.shape}]: it is ${dtype} of shape [${shape}]`,
      );
    }
    parameter.set(data as Float32Array);
  }
}

/** Whether it has what every history has had from the first version on. */
function isHistory(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { epochs, stopReason, steps, seconds } = value;
  return typeof stopReason === "string" && isNumber(steps) &&
    isNumber(seconds) && Array.isArray(epochs) &&
    epochs.every((epoch) =>
      isObject(epoch) && isNumber(epoch["epoch"]) && isNumber(epoch["steps"]) &&
      isNumber(epoch["loss"]) && isNumber(epoch["seconds"])
    );
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refusal(name: string, reason: string): ModelFileError {
  return new ModelFileError(`Cannot load the model "${name}": ${reason}`);
}
