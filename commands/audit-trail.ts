import { formatTime } from "../alerts/words.ts";
import { needNothing } from "./arguments.ts";
import { answer, type Command } from "./command.ts";
import { listed } from "./listed.ts";
import { maskedCode } from "./markdown.ts";
import { named, quoted } from "./phrases.ts";

/** `audit`: who changed what, newest first. */
export const auditTrail: Command = {
  words: ["audit", "history"],
  twins: ["审计", "操作记录"],
  takes: { zh: "", en: "" },
  summary: { zh: "谁在什么时候改了什么", en: "who changed what, and when" },
  examples: { zh: "审计", en: "audit" },
  needs: "viewer",
  run(rest, call, { audit, zone }) {
    needNothing(rest);
    const entries = audit.latest(30);
    if (entries.length === 0)
      return answer(call, { zh: "还没有人改过什么。", en: "Nobody has changed anything yet." });
    const lines = listed(
      entries,
      call,
      ({ at, person, conversation, line }) =>
        `${formatTime(at, zone, call.locale)} **${named(person, call)}** (${quoted(conversation)}) ${maskedCode(line)}`,
    );
    return answer(call, { zh: `最近的改动：\n\n${lines}`, en: `The latest changes:\n\n${lines}` });
  },
};
