/**
 * A history as a short table: one row an epoch, and a line about the whole run.
 *
 * @module
 */
import {
  formatDuration,
  formatLoss,
  formatQuantity,
} from "../display/format.ts";
import { lossChart } from "../display/loss_chart.ts";
import {
  htmlTable,
  plainTable,
  type ReportTable,
  toHtml,
} from "../text/report_table.ts";
import type { EpochRecord, TrainingHistory } from "./history.ts";

/** Rows at most; of a longer run some in the middle are left out. */
const MOST_ROWS = 20;

/** How a run ended, in words. */
const ENDINGS: Record<TrainingHistory["stopReason"], string> = {
  completed: "completed",
  time: "its time was over",
  target: "the target was reached",
  "early-stopping": "stopped early",
  stopped: "stopped",
  aborted: "aborted",
  failed: "failed",
  unfinished: "not finished",
};

/**
 * Lets a history print itself, and show itself in a notebook, without a change to what it is: plain JSON, equal to its copy.
 *
 * @param history A history; it gets two properties that are not enumerable.
 */
export function makeShowable(history: TrainingHistory): void {
  Object.defineProperties(history, {
    toString: {
      value: () => historyText(history),
      configurable: true,
    },
    [Symbol.for("Jupyter.display")]: {
      value: () => ({
        "text/plain": historyText(history),
        "text/html": historyPage(history),
      }),
      configurable: true,
    },
  });
}

/**
 * @param history A history.
 * @returns A line about the run, and a row for each epoch.
 */
export function historyText(history: TrainingHistory): string {
  const table = tableOf(history);
  return [
    headline(history),
    ...(table.rows.length === 0 ? [] : [plainTable(table)]),
    ...remarks(history),
  ].join("\n");
}

function historyPage(history: TrainingHistory): string {
  const { epochs } = history;
  let step = 0;
  const ends = epochs.map((epoch) => step += epoch.steps);
  const svg = lossChart({
    training: epochs.map(({ loss }, i) => [ends[i]!, loss]),
    validation: epochs.flatMap(({ validationLoss }, i) =>
      validationLoss === undefined ? [] : [[ends[i]!, validationLoss] as const]
    ),
  });
  const source = new TextEncoder().encode(svg).toBase64();
  const chart = epochs.length < 2
    ? ""
    : `<img alt="Losses by epoch" width="640" height="260" style="max-width:100%;height:auto" ` +
      `src="data:image/svg+xml;base64,${source}">`;
  const lines = remarks(history).map((line) => `<div>${toHtml(line)}</div>`);
  return `<div style="font-size:13px;line-height:1.45"><div style="font-weight:600">${
    toHtml(headline(history))
  }</div>${epochs.length === 0 ? "" : htmlTable(tableOf(history))}${
    lines.join("")
  }${chart}</div>`;
}

function headline({ steps, seconds, stopReason }: TrainingHistory): string {
  return `${formatQuantity(steps, "step")} in ${formatDuration(seconds)}: ${
    ENDINGS[stopReason]
  }`;
}

/** What there is to say besides. */
function remarks({ best, recoveries = [] }: TrainingHistory): string[] {
  const lines = recoveries.map(({ step, reason, backTo }) =>
    `went back at step ${step} to step ${backTo}: ${reason}`
  );
  if (best !== undefined) {
    const weights = best.restored ? ", whose weights the model has" : "";
    lines.push(
      `best validation ${
        formatLoss(best.validationLoss)
      }, after step ${best.step}${weights}`,
    );
  }
  return lines;
}

function tableOf({ epochs }: TrainingHistory): ReportTable {
  const columns: [
    name: string,
    cell: (epoch: EpochRecord) => string | undefined,
  ][] = [
    ["epoch", ({ epoch }) => String(epoch)],
    ["steps", ({ steps }) => String(steps)],
    ["loss", ({ loss }) => formatLoss(loss)],
    ["accuracy", ({ accuracy }) => share(accuracy)],
    ["validation", ({ validationLoss }) => figure(validationLoss)],
    [
      "bits/char",
      ({ validationBitsPerCharacter }) => figure(validationBitsPerCharacter),
    ],
    [
      "validation accuracy",
      ({ validationAccuracy }) => share(validationAccuracy),
    ],
    ["after", ({ seconds }) => formatDuration(seconds)],
  ];
  const used = columns.filter(([, cell]) =>
    epochs.some((epoch) => cell(epoch) !== undefined)
  );
  const rows = epochs.map((epoch) => used.map(([, cell]) => cell(epoch) ?? ""));
  if (rows.length > MOST_ROWS) {
    const half = MOST_ROWS / 2;
    rows.splice(half, rows.length - MOST_ROWS + 1, used.map(() => "…"));
  }
  return { head: used.map(([name]) => name), rows };
}

function figure(loss: number | undefined): string | undefined {
  return loss === undefined ? undefined : formatLoss(loss);
}

function share(accuracy: number | undefined): string | undefined {
  return accuracy === undefined
    ? undefined
    : `${(accuracy * 100).toFixed(1)} %`;
}
