/**
 * The board that a notebook shows while a model trains: heading, progress, figures, loss curves and the newest sample.
 *
 * Plain HTML with inline styles; notebook frontends strip scripts, style sheets and inline SVG from outputs that they
 * do not trust, but keep pictures with a `data:` address: so the chart is one. Text takes the page's own colour.
 *
 * @module
 */
import type { Point } from "./_curve.ts";
import {
  formatClock,
  formatCount,
  formatDuration,
  formatLoss,
  formatPercent,
  formatRate,
} from "./format.ts";
import type { MediaBundle } from "./jupyter.ts";
import { lossChart } from "./loss_chart.ts";
import {
  epochName,
  epochPhrases,
  notePhrase,
  planPhrases,
  samplePhrase,
  summaryPhrase,
} from "./_phrases.ts";
import { escapeHtml } from "./_text.ts";
import type { RunPlan, RunReport, RunSummary } from "./training_display.ts";

/** All that the board shows. */
export interface BoardState {
  /** What is trained. */
  plan: RunPlan;
  /** The newest report; none before the first step. */
  report: RunReport | undefined;
  /** How the run ended; none while it goes on. */
  summary: RunSummary | undefined;
  /** The newest sample, and what it was written after. */
  sample: { after: string; text: string } | undefined;
  /** The last times that the run went back, in a sentence each. */
  notes: readonly string[];
  /** The last reports of kind `"epoch"`. */
  epochs: readonly RunReport[];
  /** Steps and training losses. */
  training: readonly Point[];
  /** Steps and validation losses. */
  validation: readonly Point[];
}

const BAR_COLORS: Record<RunSummary["stopReason"] | "running", string> = {
  running: "#2b8cd6",
  completed: "#2f9e5a",
  time: "#2f9e5a",
  target: "#2f9e5a",
  "early-stopping": "#2f9e5a",
  stopped: "#c98a1b",
  aborted: "#c98a1b",
  failed: "#d64545",
};
const MUTED = "opacity:0.7;font-size:12px";
const encoder = new TextEncoder();

/** Draws the board as HTML with plain text beside it. */
export function drawBoard(state: BoardState): MediaBundle {
  return { "text/plain": boardText(state), "text/html": boardHtml(state) };
}

function boardText(state: BoardState): string {
  const { plan, report, summary, sample, epochs, notes } = state;
  const lines: string[] = planPhrases(plan);
  lines.push(
    ...epochs.map((epoch) =>
      `${epochName(epoch)}  ${epochPhrases(epoch).join("  ")}`
    ),
    ...notes.map(notePhrase),
  );
  if (sample !== undefined) {
    lines.push(
      ...samplePhrase(sample.text).split("\n").map((line) =>
        `    ${line}`.trimEnd()
      ),
    );
  }
  lines.push(
    summary === undefined
      ? progressPhrase(plan, report)
      : summaryPhrase(summary),
  );
  return lines.join("\n");
}

/** Where the run stands, in one line. */
function progressPhrase(plan: RunPlan, report: RunReport | undefined): string {
  if (report === undefined) {
    const of = plan.epochs === Infinity ? "" : `/${plan.epochs}`;
    return `epoch 1${of}, preparing the first step`;
  }
  const { step, totalSteps, progress, remainingSeconds } = report;
  const of = totalSteps === Infinity ? "" : ` of ${formatCount(totalSteps)}`;
  return `${epochName(report)}, ${formatPercent(progress, 1)}, ` +
    `step ${formatCount(step)}${of}, ${formatClock(remainingSeconds)} left`;
}

function boardHtml(state: BoardState): string {
  const { plan, report, summary, sample, notes } = state;
  const [model, engine, data] = planPhrases(plan).map(escapeHtml);
  const status = escapeHtml(
    summary === undefined
      ? progressPhrase(plan, report)
      : summaryPhrase(summary),
  );
  return [
    `<div style="max-width:680px;padding:4px 0;line-height:1.45;font-size:13px">`,
    `<div style="font-weight:600;font-size:14px">${model}</div>`,
    `<div style="${MUTED}">${engine}<br>${data}</div>`,
    progressBar(state),
    `<div style="${
      summary?.stopReason === "failed" ? "font-weight:600" : "opacity:0.85"
    }">${status}</div>`,
    ...notes.map((note) =>
      `<div style="border-left:3px solid #c98a1b;padding:0 0 0 8px;margin:4px 0;font-size:12px">${
        escapeHtml(notePhrase(note))
      }</div>`
    ),
    figures(report, summary),
    chart(state),
    sample === undefined ? "" : sampleBlock(sample),
    `</div>`,
  ].join("");
}

function progressBar({ report, summary }: BoardState): string {
  const done = report?.progress ?? 0;
  const color = BAR_COLORS[summary?.stopReason ?? "running"];
  return `<div style="background-color:rgba(128,128,128,0.25);border-radius:3px;height:6px;margin:8px 0 6px 0">` +
    `<div style="background-color:${color};border-radius:3px;height:6px;width:${
      (done * 100).toFixed(1)
    }%"></div></div>`;
}

/** The newest numbers, each above its name; those that the run came to once it has ended. */
function figures(
  report: RunReport | undefined,
  summary: RunSummary | undefined,
): string {
  if (report === undefined) return "";
  const { loss, validationLoss, validationBitsPerCharacter, elapsedSeconds } =
    summary ?? report;
  const cells: [value: string, name: string][] = [[
    formatLoss(loss),
    "loss, nats",
  ]];
  if (validationLoss !== undefined) {
    cells.push([formatLoss(validationLoss), "validation, nats"]);
  }
  if (validationBitsPerCharacter !== undefined) {
    cells.push([
      formatLoss(validationBitsPerCharacter),
      "validation, bits/char",
    ]);
  }
  cells.push([formatRate(report.tokensPerSecond), "tokens/s"], [
    formatDuration(elapsedSeconds),
    "elapsed",
  ]);
  const html = cells.map(([value, name]) =>
    `<div style="display:inline-block;margin:0 28px 0 0"><div style="font-size:18px;font-weight:600">${value}</div>` +
    `<div style="${MUTED}">${name}</div></div>`
  );
  return `<div style="margin:8px 0 4px 0">${html.join("")}</div>`;
}

function chart({ report, training, validation }: BoardState): string {
  if (training.length === 0 && validation.length === 0) return "";
  const { validationLoss, validationBitsPerCharacter } = report ?? {};
  const known = validationLoss !== undefined &&
    validationBitsPerCharacter !== undefined && validationLoss > 0;
  const svg = lossChart({ training, validation }, {
    width: 660,
    height: 260,
    ...known ? { bitsPerNat: validationBitsPerCharacter / validationLoss } : {},
  });
  const summary = /<title>(.*?)<\/title>/u.exec(svg)?.[1] ?? "";
  return `<img alt="Loss chart: ${summary}" width="660" height="260" style="max-width:100%;height:auto" ` +
    `src="data:image/svg+xml;base64,${encoder.encode(svg).toBase64()}">`;
}

function sampleBlock({ after, text }: { after: string; text: string }): string {
  return `<div style="${MUTED};margin:6px 0 2px 0">sample after ${after}</div>` +
    `<div style="border-left:3px solid rgba(128,128,128,0.4);padding:0 0 0 12px;white-space:pre-wrap;` +
    `overflow-wrap:break-word">${escapeHtml(samplePhrase(text))}</div>`;
}
