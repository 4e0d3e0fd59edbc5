import type { Sentence } from "../../commands/language/sentence-types.ts";
import { formatDuration } from "../../storage/duration.ts";

/** A sentence in one line, so that tables of sentences can be read: `cpu_usage_percent > 80 for 5m`. */
export function said(sentence: Sentence | undefined): string {
  if (sentence === undefined) return "-";
  if (sentence.kind === "remind") return `cron ${sentence.schedule} remind ${sentence.text}`;
  const known = sentence.kind === "half" ? sentence.known : sentence;
  const { subject, op, threshold, forMs, keepFiringForMs, severity, name, recovery, windowFunction } = known;
  const labels = Object.entries(subject?.labels ?? {}).map(([key, value]) => `${key}="${value}"`);
  const selector = `${subject?.metric ?? "?"}${labels.length > 0 ? `{${labels.join(",")}}` : ""}`;
  const parts = [
    subject?.url,
    windowFunction === undefined
      ? selector
      : `${windowFunction.fn}_over_time(${selector}[${formatDuration(windowFunction.rangeMs)}])`,
    op ?? "?",
    threshold ?? "?",
    forMs ? `for ${formatDuration(forMs)}` : undefined,
    keepFiringForMs === undefined ? undefined : `keep ${formatDuration(keepFiringForMs)}`,
    severity,
    name === undefined ? undefined : `named ${name}`,
    recovery ? "recovery" : undefined,
  ].filter((part) => part !== undefined);
  return sentence.kind === "half" ? `half: ${sentence.missing.join(", ")}` : parts.join(" ");
}
