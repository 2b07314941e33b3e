/**
 * The losses of a run as a line chart: a small SVG without scripts, fonts or anything else to fetch.
 *
 * Its colours have a contrast of at least 3:1 to white and to near-black, as a picture inside a page cannot know
 * whether the page is light or dark.
 *
 * @module
 */
import {
  bottomAxis,
  INK,
  leftAxis,
  type Plot,
  rightAxis,
  round,
  toX,
  toY,
} from "./_axes.ts";
import { type Point, thin } from "./_curve.ts";
import { formatLoss } from "./format.ts";
import { escapeHtml } from "./_text.ts";

/** The curves of {@linkcode lossChart}. */
export interface LossChartData {
  /** Training losses: step and nats per token. */
  training: readonly (readonly [step: number, loss: number])[];
  /** Validation losses: step and nats per token. */
  validation: readonly (readonly [step: number, loss: number])[];
}

/** Options of {@linkcode lossChart}. */
export interface LossChartOptions {
  /**
   * Width in pixels.
   *
   * @default {640}
   */
  width?: number;
  /**
   * Height in pixels.
   *
   * @default {260}
   */
  height?: number;
  /**
   * Heading above the curves.
   *
   * @default {""}
   */
  title?: string;
  /**
   * Bits per character that one nat per token is worth. With it, the right-hand axis counts in bits per character.
   */
  bitsPerNat?: number;
}

const TRAINING = "#2b8cd6";
const VALIDATION = "#d9661f";
/** Radius of the mark of one loss. */
const DOT = 3.2;
/** Points of one curve at most. */
const MAX_POINTS = 240;
/** Validation losses that are few enough are marked one by one. */
const MAX_MARKS = 40;
/** Share of the training losses that may lie above the chart: the first steps would flatten all the rest. */
const CUT_OFF = 0.02;

/**
 * Draws training and validation losses over the steps of a run.
 *
 * @example Draw a short run
 * ```ts
 * import { lossChart } from "@textloom/textloom";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const svg = lossChart({ training: [[1, 4.5], [2, 3.1], [3, 2.6]], validation: [[3, 2.7]] }, { title: "Moby-Dick" });
 * assertStringIncludes(svg, "Moby-Dick");
 * ```
 *
 * @param data The curves; losses that are not finite are left out, long curves are thinned.
 * @param options Size, heading and the second axis.
 * @returns An `<svg>` element that stands for itself.
 */
export function lossChart(
  data: LossChartData,
  options: LossChartOptions = {},
): string {
  const { width = 640, height = 260, title = "", bitsPerNat } = options;
  const training = thin(data.training, MAX_POINTS);
  const validation = thin(data.validation, MAX_POINTS);
  const inBits = bitsPerNat !== undefined && Number.isFinite(bitsPerNat) &&
    bitsPerNat > 0;
  const top = title === "" ? 26 : 46;
  const plot: Plot = {
    left: 52,
    top,
    width: Math.max(1, width - 52 - (inBits ? 52 : 14)),
    height: Math.max(1, height - top - 38),
    lastStep: Math.max(
      1,
      ...training.map(([x]) => x),
      ...validation.map(([x]) => x),
    ),
    ...lossRange(training, validation),
  };
  const parts = [
    title === ""
      ? ""
      : `<text x="${plot.left}" y="18" font-size="13" font-weight="bold">${
        escapeHtml(title)
      }</text>`,
    legend(plot, training, validation),
    leftAxis(plot),
    inBits ? rightAxis(plot, bitsPerNat) : "",
    bottomAxis(plot),
    curves(plot, training, validation),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `role="img" font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="11" fill="${INK}">` +
    `<title>${escapeHtml(chartSummary(title, training, validation))}</title>${
      parts.join("")
    }</svg>`;
}

/** The chart in one sentence, for those who cannot see it. */
function chartSummary(
  title: string,
  training: readonly Point[],
  validation: readonly Point[],
): string {
  const last = [["training", training.at(-1)], [
    "validation",
    validation.at(-1),
  ]] as const;
  const losses = last.flatMap(([name, point]) =>
    point === undefined ? [] : [`${name} loss ${formatLoss(point[1])}`]
  );
  const text = losses.length === 0
    ? "no loss yet"
    : `${losses.join(", ")} nats per token`;
  return title === "" ? text : `${title}: ${text}`;
}

/** Lowest and highest loss to draw, with some air. */
function lossRange(
  training: readonly Point[],
  validation: readonly Point[],
): { low: number; high: number } {
  const losses = training.map(([, y]) => y).sort((a, b) => a - b);
  const cut = losses.length - 1 - Math.floor(losses.length * CUT_OFF);
  const drawn = [...losses.slice(0, cut + 1), ...validation.map(([, y]) => y)];
  if (drawn.length === 0) return { low: 0, high: 1 };
  const low = Math.min(...drawn);
  const high = Math.max(...drawn);
  const air = (high - low) * 0.06 || Math.abs(high) * 0.1 || 0.1;
  return {
    low: low >= 0 ? Math.max(0, low - air) : low - air,
    high: high + air,
  };
}

function legend(
  plot: Plot,
  training: readonly Point[],
  validation: readonly Point[],
): string {
  const y = plot.top - 12;
  let x = plot.left;
  const entries = [["training", TRAINING, training], [
    "validation",
    VALIDATION,
    validation,
  ]] as const;
  return entries.map(([name, color, points]) => {
    if (points.length === 0) return "";
    const entry =
      `<path d="M${x} ${y - 4}h18" stroke="${color}" stroke-width="2.5"/>` +
      `<text x="${x + 24}" y="${y}">${name}</text>`;
    x += 24 + 24 + name.length * 6;
    return entry;
  }).join("");
}

/** The curves, cut off at the plot's edges by an inner `<svg>`. */
function curves(
  plot: Plot,
  training: readonly Point[],
  validation: readonly Point[],
): string {
  if (training.length === 0 && validation.length === 0) {
    const x = round(plot.left + plot.width / 2);
    return `<text x="${x}" y="${
      round(plot.top + plot.height / 2)
    }" text-anchor="middle">no loss yet</text>`;
  }
  return `<svg x="${plot.left}" y="${plot.top}" width="${
    round(plot.width + DOT)
  }" height="${round(plot.height)}">` +
    line(plot, training, TRAINING) + line(plot, validation, VALIDATION) +
    (validation.length <= MAX_MARKS
      ? validation.map((point) => dot(plot, point, VALIDATION)).join("")
      : "") +
    (training.length === 1 ? dot(plot, training[0]!, TRAINING) : "") + `</svg>`;
}

function line(plot: Plot, points: readonly Point[], color: string): string {
  if (points.length < 2) return "";
  const path = points.map(([x, y]) =>
    `${round(toX(plot, x))},${round(toY(plot, y))}`
  ).join(" ");
  return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`;
}

function dot(plot: Plot, [x, y]: Point, color: string): string {
  return `<circle cx="${round(toX(plot, x))}" cy="${
    round(toY(plot, y))
  }" r="${DOT}" fill="${color}"/>`;
}
