import type { KnownRotation } from "../../alerts/oncall/on-call.ts";
import { nextChange, onCallAt, shiftsIn } from "../../alerts/oncall/schedule.ts";
import { formatSpan } from "../../alerts/words.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { takeSpan } from "../arguments.ts";
import { action, answer, type Call, type Command } from "../command.ts";
import { code } from "../markdown.ts";
import { named, quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { bold, momentOf, needRotation, noRotation, shiftLines, takeRotation } from "./rotations.ts";
import { oncallSwap } from "./swap.ts";

const DAY_MS = 86_400_000;

/** What people say for a span of days. */
const SPANS: Readonly<Record<string, number>> = {
  "": 7,
  day: 1,
  today: 1,
  今天: 1,
  一天: 1,
  week: 7,
  周: 7,
  一周: 7,
  本周: 7,
  month: 31,
  月: 31,
  一个月: 31,
  本月: 31,
};

/** A schedule that is looked at further ahead is a guess. */
const LONGEST_MS = 92 * DAY_MS;

/** `oncall`: who has the duty; `oncall db week`: the shifts of one rotation. */
export const oncall: Command = {
  words: ["oncall"],
  twins: ["值班", "值班表"],
  takes: { zh: "[名字 [一周|14天]]", en: "[NAME [week|14d]]" },
  summary: {
    zh: "现在谁值班，到什么时候，之后是谁；一个值班表接下来的班次",
    en: "who is on call now, until when, and who comes next; the coming shifts of one rotation",
  },
  examples: { zh: "值班\n值班 db 一周", en: "oncall\noncall db week" },
  needs: "viewer",
  instead(rest) {
    // `值班 db 换 李四 到 …` and `oncall db swap …`: the rotation may stand first.
    const found = /^(\S+) (?:换班?|swap)(?: (.*))?$/i.exec(rest);
    return found === null ? undefined : { command: oncallSwap, rest: `${found[1]} ${found[2] ?? ""}`.trim() };
  },
  run(rest, call, world) {
    if (rest !== "") return shifts(rest, call, world);
    const all = world.onCall.all();
    if (all.length === 0) return answer(call, noRotation);
    const text = all.map((known) => inLocale(call.locale, nowLine(known, call, world))).join("\n\n");
    const actions = all
      .slice(0, 4)
      .map(({ name }) =>
        action(call, `week-${name}`, { zh: `${name} 一周`, en: `${name}: a week` }, `oncall ${name} week`),
      );
    return answer(call, { zh: text, en: text }, { actions });
  },
};

function nowLine(known: KnownRotation, call: Call, world: World): Text {
  const { rotation, name } = known;
  const until = nextChange(rotation, call.at);
  const next = until === undefined ? undefined : onCallAt(rotation, until);
  const now = bold(onCallAt(rotation, call.at), call);
  const end = until === undefined ? "" : momentOf(until, rotation.zone, call);
  const line: Text =
    until === undefined
      ? { zh: `${code(name)}：${now}，一直`, en: `${code(name)}: ${now}, for good` }
      : {
          zh: `${code(name)}：${now}，到 ${end}，之后 ${bold(next, call)}`,
          en: `${code(name)}: ${now} until ${end}, then ${bold(next, call)}`,
        };
  const more = [...swapLines(known, call, world), ...troubleLines(known)];
  return {
    zh: [line.zh, ...more.map(({ zh }) => zh)].join("\n"),
    en: [line.en, ...more.map(({ en }) => en)].join("\n"),
  };
}

function swapLines({ name, rotation }: KnownRotation, call: Call, { onCall }: World): readonly Text[] {
  return onCall
    .swaps(name, call.at)
    .slice(0, 10)
    .map(({ id, person, from, until }) => {
      const [begins, ends] = [momentOf(from, rotation.zone, call), momentOf(until, rotation.zone, call)];
      const who = named(onCall.humans().of(person).id, call);
      return {
        zh: `- 换班 ${id}：${begins} – ${ends} 由 ${who} 值班`,
        en: `- Swap ${id}: ${begins} – ${ends} ${who} is on call`,
      };
    });
}

/** What is wrong with it: nobody takes turns, or its calendar cannot be read. */
function troubleLines({ rotation, file, calendar }: KnownRotation): readonly Text[] {
  const lines: Text[] = [];
  if (rotation.layers.length === 0 && file?.ics === undefined)
    lines.push({
      zh: `- ⚠ 还没有排人；说 ${code(`值班 添加 ${rotation.name}: 张三 李四 每周一 09:00 轮换`)}`,
      en: `- ⚠ nobody takes turns in it yet; say ${code(`oncall add ${rotation.name}: zhangsan, lisi every monday 09:00`)}`,
    });
  if (file?.ics !== undefined && calendar === undefined)
    lines.push({ zh: "- ⚠ 日历还没有读到", en: "- ⚠ its calendar has not been read yet" });
  if (calendar?.trouble !== undefined)
    lines.push({
      zh: `- ⚠ 日历读不到，用的是上一次读到的：${quoted(calendar.trouble.zh)}`,
      en: `- ⚠ its calendar cannot be read, and the last copy counts: ${quoted(calendar.trouble.en)}`,
    });
  if (calendar !== undefined && calendar.unknown.length > 0) {
    const names = calendar.unknown.slice(0, 10).map((name) => quoted(name, 60));
    lines.push({
      zh: `- ⚠ 日历里这些名字不认识：${names.join("、")}`,
      en: `- ⚠ names in its calendar that are nobody's: ${names.join(", ")}`,
    });
  }
  return lines;
}

function shifts(rest: string, call: Call, world: World): ReturnType<typeof answer> {
  const first = rest.split(" ")[0] ?? "";
  const all = world.onCall.all();
  const isSpan =
    spanOf(rest) !== undefined && !all.some(({ name }) => name.toLowerCase() === first.toLowerCase());
  const taken = isSpan
    ? takeRotation(rest, world.onCall)
    : { known: needRotation(first, world.onCall), rest: rest.slice(first.length).trim() };
  const { known } = taken;
  const { zone } = known.rotation;
  const ms = Math.min(spanOf(taken.rest) ?? takeSpan(taken.rest)?.value ?? 7 * DAY_MS, LONGEST_MS);
  const lines = shiftLines(shiftsIn(known.rotation, call.at, call.at + ms), zone, call);
  const now = nowLine(known, call, world);
  const span = { zh: formatSpan(ms, "zh-CN"), en: formatSpan(ms, "en") };
  return answer(call, {
    zh: `${now.zh}\n\n接下来 ${span.zh}（${zone}）：\n${lines}`,
    en: `${now.en}\n\nThe next ${span.en} (${zone}):\n${lines}`,
  });
}

function spanOf(text: string): number | undefined {
  const days = SPANS[text.toLowerCase()];
  return days === undefined ? undefined : days * DAY_MS;
}
