import type { Action } from "../../alerts/actions/action.ts";
import type { Occasion } from "../../alerts/actions/run.ts";
import { ENDING_WORDS } from "../../alerts/incidents/story-words.ts";
import { formatTime } from "../../alerts/words.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { formatMatchers } from "../../storage/matchers.ts";
import { roleText } from "../allow.ts";
import { needNothing } from "../arguments.ts";
import { answer, type Call, type Command } from "../command.ts";
import { listed } from "../listed.ts";
import { code } from "../markdown.ts";
import { counted, quoted } from "../phrases.ts";
import type { World } from "../world.ts";

const OCCASION: Readonly<Record<Occasion, Text>> = {
  firing: { zh: "触发时", en: "on firing" },
  acknowledged: { zh: "认领时", en: "on acknowledged" },
  resolved: { zh: "恢复时", en: "on resolved" },
};

/** `actions`: what may be run, when it is run by itself, and how it went last. */
export const actions: Command = {
  words: ["actions"],
  twins: ["动作", "动作列表"],
  takes: { zh: "", en: "" },
  summary: {
    zh: "可以执行哪些动作，上次执行得怎么样",
    en: "what can be run for incidents, and how it went last",
  },
  examples: { zh: "动作", en: "actions" },
  needs: "viewer",
  yieldsToSentence: true,
  run(rest, call, world) {
    needNothing(rest);
    const all = world.actions.all();
    if (all.length === 0)
      return answer(call, {
        zh: `还没有动作。动作写在 gengfu.yml 的 ${code("actions:")} 里，聊天里不能添加。`,
        en: `There are no actions. They stand in gengfu.yml under ${code("actions:")}; they cannot be made in chat.`,
      });
    const lines = listed(all, call, (one) => lineOf(one, call, world));
    return answer(call, {
      zh: `动作 ${all.length} 个；用 ${code("执行 名字 编号")} 执行：\n\n${lines}`,
      en: `${counted(all.length, "action")}; run one by ${code("run NAME N")}:\n\n${lines}`,
    });
  },
};

function lineOf(one: Action, call: Call, world: World): string {
  const last = [...world.actions.runs.table.values()].findLast(({ action }) => action === one.name);
  const say = (text: Text): string => inLocale(call.locale, text);
  const occasions = one.on.map((occasion) => say(OCCASION[occasion])).join(say({ zh: "、", en: ", " }));
  const parts = [
    one.summary === undefined ? "" : quoted(one.summary),
    one.matchers.length === 0 ? "" : code(formatMatchers(one.matchers)),
    occasions === "" ? "" : say({ zh: `${occasions}自动执行`, en: `by itself ${occasions}` }),
    one.needs === "admin" ? say(roleText.admin) : "",
    last === undefined
      ? say({ zh: "还没执行过", en: "not run yet" })
      : `#${last.incident} ${formatTime(last.startedAt, world.zone, call.locale)} ${say(
          last.ending === undefined ? { zh: "执行中", en: "is running" } : ENDING_WORDS[last.ending],
        )}`,
  ];
  return `**${quoted(one.name)}** — ${parts.filter((part) => part !== "").join(" · ")}`;
}
