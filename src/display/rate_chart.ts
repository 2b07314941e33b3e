/**
 * Losses over learning rates as a line chart with a logarithmic axis: a small SVG without scripts, fonts or anything else
 * to fetch.
 *
 * Its colours have a contrast of at least 3:1 to white and to near-black, as a picture inside a page cannot know
 * whether the page is light or dark.
 *
 * @module
 */
import { INK, leftAxis, type Plot, round, toX, toY } from "./_axes.ts";
import { formatLoss } from "./format.ts";
import { escapeHtml } from "./_text.ts";

/** What {@linkcode rateChart} draws. */
export interface RateChartData {
  /** Learning rates, from the lowest to the highest, above 0. */
  rates: readonly number[];
  /** The loss at each, in nats per token. */
  losses: readonly number[];
  /** The same, smoothed. */
  smoothed: readonly number[];
  /** The rate to mark. */
  suggestion: number;
}

const WIDTH = 640;
const HEIGHT = 260;
const RAW = "#2b8cd6";
const SMOOTH = "#d9661f";
/** How far the plot goes above the highest loss of the good part: what comes after is a divergence. */
const HEADROOM = 0.25;

/**
 * Draws them.
 *
 * @param data Rates and losses, as many of one as of the other.
 * @returns An `<svg>` element that stands for itself.
 */
export function rateChart(data: RateChartData): string {
  const { rates, losses, smoothed, suggestion } = data;
  const first = Math.log10(rates[0]!);
  const last = Math.log10(rates.at(-1)!);
  const low = Math.min(...losses, ...smoothed);
  const high = Math.max(
    smoothed[0]!,
    ...smoothed.slice(0, Math.ceil(smoothed.length / 2)),
  );
  const span = high - low || Math.abs(high) || 1;
  const plot: Plot = {
    left: 52,
    top: 46,
    width: WIDTH - 66,
    height: HEIGHT - 84,
    lastStep: last - first || 1,
    low: Math.max(0, low - 0.06 * span),
    high: high + HEADROOM * span,
  };
  const line = (
    values: readonly number[],
    color: string,
    width: number,
  ): string => {
    const points = values.map((value, i) =>
      `${round(toX(plot, Math.log10(rates[i]!) - first))},${
        round(Math.max(-1e4, toY(plot, value)))
      }`
    );
    return `<polyline points="${
      points.join(" ")
    }" fill="none" stroke="${color}" stroke-width="${width}" stroke-linejoin="round"/>`;
  };
  const at = round(toX(plot, Math.log10(suggestion) - first));
  const title = `Loss by learning rate, ${formatRate(suggestion)} suggested`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `role="img" font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="11" fill="${INK}">` +
    `<title>${
      escapeHtml(`${title}: lowest loss ${formatLoss(low)} nats per token`)
    }</title>` +
    `<text x="${plot.left}" y="18" font-size="13" font-weight="bold">${title}</text>` +
    legend(plot) + leftAxis(plot) + rateAxis(plot, first) +
    `<svg x="${plot.left}" y="${plot.top}" width="${
      round(plot.width)
    }" height="${round(plot.height)}">` +
    `<path d="M${at} 0V${
      round(plot.height)
    }" stroke="${INK}" stroke-dasharray="4 4" stroke-width="1.5"/>` +
    `${line(losses, RAW, 1)}${line(smoothed, SMOOTH, 2.5)}</svg></svg>`;
}

/**
 * @param rate A learning rate.
 * @returns It with two digits, such as `0.0021` or `3.2e-7`.
 */
export function formatRate(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}

function legend(plot: Plot): string {
  const y = plot.top - 12;
  const entry = (x: number, name: string, color: string): string =>
    `<path d="M${x} ${y - 4}h18" stroke="${color}" stroke-width="2.5"/>` +
    `<text x="${x + 24}" y="${y}">${name}</text>`;
  return entry(plot.left, "loss", RAW) +
    entry(plot.left + 72, "smoothed", SMOOTH);
}

/** Powers of ten. */
function rateAxis(plot: Plot, first: number): string {
  const bottom = plot.top + plot.height;
  const marks: string[] = [];
  const end = first + plot.lastStep + 1e-9;
  for (let power = Math.ceil(first - 1e-9); power <= end; power++) {
    const x = round(plot.left + toX(plot, power - first));
    marks.push(
      `<path d="M${x} ${round(bottom)}v5" stroke="${INK}"/>` +
        `<text x="${x}" y="${round(bottom + 17)}" text-anchor="middle">${
          10 ** power >= 1e-4
            ? Number((10 ** power).toPrecision(1))
            : `1e${power}`
        }</text>`,
    );
  }
  return `<path d="M${plot.left} ${round(bottom)}h${
    round(plot.width)
  }" stroke="${INK}"/>${marks.join("")}<text x="${
    round(plot.left + plot.width / 2)
  }" y="${round(bottom + 33)}" text-anchor="middle">learning rate</text>`;
}
