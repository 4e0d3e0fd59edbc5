/** `links:`: where else to look, on the cards of incidents: a dashboard of Grafana, a search in Kibana, a runbook. */
import { z } from "zod";
import type { Matcher } from "../../storage/matchers.ts";
import { complain, duration, named } from "../config-parts.ts";
import { joined, matchersList, matchMap, matchRegexMap } from "../routing/matchers-config.ts";

/** A piece of an address: as it is written, or to be filled in. */
export type LinkPart =
  | string
  | { readonly of: "labels" | "annotations"; readonly name: string }
  | { readonly of: "from" | "to" | "from_iso" | "to_iso" };

/** One link, for the alerts that match. */
export interface LinkTemplate {
  readonly name: string;
  readonly parts: readonly LinkPart[];
  readonly matchers: readonly Matcher[];
  /** How long before the incident began what it shows begins, in milliseconds. */
  readonly beforeMs: number;
}

/** A scheme and a host that are written out, and no name or password: what an alert says cannot lead elsewhere. */
const FIXED_HOST = /^https?:\/\/[^\s{}/?#@\\]+(?:[/?#]|$)/i;
const BEFORE_MS = 3_600_000;

const address = named.transform((text, context): readonly LinkPart[] => {
  if (!FIXED_HOST.test(text) || !URL.canParse(text.replace(/\{\{.*?\}\}/g, "x")))
    complain(context, {
      zh: "应为 http:// 或 https:// 开头的网址，主机名要写明，不能用模板",
      en: "must be an http:// or https:// URL whose host is written out, not filled in",
    });
  const parts: LinkPart[] = [];
  let from = 0;
  for (const found of text.matchAll(/\{\{(.*?)\}\}/g)) {
    const part = partOf((found[1] ?? "").trim());
    if (part === undefined)
      complain(context, {
        zh: `不认识 ${found[0]}；可用 $labels.名字、$annotations.名字、$from、$to、$from_iso、$to_iso`,
        en: `${found[0]} is not known; there are $labels.NAME, $annotations.NAME, $from, $to, $from_iso and $to_iso`,
      });
    parts.push(text.slice(from, found.index), part ?? "");
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)].filter((part) => part !== "");
});

function partOf(inside: string): LinkPart | undefined {
  const [, of, name = ""] = /^\$(labels|annotations)\.([a-zA-Z_][a-zA-Z0-9_]*)$/.exec(inside) ?? [];
  if (of === "labels" || of === "annotations") return { of, name };
  const time = /^\$(from|to|from_iso|to_iso)$/.exec(inside)?.[1];
  return time === undefined ? undefined : { of: time as "from" };
}

export const linksSchema = z
  .array(
    z
      .strictObject({
        name: named.refine((text) => text.length <= 40, {
          error: "must be at most 40 characters",
          params: { zh: "最多 40 个字符" },
        }),
        url: address,
        matchers: matchersList.default([]),
        match: matchMap.default([]),
        match_re: matchRegexMap.default([]),
        before: duration.default(BEFORE_MS),
      })
      .transform(
        ({ name, url, matchers, match, match_re, before }): LinkTemplate => ({
          name,
          parts: url,
          matchers: joined(match, match_re, matchers),
          beforeMs: before,
        }),
      ),
  )
  .max(20);
