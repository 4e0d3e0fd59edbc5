/** The card of an incident: what, where, how bad, since when, who has it, and what can be done about it. */
import type { MetricUnit } from "../../rules/metric-words.ts";
import type { Labels } from "../../storage/labels.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { maskedAddresses } from "../../storage/mask.ts";
import { type FiredAlert, isActive, RECEIVED } from "../alert.ts";
import type { Action, Card, Field, IncidentStatus } from "../card.ts";
import type { Silence } from "../muting/silence.ts";
import {
  escapeMarkdown,
  formatSpan,
  formatTime,
  formatValue,
  type NameOf,
  plain,
  nameOf as plainName,
} from "../words.ts";
import type { FormerOwner, Incident } from "./incident.ts";
import { linksOf } from "./links.ts";
import type { LinkTemplate } from "./links-config.ts";

/** What a card says beside what the incident itself knows. */
export interface CardFacts {
  readonly locale: Locale;
  /** IANA name of the time zone. */
  readonly zone: string;
  /** How people are called; by their ids unless told. */
  readonly nameOf?: NameOf;
  readonly status: IncidentStatus;
  /** What hides all of it, with status `silenced`. */
  readonly silence: Silence | undefined;
  /** The rule's PromQL; undefined when the rule is gone. */
  readonly expression: string | undefined;
  /** In what the values of a rule count; its alerts may be of several rules. */
  unitOf(rule: number): MetricUnit | undefined;
  /** Where its chart can be seen; it has none unless told. */
  readonly image?: string;
  /** Where else to look; nowhere unless told. */
  readonly links?: readonly LinkTemplate[];
  /** Which alerts are named one by one; the first five unless told. */
  readonly listed?: Listed;
  /** Lines of a log that are behind its alerts, the last one last; plain text of whoever wrote them. */
  readonly lines?: readonly string[];
  /** The value at the last look; undefined when there was none. */
  currentValue(alert: string): number | undefined;
}

/** Some of the alerts: from the `from`th, counted from 0, at most `most`. */
export interface Listed {
  readonly from: number;
  readonly most: number;
}

/** Names of fields, for whoever makes one line of a card: what it is, the labels that say where, and the value. */
export const WHAT: Text = { zh: "内容", en: "What" };
export const WHERE: Text = { zh: "位置", en: "Where" };
export const VALUE: Text = { zh: "数值", en: "Value" };

/** So much of a line of a log has room on every platform, in characters. */
const LONGEST_LINE = 160;

/** So many alerts are named on a card; the rest are counted. */
const FIRST: Listed = { from: 0, most: 5 };

/** Draws the card of an incident with its alerts, active ones first. */
export function incidentCard(incident: Incident, members: readonly FiredAlert[], facts: CardFacts): Card {
  const { locale, status } = facts;
  const say = (text: Text): string => inLocale(locale, text);
  const shown = shownOf(members);
  const count = status === "resolved" ? incident.peak : incident.active;
  const text = shown.length > 1 ? list(shown, count, facts) : "";
  const links = linksOf(facts.links ?? [], incident, shown);
  return {
    kind: "incident",
    title: title(incident, count, say),
    severity: incident.severity,
    status,
    incident: incident.id,
    ...(text === "" ? {} : { text }),
    fields: fields(incident, shown, facts, say),
    ...(links.length === 0 ? {} : { links }),
    ...(facts.image === undefined ? {} : { image: facts.image }),
    actions: actions(incident.id, facts, say),
  };
}

/** The alerts that a card is about: those that are active; when it is over, all. */
export function shownOf(members: readonly FiredAlert[]): readonly FiredAlert[] {
  const active = members.filter(isActive);
  return active.length > 0 ? active : members;
}

function title(incident: Incident, count: number, say: (text: Text) => string): string {
  const name = `#${incident.id} ${plain(incident.title, 80)}`;
  if (count < 2) return name;
  return say({ zh: `${name} — ${count} 条告警`, en: `${name} — ${count} alerts` });
}

