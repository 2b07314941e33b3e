/**
 * Formats of texts as regular expressions.
 *
 * Each has texts of its format alone, and not the rarest of them: dates and times of RFC 3339 without leap seconds, email
 * addresses of letters, digits and `._+-`, addresses of the web without a query.
 *
 * @module
 */

const MONTH_AND_DAY = "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|" +
  "(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))";
const LEAP_YEAR = "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|" +
  "(?:[02468][048]|[13579][26])00)";
const DATE = `(?:\\d{4}-${MONTH_AND_DAY}|${LEAP_YEAR}-02-29)`;
const HOURS_AND_MINUTES = "(?:[01]\\d|2[0-3]):[0-5]\\d";
const TIME = `${HOURS_AND_MINUTES}:[0-5]\\d(?:\\.\\d{1,9})?` +
  `(?:Z|[+-]${HOURS_AND_MINUTES})`;
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const NAME = "[A-Za-z0-9]{1,16}(?:[._+-][A-Za-z0-9]{1,15}){0,3}";
const DOMAIN = `(?:${LABEL}\\.){1,3}[A-Za-z]{2,60}`;
const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

/** The formats, each a whole text. */
export const FORMATS: ReadonlyMap<string, RegExp> = new Map([
  ["date", DATE],
  ["time", TIME],
  ["date-time", `${DATE}T${TIME}`],
  ["email", `${NAME}@${DOMAIN}`],
  ["hostname", `${LABEL}(?:\\.${LABEL}){0,2}`],
  ["ipv4", `${BYTE}(?:\\.${BYTE}){3}`],
  ["uri", `https?://${DOMAIN}(?:/[A-Za-z0-9._~-]+)*/?`],
  ["uuid", "[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}"],
].map(([name, source]) => [name!, new RegExp(source!, "u")]));
