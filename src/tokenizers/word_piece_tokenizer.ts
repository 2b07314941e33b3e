/**
 * WordPiece, as BERT has it: words without their spaces, in the longest tokens that fit.
 *
 * @module
 */
import { brief } from "./brief.ts";
import { WordPieceModel } from "./models/word_piece.ts";
import {
  PipelineTokenizer,
  type TokenizerParts,
} from "./pipeline_tokenizer.ts";

/** A tokenizer that cuts every word from the left, always as far as a token reaches. */
export class WordPieceTokenizer extends PipelineTokenizer {
  /**
   * Puts a tokenizer together; `loadTokenizer()` does.
   *
   * @param parts The parts, of which the model must be WordPiece.
   * @throws {TypeError} If it is another.
   */
  constructor(parts: TokenizerParts) {
    super(parts);
    if (!(parts.model instanceof WordPieceModel)) {
      throw new TypeError(
        `Cannot build WordPieceTokenizer: the model must be WordPiece: ${
          brief(parts.model.type)
        }`,
      );
    }
  }
}
