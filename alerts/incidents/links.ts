/** The links of a card: templates of the file, filled in with what its alerts say. */
import { labelValue } from "../../storage/labels.ts";
import { matches } from "../../storage/matchers.ts";
import { writeTime } from "../../storage/rfc3339.ts";
import type { FiredAlert } from "../alert.ts";
import type { CardLink } from "../card.ts";
import { plain } from "../words.ts";
import type { Incident } from "./incident.ts";
import type { LinkPart, LinkTemplate } from "./links-config.ts";

/** So many links a card has, and so many of them are of one template. */
const MOST = 6;
const MOST_OF_ONE = 3;
/** Longer addresses are cut off by one client or the other. */
const LONGEST = 2_000;
/** What is shown of an incident that is over goes on a little after its end. */
const AFTER_MS = 600_000;

/**
 * The links of an incident's card. A template is filled in for each alert that it matches; what leads to the same place
 * is one link, and where there are several, each says by which labels. One that asks for a label or an annotation that the
 * alert has not is left out: it would lead somewhere else.
 */
export function linksOf(
  templates: readonly LinkTemplate[],
  { openedAt, resolvedAt }: Pick<Incident, "openedAt" | "resolvedAt">,
  shown: readonly FiredAlert[],
): readonly CardLink[] {
  const all = templates.flatMap((template) => {
    const span = { from: openedAt - template.beforeMs, to: resolvedAt && resolvedAt + AFTER_MS };
    const found = new Map<string, string>();
    for (const alert of shown) {
      if (found.size === MOST_OF_ONE) break;
      if (!matches(template.matchers, alert.labels)) continue;
      const url = urlOf(template.parts, alert, span);
      if (url !== undefined && !found.has(url)) found.set(url, labelsIn(template.parts, alert));
    }
    return [...found].map(([url, by]) => ({
      label: found.size === 1 || by === "" ? template.name : `${template.name} ${by}`,
      url,
    }));
  });
  return all.slice(0, MOST);
}

interface Span {
  readonly from: number;
  /** undefined while it lasts. */
  readonly to: number | undefined;
}

function urlOf(parts: readonly LinkPart[], alert: FiredAlert, span: Span): string | undefined {
  let url = "";
  for (const part of parts) {
    const value = typeof part === "string" ? part : filledIn(part, alert, span);
    if (value === "") return undefined;
    url += typeof part === "string" ? part : encoded(value);
  }
  return url.length <= LONGEST && URL.canParse(url) ? new URL(url).href : undefined;
}

function filledIn(part: Exclude<LinkPart, string>, alert: FiredAlert, { from, to }: Span): string {
  switch (part.of) {
    case "labels":
      return labelValue(alert.labels, part.name);
    case "annotations":
      return labelValue(alert.annotations, part.name);
    case "from":
      return String(from);
    // Both Grafana and Kibana know the word.
    case "to":
      return to === undefined ? "now" : String(to);
    case "from_iso":
      return writeTime(from);
    case "to_iso":
      return to === undefined ? "now" : writeTime(to);
  }
}

/** Also the signs that mean something in the fragment of Kibana's addresses. */
function encoded(value: string): string {
  return encodeURIComponent(wellFormed(value)).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Half a surrogate pair has no place in an address. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** `web-1 /data`: what the labels say that the address asks for. */
function labelsIn(parts: readonly LinkPart[], { labels }: FiredAlert): string {
  const names = parts.flatMap((part) =>
    typeof part !== "string" && part.of === "labels" ? [part.name] : [],
  );
  return plain([...new Set(names)].map((name) => labelValue(labels, name)).join(" "), 40);
}
