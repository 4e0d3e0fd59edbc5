import { answer, type Command } from "../command.ts";
import { code } from "../markdown.ts";
import { needRotation, noRotation } from "./rotations.ts";

/** `oncall ics`: where each schedule is read as a calendar. */
export const oncallCalendar: Command = {
  words: ["oncall ics"],
  twins: ["值班 日历", "值班日历"],
  takes: { zh: "[名字]", en: "[NAME]" },
  summary: {
    zh: "值班日历的订阅地址（.ics），可加到手机日历；有地址的人就能看",
    en: "the address at which a calendar subscribes to the schedule (.ics); whoever has it can read it",
  },
  examples: { zh: "值班 日历", en: "oncall ics" },
  needs: "viewer",
  run(rest, call, { onCall, calendarOf }) {
    const all = rest === "" ? onCall.all() : [needRotation(rest, onCall)];
    if (all.length === 0) return answer(call, noRotation);
    const text = all
      .slice(0, 30)
      .map(({ name }) => `- ${code(name)} ${code(calendarOf(name))}`)
      .join("\n");
    return answer(call, {
      zh: `在日历里“通过网址添加”，每小时会自动更新；有地址的人就能看，请不要外传。\n\n${text}`,
      en: `Add it “by URL” in a calendar, which then follows every change. Whoever has the address can read it.\n\n${text}`,
    });
  },
};
