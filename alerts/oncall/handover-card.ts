/** What is said when a duty changes hands: from whom to whom, until when, and what there is to take over. */
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { formatMatchers } from "../../storage/matchers.ts";
import type { AlertBook } from "../alert-book.ts";
import { type Card, SEVERITIES, type Severity } from "../card.ts";
import type { Incident } from "../incidents/incident.ts";
import { escapeMarkdown, formatTime, type NameOf, plain } from "../words.ts";
import type { Human } from "./humans.ts";

export interface Handover {
  readonly rotation: string;
  readonly zone: string;
  /** Who had it; undefined: nobody. */
  readonly from: Human | undefined;
  readonly to: Human | undefined;
  /** When it changes hands again; undefined: never. */
  readonly until: number | undefined;
  readonly at: number;
}

export interface HandoverFacts {
  readonly book: Pick<AlertBook, "activeIncidents" | "statusOf" | "activeSilences">;
  readonly locale: Locale;
  readonly nameOf: NameOf;
}

/** So many of each are named; the rest are counted. */
const LISTED = 10;
/** A silence is told that ends within the shift, and within this. */
const SOON_MS = 24 * 3_600_000;
const MARK: Readonly<Record<Severity, string>> = { critical: "🔴", warning: "🟠", info: "🔵" };

export function handoverCard(handover: Handover, facts: HandoverFacts): Card {
  const { rotation, to } = handover;
  const { locale } = facts;
  const parts = [
    inLocale(locale, untilWords(handover, facts)),
    ...incidentParts(handover, facts),
    ...silenceParts(handover, facts),
  ];
  return {
    kind: "text",
    title: plain(inLocale(locale, titleOf(handover, facts)), 200),
    text: parts.join("\n\n"),
    ...(to === undefined ? {} : { mentions: to.ids }),
    actions: [
      {
        id: "oncall",
        label: inLocale(locale, { zh: "值班表", en: "Schedule" }),
        command: `oncall ${rotation} week`,
      },
    ],
  };
}

function titleOf({ rotation, from, to }: Handover, { nameOf }: HandoverFacts): Text {
  const [left, takes] = [from, to].map((human) => (human === undefined ? undefined : nameOf(human.id)));
  if (takes === undefined)
    return {
      zh: `值班 ${rotation}：${left ?? "?"} 交班，现在没有人值班`,
      en: `On call ${rotation}: ${left ?? "?"} hands over to nobody`,
    };
  if (left === undefined)
    return { zh: `值班 ${rotation}：${takes} 开始值班`, en: `On call ${rotation}: ${takes} begins` };
  return { zh: `值班交接 ${rotation}：${left} → ${takes}`, en: `Hand-over ${rotation}: ${left} → ${takes}` };
}

function untilWords({ to, until, zone }: Handover, { nameOf }: HandoverFacts): Text {
  const who = to === undefined ? undefined : escapeMarkdown(nameOf(to.id));
  if (until === undefined)
    return who === undefined
      ? { zh: "之后也没有排人。", en: "Nobody comes after that, either." }
      : { zh: `**${who}** 值班，没有下一班。`, en: `**${who}** is on call, and nobody comes next.` };
  const [zh, en] = [formatTime(until, zone, "zh-CN"), formatTime(until, zone, "en")];
  return who === undefined
    ? { zh: `下一班从 ${zh} 开始。`, en: `The next shift begins ${en}.` }
    : { zh: `**${who}** 值班到 ${zh}。`, en: `**${who}** is on call until ${en}.` };
}

function incidentParts({ at, zone }: Handover, facts: HandoverFacts): readonly string[] {
  const { book, locale } = facts;
  const active = book.activeIncidents();
  if (active.length === 0)
    return [inLocale(locale, { zh: "没有正在发生的告警。", en: "No incident is open." })];
  const worst = [...SEVERITIES]
    .reverse()
    .flatMap((severity) => active.filter((incident) => incident.severity === severity));
  const lines = worst.slice(0, LISTED).map((incident) => incidentLine(incident, at, zone, facts));
  if (worst.length > LISTED)
    lines.push(
      `- ${inLocale(locale, { zh: `……还有 ${worst.length - LISTED} 起`, en: `… and ${worst.length - LISTED} more` })}`,
    );
  const head = inLocale(locale, {
    zh: `正在发生 ${active.length} 起：`,
    en: `${active.length} open incident${active.length === 1 ? "" : "s"}:`,
  });
  return [`${head}\n${lines.join("\n")}`];
}

function incidentLine(incident: Incident, at: number, zone: string, facts: HandoverFacts): string {
  const { id, severity, title, acknowledgement } = incident;
  const { book, locale, nameOf } = facts;
  const status = book.statusOf(incident, at);
  const state: Text =
    status === "acknowledged" && acknowledgement !== undefined
      ? {
          zh: `${escapeMarkdown(nameOf(acknowledgement.person))} 已认领，到 ${formatTime(acknowledgement.until, zone, "zh-CN")}`,
          en: `${escapeMarkdown(nameOf(acknowledgement.person))} has it until ${formatTime(acknowledgement.until, zone, "en")}`,
        }
      : status === "silenced"
        ? { zh: "已静默", en: "silenced" }
        : { zh: "没有人认领", en: "nobody has it" };
  return `- ${MARK[severity]} **#${id}** ${escapeMarkdown(plain(title, 80))} — ${inLocale(locale, state)}`;
}

function silenceParts({ at, until, zone }: Handover, { book, locale }: HandoverFacts): readonly string[] {
  const end = Math.min(until ?? Number.POSITIVE_INFINITY, at + SOON_MS);
  const ending = book.activeSilences(at).filter(({ endsAt }) => endsAt <= end);
  if (ending.length === 0) return [];
  const lines = ending.slice(0, LISTED).map(({ id, matchers, endsAt }) => {
    const what = escapeMarkdown(plain(formatMatchers(matchers), 120));
    const time = formatTime(endsAt, zone, locale);
    return `- ${inLocale(locale, { zh: `静默 ${id} ${what}，到 ${time}`, en: `Silence ${id} ${what}, until ${time}` })}`;
  });
  if (ending.length > LISTED)
    lines.push(
      `- ${inLocale(locale, { zh: `……还有 ${ending.length - LISTED} 个`, en: `… and ${ending.length - LISTED} more` })}`,
    );
  const head = inLocale(locale, { zh: "快要结束的静默：", en: "Silences that end soon:" });
  return [`${head}\n${lines.join("\n")}`];
}
