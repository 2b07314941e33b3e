/**
 * The only place where the library says something of its own accord, such as which engine was chosen and why.
 *
 * @module
 */
import { setNoticeListener } from "../engine/notices.ts";
import { getBottomLine, StandardError } from "./_screen.ts";
import { withoutControls } from "./_text.ts";

/**
 * Prints one line on standard error, or under the cell in a notebook; above the progress bar while there is one.
 *
 * @param line The line, without a line feed.
 */
export function showNotice(line: string): void {
  const text = `${withoutControls(line)}\n`;
  const keeper = getBottomLine();
  if (keeper === undefined) new StandardError().write(text);
  else keeper.printAbove(text);
}

// What the engine has to say goes this way.
setNoticeListener(showNotice);
