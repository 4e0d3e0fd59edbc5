/** What people are told of a run that has ended. */
import type { Ending, Run } from "../../alerts/actions/run.ts";
import type { Card } from "../../alerts/card.ts";
import { ENDING_WORDS } from "../../alerts/incidents/story-words.ts";
import { escapeMarkdown } from "../../alerts/words.ts";
import { codeBlock } from "../../commands/markdown.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";

/** So much of what it wrote stands on a card, from its end; `show` has more. */
const SHOWN_LINES = 12;

const MARKS: Readonly<Record<Ending, string>> = {
  ok: "✅",
  failed: "❌",
  timeout: "⏱",
  refused: "🚫",
  late: "🚫",
  unknown: "❔",
};

export function cardOf(run: Run, locale: Locale): Card {
  const { incident, action, occasion, ending = "unknown", detail = "", output = "" } = run;
  const how = inLocale(locale, ENDING_WORDS[ending]);
  const by = occasion === undefined ? "" : inLocale(locale, { zh: "（自动）", en: " (by itself)" });
  const lines = output.split("\n");
  const shown = lines.slice(-SHOWN_LINES).join("\n");
  const colon = inLocale(locale, { zh: "：", en: ": " });
  return {
    kind: "text",
    title: `${MARKS[ending]} #${incident} ${action}${by} ${how}`,
    incident,
    text: [
      detail === ""
        ? ""
        : `${inLocale(locale, { zh: "说明", en: "Detail" })}${colon}${escapeMarkdown(detail)}`,
      output === "" ? "" : codeBlock(lines.length > SHOWN_LINES ? `…\n${shown}` : shown),
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
    actions: [
      { id: "show", label: inLocale(locale, { zh: "详情", en: "Details" }), command: `show ${incident}` },
    ],
  };
}
