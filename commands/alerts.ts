import type { Incident } from "../alerts/incident.ts";
import { formatSpan, formatTime } from "../alerts/words.ts";
import { inLocale } from "../storage/locale.ts";
import { needNothing } from "./arguments.ts";
import { action, answer, type Call, type Command } from "./command.ts";
import { listed } from "./listed.ts";
import { named, quoted } from "./phrases.ts";
import type { World } from "./world.ts";

const WEIGHT = { critical: 0, warning: 1, info: 2 } as const;

/** `alerts`: the active incidents, worst first. */
export const alerts: Command = {
  words: ["alerts", "incidents"],
  twins: ["告警", "告警列表", "事件"],
  takes: { zh: "", en: "" },
  summary: { zh: "正在发生的告警", en: "the active incidents" },
  examples: { zh: "告警", en: "alerts" },
  needs: "viewer",
  yieldsToSentence: true,
  run(rest, call, world) {
    needNothing(rest);
    const { book } = world.alerts;
    const active = [...book.activeIncidents()].sort(
      (a, b) => WEIGHT[a.severity] - WEIGHT[b.severity] || b.openedAt - a.openedAt,
    );
    const pending = book.index.counts.pending;
    const waiting =
      pending === 0
        ? { zh: "", en: "" }
        : {
            zh: `\n\n另有 ${pending} 条正在观察，还没到持续时间。`,
            en: `\n\n${pending} more are pending: their time is not up yet.`,
          };
    if (active.length === 0) {
      return answer(call, { zh: `平安无事。${waiting.zh}`, en: `All is well.${waiting.en}` });
    }
    const lines = listed(active, call, (incident) => lineOf(incident, call, world));
    return answer(
      call,
      {
        zh: `正在发生 ${active.length} 起：\n\n${lines}${waiting.zh}`,
        en: `${active.length} active:\n\n${lines}${waiting.en}`,
      },
      {
        actions: active
          .slice(0, 3)
          .map(({ id }) =>
            action(call, `show-${id}`, { zh: `详情 #${id}`, en: `Details #${id}` }, `show ${id}`),
          ),
      },
    );
  },
};

const MARK = { critical: "🔴", warning: "🟠", info: "🔵" } as const;

function lineOf(incident: Incident, call: Call, { alerts: { book }, zone }: World): string {
  const since = `${formatTime(incident.openedAt, zone, call.locale)}, ${formatSpan(call.at - incident.openedAt, call.locale)}`;
  const count = inLocale(call.locale, { zh: `${incident.active} 条`, en: `${incident.active} alerts` });
  return `${MARK[incident.severity]} **#${incident.id}** ${quoted(incident.title)} — ${count}, ${since}${standing(incident, call, book.statusOf(incident, call.at), zone)}`;
}

function standing(incident: Incident, call: Call, status: string, zone: string): string {
  const owner = incident.acknowledgement;
  if (status === "acknowledged" && owner !== undefined) {
    const until = formatTime(owner.until, zone, call.locale);
    return inLocale(call.locale, {
      zh: `，${named(owner.person)} 已认领到 ${until}`,
      en: `, acknowledged by ${named(owner.person)} until ${until}`,
    });
  }
  return status === "silenced" ? inLocale(call.locale, { zh: "，已静默", en: ", silenced" }) : "";
}