function fields(
  incident: Incident,
  shown: readonly FiredAlert[],
  facts: CardFacts,
  say: (text: Text) => string,
): Field[] {
  const { locale, zone, nameOf = plainName } = facts;
  const made: Field[] = [];
  const add = (name: Text, value: string | undefined): void => {
    if (value !== undefined && value !== "") made.push({ name: say(name), value: plain(value, 300) });
  };
  const [first, ...others] = shown;
  const time = (moment: number): string => formatTime(moment, zone, locale);

  // What a rule of ours says may name the address of a monitor; what was received is its sender's to say.
  const ours = (text = ""): string => (first?.rule === RECEIVED ? text : maskedAddresses(text));
  add(WHAT, ours(first?.annotations["summary"] ?? facts.expression));
  if (first !== undefined && others.length === 0) {
    add(WHERE, where(first.labels));
    add(VALUE, valueWords(first, facts));
    add({ zh: "说明", en: "Description" }, ours(first.annotations["description"]));
    // As messages of robots bring them along.
    add({ zh: "链接", en: "Links" }, first.annotations["links"]);
    add({ zh: "提及", en: "Mentions" }, first.annotations["mentions"]);
  }
  add({ zh: "开始", en: "Since" }, time(incident.openedAt));
  // While it lasts a card says only since when: it is not drawn again every minute, and a length would go stale.
  if (incident.resolvedAt !== undefined) {
    add({ zh: "结束", en: "Ended" }, time(incident.resolvedAt));
    add({ zh: "持续了", en: "Lasted" }, formatSpan(incident.resolvedAt - incident.openedAt, locale));
  }
  if (incident.closedBy !== undefined) add({ zh: "关闭人", en: "Closed by" }, nameOf(incident.closedBy));
  add({ zh: "无数据", en: "No data" }, blindWords(shown, say));
  const owner = incident.acknowledgement;
  if (owner !== undefined && facts.status !== "resolved") {
    const [name, until] = [nameOf(owner.person), time(owner.until)];
    const words = owner.note === undefined ? "" : say({ zh: `：${owner.note}`, en: `: ${owner.note}` });
    add(
      { zh: "认领", en: "Owner" },
      say({ zh: `${name}，到 ${until}`, en: `${name} until ${until}` }) + words,
    );
  }
  const former = incident.formerOwner;
  if (former !== undefined && facts.status !== "resolved") {
    const [name, when] = [nameOf(former.person), time(former.at)];
    add({ zh: "认领", en: "Owner" }, say(FORMER[former.why](name, when)));
  }
  const { flapping } = incident;
  if (flapping !== undefined) {
    const [since, until] = [time(flapping.since), time(flapping.until)];
    add(
      { zh: "抖动", en: "Flapping" },
      say({
        zh: `${since} 以来变化 ${flapping.changes} 次；到 ${until} 没有变化才算稳定`,
        en: `${flapping.changes} changes since ${since}; steady if nothing changes until ${until}`,
      }),
    );
  }
  const { silence } = facts;
  if (silence !== undefined) {
    const [name, until] = [nameOf(silence.person), time(silence.endsAt)];
    const why = silence.why === "" ? "" : say({ zh: `：${silence.why}`, en: `: ${silence.why}` });
    const words = say({
      zh: `静默 ${silence.id}，${name}，到 ${until}`,
      en: `silence ${silence.id} by ${name} until ${until}`,
    });
    add({ zh: "静默", en: "Silenced" }, words + why);
  }
  // Last, since a platform with little room cuts from the end.
  for (const line of facts.lines ?? []) add({ zh: "日志", en: "Log" }, plain(line, LONGEST_LINE));
  return made;
}

