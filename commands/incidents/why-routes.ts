/** The part of `why` about routes: what each waits for, and what was said when. */
import type { TimelineEntry } from "../../alerts/incidents/incident.ts";
import { BECAUSE, MUTERS, storyWords } from "../../alerts/incidents/story-words.ts";
import type { RouteFacts } from "../../alerts/incidents/why-routes.ts";
import { escapeMarkdown, formatSpan, formatTime } from "../../alerts/words.ts";
import type { Text } from "../../storage/locale.ts";
import type { Call } from "../command.ts";
import { code } from "../markdown.ts";
import { quoted } from "../phrases.ts";

/** One line for each route. */
export function routeLines(routes: readonly RouteFacts[], call: Call, zone: string): Text[] {
  return routes.map((facts) => {
    const { route, addresses } = facts;
    const to = addresses.map((address) => quoted(address));
    const parts = [
      timing(facts),
      ...standing(facts, call, zone),
      ...(facts.mute === undefined ? [] : [both(facts.mute.why, escapeMarkdown)]),
      ...escalation(facts, call, zone),
    ];
    const where = addresses.length === 0 ? { zh: "没有地址", en: "no address" } : same(to.join(", "));
    return {
      zh: `- ${code(route.path)} → ${quoted(route.receiver)}（${where.zh}）：${parts.map(({ zh }) => zh).join("；")}`,
      en: `- ${code(route.path)} → ${quoted(route.receiver)} (${where.en}): ${parts.map(({ en }) => en).join("; ")}`,
    };
  });
}

/** One line for each time that something was said, or was to be. */
export function saidLines(said: readonly TimelineEntry[], call: Call, zone: string): Text[] {
  return said.map((entry) => {
    const words = escapeMarkdown(storyWords(entry, { locale: call.locale, zone }));
    return same(`- ${formatTime(entry.at, zone, call.locale, "second")} ${words}`);
  });
}

function timing({ route: { waitMs, intervalMs, repeatMs } }: RouteFacts): Text {
  const span = (ms: number): Text => ({ zh: formatSpan(ms, "zh-CN"), en: formatSpan(ms, "en") });
  const [wait, every] = [span(waitMs), span(intervalMs)];
  const parts: Text[] = [
    waitMs === 0
      ? { zh: "立即通知", en: "tells at once" }
      : { zh: `先等${wait.zh}`, en: `waits ${wait.en} first` },
  ];
  if (intervalMs > 0) parts.push({ zh: `变化至少隔${every.zh}`, en: `changes at least ${every.en} apart` });
  if (repeatMs !== undefined) {
    const again = span(repeatMs);
    parts.push({ zh: `每${again.zh}重复`, en: `repeats every ${again.en}` });
  }
  return { zh: parts.map(({ zh }) => zh).join("，"), en: parts.map(({ en }) => en).join(", ") };
}

function standing({ route }: RouteFacts, call: Call, zone: string): Text[] {
  const { owes, tellAt, heldBy, toldAt, repeatAt } = route;
  const time = (at: number): string => formatTime(at, zone, call.locale);
  const lines: Text[] = [];
  if (toldAt !== undefined) {
    const told = formatTime(toldAt, zone, call.locale, "second");
    lines.push({ zh: `${told} 通知过`, en: `told ${told}` });
  }
  if (owes !== undefined) {
    const what = BECAUSE[owes];
    const by = heldBy === undefined ? undefined : (MUTERS[heldBy] ?? same(heldBy));
    if (by !== undefined)
      lines.push({ zh: `“${what.zh}”被${by.zh}挡住`, en: `“${what.en}” held back by ${by.en}` });
    else if (tellAt !== undefined)
      lines.push({ zh: `${time(tellAt)} 通知“${what.zh}”`, en: `“${what.en}” will be told ${time(tellAt)}` });
  }
  if (repeatAt !== undefined)
    lines.push({ zh: `${time(repeatAt)} 再提醒`, en: `next repeat ${time(repeatAt)}` });
  return lines;
}

function escalation({ route, steps }: RouteFacts, call: Call, zone: string): Text[] {
  const { escalation: name, step, escalateAt } = route;
  if (name === undefined) return [];
  if (steps === undefined)
    return [{ zh: `升级策略 ${quoted(name)} 不在了`, en: `its escalation ${quoted(name)} is gone` }];
  if (escalateAt === undefined || step === undefined)
    return [{ zh: `升级 ${quoted(name)}：没有在走`, en: `escalation ${quoted(name)}: not running` }];
  const next = Math.min(step + 1, steps);
  const when = formatTime(escalateAt, zone, call.locale);
  return [
    {
      zh: `升级 ${quoted(name)}：${when} 走第 ${next}/${steps} 步`,
      en: `escalation ${quoted(name)}: step ${next} of ${steps} at ${when}`,
    },
  ];
}

function both({ zh, en }: Text, change: (text: string) => string): Text {
  return { zh: change(zh), en: change(en) };
}

function same(text: string): Text {
  return { zh: text, en: text };
}
