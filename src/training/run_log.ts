/**
 * A run as a file that other programs read: JSON Lines, or comma-separated values (RFC 4180) for a spreadsheet.
 *
 * Each report is one line with the same columns in the same order, written at once, so that the file can be read while
 * the run goes on and loses nothing when the process dies.
 *
 * @module
 */
import type { RunReport } from "../display/training_display.ts";

/** The columns, in their order. */
export const LOG_COLUMNS = [
  "time",
  "event",
  "step",
  "epoch",
  "loss",
  "meanLoss",
  "validationLoss",
  "validationBitsPerCharacter",
  "accuracy",
  "validationAccuracy",
  "learningRate",
  "gradientNorm",
  "tokensPerSecond",
  "seconds",
  "memoryBytes",
  "sample",
  "note",
] as const;

const LINE_FEED = 10;
const QUOTE = 34;
/** Bytes that are read at a time. */
const BLOCK = 65_536;

/** One line; null where there is nothing to say. */
export type LogRow = Record<
  typeof LOG_COLUMNS[number],
  string | number | null
>;

/** Writes the lines of one run after those that a file has already. */
export class RunLog {
  readonly #path: string | URL;
  readonly #file: Deno.FsFile;
  readonly #isTable: boolean;

  /**
   * Opens the file; it is made where there is none. A line that another process did not end is taken away.
   *
   * @param path Where it is.
   * @throws {Error} If it cannot be written.
   * @throws {TypeError} If there is a file that is no such log.
   */
  constructor(path: string | URL) {
    this.#path = path;
    this.#isTable = /\.csv$/iu.test(String(path));
    this.#file = this.#try(() =>
      Deno.openSync(path, { read: true, append: true, create: true })
    );
    try {
      this.#begin();
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /**
   * Adds a line.
   *
   * @param report What it says.
   * @throws {Error} If it cannot be written.
   */
  add(report: RunReport): void {
    const row = rowOf(report);
    const line = this.#isTable
      ? LOG_COLUMNS.map((name) => csvCell(row[name])).join(",")
      : JSON.stringify(row);
    this.#write(`${line}\n`);
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }

  /** Names the columns of a table, or sees that the file is a log and ends with a whole line. */
  #begin(): void {
    const { size } = this.#try(() => this.#file.statSync());
    const header = `${LOG_COLUMNS.join(",")}\n`;
    if (size === 0) {
      if (this.#isTable) this.#write(header);
      return;
    }
    const start = this.#isTable ? header : `{"${LOG_COLUMNS[0]}":`;
    if (this.#read(0, start.length) !== start) {
      throw new TypeError(
        `Cannot train: the log must be a new file or one with the columns ${
          LOG_COLUMNS.join(", ")
        }: "${this.#path}" begins otherwise; give another name`,
      );
    }
    this.#dropHalfLine(size);
  }

  /** Takes away the line that a process was writing when it died; in a table, quoted cells have line feeds of their own. */
  #dropHalfLine(size: number): void {
    let [end, isQuoted] = [0, false];
    for (let from = 0; from < size; from += BLOCK) {
      for (const [i, byte] of this.#readBytes(from, BLOCK).entries()) {
        if (byte === QUOTE && this.#isTable) isQuoted = !isQuoted;
        if (byte === LINE_FEED && !isQuoted) end = from + i + 1;
      }
    }
    if (end < size) this.#try(() => this.#file.truncateSync(end));
  }

  #read(start: number, length: number): string {
    return new TextDecoder().decode(this.#readBytes(start, length));
  }

  #readBytes(start: number, length: number): Uint8Array {
    return this.#try(() => {
      const bytes = new Uint8Array(length);
      this.#file.seekSync(start, Deno.SeekMode.Start);
      const count = this.#file.readSync(bytes) ?? 0;
      return bytes.subarray(0, count);
    });
  }

  #write(text: string): void {
    this.#try(() => {
      let bytes = new TextEncoder().encode(text);
      while (bytes.length > 0) {
        bytes = bytes.subarray(this.#file.writeSync(bytes));
      }
    });
  }

  #try<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (cause) {
      throw new Error(
        `Cannot train: the log must be a file that can be written: "${this.#path}": ${
          cause instanceof Error ? cause.message : cause
        }`,
        { cause },
      );
    }
  }
}

/** What a report says, in columns. Validation losses are those of validations alone, so that a column can be drawn as it is. */
function rowOf(report: RunReport): LogRow {
  const { kind } = report;
  const isMeasured = kind === "validation";
  return {
    time: new Date().toISOString(),
    event: kind,
    step: report.step,
    epoch: report.epoch,
    loss: known(report.loss),
    meanLoss: known(report.meanLoss),
    validationLoss: isMeasured ? known(report.validationLoss) : null,
    validationBitsPerCharacter: isMeasured
      ? known(report.validationBitsPerCharacter)
      : null,
    accuracy: known(report.accuracy),
    validationAccuracy: isMeasured ? known(report.validationAccuracy) : null,
    learningRate: known(report.learningRate),
    gradientNorm: known(report.gradientNorm),
    tokensPerSecond: known(report.tokensPerSecond),
    seconds: known(report.elapsedSeconds),
    memoryBytes: Deno.memoryUsage().rss,
    sample: report.sample ?? null,
    note: report.note ?? null,
  };
}

/** JSON has no number that is none. */
function known(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function csvCell(value: string | number | null): string {
  const text = String(value ?? "");
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
