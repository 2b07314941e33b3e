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
 * const more = (await model.generate("Call me", { maxTokens: 20, temperature: 0.8, seed: 1 })).text;
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
 * ## Stop, and go on another day
 *
 * ```ts
 * import { buildLSTM, CharTokenizer, fit, resume } from "@textloom/textloom";
 *
 * const text = "Call me Ishmael. Some years ago, never mind how long precisely. ".repeat(20);
 * const model = buildLSTM({ tokenizer: CharTokenizer.train(text), units: 8, embedding: 8 });
 * const checkpoints = await Deno.makeTempDir(); // a folder
 * await fit(model, text, { steps: 2, batchSize: 8, checkpoints, display: "none" }); // stopped, aborted, or killed
 * const again = await resume(checkpoints, text, { steps: 4, display: "none" }); // in another process, bit for bit
 * await again.run;
 * again.model.dispose();
 * model.dispose();
 * await Deno.remove(checkpoints, { recursive: true });
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
export { buildCNN, type BuildCNNOptions } from "./src/models/build_cnn.ts";
export { buildGRU, type BuildGRUOptions } from "./src/models/build_gru.ts";
export { buildLSTM, type BuildLSTMOptions } from "./src/models/build_lstm.ts";
export {
  buildNGram,
  type BuildNGramOptions,
} from "./src/models/build_ngram.ts";
export { buildRNN, type BuildRNNOptions } from "./src/models/build_rnn.ts";
export type { RecurrentDropoutMasks } from "./src/networks/recurrent_config.ts";
export type {
  GatedRecurrentOptions,
  RecurrentOptions,
} from "./src/models/recurrent_options.ts";
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
export { WritingModel } from "./src/models/writing_model.ts";
export { ModelFileError, type ModelParts } from "./src/models/model_file.ts";
export type {
  BestRecord,
  EpochRecord,
  StopReason,
  TrainingHistory,
} from "./src/training/history.ts";
export type {
  Counting,
  ForwardOptions,
  LayerDescription,
  Network,
  NetworkConfig,
} from "./src/networks/network.ts";
export {
  KneserNey,
  type KneserNeyOptions,
} from "./src/networks/ngram/kneser_ney.ts";
export type { KeptCounts } from "./src/networks/ngram/ngram_counts.ts";
export type { BatchRows, DropoutDraw } from "./src/layers/dropout.ts";
export { Parameter } from "./src/layers/parameter.ts";
export type { Tensor, Variable } from "./src/engine/tf.ts";

// Generation.
export type {
  GenerateManyOptions,
  GenerateOptions,
  StreamOptions,
  TextGuidance,
  TextMixturePart,
} from "./src/generation/generate_options.ts";
export {
  type GeneratedToken,
  Generation,
  type GenerationParts,
  type GenerationRecord,
  type GenerationTimings,
  type TokenAlternative,
} from "./src/generation/generation.ts";
export {
  Lens,
  type LensAnswer,
  type LensCandidate,
  type LensChoice,
  type LensParts,
  type LensStage,
  type LensStep,
  type LensToken,
} from "./src/generation/lens.ts";
export type { LensOptions } from "./src/generation/lens_text.ts";
export type { TextChainOptions, Words } from "./src/generation/text_chain.ts";
export type { GenerationStopReason } from "./src/generation/text_row.ts";
export type { GenerationDefaults } from "./src/generation/generation_defaults.ts";
export type { SamplerOptions } from "./src/generation/sampler.ts";
export {
  type Beam,
  beamSearch,
  type BeamSearchOptions,
} from "./src/generation/strategies/beam_search.ts";
export {
  bestOf,
  type BestOfOptions,
  type SampledText,
  type ScoredSample,
} from "./src/generation/strategies/best_of.ts";
export {
  contrastiveSearch,
  type ContrastiveSearchOptions,
  type ContrastiveText,
} from "./src/generation/strategies/contrastive_search.ts";
export {
  type GuidanceOptions,
  guided,
} from "./src/generation/strategies/guidance.ts";
export {
  mixture,
  type MixturePart,
} from "./src/generation/strategies/mixture.ts";
export type {
  NextHidden,
  RowPrediction,
} from "./src/generation/strategies/hidden_rows.ts";
export type { NextLogits } from "./src/generation/strategies/row_logits.ts";
export {
  speculate,
  type SpeculatedTokens,
  type SpeculateOptions,
} from "./src/generation/strategies/speculative.ts";
export type {
  TextBeamSearchOptions,
  TextBestOfOptions,
  TextContrastiveSearchOptions,
  TextStrategyOptions,
  WithText,
} from "./src/generation/strategies/text_strategies.ts";
export { Chain, createChain } from "./src/generation/chain/chain.ts";
export type {
  ChainOptions,
  OwnStage,
} from "./src/generation/chain/chain_options.ts";
export {
  CHAIN_PRESETS,
  type ChainPreset,
  type ChainPresetName,
} from "./src/generation/chain/presets.ts";
export {
  ChainSession,
  type SessionOptions,
} from "./src/generation/chain/chain_session.ts";
export {
  Candidates,
  type CandidatesSum,
  type ChainContext,
  type SumBorder,
} from "./src/generation/chain/candidates.ts";
export type {
  PenaltyOptions,
  PenaltyWindow,
} from "./src/generation/chain/scores.ts";
export type {
  ChainStage,
  Knob,
  RowRandom,
  RowStage,
} from "./src/generation/chain/stage.ts";
export type {
  TruncationEdges,
  TruncationName,
} from "./src/generation/chain/truncation.ts";
export type { AdaptivePOptions } from "./src/generation/chain/adaptive_p.ts";
export type { DynamicTemperatureOptions } from "./src/generation/chain/dynamic_temperature.ts";
export type { MirostatOptions } from "./src/generation/chain/mirostat.ts";
export type { XtcOptions } from "./src/generation/chain/xtc.ts";
export type {
  LengthDecay,
  LengthOptions,
} from "./src/generation/chain/lengths.ts";
export type {
  DryOptions,
  RepeatOptions,
} from "./src/generation/chain/repeats.ts";
export type {
  LogitBias,
  TokenRuleOptions,
  TokenSequence,
} from "./src/generation/chain/token_rules.ts";
export type {
  Acceptor,
  CodePointCost,
} from "./src/generation/constraints/acceptor.ts";
export { gbnf } from "./src/generation/constraints/gbnf.ts";
export {
  jsonSchema,
  type JsonSchemaOptions,
} from "./src/generation/constraints/json_schema.ts";
export { matching } from "./src/generation/constraints/matching.ts";
export type { JsonSchema } from "./src/generation/constraints/schema/json_schema_type.ts";
export {
  oneOf,
  wordsOf,
  type WordsOptions,
} from "./src/generation/constraints/word_list.ts";
export { ConstrainedText } from "./src/generation/constraints/constrained_text.ts";
export {
  constrain,
  type ConstrainOptions,
  type Constraint,
} from "./src/generation/constraints/constraint.ts";
export type {
  ConstraintData,
  ConstraintForm,
} from "./src/generation/constraints/constraint_data.ts";
export { acrostic } from "./src/generation/constraints/forms/acrostic.ts";
export { allOf } from "./src/generation/constraints/forms/all_of.ts";
export {
  lineLength,
  type LineLengthOptions,
} from "./src/generation/constraints/forms/line_length.ts";
export { mustContain } from "./src/generation/constraints/forms/must_contain.ts";
export { withoutLetters } from "./src/generation/constraints/forms/without_letters.ts";
export {
  type MaskState,
  TokenMasks,
  type TokenMasksOptions,
} from "./src/generation/constraints/token_masks.ts";
export type {
  HiddenPrediction,
  Prediction,
  Predictor,
  PredictorState,
  Stepper,
} from "./src/generation/predictor.ts";

// Training.
export { fit } from "./src/training/fit.ts";
export {
  resume,
  type Resumed,
  type ResumeOptions,
} from "./src/models/resume.ts";
export type { SkippedCheckpoint } from "./src/models/open_checkpoint.ts";
export type { CheckpointOptions } from "./src/training/checkpoint_options.ts";
export type {
  CheckpointContent,
  EncodeModelOptions,
} from "./src/training/checkpoint_content.ts";
export type { DataRecord } from "./src/training/data_record.ts";
export {
  findLearningRate,
  type FindLearningRateOptions,
} from "./src/training/find_learning_rate.ts";
export { LearningRateRange } from "./src/training/learning_rate_range.ts";
export type {
  TrainableModel,
  TrainingDefaults,
} from "./src/training/trainable_model.ts";
export type { ArrayData, FitData, IdArray } from "./src/training/fit_data.ts";
export type {
  FitOptions,
  MetricName,
  RunCallback,
  SampleOptions,
} from "./src/training/fit_options.ts";
export type {
  LossChoice,
  LossFunction,
  LossName,
} from "./src/training/create_loss.ts";
export type {
  LearningRate,
  ScheduleChoice,
  ScheduleName,
} from "./src/training/schedules/create_schedule.ts";
export type { ScheduleFunction } from "./src/training/schedules/schedule.ts";
export type {
  Fall,
  WarmUpAndFallOptions,
  WarmUpOptions,
} from "./src/training/schedules/warm_up.ts";
export type { OneCycleOptions } from "./src/training/schedules/one_cycle.ts";
export type { PlateauOptions } from "./src/training/schedules/plateau.ts";
export type { EarlyStoppingOptions } from "./src/training/early_stopping.ts";
export type { GuardOptions, Recovery } from "./src/training/guard.ts";
export type {
  OptimizerChoice,
  OptimizerName,
} from "./src/training/optimizers/create_optimizer.ts";
export type { AdagradOptions } from "./src/training/optimizers/adagrad.ts";
export type { AdamOptions } from "./src/training/optimizers/adam.ts";
export type { LionOptions } from "./src/training/optimizers/lion.ts";
export type { RMSpropOptions } from "./src/training/optimizers/rmsprop.ts";
export type { SGDOptions } from "./src/training/optimizers/sgd.ts";
export type { OptimizerForm } from "./src/training/optimizers/optimizer.ts";
export type {
  DecayExclusion,
  DecayOptions,
} from "./src/training/optimizers/weight_decay.ts";
export { Run, type RunControl } from "./src/training/run.ts";
export { DivergenceError } from "./src/training/divergence_error.ts";
export type { RunReport } from "./src/display/training_display.ts";
export type { TrainingDisplayKind } from "./src/display/create_training_display.ts";

// Evaluation.
export { evaluate, type EvaluatedModel } from "./src/evaluation/evaluate.ts";
export type { EvaluateOptions } from "./src/evaluation/evaluate_options.ts";
export {
  type Averaging,
  type Confusion,
  Evaluation,
  type EvaluationMetric,
  type EvaluationValues,
  type TokenReport,
} from "./src/evaluation/evaluation.ts";
export {
  predict,
  type PredictedToken,
  type PredictOptions,
  type PredictTextOptions,
} from "./src/evaluation/predict.ts";
export { score, type ScoreOptions } from "./src/evaluation/score.ts";
export { ScoredText, type ScoredToken } from "./src/evaluation/scored_text.ts";
export { summary, type SummaryOptions } from "./src/evaluation/summary.ts";
export {
  ModelSummary,
  type SummaryLayer,
  type SummaryValues,
} from "./src/evaluation/model_summary.ts";
export type { Interval } from "./src/evaluation/bootstrap.ts";
export { accuracy } from "./src/evaluation/accuracy.ts";
export {
  type ConfusionMatrix,
  confusionMatrix,
} from "./src/evaluation/confusion_matrix.ts";
export {
  type ClassificationScores,
  type LabelScores,
  type PrecisionRecallF1,
  precisionRecallF1,
  type PrecisionRecallF1Options,
} from "./src/evaluation/precision_recall_f1.ts";
export {
  compareModels,
  type CompareModelsOptions,
} from "./src/advice/compare_models.ts";
export {
  type ComparedModel,
  ModelComparison,
} from "./src/advice/model_comparison.ts";
export {
  type ModelSuggestion,
  ModelSuggestions,
} from "./src/advice/model_suggestions.ts";
export {
  suggestModel,
  type SuggestModelOptions,
} from "./src/advice/suggest_model.ts";
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
