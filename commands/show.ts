import { storyWords } from "../alerts/incidents/story-words.ts";
import { escapeMarkdown, formatTime } from "../alerts/words.ts";
import { needNothing, needNumber } from "./arguments.ts";
import type { Command } from "./command.ts";
import { alertNumber, noIncident } from "./phrases.ts";

/** How many lines of a story are shown: the newest. */
const SHOWN = 40;

/** `show 12`: one incident with its timeline. */
export const show: Command = {
  words: ["show", "details"],
  twins: ["详情", "查看"],
  takes: { zh: "编号", en: "N" },
  summary: { zh: "一个告警的来龙去脉", en: "one incident with its timeline" },
  examples: { zh: "详情 12", en: "show 12" },
  needs: "viewer",
  run(rest, call, { alerts, zone }) {
    const number = needNumber(rest, alertNumber, this.examples);
    needNothing(number.rest);
    const incident = alerts.book.incident(number.value);
    if (incident === undefined) throw noIncident(number.value);
    const card = alerts.card(incident, call.at, call.locale);
    const story = alerts.book.timeline(incident.id).slice(-SHOWN);
    const lines = story.map((entry) => {
      const unit = entry.rule === undefined ? undefined : alerts.unitOf(entry.rule);
      const words = storyWords(entry, { locale: call.locale, zone, unit });
      return `${formatTime(entry.at, zone, call.locale, "second")} ${escapeMarkdown(words)}`;
    });
    // A reply about an incident is not its card: the one card of the incident is the one that changes in place.
    return {
      ...card,
      kind: "reply",
      text: [card.text, lines.map((line) => `- ${line}`).join("\n")].filter(Boolean).join("\n\n"),
      actions: (card.actions ?? []).filter(({ command }) => command !== `show ${incident.id}`),
    };
  },
};
