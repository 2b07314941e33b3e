/**
 * A run on a terminal: finished epochs and their samples as lines, below them one progress bar that is redrawn in place.
 *
 * Control sequences are those of ECMA-48: EL (erase in line), ED (erase in display), CUU (cursor up), SGR (weights and
 * colours). The cursor is never hidden, so a program that dies leaves the terminal as it was.
 *
 * @module
 */
import { displayWidth } from "../text/display_width.ts";
import { EpochSpacing } from "./_epoch_spacing.ts";
import { formatClock, formatLoss, formatRate } from "./format.ts";
import {
  epochName,
  epochPhrases,
  notePhrase,
  planPhrases,
  samplePhrase,
  stepName,
  summaryPhrase,
} from "./_phrases.ts";
import { type Screen, setBottomLine } from "./_screen.ts";
import { truncate, wrap } from "./_text.ts";
import type {
  RunPlan,
  RunReport,
  RunSummary,
  TrainingDisplay,
} from "./training_display.ts";

/** Milliseconds between two redraws. */
const REDRAW_INTERVAL = 100;
const MIN_BAR = 8;
const MAX_BAR = 40;
/** A sample wider than this is hard to read. */
const SAMPLE_COLUMNS = 96;
/** Lines of a sample at most. */
const SAMPLE_LINES = 24;

const ESCAPE = "\x1b[";
const ERASE_LINE = `${ESCAPE}K`;
const ERASE_BELOW = `${ESCAPE}J`;

const STYLES = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
} as const;
type Style = keyof typeof STYLES;

/** A part of the bar's line; those with the lowest rank go first when the terminal is narrow. */
interface Field {
  text: string;
  rank: number;
  style?: Style;
}

/** One progress bar, and above it what is worth keeping. */
export class TerminalDisplay implements TrainingDisplay {
  readonly #screen: Screen;
  readonly #spacing: EpochSpacing;
  #plan: RunPlan | undefined;
  #report: RunReport | undefined;
  #drawnAt = -Infinity;
  /** Columns of the bar's line as it stands on the terminal; 0 when there is none. */
  #drawnWidth = 0;

  /**
   * Makes a display that has drawn nothing yet.
   *
   * @param screen The terminal.
   */
  constructor(screen: Screen) {
    this.#screen = screen;
    this.#spacing = new EpochSpacing(() => screen.now());
  }

  /** Says what will be trained and draws the empty bar. */
  start(plan: RunPlan): void {
    this.#plan = plan;
    this.#spacing.start(plan);
    const columns = this.#screen.columns();
    const lines = planPhrases(plan).flatMap((phrase, i) =>
      wrap(phrase, columns).map((line) =>
        this.#styled(line, i === 0 ? "bold" : "dim")
      )
    );
    setBottomLine(this);
    this.printAbove(joinLines([...lines, ""]));
  }

