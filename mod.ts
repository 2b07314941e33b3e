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
 * ## Read, clean and examine a corpus
 *
 * ```ts
 * import { clean, corpusReport, loadCorpus } from "@textloom/textloom";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "review,stars\nToo much whale,2\nNA,1\nToo much  whale,2\n");
 * const corpus = await loadCorpus(path, { column: "review", metadata: ["stars"] }); // or a folder, or "books/*.txt"
 * const { data, report } = clean(corpus, { whitespace: "collapse", duplicates: "near" });
 * report.toString(); // one row was missing, one was there twice
 * (await corpusReport(data)).toString(); // faults, lengths, entropy, and a first plan for a model
 * await Deno.remove(path);
 * ```
 *
 * ## Cut text into tokens
 *
 * ```ts
 * import { BPETokenizer, CharTokenizer, loadTokenizer, WordTokenizer } from "@textloom/textloom";
 *
 * const text = "Call me Ishmael. Some years ago, never mind how long precisely.";
 * CharTokenizer.train(text).vocabSize; // one token for each character
 * WordTokenizer.train(text).vocabSize; // for each word
 * const tokenizer = BPETokenizer.train(text, { vocabSize: 300 }); // for frequent parts of words; knows every text
 * const ids = tokenizer.encode("Call me Queequeg 🐋");
 * tokenizer.decode(ids); // "Call me Queequeg 🐋"
 * tokenizer.explain("Call me"); // a notebook shows it in colours, console.log(`${...}`) on the terminal
 * await loadTokenizer(tokenizer.toJSON()); // as well as any tokenizer.json of Hugging Face tokenizers
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

export {
  Corpus,
  type CorpusDocument,
  type MetadataValue,
} from "./src/text/corpus.ts";
export { loadCorpus, type LoadCorpusOptions } from "./src/text/load_corpus.ts";
export {
  clean,
  type Cleaned,
  type NumericArray,
  type RawDocument,
} from "./src/text/clean.ts";
export type {
  CleanOptions,
  CleanTextOptions,
  WhitespaceRule,
} from "./src/text/clean_options.ts";
export {
  type CleanCounts,
  CleanReport,
  type DuplicateEntry,
  type MissingEntry,
} from "./src/text/clean_report.ts";

// Tokenizers: strings to ids and back.
export {
  type DecodeOptions,
  type EncodeOptions,
  type Encoding,
  type JsonObject,
  type JsonValue,
  type Offsets,
  type Tokenizer,
  type TokenizerJSON,
  type TokenStream,
  UnknownCharacterError,
  type UnknownPolicy,
} from "./src/tokenizers/tokenizer.ts";
export { BaseTokenizer } from "./src/tokenizers/base_tokenizer.ts";
export {
  CharTokenizer,
  type CharTokenizerJSON,
  type CharTokenizerOptions,
  type CharUnit,
} from "./src/tokenizers/char_tokenizer.ts";
export {
  ByteTokenizer,
  type ByteTokenizerJSON,
} from "./src/tokenizers/byte_tokenizer.ts";
export {
  WordTokenizer,
  type WordTokenizerJSON,
  type WordTrainingOptions,
} from "./src/tokenizers/word_tokenizer.ts";
export {
  BPETokenizer,
  type BPETrainingOptions,
} from "./src/tokenizers/bpe_tokenizer.ts";
export {
  WordPieceTokenizer,
  type WordPieceTrainingOptions,
} from "./src/tokenizers/word_piece_tokenizer.ts";
export {
  UnigramTokenizer,
  type UnigramTrainingOptions,
} from "./src/tokenizers/unigram_tokenizer.ts";
export {
  PipelineTokenizer,
  type TokenizerParts,
} from "./src/tokenizers/pipeline_tokenizer.ts";
export { loadTokenizer } from "./src/tokenizers/load_tokenizer.ts";
export { tokenizerFromJSON } from "./src/tokenizers/resolve.ts";
export {
  type ExplainedToken,
  Explanation,
} from "./src/tokenizers/explanation.ts";
export type { AddedToken } from "./src/tokenizers/added_tokens.ts";
export type {
  ModelType,
  PieceTokens,
  TokenizerModel,
} from "./src/tokenizers/models/model.ts";
export type {
  NormalizedText,
  Normalizer,
} from "./src/tokenizers/normalizers/normalizer.ts";
export type {
  Pieces,
  PreTokenizer,
} from "./src/tokenizers/pre_tokenizers/pre_tokenizer.ts";
export type { PostProcessor } from "./src/tokenizers/post_processors/post_processor.ts";
export type {
  Decoder,
  DecoderRun,
  Emit,
} from "./src/tokenizers/decoders/decoder.ts";
export type { IntList } from "./src/tokenizers/int_list.ts";

// Data: ids to batches.
export {
  sliceTokens,
  type TokenArray,
  type TokenSource,
} from "./src/data/token_source.ts";
export { compactIds, type CompactIdsOptions } from "./src/data/compact_ids.ts";
export {
  type SplitOptions,
  splitTokens,
  type TokenSplit,
} from "./src/data/split.ts";
export {
  type DocumentSplit,
  splitDocuments,
  type SplitDocumentsOptions,
} from "./src/data/split_documents.ts";
export {
  type DocumentFoldsOptions,
  type Fold,
  kFolds,
  type TokenFoldsOptions,
} from "./src/data/k_folds.ts";
export type { TokenBatch, TokenBatches } from "./src/data/batches.ts";
export { TokenStreams, type TokenStreamsOptions } from "./src/data/streams.ts";
export {
  RandomWindows,
  type RandomWindowsOptions,
} from "./src/data/random_windows.ts";
export {
  DocumentBatches,
  type DocumentBatchesOptions,
} from "./src/data/document_batches.ts";
export { TokenCache } from "./src/data/token_cache.ts";
export {
  TokenCacheError,
  type TokenCacheOptions,
  type TokenCacheProgress,
} from "./src/data/token_cache_options.ts";
export { type CutPlace, cutPlace } from "./src/data/cut_place.ts";

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
export {
  loadNpy,
  readNpy,
  type ReadNpyOptions,
  saveNpy,
  writeNpy,
} from "./src/checkpoint/npy.ts";
export {
  loadNpz,
  readNpz,
  type ReadNpzOptions,
  saveNpz,
  writeNpz,
  type WriteNpzOptions,
} from "./src/checkpoint/npz.ts";
export type { NdArray, NdArrays, NdDtype } from "./src/text/nd_array.ts";

// Display.
export {
  lossChart,
  type LossChartData,
  type LossChartOptions,
} from "./src/display/loss_chart.ts";

// Models.
export { buildGRU, type BuildGRUOptions } from "./src/models/build_gru.ts";
export { buildLSTM, type BuildLSTMOptions } from "./src/models/build_lstm.ts";
export { buildRNN, type BuildRNNOptions } from "./src/models/build_rnn.ts";
export type { RecurrentOptions } from "./src/models/recurrent_options.ts";
export {
  buildTransformer,
  type BuildTransformerOptions,
} from "./src/models/build_transformer.ts";
export { fromLayersModel } from "./src/models/from_layers_model.ts";
export type { LayersModelOptions } from "./src/networks/adopt_layers_model.ts";
export type { LayersModelLike } from "./src/engine/layers_model.ts";
export type {
  Positions,
  TransformerPreset,
} from "./src/networks/transformer_config.ts";
export type { Activation } from "./src/layers/feed_forward.ts";
export type { NormName } from "./src/layers/transformer_block.ts";
export { LanguageModel } from "./src/models/language_model.ts";
export { ModelFileError, type ModelParts } from "./src/models/model_file.ts";
export type { EpochRecord, TrainingHistory } from "./src/training/history.ts";
export type {
  ForwardOptions,
  Network,
  NetworkConfig,
} from "./src/networks/network.ts";
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
export type { TrainableModel } from "./src/training/trainable_model.ts";
export type { ArrayData, FitData, IdArray } from "./src/training/fit_data.ts";
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

// Evaluation.
export {
  type CharacterCount,
  type CorpusFindings,
  CorpusReport,
  corpusReport,
  type CorpusReportOptions,
  type LengthBin,
  type Lengths,
  type LineRepeats,
  type RepeatedLine,
  type TextFault,
  type TrainingPace,
} from "./src/advice/corpus_report.ts";
export {
  adviseCorpus,
  type CorpusAdvice,
  type CorpusSize,
} from "./src/advice/corpus_advice.ts";
