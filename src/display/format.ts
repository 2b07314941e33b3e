/**
 * How numbers are written for people: losses, counts, rates and durations, the same words in every display.
 *
 * @module
 */

const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_DAY = 86_400;

/**
 * Writes a whole number with a comma between thousands.
 *
 * @param count The number; fractions are rounded.
 * @returns `1,234,567`, or `?` where the number is not finite.
 */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return "?";
  return Math.round(count).toLocaleString("en-US");
}

/**
 * Writes a count together with its noun.
 *
 * @param count How many there are.
 * @param noun The noun in the singular; its plural takes an s.
 * @returns `1 step` or `3,702 steps`.
 */
export function formatQuantity(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Writes a rate in three or four characters, for places where width is scarce.
 *
 * @param perSecond The rate.
 * @returns `980`, `52.1k` or `1.2M`, or `?` where the rate is not finite.
 */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return "?";
  if (perSecond < 999.5) {
    return perSecond < 9.95 ? perSecond.toFixed(1) : perSecond.toFixed(0);
  }
  if (perSecond < 99_950) return `${(perSecond / 1e3).toFixed(1)}k`;
  if (perSecond < 999_500) return `${(perSecond / 1e3).toFixed(0)}k`;
  return `${(perSecond / 1e6).toFixed(1)}M`;
}

/**
 * Writes a loss, or any other small measure, with three decimals.
 *
 * @param loss The value; not a number where the loss is not known or has diverged.
 * @returns `1.381`, `1.23e+4` where three decimals would not help, `NaN` or `Infinity`.
 */
export function formatLoss(loss: number): string {
  return Math.abs(loss) < 10_000 || !Number.isFinite(loss)
    ? loss.toFixed(3)
    : loss.toExponential(2);
}

/**
 * Writes a duration in its two largest units.
 *
 * @param seconds The duration.
 * @returns `3.2 s`, `43 s`, `2 min 51 s`, `1 h 2 min` or `2 d 3 h`, or `?` where it is not finite.
 */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < SECONDS_PER_MINUTE) return `${whole} s`;
  if (whole < SECONDS_PER_HOUR) {
    return `${Math.floor(whole / SECONDS_PER_MINUTE)} min ${
      whole % SECONDS_PER_MINUTE
    } s`;
  }
  if (whole < SECONDS_PER_DAY) {
    const minutes = Math.floor((whole % SECONDS_PER_HOUR) / SECONDS_PER_MINUTE);
    return `${Math.floor(whole / SECONDS_PER_HOUR)} h ${minutes} min`;
  }
  const hours = Math.floor((whole % SECONDS_PER_DAY) / SECONDS_PER_HOUR);
  return `${Math.floor(whole / SECONDS_PER_DAY)} d ${hours} h`;
}

/**
 * Writes a duration as a clock, which keeps its width while it counts down.
 *
 * @param seconds The duration.
 * @returns `0:43`, `12:05` or `1:02:43`; from a day on as {@linkcode formatDuration} does.
 */
export function formatClock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.max(0, Math.round(seconds));
  if (whole >= SECONDS_PER_DAY) return formatDuration(whole);
  const rest = String(whole % SECONDS_PER_MINUTE).padStart(2, "0");
  const minutes = Math.floor((whole % SECONDS_PER_HOUR) / SECONDS_PER_MINUTE);
  const hours = Math.floor(whole / SECONDS_PER_HOUR);
  return hours === 0
    ? `${minutes}:${rest}`
    : `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}

/**
 * Writes a share of one as a percentage, rounded down so that 100 % means done.
 *
 * @param part How much is done.
 * @param whole How much there is to do.
 * @returns `45 %`.
 */
export function formatPercent(part: number, whole: number): string {
  const share = whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
  return `${Math.floor(share * 100)} %`;
}
