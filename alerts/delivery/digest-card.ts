/** A digest as people see it: the incidents that were folded into it, worst first, as they are now. */
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import type { Card, IncidentStatus, Severity } from "../card.ts";
import { SEVERITIES } from "../card.ts";
import type { Incident } from "../incidents/incident.ts";
import { escapeMarkdown, formatTime, plain } from "../words.ts";
import type { DigestFacts } from "./delivery.ts";

/** What a digest card says beside what its incidents know. */
export interface DigestCardFacts {
  readonly locale: Locale;
  /** IANA name of the time zone. */
  readonly zone: string;
  statusOf(incident: Incident): IncidentStatus;
}

/** So many incidents are named; the rest are counted. */
const LISTED = 20;

const MARK: Readonly<Record<Severity, string>> = { critical: "🔴", warning: "🟠", info: "🔵" };

const SEVERITY: Readonly<Record<Severity, Text>> = {
  critical: { zh: "严重", en: "critical" },
  warning: { zh: "警告", en: "warning" },
  info: { zh: "提示", en: "info" },
};

const STATUS: Readonly<Record<IncidentStatus, Text>> = {
  firing: { zh: "", en: "" },
  acknowledged: { zh: "，已认领", en: ", acknowledged" },
  flapping: { zh: "，抖动", en: ", flapping" },
  silenced: { zh: "，已静默", en: ", silenced" },
  resolved: { zh: "，已恢复", en: ", resolved" },
};

/** Draws it. Those that are over come last. */
export function digestCard(
  digest: DigestFacts,
  incidents: readonly Incident[],
  facts: DigestCardFacts,
): Card {
  const { locale } = facts;
  const say = (text: Text): string => inLocale(locale, text);
  const active = incidents.filter(({ resolvedAt }) => resolvedAt === undefined);
  const over = incidents.filter(({ resolvedAt }) => resolvedAt !== undefined);
  const worst = [...SEVERITIES].reverse();
  const ordered = [
    ...worst.flatMap((severity) => active.filter((one) => one.severity === severity)),
    ...worst.flatMap((severity) => over.filter((one) => one.severity === severity)),
  ];
  const lines = ordered.slice(0, LISTED).map((incident) => lineOf(incident, facts));
  const more = ordered.length - lines.length;
  if (more > 0)
    lines.push(
      say({ zh: `- …还有 ${more} 起，说“告警”查看全部`, en: `- …and ${more} more; say alerts to see all` }),
    );
  const severity = worst.find((one) => (active.length > 0 ? active : over).some((i) => i.severity === one));
  return {
    kind: "digest",
    title: say(titleOf(digest, active.length, incidents.length)),
    ...(severity === undefined ? {} : { severity }),
    status: active.length === 0 && incidents.length > 0 ? "resolved" : "firing",
    text: lines.join("\n"),
    fields: [
      { name: say({ zh: "正在发生", en: "Active" }), value: say(countsOf(active, worst)) },
      ...(over.length === 0
        ? []
        : [{ name: say({ zh: "已恢复", en: "Resolved" }), value: String(over.length) }]),
      { name: say({ zh: "开始", en: "Since" }), value: formatTime(digest.since, facts.zone, locale) },
    ],
    actions: [{ id: "alerts", label: say({ zh: "查看全部", en: "See all" }), command: "alerts" }],
  };
}

function titleOf({ why, endedAt }: DigestFacts, active: number, all: number): Text {
  const left =
    active === all ? { zh: "", en: "" } : { zh: `，${active} 起未恢复`, en: `, ${active} still active` };
  const incidents = `${all} incident${all === 1 ? "" : "s"}`;
  if (why === "budget") return { zh: `汇总：${all} 起告警${left.zh}`, en: `Digest: ${incidents}${left.en}` };
  if (endedAt === undefined)
    return { zh: `告警风暴：${all} 起告警${left.zh}`, en: `Alert storm: ${incidents}${left.en}` };
  return { zh: `告警风暴已平息：${all} 起告警${left.zh}`, en: `Alert storm over: ${incidents}${left.en}` };
}

function countsOf(active: readonly Incident[], worst: readonly Severity[]): Text {
  const parts = worst
    .map((severity) => ({ severity, count: active.filter((one) => one.severity === severity).length }))
    .filter(({ count }) => count > 0);
  if (parts.length === 0) return { zh: "0", en: "0" };
  return {
    zh: parts.map(({ severity, count }) => `${SEVERITY[severity].zh} ${count}`).join("，"),
    en: parts.map(({ severity, count }) => `${count} ${SEVERITY[severity].en}`).join(", "),
  };
}

function lineOf(incident: Incident, { locale, zone, statusOf }: DigestCardFacts): string {
  const { id, severity, title, active, peak, resolvedAt, openedAt } = incident;
  const count = resolvedAt === undefined ? active : peak;
  const since = formatTime(openedAt, zone, locale);
  const status = STATUS[statusOf(incident)];
  const about = {
    zh: `${count} 条，${since} 起${status.zh}`,
    en: `${count} alert${count === 1 ? "" : "s"} since ${since}${status.en}`,
  };
  const mark = resolvedAt === undefined ? MARK[severity] : "✅";
  return `- ${mark} **#${id}** ${escapeMarkdown(plain(title, 80))} — ${inLocale(locale, about)}`;
}
