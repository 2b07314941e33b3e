/**
 * What a lens saw as tables: for each token that was written, a row for a candidate and a column for a stage.
 *
 * @module
 */
import { displayWidth } from "../text/display_width.ts";
import { plainTable, printable, toHtml } from "../text/report_table.ts";
import type { LensAnswer, LensParts, LensStep } from "./lens.ts";

/** Characters of the text so far that stand above a table. */
const CONTEXT = 40;
/** Characters of a candidate's name. */
const NAME = 24;
/** What stands in the column of the stage that removed a candidate. */
const REMOVED = "×";
/** Opacity of the background of a candidate that is certain. */
const STRONGEST = 0.6;

const LEFT =
  "padding:1px 14px 1px 0;text-align:left;border:none;white-space:nowrap";
const RIGHT =
  "padding:1px 8px 1px 14px;text-align:right;border:none;white-space:nowrap";

/** One line of a table. */
interface Line {
  readonly label: string;
  /** What stands in the columns. */
  readonly cells: readonly string[];
  /** What stands behind them. */
  readonly note: string;
  /** The probabilities that are in the cells of a candidate. */
  readonly shares?: readonly (number | undefined)[];
  /** How the line looks as HTML. */
  readonly style: string;
}

/** The table of one token. */
interface Table {
  /** The text so far, and the token. */
  readonly title: string;
  readonly columns: readonly { name: string; description: string }[];
  /** The candidates, then the figures. */
  readonly lines: readonly Line[];
}

/**
 * Writes what a lens saw for a terminal.
 *
 * @param lens What it saw.
 * @returns Lines of plain text.
 */
export function lensTables(lens: LensParts): string {
  const tables = tablesOf(lens).map(({ title, columns, lines }) => {
    const names = columns.map(({ name }) => printable(name));
    const widths = names.map((name, i) =>
      Math.max(
        ...[name, ...lines.map(({ cells }) => cells[i]!)].map(displayWidth),
      )
    );
    const toRight = (cells: readonly string[]): string[] =>
      cells.map((cell, i) =>
        " ".repeat(widths[i]! - displayWidth(cell)) + cell
      );
    const rows = lines.map((
      { label, cells, note },
    ) => [label, ...toRight(cells), note]);
    return `${title}\n${plainTable({ head: ["", ...toRight(names)], rows })}`;
  });
  return [headOf(lens).join("\n"), ...tables].join("\n\n");
}

/**
 * Writes what a lens saw as HTML.
 *
 * @param lens What it saw.
 * @returns An element without scripts, whose colours read on light and dark pages.
 */
export function lensHtml(lens: LensParts): string {
  const [title, ...rest] = headOf(lens).map(toHtml);
  const lines = rest.map((line) => `<div style="opacity:0.8">${line}</div>`);
  return `<div style="line-height:1.45;font-size:13px;overflow-wrap:anywhere">` +
    `<div style="font-weight:600">${title}</div>${lines.join("")}${
      tablesOf(lens).map(tableHtml).join("")
    }</div>`;
}

function tableHtml({ title, columns, lines }: Table): string {
  const heads = columns.map(({ name, description }) =>
    `<th title="${toHtml(description)}" style="${RIGHT}">${toHtml(name)}</th>`
  );
  const rows = lines.map(({ label, cells, note, shares, style }) =>
    `<tr style="background:none;${style}">` +
    `<td style="${LEFT}${
      shares === undefined ? "" : ";font-family:monospace;white-space:pre"
    }">${toHtml(label)}</td>${
      cells.map((cell, i) =>
        `<td style="${RIGHT};background:${
          colourOf(shares?.[i])
        };color:inherit">${toHtml(cell)}</td>`
      ).join("")
    }<td style="${LEFT};padding-left:8px">${toHtml(note)}</td></tr>`
  );
  return `<div style="margin:14px 0 2px 0;font-family:monospace;white-space:pre-wrap">${
    toHtml(title)
  }</div><div style="overflow-x:auto"><table style="border-collapse:collapse;border:none;margin:0;color:inherit;` +
    `font-size:inherit;font-variant-numeric:tabular-nums"><tr style="background:none"><th style="${LEFT}"></th>${
      heads.join("")
    }<th style="${LEFT}"></th></tr>${rows.join("")}</table></div>`;
}

