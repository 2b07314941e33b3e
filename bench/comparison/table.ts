/**
 * The results of the comparison as a table.
 *
 * @module
 */
import { CONTENDERS } from "./contenders.ts";
import type { Result } from "./results.ts";

/**
 * @param results What was measured of each model.
 * @returns Markdown, the best model first, and a sample of each.
 */
export function table(results: readonly Result[]): string {
  const sorted = results.toSorted((a, b) =>
    a.ours.bits.value - b.ours.bits.value
  );
  const rows = sorted.map(({ name, ours, peer }) => [
    CONTENDERS[name]!.title,
    `${ours.bits.value.toFixed(3)} (${ours.bits.low.toFixed(3)}–${
      ours.bits.high.toFixed(3)
    })`,
    ours.parameters.toLocaleString("en-US"),
    ours.steps.toLocaleString("en-US"),
    ours.seconds.toFixed(0),
    rounded(ours.tokensPerSecond),
    rounded(ours.generatedPerSecond),
    peer === undefined ? "" : peer.seconds.toFixed(0),
    peer === undefined ? "" : peer.bits.value.toFixed(3),
    peer === undefined
      ? ""
      : `${(100 * (ours.loss / peer.loss - 1)).toFixed(2)} %`,
  ]);
  const head = [
    "model",
    "bits per character",
    "parameters",
    "steps",
    "s",
    "tokens/s",
    "written/s",
    "PyTorch: s",
    "bits",
    "difference of losses",
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const right = head.map((_, i) => i === 0 ? "---" : "---:");
  const samples = sorted.map(({ name, ours }) =>
    `- ${CONTENDERS[name]!.title}: Call me${
      ours.sample.replaceAll(/\s+/g, " ")
    }`
  );
  return [line(head), line(right), ...rows.map(line), "", ...samples]
    .join("\n");
}

/** Two digits that count. */
function rounded(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString("en-US");
}
