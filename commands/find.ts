import type { Command } from "./command.ts";

/** A command found at the start of a line, and what follows its words. */
export interface Found {
  readonly command: Command;
  readonly words: string;
  readonly rest: string;
}

const CJK = /\p{Script=Han}/u;

/**
 * Finds the command with the longest words at the start of a normalised line. English words end at a space or a
 * sign (`ack#12`), never inside a word; Chinese ones may be followed by anything but more of a word they do not
 * know, so `认领12` and `认领 12` are the same, while `告警规则怎么写` is not the command `告警`.
 */
export function findCommand(line: string, commands: Iterable<Command>): Found | undefined {
  const lower = line.toLowerCase();
  let best: Found | undefined;
  for (const command of commands) {
    for (const words of [...command.words, ...command.twins]) {
      if (words.length <= (best?.words.length ?? 0) || !lower.startsWith(words)) continue;
      if (!endsWord(words, line.slice(words.length))) continue;
      best = {
        command,
        words,
        rest: line
          .slice(words.length)
          .replace(/^[\s:]+/, "")
          .trimEnd(),
      };
    }
  }
  const other = best?.command.instead?.(best.rest);
  return best === undefined || other === undefined ? best : { words: best.words, ...other };
}

function endsWord(words: string, after: string): boolean {
  if (after === "") return true;
  const next = String.fromCodePoint(after.codePointAt(0) ?? 0);
  return CJK.test(words.at(-1) ?? "") ? !CJK.test(next) : !/[\p{L}\p{N}_-]/u.test(next);
}
