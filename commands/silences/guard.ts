/** Asks again before a silence hides more than anybody means to: very many alerts, or everything that is active. */
import type { Card } from "../../alerts/card.ts";
import type { Hidden } from "../../alerts/muting/silencing.ts";
import { inLocale } from "../../storage/locale.ts";
import { action, answer, type Call } from "../command.ts";
import { code } from "../markdown.ts";
import { counted } from "../phrases.ts";
import type { World } from "../world.ts";

/** More alerts than this are not silenced by one slip. */
const MOST_ALERTS = 50;

/** The question, with the button that says yes; nothing when the silence is an ordinary one. */
export function askAgain(
  hidden: Hidden,
  { incident, rest }: { readonly incident?: number; readonly rest: string },
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
  // The button says it in words of its own: whatever word stands in a reason, it is a reason.
  const anyway = { zh: `确认静默 ${rest}`, en: `silence anyway ${rest}` };
  return answer(
    call,
    {
      zh: `这会挡住 ${hidden.incidents} 起告警，共 ${hidden.alerts} 条${all.zh}。还没有静默；真要这样，请说 ${code(anyway.zh)}`,
      en: `That would hide ${counted(hidden.alerts, "alert")} of ${counted(hidden.incidents, "incident")}${all.en}. Nothing is silenced yet; if you mean it, say ${code(anyway.en)}`,
    },
    {
      actions: [
        action(call, "anyway", { zh: "确认静默", en: "Silence them" }, inLocale(call.locale, anyway)),
      ],
    },
  );
}

const NOTHING = { zh: "", en: "" };
