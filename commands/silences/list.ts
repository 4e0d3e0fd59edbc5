import { formatTime } from "../../alerts/words.ts";
import { inLocale } from "../../storage/locale.ts";
import { formatMatchers } from "../../storage/matchers.ts";
import { needNothing } from "../arguments.ts";
import { answer, type Command } from "../command.ts";
import { listed } from "../listed.ts";
import { maskedCode } from "../markdown.ts";
import { counted, named, quoted } from "../phrases.ts";
import { unsilenceAction } from "./silence.ts";

/** `silences`: what is silenced now, until when, by whom and why. */
export const silences: Command = {
  words: ["silences"],
  twins: ["静默列表", "查看静默"],
  takes: { zh: "", en: "" },
  summary: { zh: "现在生效的静默", en: "the silences in force" },
  examples: { zh: "静默列表", en: "silences" },
  needs: "viewer",
  run(rest, call, { alerts, zone }) {
    needNothing(rest);
    const all = alerts.book.activeSilences(call.at);
    if (all.length === 0) return answer(call, { zh: "现在没有静默。", en: "Nothing is silenced." });
    const lines = listed(all, call, (one) => {
      const hidden = alerts.book.preview(one.matchers);
      const until = formatTime(one.endsAt, zone, call.locale);
      const why = one.why === "" ? "" : ` — ${quoted(one.why)}`;
      return inLocale(call.locale, {
        zh: `**${one.id}** ${maskedCode(formatMatchers(one.matchers))} 到 ${until}，${named(one.person, call)}${why}，现在挡住 ${hidden.alerts} 条`,
        en: `**${one.id}** ${maskedCode(formatMatchers(one.matchers))} until ${until}, ${named(one.person, call)}${why}, hides ${counted(hidden.alerts, "alert")} now`,
      });
    });
    return answer(
      call,
      { zh: `静默 ${all.length} 个：\n\n${lines}`, en: `${counted(all.length, "silence")}:\n\n${lines}` },
      { actions: all.slice(0, 5).map(({ id }) => unsilenceAction(call, id)) },
    );
  },
};