  /** Redraws the bar, at most ten times a second; an epoch adds its lines above, where there are many at most one in two seconds. */
  update(report: RunReport): void {
    this.#report = report;
    const isShown = report.kind === "sample" ||
      report.kind === "epoch" && this.#spacing.admits(report);
    if (isShown) {
      this.printAbove(joinLines(this.#sampleLines(report)));
    } else if (report.kind === "recovery") {
      const lines = wrap(notePhrase(report.note ?? ""), this.#screen.columns());
      this.printAbove(
        joinLines(lines.map((line) => this.#styled(line, "yellow"))),
      );
    } else if (
      report.kind === "validation" ||
      this.#screen.now() - this.#drawnAt >= REDRAW_INTERVAL
    ) {
      this.printAbove("");
    }
  }

  /** Puts one line about the result in the bar's place. */
  end(summary: RunSummary): Promise<void> {
    const [mark, style] = ENDINGS[summary.stopReason];
    const text = wrap(
      `${mark} ${summaryPhrase(summary)}`,
      this.#screen.columns(),
    );
    this.#screen.write(
      this.#eraseBar() +
        joinLines(text.map((line) => this.#styled(line, style))),
    );
    this.#drawnWidth = 0;
    setBottomLine(undefined);
    return Promise.resolve();
  }

  /**
   * Prints whole lines above the bar, in one write, so that nothing flickers.
   *
   * @param lines The lines, each with its line feed.
   */
  printAbove(lines: string): void {
    const columns = this.#screen.columns();
    const [bar, width] = this.#bar(columns - 1);
    const fits = this.#drawnWidth <= columns;
    const start = lines === "" && fits ? "\r" : this.#eraseBar();
    this.#screen.write(`${start}${lines}${bar}${ERASE_LINE}`);
    this.#drawnWidth = width;
    this.#drawnAt = this.#screen.now();
  }

  /** Takes the bar away; a window that became narrower has folded it into several rows. */
  #eraseBar(): string {
    const rows = Math.max(
      1,
      Math.ceil(this.#drawnWidth / this.#screen.columns()),
    );
    return rows === 1
      ? `\r${ERASE_LINE}`
      : `${ESCAPE}${rows - 1}A\r${ERASE_BELOW}`;
  }

  /** The bar's line and its width, at most `columns`. */
  #bar(columns: number): [text: string, width: number] {
    let fields = this.#fields();
    const needed = (): number =>
      fields.reduce(
        (sum, field) => sum + 2 + (displayWidth(field.text) || MIN_BAR),
        -2,
      );
    while (fields.length > 1 && needed() > columns) {
      const lowest = Math.min(...fields.map((field) => field.rank));
      fields = fields.filter((field) => field.rank !== lowest);
    }
    const barWidth = Math.min(MAX_BAR, MIN_BAR + columns - needed());
    let width = -2;
    const parts = fields.map((field) => {
      if (field.text === "") {
        width += 2 + barWidth;
        return this.#gauge(barWidth);
      }
      const text = truncate(field.text, columns);
      width += 2 + displayWidth(text);
      return field.style === undefined ? text : this.#styled(text, field.style);
    });
    return [parts.join("  "), width];
  }

  /** The parts of the line; the one without text is the bar itself. */
  #fields(): Field[] {
    const report = this.#report;
    const bar: Field = { text: "", rank: 6 };
    if (report === undefined) {
      return [
        { text: this.#firstEpoch, rank: 7, style: "bold" },
        bar,
        { text: "preparing the first step", rank: 1, style: "dim" },
      ];
    }
    const { validationLoss, validationBitsPerCharacter } = report;
    return [
      {
        text: epochName(report),
        rank: 7,
        style: "bold",
      },
      bar,
      { text: `loss ${formatLoss(report.loss)}`, rank: 8 },
      ...validationLoss === undefined
        ? []
        : [{ text: `val ${formatLoss(validationLoss)}`, rank: 4 }],
      ...validationBitsPerCharacter === undefined ? [] : [{
        text: `${formatLoss(validationBitsPerCharacter)} bits/char`,
        rank: 3,
      }],
      {
        text: `${formatRate(report.tokensPerSecond)} tok/s`,
        rank: 2,
        style: "dim",
      },
      {
        text: `${formatClock(report.remainingSeconds)} left`,
        rank: 5,
        style: "dim",
      },
    ];
  }

  #gauge(columns: number): string {
    const halves = Math.floor((this.#report?.progress ?? 0) * columns * 2);
    const done = "━".repeat(Math.floor(halves / 2)) +
      (halves % 2 === 1 ? "╸" : "");
    return this.#styled(done, "cyan") +
      this.#styled("─".repeat(columns - done.length), "dim");
  }

  get #firstEpoch(): string {
    const { epochs = 1 } = this.#plan ?? {};
    return epochs === Infinity ? "epoch 1" : `epoch 1/${epochs}`;
  }

  /** An epoch, or the step of a sample between two, and the sample. */
  #sampleLines(report: RunReport): string[] {
    const columns = this.#screen.columns();
    const isEpoch = report.kind === "epoch";
    const name = isEpoch ? epochName(report) : stepName(report);
    const phrases = isEpoch
      ? epochPhrases(report)
      : [`loss ${formatLoss(report.loss)}`];
    const [first = "", ...rest] = wrap(
      `${name}  ${phrases.join("  ")}`,
      columns,
    );
    const lines = [
      this.#styled(name, "bold") + first.slice(name.length),
      ...rest,
    ];
    if (report.sample === undefined) return lines;
    const sample = wrap(
      samplePhrase(report.sample),
      Math.min(columns, SAMPLE_COLUMNS) - 4,
    );
    if (sample.length > SAMPLE_LINES) {
      sample.splice(SAMPLE_LINES - 1, Infinity, "…");
    }
    const margin = this.#styled("│", "dim");
    return [...lines, ...sample.map((line) => `  ${margin} ${line}`.trimEnd())];
  }

  #styled(text: string, style: Style): string {
    return this.#screen.color && text !== ""
      ? `${ESCAPE}${STYLES[style]}m${text}${ESCAPE}0m`
      : text;
  }
}

const ENDINGS: Record<RunSummary["stopReason"], [mark: string, style: Style]> =
  {
    completed: ["✓", "green"],
    time: ["✓", "green"],
    target: ["✓", "green"],
    "early-stopping": ["✓", "green"],
    stopped: ["■", "yellow"],
    aborted: ["■", "yellow"],
    failed: ["✗", "red"],
  };

function joinLines(lines: string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
