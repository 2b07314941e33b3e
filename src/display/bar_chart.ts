/**
 * A few bars with their values above them: a small SVG without scripts, fonts or anything else to fetch.
 *
 * Its colours have a contrast of at least 3:1 to white and to near-black, as a picture inside a page cannot know
 * whether the page is light or dark.
 *
 * @module
 */
import { INK, round } from "./_axes.ts";
import { escapeHtml } from "./_text.ts";

/** One bar. */
export interface Bar {
  /** What stands below it. */
  readonly label: string;
  /** Its height, from 0. */
  readonly value: number;
  /** What stands above it. */
  readonly caption: string;
}

/** Options of {@linkcode barChart}. */
export interface BarChartOptions {
  /** Heading. */
  title: string;
  /** What the labels below count. */
  axis: string;
  /**
   * Width in pixels.
   *
   * @default {360}
   */
  width?: number;
  /**
   * Height in pixels.
   *
   * @default {190}
   */
  height?: number;
}

const FILL = "#2b8cd6";
const TOP = 48;
const BOTTOM = 42;
const SIDE = 8;
/** Share of its place that a bar fills. */
const BREADTH = 0.8;

/**
 * Draws bars.
 *
 * @param bars The bars from left to right.
 * @param options Heading, axis and size.
 * @returns An `<svg>` element that stands for itself.
 */
export function barChart(
  bars: readonly Bar[],
  { title, axis, width = 360, height = 190 }: BarChartOptions,
): string {
  const highest = Math.max(0, ...bars.map(({ value }) => value)) || 1;
  const place = (width - 2 * SIDE) / Math.max(1, bars.length);
  const floor = height - BOTTOM;
  const drawn = bars.map(({ label, value, caption }, i) => {
    const middle = round(SIDE + (i + 0.5) * place);
    const left = round(SIDE + (i + 0.5 - BREADTH / 2) * place);
    const tall = (floor - TOP) * Math.max(0, value) / highest;
    const top = round(floor - tall);
    return `<rect x="${left}" y="${top}" width="${
      round(place * BREADTH)
    }" height="${round(tall)}" fill="${FILL}"/>` +
      `<text x="${middle}" y="${
        round(floor - tall - 4)
      }" text-anchor="middle">${escapeHtml(caption)}</text>` +
      `<text x="${middle}" y="${floor + 14}" text-anchor="middle">${
        escapeHtml(label)
      }</text>`;
  });
  const summary = bars.map(({ label, caption }) => `${label}: ${caption}`)
    .join(", ");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `role="img" font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="10" fill="${INK}">` +
    `<title>${escapeHtml(`${title}: ${summary}`)}</title>` +
    `<text x="${SIDE}" y="18" font-size="13" font-weight="bold">${
      escapeHtml(title)
    }</text>${drawn.join("")}` +
    `<path d="M${SIDE} ${floor}h${width - 2 * SIDE}" stroke="${INK}"/>` +
    `<text x="${round(width / 2)}" y="${
      height - 8
    }" text-anchor="middle" font-size="11">${escapeHtml(axis)}</text></svg>`;
}
