/** Asks again before a silence hides more than anybody means to: very many alerts, or everything that is active. */
import type { Card } from "../alerts/card.ts";
import type { Hidden } from "../alerts/muting/silencing.ts";
import { action, answer, type Call } from "./command.ts";
import { counted } from "./phrases.ts";
import type { World } from "./world.ts";

/** More alerts than this are not silenced by one slip. */
const MOST_ALERTS = 50;

/** The last word of a line that was asked about. */
const CONFIRM = /(?:^|\s)(?:confirm|确认)$/i;

/** Takes the word that confirms from the end of a line. */
export function takeConfirm(text: string): { rest: string; confirmed: boolean } {
  return CONFIRM.test(text)
    ? { rest: text.replace(CONFIRM, "").trimEnd(), confirmed: true }
    : { rest: text, confirmed: false };
}

/** The question, with the button that says yes; nothing when the silence is an ordinary one. */
export function askAgain(
  hidden: Hidden,
  { incident }: { readonly incident?: number },
  call: Call,
  world: World,
): Card | undefined {
  const { firing, nodata } = world.alerts.book.index.counts;
  const many = hidden.alerts > MOST_ALERTS;
  // Of one incident, named by its number, everybody knows that it is all there is.
  const everything = incident === undefined && hidden.incidents > 1 && hidden.alerts === firing + nodata;
  if (!many && !everything) return undefined;
  const all = everything
    ? { zh: "，也就是现在的全部告警", en: ", and that is everything that is active" }
    : NOTHING;
  return answer(
    call,
    {
      zh: `这会挡住 ${hidden.incidents} 起告警，共 ${hidden.alerts} 条${all.zh}。还没有静默；真要这样，请确认。`,
      en: `That would hide ${counted(hidden.alerts, "alert")} of ${counted(hidden.incidents, "incident")}${all.en}. Nothing is silenced yet; confirm it if you mean it.`,
    },
    {
      actions: [
        action(call, "confirm", { zh: "确认静默", en: "Silence them" }, `${call.line.trim()} confirm`),
      ],
    },
  );
}

const NOTHING = { zh: "", en: "" };
