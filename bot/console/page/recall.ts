/** The lines that were said before, for the arrow keys. */

export interface Recall {
  /** Remembers a line that was sent. */
  add(line: string): void;
  /** The line before the one shown, given what is typed now; `undefined` when there is none. */
  earlier(typed: string): string | undefined;
  /** The line after the one shown, at last what was typed. */
  later(): string | undefined;
  readonly lines: readonly string[];
}

const KEPT = 100;

/** Starts with `lines`, oldest first. */
export function recall(before: readonly string[] = []): Recall {
  let lines = before.slice(-KEPT);
  let at = lines.length;
  let typing = "";
  return {
    add(line) {
      lines = [...lines.filter((other) => other !== line), line].slice(-KEPT);
      at = lines.length;
      typing = "";
    },
    earlier(typed) {
      if (at === 0) return undefined;
      if (at === lines.length) typing = typed;
      at--;
      return lines[at];
    },
    later() {
      if (at >= lines.length) return undefined;
      at++;
      return at === lines.length ? typing : lines[at];
    },
    get lines() {
      return lines;
    },
  };
}
