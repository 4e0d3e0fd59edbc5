/** Short messages about an incident that has its card already: what changes in a card in place is easily overlooked. */
import { inLocale, type Text } from "../../storage/locale.ts";
import type { Change } from "../../storage/store.ts";
import type { Action, Card } from "../card.ts";
import type { TurnContext } from "../evaluation/turn-context.ts";
import { plain } from "../words.ts";
import type { Incident } from "./incident.ts";
import { post } from "./story.ts";

/** Says `words` of an incident once at each address, with its number and title before them. */
export function say(
  context: Pick<TurnContext, "tables" | "locale">,
  change: Change,
  incident: Incident,
  addresses: Iterable<string>,
  at: number,
  words: Text,
  mentions: readonly string[] = [],
): void {
  const { id, title, severity } = incident;
  const name = `#${id} ${plain(title, 80)}`;
  const { locale } = context;
  const card: Card = {
    kind: "text",
    title: inLocale(locale, { zh: `${name}：${words.zh}`, en: `${name}: ${words.en}` }),
    severity,
    incident: id,
    actions: actions(incident, (text) => inLocale(locale, text)),
    ...(mentions.length === 0 ? {} : { mentions }),
  };
  const lane = severity === "critical" ? "urgent" : "normal";
  post(change, context.tables, [...addresses], card, lane, at);
}

function actions({ id, acknowledgement }: Incident, said: (text: Text) => string): readonly Action[] {
  const show = { id: "show", label: said({ zh: "详情", en: "Details" }), command: `show ${id}` };
  if (acknowledgement !== undefined) return [show];
  return [{ id: "ack", label: said({ zh: "认领", en: "Acknowledge" }), command: `ack ${id}` }, show];
}
