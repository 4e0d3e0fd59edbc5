import { shownOf } from "../../alerts/incidents/incident-card.ts";
import { storyWords } from "../../alerts/incidents/story-words.ts";
import { escapeMarkdown, formatTime } from "../../alerts/words.ts";
import { refusal } from "../allow.ts";
import { needNothing, needNumber, takeNumber } from "../arguments.ts";
import { action, type Command } from "../command.ts";
import { alertNumber, noIncident } from "../phrases.ts";

/** How many alerts of an incident are named at once; `show 12 2` names the next ones. */
const PAGE = 20;

/** How many lines of a story are shown: the newest. */
const SHOWN = 40;

/** `show 12`: one incident with its timeline. */
export const show: Command = {
  words: ["show", "details"],
  twins: ["详情", "查看"],
  takes: { zh: "编号 [页]", en: "N [page]" },
  summary: {
    zh: "一个告警的来龙去脉，和它的每一条",
    en: "one incident with its timeline, and each of its alerts",
  },
  examples: { zh: "详情 12", en: "show 12" },
  needs: "viewer",
  takesIncident: true,
  run(rest, call, { alerts, zone }) {
    const number = needNumber(rest, alertNumber, this.examples);
    const asked = takeNumber(number.rest);
    needNothing(asked === undefined ? number.rest : asked.rest);
    const incident = alerts.book.incident(number.value);
    if (incident === undefined) throw noIncident(number.value);
    const pages = Math.max(1, Math.ceil(shownOf(alerts.book.members(incident.id)).length / PAGE));
    const page = Math.min(Math.max(asked?.value ?? 1, 1), pages);
    const listed = { from: (page - 1) * PAGE, most: PAGE };
    // Whoever is told has seen the lines of logs; elsewhere they are for those who could make a rule that tells.
    const withoutLines =
      refusal(call.person, "operator") !== undefined && !incident.tells.includes(call.conversation);
    const card = alerts.card(incident, call.at, call.locale, { listed, withoutLines });
    const story = alerts.book.timeline(incident.id).slice(-SHOWN);
    const lines = story.map((entry) => {
      const unit = entry.rule === undefined ? undefined : alerts.unitOf(entry.rule);
      const words = storyWords(entry, { locale: call.locale, zone, nameOf: call.nameOf, unit });
      return `${formatTime(entry.at, zone, call.locale, "second")} ${escapeMarkdown(words)}`;
    });
    // A reply about an incident is not its card: the one card of the incident is the one that changes in place.
    return {
      ...card,
      kind: "reply",
      text: [card.text, lines.map((line) => `- ${line}`).join("\n")].filter(Boolean).join("\n\n"),
      actions: [
        ...(page < pages
          ? [action(call, "more", { zh: "下一页", en: "Next page" }, `show ${incident.id} ${page + 1}`)]
          : []),
        ...(card.actions ?? []).filter(({ command }) => command !== `show ${incident.id}`),
      ],
    };
  },
};
