/**
 * How far an installation is: one line redrawn in place on a terminal, plain lines elsewhere.
 *
 * @module
 */
import { formatClock } from "../display/format.ts";
import type { InstallProgress } from "../engine/tensorflow/install.ts";

/** What the line is written to. */
export interface LineTarget {
  /** Writes at once. */
  write(text: string): void;
  /** Columns of the terminal, `undefined` where it is none. */
  columns(): number | undefined;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
}

const REDRAW_MS = 100;
const PLAIN_MS = 10_000;
const BAR = 20;
const ERASE_LINE = "\r\x1b[K";

const VERBS = {
  waiting: "Waiting for another installation into",
  downloading: "Downloading",
  unpacking: "Unpacking",
  verifying: "Verifying",
} as const;

/** Shows the progress of one installation after the other. */
export class ProgressLine {
  readonly #target: LineTarget;
  #item = "";
  #startedAt = 0;
  #shownAt = -Infinity;
  #drawn = false;

  /** @param target Where to write. */
  constructor(target: LineTarget) {
    this.#target = target;
  }

  /** Shows how far it is, now and then; a new item is always shown. */
  update(progress: InstallProgress): void {
    const now = this.#target.now();
    const item = `${progress.stage} ${progress.item}`;
    const fresh = item !== this.#item;
    if (fresh) [this.#item, this.#startedAt] = [item, now];
    const columns = this.#target.columns();
    const pause = columns === undefined ? PLAIN_MS : REDRAW_MS;
    if (!fresh && now - this.#shownAt < pause) return;
    this.#shownAt = now;
    const line = describe(progress, (now - this.#startedAt) / 1000, columns);
    this.#target.write(columns === undefined ? `${line}\n` : ERASE_LINE + line);
    this.#drawn = columns !== undefined;
  }

  /** Takes the line off the terminal. */
  end(): void {
    if (this.#drawn) this.#target.write(ERASE_LINE);
    this.#drawn = false;
  }
}

/** The line's text, cut to the terminal's width. */
function describe(
  { stage, item, bytes, totalBytes }: InstallProgress,
  seconds: number,
  columns: number | undefined,
): string {
  const asking = stage === "downloading" && totalBytes === undefined;
  const parts = [`${asking ? "Asking pip for" : VERBS[stage]} ${item}`];
  if (totalBytes !== undefined && totalBytes > 0) {
    const share = Math.min(1, bytes / totalBytes);
    if (columns !== undefined) {
      const full = Math.round(share * BAR);
      parts.push("━".repeat(full) + "─".repeat(BAR - full));
    }
    parts.push(`${Math.floor(share * 100)} %`);
    parts.push(`${megabytes(bytes)} of ${megabytes(totalBytes)} MB`);
    const left = seconds * (totalBytes / bytes - 1);
    if (seconds > 1 && bytes > 0) parts.push(`${formatClock(left)} left`);
  } else if (bytes > 0) {
    parts.push(`${megabytes(bytes)} MB`);
  }
  const line = parts.join("  ");
  return columns === undefined ? line : line.slice(0, Math.max(1, columns - 1));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
