/** Lines of logs in an answer: who may see them, and how they are shown. */
import { stripVTControlCharacters } from "node:util";
import { formatTime, plain } from "../../alerts/words.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { refusal } from "../allow.ts";
import type { Call } from "../command.ts";
import { codeBlock } from "../markdown.ts";
import type { World } from "../world.ts";

/** So many lines are shown, and so much of each, in characters. */
const SHOWN = 8;
const LONGEST = 300;

/** A block of lines, each on one line; "" where there are none. */
export function linesBlock(lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return codeBlock(lines.map((line) => plain(stripVTControlCharacters(line), LONGEST)).join("\n"));
}

/**
 * The last lines that a `log` monitor matched. A log may say what is nobody else's business: they are for operators, and
 * for the conversation in which the monitor was made.
 */
export function lastLinesText({ name, source }: MonitorRecord, call: Call, world: World): string {
  const isOurs = source.kind === "chat" && source.conversation === call.conversation;
  if (!isOurs && refusal(call.person, "operator") !== undefined) return "";
  const lines = world.logs.lastLines(name).slice(-SHOWN);
  return linesBlock(
    lines.map(({ at, line }) => `${formatTime(at, world.zone, call.locale, "second")}  ${line}`),
  );
}
