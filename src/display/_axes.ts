/**
 * The axes of a chart of losses over steps, as SVG, and the way from steps and losses to pixels.
 *
 * @module
 */
import { formatCount } from "./format.ts";

/** Colour of axes and text: mid-grey, which reads on white and on near-black. */
export const INK = "#808080";

/** The part of the chart that the curves fill, and what its edges stand for. */
export interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
  lastStep: number;
  low: number;
  high: number;
}

/** Pixels from the left edge of the plot. */
export function toX(plot: Plot, step: number): number {
  return (step / plot.lastStep) * plot.width;
}

/** Pixels from the top edge of the plot. */
export function toY(plot: Plot, loss: number): number {
  return plot.height * (plot.high - loss) / (plot.high - plot.low);
}

/** Round numbers between two ends, `count` of them or fewer. */
function ticks(
  low: number,
  high: number,
  count: number,
): { values: number[]; decimals: number } {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) *
    power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const values = Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, i) => (first + i) * step,
  );
  return {
    values,
    decimals: Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))),
  };
}

/** Losses in nats per token, with a line across the plot for each. */
export function leftAxis(plot: Plot): string {
  const { values, decimals } = ticks(plot.low, plot.high, plot.height / 30);
  const right = plot.left + plot.width;
  const marks = values.map((value) => {
    const y = plot.top + toY(plot, value);
    return `<path d="M${plot.left} ${round(y)}H${
      round(right)
    }" stroke="${INK}" stroke-opacity=".25"/>` +
      `<text x="${plot.left - 7}" y="${round(y + 4)}" text-anchor="end">${
        value.toFixed(decimals)
      }</text>`;
  });
  return marks.join("") + sideLabel(plot, 13, "nats per token");
}

/** The same losses in bits per character. */
export function rightAxis(plot: Plot, bitsPerNat: number): string {
  const { values, decimals } = ticks(
    plot.low * bitsPerNat,
    plot.high * bitsPerNat,
    plot.height / 30,
  );
  const right = plot.left + plot.width;
  const marks = values.map((value) => {
    const y = plot.top + toY(plot, value / bitsPerNat);
    return `<path d="M${round(right)} ${round(y)}h5" stroke="${INK}"/>` +
      `<text x="${round(right + 9)}" y="${round(y + 4)}">${
        value.toFixed(decimals)
      }</text>`;
  });
  return marks.join("") + sideLabel(plot, right + 48, "bits per character");
}

function sideLabel(plot: Plot, x: number, text: string): string {
  const y = round(plot.top + plot.height / 2);
  return `<text transform="translate(${
    round(x)
  } ${y}) rotate(-90)" text-anchor="middle">${text}</text>`;
}

/** Steps. */
export function bottomAxis(plot: Plot): string {
  const bottom = plot.top + plot.height;
  const marks = ticks(0, plot.lastStep, plot.width / 90).values.filter(
    Number.isInteger,
  ).map((step) => {
    const x = plot.left + toX(plot, step);
    return `<path d="M${round(x)} ${round(bottom)}v5" stroke="${INK}"/>` +
      `<text x="${round(x)}" y="${round(bottom + 17)}" text-anchor="middle">${
        formatCount(step)
      }</text>`;
  });
  return `<path d="M${plot.left} ${round(bottom)}h${
    round(plot.width)
  }" stroke="${INK}"/>${marks.join("")}` +
    `<text x="${round(plot.left + plot.width / 2)}" y="${
      round(bottom + 33)
    }" text-anchor="middle">step</text>`;
}

/** Pixels to one decimal. */
export function round(pixels: number): string {
  return String(Math.round(pixels * 10) / 10);
}
