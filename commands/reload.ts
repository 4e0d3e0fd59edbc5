import { inLocale, type Text } from "../storage/locale.ts";
import { needNothing } from "./arguments.ts";
import { answer, type Call, type Command } from "./command.ts";
import { listed } from "./listed.ts";
import { code } from "./markdown.ts";
import { quoted } from "./phrases.ts";
import type { Said } from "./world.ts";

/** `reload`: reads gengfu.yml again and puts it in force. */
export const reload: Command = {
  words: ["reload"],
  twins: ["重新加载", "重载配置"],
  takes: { zh: "", en: "" },
  summary: {
    zh: "重新读取 gengfu.yml；有错时保持原来的配置",
    en: "read gengfu.yml again; with a mistake in it the old one stays in force",
  },
  examples: { zh: "重新加载", en: "reload" },
  needs: "admin",
  async run(rest, call, world) {
    needNothing(rest);
    const outcome = await world.reload(call.change);
    const lines = saidLines(outcome.problems, call);
    if (!outcome.ok)
      return answer(
        call,
        {
          zh: `没有重新加载，原来的配置继续有效：\n\n${lines}`,
          en: `Not reloaded; the old configuration stays in force:\n\n${lines}`,
        },
        { severity: "warning" },
      );
    const notes: Text =
      outcome.problems.length === 0
        ? { zh: "", en: "" }
        : { zh: `\n\n值得留意：\n\n${lines}`, en: `\n\nWorth knowing:\n\n${lines}` };
    return answer(call, { zh: `已重新加载。${notes.zh}`, en: `Reloaded.${notes.en}` });
  },
};

function saidLines(problems: readonly Said[], call: Call): string {
  return listed(problems, call, ({ path, text }) => {
    const words = quoted(inLocale(call.locale, text), 400);
    return path === "" ? words : `${code(path)} ${words}`;
  });
}
