import type { Incident } from "../../alerts/incidents/incident.ts";
import { MUTERS } from "../../alerts/incidents/story-words.ts";
import { formatSpan, formatTime } from "../../alerts/words.ts";
import { inLocale } from "../../storage/locale.ts";
import { needNothing, takeNumber } from "../arguments.ts";
import { action, answer, type Call, type Command } from "../command.ts";
import { counted, named, quoted } from "../phrases.ts";
import type { World } from "../world.ts";

/** So many to a page: a chat is no place for more. */
const PAGE = 30;

/** `alerts`: the active incidents, worst first; `alerts 2` the next page, so that each of them can be found. */
export const alerts: Command = {
  words: ["alerts", "incidents"],
  twins: ["告警", "告警列表", "事件"],
  takes: { zh: "[页]", en: "[page]" },
  summary: { zh: "正在发生的告警", en: "the active incidents" },
  examples: { zh: "告警", en: "alerts" },
  needs: "viewer",
  yieldsToSentence: true,
  run(rest, call, world) {
    const asked = takeNumber(rest);
    needNothing(asked === undefined ? rest : asked.rest);
    const { book } = world.alerts;
    const active = worstFirst(book.activeIncidents());
    const pending = book.index.counts.pending;
    const waiting =
      pending === 0
        ? { zh: "", en: "" }
        : {
            zh: `\n\n另有 ${pending} 条正在观察，还没到持续时间。`,
            en: `\n\n${pending} more pending: not true for long enough yet.`,
          };
    if (active.length === 0) {
      return answer(call, { zh: `平安无事。${waiting.zh}`, en: `All is well.${waiting.en}` });
    }
    const pages = Math.ceil(active.length / PAGE);
    const page = Math.min(Math.max(asked?.value ?? 1, 1), pages);
    const shown = active.slice((page - 1) * PAGE, page * PAGE);
    const lines = shown.map((incident) => `- ${lineOf(incident, call, world)}`).join("\n");
    const where =
      pages === 1
        ? { zh: "", en: "" }
        : { zh: `（第 ${page}/${pages} 页）`, en: ` (page ${page} of ${pages})` };
    return answer(
      call,
      {
        zh: `正在发生 ${active.length} 起${where.zh}：\n\n${lines}${waiting.zh}`,
        en: `${active.length} active${where.en}:\n\n${lines}${waiting.en}`,
      },
      {
        actions: [
          ...shown
            .slice(0, 3)
            .map(({ id }) =>
              action(call, `show-${id}`, { zh: `详情 #${id}`, en: `Details #${id}` }, `show ${id}`),
            ),
          ...(page < pages
            ? [action(call, "more", { zh: "下一页", en: "Next page" }, `alerts ${page + 1}`)]
            : []),
        ],
      },
    );
  },
};

/** Worst first, and among equals the newest; the book gives the oldest first. A storm is not sorted, only dealt out. */
function worstFirst(oldestFirst: readonly Incident[]): readonly Incident[] {
  const dealt = { critical: [] as Incident[], warning: [] as Incident[], info: [] as Incident[] };
  for (let i = oldestFirst.length - 1; i >= 0; i--) {
    const incident = oldestFirst[i];
    if (incident !== undefined) dealt[incident.severity].push(incident);
  }
  return [...dealt.critical, ...dealt.warning, ...dealt.info];
}

const MARK = { critical: "🔴", warning: "🟠", info: "🔵" } as const;

function lineOf(incident: Incident, call: Call, { alerts: { book }, zone }: World): string {
  const since = formatTime(incident.openedAt, zone, call.locale);
  const lasts = formatSpan(call.at - incident.openedAt, call.locale);
  const about = inLocale(call.locale, {
    zh: `${incident.active} 条，${since} 起，已${lasts}`,
    en: `${counted(incident.active, "alert")} since ${since} (${lasts})`,
  });
  const stands = standing(incident, call, book.statusOf(incident, call.at), zone);
  return `${MARK[incident.severity]} **#${incident.id}** ${quoted(incident.title)} — ${about}${stands}`;
}

function standing(incident: Incident, call: Call, status: string, zone: string): string {
  const owner = incident.acknowledgement;
  if (status === "acknowledged" && owner !== undefined) {
    const until = formatTime(owner.until, zone, call.locale);
    return inLocale(call.locale, {
      zh: `，${named(owner.person, call)} 已认领到 ${until}`,
      en: `, acknowledged by ${named(owner.person, call)} until ${until}`,
    });
  }
  if (status === "silenced") return inLocale(call.locale, { zh: "，已静默", en: ", silenced" });
  const by = MUTERS[incident.untold?.by ?? ""];
  if (by !== undefined) {
    return inLocale(call.locale, { zh: `，还没有告知任何人：${by.zh}`, en: `, nobody was told: ${by.en}` });
  }
  if (incident.flapping === undefined) return "";
  const { changes } = incident.flapping;
  return inLocale(call.locale, { zh: `，抖动（变化 ${changes} 次）`, en: `, flapping (${changes} changes)` });
}