/** Why nobody has it any more. */
const FORMER: Readonly<Record<FormerOwner["why"], (name: string, when: string) => Text>> = {
  deadline: (name, when) => ({
    zh: `无（${name} 的认领 ${when} 到期）`,
    en: `nobody (${name}'s ended ${when}: its time was over)`,
  }),
  severity: (name, when) => ({
    zh: `无（级别升高，${name} 的认领 ${when} 作废）`,
    en: `nobody (${name}'s ended ${when}: it got worse)`,
  }),
  alerts: (name, when) => ({
    zh: `无（告警明显增多，${name} 的认领 ${when} 作废）`,
    en: `nobody (${name}'s ended ${when}: many more alerts)`,
  }),
  "given-back": (name, when) => ({
    zh: `无（${name} ${when} 放弃）`,
    en: `nobody (${name} gave it back ${when})`,
  }),
};

function list(shown: readonly FiredAlert[], count: number, facts: CardFacts): string {
  const { from, most } = facts.listed ?? FIRST;
  const inOrder = facts.listed === undefined ? shown : byPlace(shown);
  const lines = inOrder.slice(from, from + most).map((alert) => {
    const value = valueWords(alert, facts);
    return `- ${escapeMarkdown(`${plain(placeOf(alert), 160)}${value === "" ? "" : ` — ${value}`}`)}`;
  });
  const more = Math.max(count, shown.length) - from - lines.length;
  if (more > 0) lines.push(inLocale(facts.locale, { zh: `…还有 ${more} 条`, en: `…and ${more} more` }));
  return lines.join("\n");
}

/** Whoever reads all of them looks for one; a card is drawn far more often, and names only some. */
function byPlace(alerts: readonly FiredAlert[]): readonly FiredAlert[] {
  return alerts
    .map((alert) => ({ alert, place: placeOf(alert) }))
    .sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0))
    .map(({ alert }) => alert);
}

function placeOf({ labels }: FiredAlert): string {
  return where(labels) || labels["alertname"] || "";
}

/** The labels that say where: all but those that the title and the colour say already. */
export function where(labels: Labels): string {
  const words = Object.keys(labels)
    .filter((name) => name !== "alertname" && name !== "severity")
    .sort()
    .map((name) => `${name}=${labels[name]}`)
    .join(", ");
  return maskedAddresses(words);
}

function valueWords(alert: FiredAlert, { currentValue, unitOf, locale }: CardFacts): string {
  if (alert.state === "nodata") return inLocale(locale, { zh: "无数据", en: "no data" });
  if (alert.rule === RECEIVED) return "";
  const value = alert.state === "firing" ? (currentValue(alert.id) ?? alert.value) : alert.value;
  return formatValue(value, unitOf(alert.rule), locale);
}

function blindWords(shown: readonly FiredAlert[], say: (text: Text) => string): string | undefined {
  const blind = shown.filter((alert) => alert.state === "nodata");
  const [first] = blind;
  if (first === undefined) return undefined;
  if (shown.length === 1) return say(first.reason);
  const { zh, en } = first.reason;
  return say({ zh: `${blind.length} 条：${zh}`, en: `${blind.length} of them: ${en}` });
}

function actions(id: number, { status, silence }: CardFacts, say: (text: Text) => string): Action[] {
  const button = (name: string, label: Text, command: string): Action => ({
    id: name,
    label: say(label),
    command,
  });
  const show = button("show", { zh: "详情", en: "Details" }, `show ${id}`);
  const ack = button("ack", { zh: "认领", en: "Acknowledge" }, `ack ${id}`);
  const hush = button("silence", { zh: "静默1小时", en: "Silence 1h" }, `silence ${id} 1h`);
  switch (status) {
    case "resolved":
      return [show];
    case "acknowledged":
      return [button("unack", { zh: "放弃", en: "Give back" }, `unack ${id}`), hush, show];
    case "silenced":
      if (silence === undefined) return [ack, show];
      return [
        ack,
        button("unsilence", { zh: "解除静默", en: "End silence" }, `unsilence ${silence.id}`),
        show,
      ];
    case "flapping":
    case "firing":
      return [ack, hush, show];
  }
}
