/** A routing tree as lines that people read, the same in the chat and in a terminal. */
import { formatDuration } from "../../storage/duration.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";
import { formatMatchers } from "../../storage/matchers.ts";
import type { Branch } from "./route-tree.ts";
import type { RouteOptions } from "./routing.ts";

/** One line per route: its matchers, whom it tells, and what it does not inherit. */
export function drawRoutes(tree: Branch, locale: Locale): readonly string[] {
  return drawBranch(tree, undefined, locale, "", "");
}

function drawBranch(
  branch: Branch,
  parent: RouteOptions | undefined,
  locale: Locale,
  here: string,
  below: string,
): readonly string[] {
  const { children, options } = branch;
  const lines = [`${here}${nameOf(branch, parent, locale)}`];
  children.forEach((child, i) => {
    const last = i === children.length - 1;
    const rows = drawBranch(
      child,
      options,
      locale,
      `${below}${last ? "└─ " : "├─ "}`,
      `${below}${last ? "   " : "│  "}`,
    );
    lines.push(...rows);
  });
  return lines;
}

function nameOf(branch: Branch, parent: RouteOptions | undefined, locale: Locale): string {
  const { options, matchers } = branch;
  const head =
    parent === undefined
      ? inLocale(locale, { zh: "默认", en: "default" })
      : matchers.length === 0
        ? "{}"
        : formatMatchers(matchers);
  const parts = [`${head} → ${options.receiver}`];
  if (branch.continue) parts.push("continue");
  if (String(options.groupBy) !== String(parent?.groupBy ?? [])) parts.push(`group_by ${groupBy(options)}`);
  for (const [word, ms, above] of [
    ["group_wait", options.groupWaitMs, parent?.groupWaitMs],
    ["group_interval", options.groupIntervalMs, parent?.groupIntervalMs],
    ["repeat_interval", options.repeatIntervalMs, parent?.repeatIntervalMs],
  ] as const)
    if (ms !== above) parts.push(`${word} ${span(ms, locale)}`);
  const { muteTimeIntervals, activeTimeIntervals, escalation } = options;
  if (muteTimeIntervals.length > 0) parts.push(`mute ${muteTimeIntervals.join(", ")}`);
  if (activeTimeIntervals.length > 0) parts.push(`active ${activeTimeIntervals.join(", ")}`);
  if (escalation !== parent?.escalation) parts.push(`escalation ${escalation ?? "none"}`);
  return parts.join("  ");
}

/** Where no file has a route, nothing repeats: an endless interval. */
function span(ms: number, locale: Locale): string {
  return Number.isFinite(ms) ? formatDuration(ms) : inLocale(locale, { zh: "不重复", en: "never" });
}

function groupBy({ groupBy }: RouteOptions): string {
  return groupBy === "all" ? "[...]" : `[${groupBy.join(", ")}]`;
}