/** The lines above all tables. */
function headOf({ prompt, text, steps, seed, chain, asked }: LensParts) {
  const { length } = steps;
  return [
    `lens of ${JSON.stringify(prompt)} + ${
      JSON.stringify(text)
    }, ${length} token${length === 1 ? "" : "s"}${
      seed === undefined ? "" : `, seed ${seed}`
    }`,
    chain,
    ...(asked === undefined
      ? []
      : [`asked about ${nameOf(asked.token)}, id ${asked.id}`]),
  ];
}

function tablesOf({ prompt, steps, asked }: LensParts): Table[] {
  let before = prompt;
  return steps.map((step, i) => {
    const title = `${i + 1}. ${JSON.stringify(endOf(before))} + ${
      nameOf(step.chosen.token)
    }`;
    before += step.text;
    return {
      title,
      columns: [{ name: "model", description: "the model" }, ...step.stages],
      lines: [...candidatesOf(step, asked?.id), ...figuresOf(step)],
    };
  });
}

function candidatesOf(step: LensStep, asked: number | undefined): Line[] {
  return step.tokens.map(({ id, token, probabilities }) => {
    const isChosen = id === step.chosen.id;
    const notes = [
      ...(isChosen ? ["chosen"] : []),
      ...(id === asked ? [answerOf(step.asked!)] : []),
    ];
    return {
      label: nameOf(token),
      cells: probabilities.map((p, i) => {
        if (p !== undefined) return percent(p);
        return probabilities[i - 1] === undefined && i > 0 ? "" : REMOVED;
      }),
      note: notes.length === 0 ? "" : `← ${notes.join(", ")}`,
      shares: probabilities,
      style: isChosen ? "font-weight:600" : "",
    };
  });
}

function answerOf({ removedBy, rank, probability }: LensAnswer): string {
  if (removedBy === "model") return "asked: excluded by the model";
  return removedBy === undefined
    ? `asked: rank ${rank! + 1}, ${percent(probability)}`
    : `asked: removed by ${removedBy}`;
}

function figuresOf({ model, stages }: LensStep): Line[] {
  const choices = [model, ...stages.map(({ after }) => after)];
  const line = (label: string, cells: string[]): Line => ({
    label,
    cells,
    note: "",
    style: "opacity:0.8",
  });
  return [
    line("candidates", choices.map(({ count }) => String(count))),
    line("mass kept", [
      "",
      ...stages.map(({ massKept }) => percent(massKept)),
    ]),
    line(
      "entropy, bits",
      choices.map(({ entropy }) => entropy.toFixed(2)),
    ),
  ];
}

/** A share with two digits behind the point, never 0 or 100 % where it is not. */
function percent(share: number): string {
  if (share > 0 && share < 5e-5) return "<0.01 %";
  if (share < 1 && share > 1 - 5e-5) return ">99.99 %";
  return `${(100 * share).toFixed(2)} %`;
}

/** The square root makes small shares visible. */
function colourOf(share: number | undefined): string {
  if (share === undefined) return "none";
  return `hsla(207,80%,50%,${(STRONGEST * Math.sqrt(share)).toFixed(2)})`;
}

/** A token as it stands in a line. */
function nameOf(token: string): string {
  const characters = [...token];
  return JSON.stringify(
    characters.length > NAME ? `${characters.slice(0, NAME).join("")}…` : token,
  );
}

/** The end of a text. */
function endOf(text: string): string {
  const characters = [...text.slice(-2 * CONTEXT)];
  return characters.length > CONTEXT || text.length > 2 * CONTEXT
    ? `…${characters.slice(-CONTEXT).join("")}`
    : text;
}
