/**
 * The report on a corpus as lines for a terminal, and as tables and charts for a notebook.
 *
 * @module
 */
import { barChart } from "../display/bar_chart.ts";
import {
  formatCount,
  formatDuration,
  formatQuantity,
  formatRate,
} from "../display/format.ts";
import {
  htmlTable,
  plainTable,
  printable,
  type ReportTable,
  toHtml,
} from "../text/report_table.ts";
import { chartsOf } from "./_corpus_charts.ts";
import type { CorpusFindings } from "./corpus_report.ts";
import type { Lengths } from "./_line_statistics.ts";
import { nameOf } from "./_text_faults.ts";

/** Rare characters that are shown. */
const RARE_SHOWN = 20;

/** Characters of a line that are shown. */
const LINE_SHOWN = 60;

/** Columns of a bar on a terminal. */
const BAR_COLUMNS = 30;

/** A part of the report. */
interface Section {
  readonly title: string;
  readonly table: ReportTable;
}

/**
 * Writes the report for a terminal.
 *
 * @param findings What was found.
 * @returns Its lines.
 */
export function corpusText(findings: CorpusFindings): string {
  const parts = sectionsOf(findings).map(({ title, table }) =>
    `${title}\n${plainTable(table)}`
  );
  const charts = chartsOf(findings).map(({ title, axis, bars }) => {
    const highest = Math.max(...bars.map(({ value }) => value)) || 1;
    const rows = bars.map(({ label, value, caption }) => [
      label,
      bar(value / highest),
      caption,
    ]);
    return `${title} (${axis})\n${plainTable({ rows })}`;
  });
  return [headline(findings), ...parts, ...charts].join("\n\n");
}

/**
 * Writes the report as HTML: tables first, charts below.
 *
 * @param findings What was found.
 * @returns A `<div>` that stands for itself: no scripts, nothing to fetch, no colours of its own but in charts.
 */
export function corpusPage(findings: CorpusFindings): string {
  const parts = sectionsOf(findings).map(({ title, table }) =>
    `<div style="margin:10px 0 0"><b>${toHtml(title)}</b>${
      htmlTable(table)
    }</div>`
  );
  const charts = chartsOf(findings).map(({ title, axis, bars }) =>
    `<div>${barChart(bars, { title, axis })}</div>`
  );
  return `<div style="max-width:760px"><div>${
    toHtml(headline(findings))
  }</div>${
    parts.join("")
  }<div style="display:flex;flex-wrap:wrap;gap:12px;margin-top:12px">${
    charts.join("")
  }</div></div>`;
}

function headline(
  { characters, bytes, documents, lines, distinctCharacters }: CorpusFindings,
): string {
  return [
    formatQuantity(characters, "character"),
    formatQuantity(bytes, "byte"),
    formatQuantity(distinctCharacters, "different character"),
    formatQuantity(lines.count, "line"),
    formatQuantity(documents.count, "document"),
  ].join(", ");
}

function sectionsOf(findings: CorpusFindings): Section[] {
  const sections = [
    { title: "What is wrong", table: faultTable(findings) },
    { title: "Lengths, in characters", table: lengthTable(findings) },
    { title: "Characters", table: characterTable(findings) },
    { title: "Lines that come again", table: repeatTable(findings) },
    { title: "A first plan", table: planTable(findings) },
  ];
  return sections.filter(({ table }) => table.rows.length > 0);
}

function faultTable({ faults, emptyDocuments }: CorpusFindings): ReportTable {
  const rows = faults.map(({ kind, count, examples, advice }) => [
    kind,
    formatCount(count),
    examples.join(", "),
    advice,
  ]);
  if (emptyDocuments > 0) {
    rows.push([
      "empty document",
      formatCount(emptyDocuments),
      "",
      "clean() drops them",
    ]);
  }
  if (rows.length === 0) {
    rows.push(["nothing: no fault of encoding, no control characters"]);
  }
  return { rows };
}

function lengthTable({ lines, documents }: CorpusFindings): ReportTable {
  const row = (name: string, { median, ninetieth, longest }: Lengths) => [
    name,
    formatCount(median),
    formatCount(ninetieth),
    formatCount(longest),
  ];
  const rows = [row("lines", lines)];
  if (documents.count > 1) rows.push(row("documents", documents));
  return { head: ["", "median", "90 % up to", "longest"], rows };
}

function characterTable(
  { frequent, rare, entropies }: CorpusFindings,
): ReportTable {
  const shown = rare.slice(0, RARE_SHOWN).map(({ character }) =>
    show(character)
  );
  const rest = rare.length - shown.length;
  const after = entropies.map((bits) => bits.toFixed(2)).join(", ");
  return {
    rows: [
      [
        "most frequent",
        frequent.map(({ character }) => show(character)).join(" "),
      ],
      [
        "fewer than 10 times",
        rare.length === 0
          ? "none"
          : `${formatCount(rare.length)}: ${shown.join(" ")}${
            rest > 0 ? ` and ${formatCount(rest)} more` : ""
          }`,
      ],
      [
        "entropy",
        `${after} bits after ${
          entropies.map((_, order) => order).join(", ")
        } characters`,
      ],
    ],
  };
}

function repeatTable({ repeats }: CorpusFindings): ReportTable {
  if (repeats.count === 0) return { rows: [] };
  return {
    rows: [
      [
        formatCount(repeats.count),
        `${(100 * repeats.share).toFixed(1)} % of the lines that are not empty`,
      ],
      ...repeats.most.map(({ line, count }) => [
        `${formatCount(count)} ×`,
        line.length > LINE_SHOWN ? `${line.slice(0, LINE_SHOWN)}…` : line,
      ]),
    ],
  };
}

function planTable({ advice, pace }: CorpusFindings): ReportTable {
  const { reasons } = advice;
  const rows = [
    [
      "tokenizer",
      `${advice.tokenizer}, ${formatCount(advice.vocabSize)} entries`,
      reasons.tokenizer,
    ],
    [
      "model",
      `LSTM of ${formatCount(advice.units)} units, ${
        formatCount(advice.parameters)
      } parameters`,
      reasons.model,
    ],
    [
      "context",
      `${formatCount(advice.sequenceLength)} tokens`,
      reasons.context,
    ],
    [
      "passes",
      `${formatQuantity(advice.epochs, "epoch")} of ${
        formatCount(advice.tokens)
      } tokens`,
      reasons.epochs,
    ],
  ];
  if (advice.tokenizer === "characters") {
    rows.push([
      "as code",
      `buildLSTM({ tokenizer: CharTokenizer.train(text), units: ${advice.units}, embedding: ${advice.embedding} })`,
      `fit(model, text, { epochs: ${advice.epochs}, sequenceLength: ${advice.sequenceLength} })`,
    ]);
  }
  if (pace !== undefined) {
    rows.push([
      "time here",
      `${formatDuration(pace.seconds)} at ${
        formatRate(pace.tokensPerSecond)
      } tokens/s`,
      `measured by training ${
        formatCount(pace.measuredParameters)
      } parameters: ${pace.engine}`,
    ]);
  }
  return { rows };
}

/** A bar on a terminal: a thin line for what is there but too little for a block. */
function bar(share: number): string {
  const blocks = "█".repeat(Math.round(BAR_COLUMNS * share));
  return blocks === "" && share > 0 ? "▏" : blocks;
}

/** A character that can be seen, or its code. */
function show(character: string): string {
  if (character === " ") return "␣";
  if (character === "\n") return "↵";
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) &&
      printable(character) === character
    ? character
    : nameOf(character);
}
