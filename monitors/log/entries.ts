/** Lines to entries: a stack trace belongs to the line that it follows. */
import { compileSearch } from "../../storage/regex.ts";
import { levelOf } from "./level.ts";

/** What goes on beyond this is the next entry: somebody prints a file into the log. Characters, and lines. */
const LONGEST_ENTRY = 32_768;
const MOST_LINES = 500;

/** What lines that go on begin with, apart from white space, as runtimes write their stacks. */
const GOES_ON =
  /^(?:Caused by: |Suppressed: |During handling of the above|The above exception was|\.\.\. \d+ more|-{3,} End of|created by |\)|\}|at [\w.$<>/]+ ?\()/;
/** Written by the runtime itself, maybe after a line that has nothing to do with it. */
const DIES = /^(?:Traceback \(most recent call last\)|goroutine \d+ \[)/;
/** What was thrown, by its name: the line between a message and its stack, or after a Python one. */
const THROWN =
  /^(?:[A-Za-z_$][\w$]{0,80}\.){0,12}[A-Z][\w$]{0,80}(?:Exception|Error|Interrupt|Exit|Warning)(?::|$)/;

export interface Joiner {
  /** The next line. Calls `take` for each entry that has come to an end. */
  line(text: string): void;
  /** Ends the entry that is being read. */
  flush(): void;
  /** Lines of the entry that is being read. */
  readonly held: number;
}

/** Whether a line goes on with the entry that has begun. */
type Continues = (line: string, entry: string, lines: number) => boolean;

/** Joins lines as the option `multiline` says. An entry is not empty. */
export function createJoiner(multiline: string, take: (entry: string) => void): Joiner {
  const continues = continuesBy(multiline);
  let entry = "";
  let lines = 0;
  const flush = (): void => {
    if (entry !== "") take(entry);
    entry = "";
    lines = 0;
  };
  return {
    get held() {
      return lines;
    },
    flush,
    line(text) {
      const hasRoom = lines < MOST_LINES && entry.length + text.length < LONGEST_ENTRY;
      if (lines > 0 && hasRoom && continues?.(text, entry, lines) === true) {
        lines++;
        entry += `\n${text}`;
        return;
      }
      if (entry !== "") take(entry);
      entry = text;
      lines = 1;
      if (continues === undefined) flush();
    },
  };
}

function continuesBy(multiline: string): Continues | undefined {
  if (multiline === "off") return undefined;
  if (multiline === "auto") return isPartOfStack;
  const begins = compileSearch(multiline);
  return (line) => !begins(line);
}

function isPartOfStack(line: string, entry: string, lines: number): boolean {
  const code = line.charCodeAt(0);
  // Empty, or indented.
  if (Number.isNaN(code) || code === 32 || code === 9) return true;
  // Most lines begin with a digit or a bracket, and are known at a glance.
  if (code === 91 || code === 123 || (code < 65 && code !== 45 && code !== 46 && code !== 41)) return false;
  if (GOES_ON.test(line)) return true;
  if (DIES.test(line)) return !/^(?:info|debug|trace)$/.test(levelOf(entry));
  if (!line.includes("Error") && !line.includes("Exception") && !/Exit|Interrupt|Warning/.test(line))
    return false;
  if (!THROWN.test(line)) return false;
  return entry.includes("Traceback (") ? lines > 1 : lines === 1 && !THROWN.test(entry);
}
