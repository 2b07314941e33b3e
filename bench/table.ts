/**
 * From lines of results to a table.
 *
 * @module
 */

/** What one program measured of one workload. */
export interface Line {
  /** Whose program. */
  peer: string;
  /** Name of the workload, with `generate-` or `chain-` before it for generation. */
  workload: string;
  /** How many rows are generated side by side, 1 if missing; training has the workload's. */
  batch?: number;
  /** Milliseconds a step; of generation, one token in every row. */
  samplesMs: number[];
  /** The first call, with everything that is compiled in it. */
  firstCallSeconds: number;
  /** Losses of the checked steps; none for generation. */
  losses: number[];
  /** High-water mark of the resident memory. */
  peakMemoryMB: number;
  /** Threads it was given. */
  threads: number;
  /** What is different about it. */
  note: string;
}

/** A run without results. */
export interface Failure {
  /** Whose program. */
  peer: string;
  /** Title of the table. */
  title: string;
  /** What it said. */
  reason: string;
}

/** Losses may differ by this much. */
export const LOSS_TOLERANCE = 1e-3;

/** The name that ratios are taken for. */
const OURS = "Textloom";

/** The title of a line's table, such as `generate W1, batch 32`. */
export function titleOf(
  { workload, batch = 1 }: Pick<Line, "workload" | "batch">,
): string {
  const rows = batch === 1 ? "" : `, batch ${batch}`;
  return workload.replace(/^(generate|chain)-/, "$1 ") + rows;
}

/** All results of one peer in one table. */
interface Row extends Line {
  /** Of every run. */
  allLosses: readonly (readonly number[])[];
}

/**
 * @param lines All results; several of one peer and workload are taken together.
 * @param failures Runs without results, each a row.
 * @param peakGflops The machine's best rate of matrix products.
 * @param gflops By title, 10⁹ floating-point operations of the matrix products in a step.
 * @returns A Markdown table for each workload. A ratio above 1 says how many times as fast as the peer we are, by the best
 * and by the median; it is refused where the losses differ.
 */
export function tables(
  lines: readonly Line[],
  failures: readonly Failure[],
  peakGflops: number,
  gflops: Readonly<Record<string, number>>,
): string {
  const titles = new Set([
    ...lines.map(titleOf),
    ...failures.map(({ title }) => title),
  ]);
  return [...titles].map((title) => {
    const peers = [
      ...Map.groupBy(
        lines.filter((line) => titleOf(line) === title),
        ({ peer }) => peer,
      ).values(),
    ].map(together);
    const ours = peers.find(({ peer }) => peer === OURS);
    const rows = peers.sort((a, b) => least(a) - least(b)).map((line) =>
      [
        line.peer,
        least(line).toPrecision(3),
        median(line.samplesMs).toPrecision(3),
        ours === undefined || line === ours ? "" : ratio(ours, line),
        share(line, peakGflops, gflops[title]),
        line.firstCallSeconds.toFixed(1),
        line.peakMemoryMB.toFixed(0),
        line.note,
      ].join(" | ")
    );
    const failed = failures.filter((failure) => failure.title === title)
      .map(({ peer, reason }) =>
        `${peer} | | | | | | | failed: ${reason.replaceAll("|", "/")}`
      );
    return [
      `### ${title}`,
      "",
      `peer | best ms | median ms | ${OURS} is faster by | of matmul peak | first call s | peak MB | note`,
      "--- | ---: | ---: | ---: | ---: | ---: | ---: | ---",
      ...rows,
      ...new Set(failed),
    ].join("\n");
  }).join("\n\n");
}

/**
 * @param lines All results.
 * @returns One Markdown table of the best milliseconds, with a row for each peer and a column for each workload.
 */
export function overview(lines: readonly Line[]): string {
  const titles = [...new Set(lines.map(titleOf))];
  const rows = [...Map.groupBy(lines, ({ peer }) => peer)].map(
    ([peer, own]) => {
      const cells = titles.map((title) => {
        const runs = own.filter((line) => titleOf(line) === title);
        return runs.length === 0 ? "" : least(together(runs)).toPrecision(3);
      });
      return [peer, ...cells].join(" | ");
    },
  );
  return [
    ["best ms", ...titles].join(" | "),
    ["---", ...titles.map(() => "---:")].join(" | "),
    ...rows,
  ].join("\n");
}

function together(lines: Line[]): Row {
  return {
    ...lines[0]!,
    samplesMs: lines.flatMap(({ samplesMs }) => samplesMs),
    firstCallSeconds: Math.min(
      ...lines.map(({ firstCallSeconds }) => firstCallSeconds),
    ),
    peakMemoryMB: Math.max(...lines.map(({ peakMemoryMB }) => peakMemoryMB)),
    allLosses: lines.map(({ losses }) => losses),
  };
}

function least({ samplesMs }: Line): number {
  return Math.min(...samplesMs);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** How many times as fast we are, or why there is no such number. */
function ratio(ours: Row, peer: Row): string {
  const apart = Math.max(
    ...ours.allLosses.flatMap((a) =>
      peer.allLosses.map((b) => difference(a, b))
    ),
  );
  if (!(apart <= LOSS_TOLERANCE)) {
    return `no ratio: losses differ by ${apart.toExponential(1)}`;
  }
  if (ours.threads !== peer.threads) {
    return `no ratio: ${ours.threads} and ${peer.threads} threads`;
  }
  const best = least(peer) / least(ours);
  const middle = median(peer.samplesMs) / median(ours.samplesMs);
  return `${best.toFixed(2)} (${middle.toFixed(2)})`;
}

/** The largest difference of two lists; Infinity where one has more. */
function difference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce(
    (largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)),
    0,
  );
}

function share(line: Line, peak: number, gflops: number | undefined): string {
  if (gflops === undefined) return "";
  const percent = 100 * gflops / (least(line) / 1000) / peak;
  return `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}
