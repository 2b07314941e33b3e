/**
 * Textloom: deep-learning text generation for Deno, with TensorFlow's native speed and nothing to compile.
 *
 * ## Train a model and write with it
 *
 * ```ts
 * import { buildLSTM, CharTokenizer, fit } from "@textloom/textloom";
 *
 * const text = "Call me Ishmael. Some years ago, never mind how long precisely. ".repeat(20);
 * const model = buildLSTM({ tokenizer: CharTokenizer.train(text), units: 32, embedding: 16 });
 * const run = fit(model, text, { epochs: 1, display: "none" }); // works in the background
 * await run;
 * const more = await model.generate("Call me", { maxTokens: 20, temperature: 0.8, seed: 1 });
 * for await (const piece of model.stream("Some", { maxTokens: 5, seed: 1 })) more + piece;
 * model.dispose();
 * ```
 *
 * ## Choose where it computes
 *
 * ```ts
 * import { doctor, useEngine } from "@textloom/textloom";
 *
 * const engine = await useEngine(); // tensorflow, webgpu, wasm or cpu: the best that works
 * engine.description; // such as "tensorflow 2.21.0 on CPU"
 * (await doctor()).toString(); // what works here, and what would bring the rest
 * ```
 *
 * ## Keep it
 *
 * ```ts
 * import { buildLSTM, CharTokenizer, LanguageModel } from "@textloom/textloom";
 *
 * const model = buildLSTM({ tokenizer: CharTokenizer.train("abc"), units: 4, embedding: 4 });
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await model.save(path); // weights, tokenizer, configuration, history
 * const again = await LanguageModel.load(path);
 * again.dispose();
 * model.dispose();
 * await Deno.remove(path);
 * ```
 *
 * @module
 */

// The one line that the engine may have to say shows itself.
import "./src/display/notice.ts";

// Engine: where tensors live and arithmetic happens.
export {
  EngineError,
  type EngineInfo,
  engineInfo,
  type EngineName,
  type EngineOptions,
  type UnusedEngine,
  useEngine,
} from "./src/engine/engine.ts";
export {
  Diagnosis,
  doctor,
  type EngineDiagnosis,
} from "./src/engine/doctor.ts";
export {
  type FindOptions,
  findTensorFlow,
  type FoundLibrary,
  LibraryNotFoundError,
  type LibrarySource,
  type SearchedPlace,
} from "./src/engine/tensorflow/library.ts";
export {
  type InstalledTensorFlow,
  InstallError,
  type InstallFailure,
  type InstallOptions,
  type InstallProgress,
  installTensorFlow,
} from "./src/engine/tensorflow/install.ts";

// Compiled functions: whole steps and loops as one function of TensorFlow.
export {
  compile,
  type CompiledFunction,
  type CompileOptions,
} from "./src/engine/compile.ts";
export {
  scan,
  type ScanOptions,
  whileLoop,
  type WhileLoopOptions,
} from "./src/engine/control_flow.ts";
export {
  randomUniform,
  type RandomUniformOptions,
  seedTensor,
} from "./src/engine/random_uniform.ts";

// Text: from files to clean strings.
export {
  decodeText,
  type DecodeTextOptions,
  loadText,
  type LoadTextOptions,
  type Newlines,
} from "./src/text/load.ts";

// Tokenizers: strings to ids and back.
export {
  type EncodeOptions,
  type JsonValue,
  type Tokenizer,
  type TokenizerJSON,
  type TokenStream,
  UnknownCharacterError,
  type UnknownPolicy,
} from "./src/tokenizers/tokenizer.ts";
export {
  CharTokenizer,
  type CharTokenizerJSON,
} from "./src/tokenizers/char_tokenizer.ts";
export { tokenizerFromJSON } from "./src/tokenizers/resolve.ts";

// Data: ids to batches.
export {
  type SplitOptions,
  splitTokens,
  type TokenSplit,
} from "./src/data/split.ts";
export {
  type TokenBatch,
  TokenStreams,
  type TokenStreamsOptions,
} from "./src/data/streams.ts";

// Checkpoints: the file format, and writing that leaves no half file.
export {
  decodeSafetensors,
  type DecodeSafetensorsOptions,
  encodeSafetensors,
  type SafetensorsContent,
  SafetensorsError,
} from "./src/checkpoint/safetensors.ts";
export type {
  TensorArrays,
  TensorData,
  TensorDtype,
  TensorOf,
} from "./src/checkpoint/safetensors.ts";
export { writeFileAtomic } from "./src/checkpoint/atomic_write.ts";

// Display.
export {
  lossChart,
  type LossChartData,
  type LossChartOptions,
} from "./src/display/loss_chart.ts";

// Models.
export { buildLSTM, type BuildLSTMOptions } from "./src/models/build_lstm.ts";
export {
  buildTransformer,
  type BuildTransformerOptions,
} from "./src/models/build_transformer.ts";
export type {
  Positions,
  TransformerPreset,
} from "./src/models/transformer_config.ts";
export type { Activation } from "./src/layers/feed_forward.ts";
export type { NormName } from "./src/layers/transformer_block.ts";
export { LanguageModel } from "./src/models/language_model.ts";
export { ModelFileError, type ModelParts } from "./src/models/model_file.ts";
export type { EpochRecord, TrainingHistory } from "./src/models/history.ts";
export type {
  ForwardOptions,
  Network,
  NetworkConfig,
} from "./src/models/network.ts";
export type { BatchRows, DropoutDraw } from "./src/layers/dropout.ts";
export { Parameter } from "./src/layers/parameter.ts";
export type { Tensor, Variable } from "./src/engine/tf.ts";

// Generation.
export type { GenerateOptions } from "./src/generation/stream_text.ts";
export type { SamplerOptions } from "./src/generation/sampler.ts";
export type {
  Prediction,
  Predictor,
  PredictorState,
  Stepper,
} from "./src/generation/predictor.ts";

// Training.
export { fit } from "./src/training/fit.ts";
export type { FitOptions, SampleOptions } from "./src/training/fit_options.ts";
export type {
  OptimizerChoice,
  OptimizerName,
} from "./src/training/optimizers/create_optimizer.ts";
export type { AdamOptions } from "./src/training/optimizers/adam.ts";
export type { RMSpropOptions } from "./src/training/optimizers/rmsprop.ts";
export type { SGDOptions } from "./src/training/optimizers/sgd.ts";
export type { OptimizerForm } from "./src/training/optimizers/optimizer.ts";
export { Run, type RunControl } from "./src/training/run.ts";
export { DivergenceError } from "./src/training/train_step.ts";
export type { RunReport } from "./src/display/training_display.ts";
export type { TrainingDisplayKind } from "./src/display/create_training_display.ts";
