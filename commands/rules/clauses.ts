import type { Severity } from "../../alerts/card.ts";
import { Refusal } from "../command.ts";
import { parseDurationWords } from "../language/durations.ts";
import { quoted } from "../phrases.ts";

/** What may follow an expression, read from the end. */
const CLAUSES = [
  { key: "severity", pattern: /\s+(?:severity|级别)\s*[=:]?\s*"?([\p{L}]+)"?\s*$/iu },
  { key: "keep", pattern: /\s+(?:keep_firing_for|keep firing for|保持)\s+((?:\S+\s?)+?)\s*$/iu },
  { key: "for", pattern: /\s+(?:for|持续)\s*((?:\d|半|[一二三四五六七八九十两]).*?)\s*$/iu },
] as const;

const SEVERITY: Readonly<Record<string, Severity>> = {
  critical: "critical",
  warning: "warning",
  info: "info",
  严重: "critical",
  紧急: "critical",
  警告: "warning",
  提示: "info",
};

/** An expression without its `for`, `keep_firing_for` and `severity`, and what they said. */
export function readClauses(body: string): {
  expr: string;
  forMs: number;
  keepFiringForMs: number;
  severity: Severity | undefined;
} {
  let expr = body.trim();
  const said = new Map<string, string>();
  for (let again = true; again; ) {
    again = false;
    for (const { key, pattern } of CLAUSES) {
      const found = said.has(key) ? null : pattern.exec(expr);
      if (found === null) continue;
      said.set(key, found[1] ?? "");
      expr = expr.slice(0, found.index).trimEnd();
      again = true;
    }
  }
  return {
    expr,
    forMs: spanOf(said.get("for")),
    keepFiringForMs: spanOf(said.get("keep")),
    severity: severityOf(said.get("severity")),
  };
}

function spanOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const found = parseDurationWords(text);
  if (found !== undefined && found.rest === "") return found.ms;
  throw new Refusal({
    zh: `“${quoted(text)}”不是时长，例如 5m、1h30m、5分钟。`,
    en: `“${quoted(text)}” is no duration such as 5m or 1h30m.`,
  });
}

function severityOf(text: string | undefined): Severity | undefined {
  if (text === undefined) return undefined;
  const severity = SEVERITY[text.toLowerCase()];
  if (severity !== undefined) return severity;
  throw new Refusal({
    zh: `级别“${quoted(text)}”不认识，可用 critical、warning、info。`,
    en: `I know no severity “${quoted(text)}”; use critical, warning or info.`,
  });
}
