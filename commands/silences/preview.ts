import type { Incident } from "../../alerts/incidents/incident.ts";
import { inLocale } from "../../storage/locale.ts";
import { formatMatchers, type Matcher, matches } from "../../storage/matchers.ts";
import { needNothing, takeNumber } from "../arguments.ts";
import { action, answer, type Command, Refusal } from "../command.ts";
import { listed } from "../listed.ts";
import { code, maskedCode } from "../markdown.ts";
import { counted, noIncident, quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { readMatchers, takeMatchers } from "./silence.ts";

/** `silence preview host=~"web.*"`: what a silence would hide, without making it. */
export const silencePreview: Command = {
  words: ["silence preview", "preview silence"],
  twins: ["预览静默", "静默预览"],
  takes: { zh: "编号|匹配条件", en: "N|MATCHERS" },
  summary: { zh: "看一个静默会挡住什么，并不静默", en: "what a silence would hide, without making it" },
  examples: { zh: '预览静默 instance=~"web.*"', en: 'silence preview instance=~"web.*"' },
  needs: "viewer",
  takesIncident: true,
  run(rest, call, world) {
    const matchers = meant(rest, world);
    const hidden = world.alerts.book.preview(matchers);
    const what = maskedCode(formatMatchers(matchers));
    if (hidden.alerts === 0)
      return answer(call, {
        zh: `${what} 现在什么也不会挡住。`,
        en: `${what} would hide nothing now.`,
      });
    const lines = listed(fitting(matchers, world), call, ({ incident, alerts }) =>
      inLocale(call.locale, {
        zh: `**#${incident.id}** ${quoted(incident.title)} — ${incident.active} 条里的 ${alerts} 条`,
        en: `**#${incident.id}** ${quoted(incident.title)} — ${alerts} of ${counted(incident.active, "alert")}`,
      }),
    );
    return answer(
      call,
      {
        zh: `${what} 会挡住 ${hidden.incidents} 起告警，共 ${hidden.alerts} 条：\n\n${lines}`,
        en: `${what} would hide ${counted(hidden.alerts, "alert")} of ${counted(hidden.incidents, "incident")}:\n\n${lines}`,
      },
      {
        actions: [
          action(call, "silence", { zh: "静默1小时", en: "Silence 1h" }, `silence ${rest.trim()} 1h`),
        ],
      },
    );
  },
};

function meant(rest: string, { alerts }: World): readonly Matcher[] {
  const number = takeNumber(rest);
  if (number !== undefined) {
    needNothing(number.rest);
    const incident = alerts.book.incident(number.value);
    if (incident === undefined) throw noIncident(number.value);
    return alerts.book.matchersFor(incident);
  }
  const { text, after } = takeMatchers(rest);
  needNothing(after);
  if (text === "")
    throw new Refusal({
      zh: `要看哪个静默？例如 ${code('预览静默 instance=~"web.*"')}`,
      en: `Preview which silence? For example ${code('silence preview instance=~"web.*"')}`,
    });
  return readMatchers(text);
}

/** The open incidents with an active alert that fits, and how many of theirs do. */
function fitting(
  matchers: readonly Matcher[],
  { alerts: { book } }: World,
): readonly { incident: Incident; alerts: number }[] {
  return book
    .activeIncidents()
    .map((incident) => ({
      incident,
      alerts: book
        .members(incident.id)
        .filter((alert) => alert.state !== "resolved" && matches(matchers, alert.labels)).length,
    }))
    .filter(({ alerts }) => alerts > 0);
}
