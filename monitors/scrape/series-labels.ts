/** From the labels that a target writes to those under which its series is stored. */
import { type Labels, METRIC_NAME } from "../../storage/labels.ts";
import { compileRegex, type Test } from "../../storage/regex.ts";
import { compileRelabel, type Relabel } from "../exposition/relabel.ts";
import type { ScrapeOptions } from "./options.ts";

/** Makes ready what becomes of every new series. `own` are the labels of the monitor. */
export function createLabelling(options: ScrapeOptions, own: Labels): Relabel {
  const keep = anyOf(options.keep);
  const drop = anyOf(options.drop);
  const relabel = compileRelabel(options.metric_relabel_configs ?? []);
  const renamed = new Map(Object.entries(options.rename ?? {}));
  return (scraped) => {
    const name = scraped[METRIC_NAME] ?? "";
    if (keep?.(name) === false || drop?.(name) === true) return undefined;
    const merged = options.honor_labels ? { ...own, ...present(scraped) } : beside(scraped, own);
    const labels = relabel(merged);
    if (labels === undefined) return undefined;
    const last = labels[METRIC_NAME] ?? "";
    if (last === "") throw new Error(`the series ${name.slice(0, 60)} has no name left after relabelling`);
    return { ...visible(labels), [METRIC_NAME]: renamed.get(last) ?? last };
  };
}

/** As Prometheus: where both have a label, that of the target moves to `exported_…`. */
function beside(scraped: Labels, own: Labels): Labels {
  const merged: Record<string, string> = { ...scraped };
  for (const [name, value] of Object.entries(own)) {
    const theirs = Object.hasOwn(scraped, name) ? scraped[name] : undefined;
    merged[name] = value;
    if (theirs === undefined || theirs === "") continue;
    let moved = `exported_${name}`;
    while (Object.hasOwn(merged, moved)) moved = `exported_${moved}`;
    merged[moved] = theirs;
  }
  return merged;
}

function present(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ""));
}

/** Labels that begin with `__` are for the steps of relabelling only. */
function visible(labels: Labels): Labels {
  for (const name in labels)
    if (name.startsWith("__") && name !== METRIC_NAME)
      return Object.fromEntries(
        Object.entries(labels).filter(([one]) => !one.startsWith("__") || one === METRIC_NAME),
      );
  return labels;
}

/** Whether a name fits one of the globs. */
function anyOf(globs: readonly string[] | undefined): Test | undefined {
  if (globs === undefined) return undefined;
  const patterns = globs.map((glob) =>
    glob.replace(/[.*?]/g, (sign) => (sign === "*" ? ".*" : sign === "?" ? "." : "\\.")),
  );
  return compileRegex(patterns.join("|"));
}
