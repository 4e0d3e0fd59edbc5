import type { KnownRotation } from "../../alerts/oncall/on-call.ts";
import {
  LONGEST_SHIFT_MS,
  MOST_PEOPLE,
  ROTATION_NAME,
  SHORTEST_SHIFT_MS,
} from "../../alerts/oncall/oncall-config.ts";
import { shiftsIn } from "../../alerts/oncall/schedule.ts";
import { formatSpan } from "../../alerts/words.ts";
import { action, answer, type Command, Refusal } from "../command.ts";
import { code } from "../markdown.ts";
import { named, quoted } from "../phrases.ts";
import { shiftLines, whoTakesDuty } from "./rotations.ts";
import { readTurns } from "./turns.ts";

/** More rotations than this are a mistake or a way to fill the disk. */
const MOST_ROTATIONS = 100;

/** `oncall add db: zhangsan, lisi every monday 09:00`: people take turns; the first of them begins now. */
export const oncallAdd: Command = {
  words: ["oncall add"],
  twins: ["值班 添加", "添加值班"],
  takes: { zh: "名字: 谁 谁… 每周一 09:00 轮换", en: "NAME: WHO, WHO … every monday 09:00" },
  summary: {
    zh: "排一个值班表，或重排；第一个人从现在开始。交接消息发到这个会话",
    en: "make a rotation, or make it anew; who is named first begins now. Hand-overs are told in this conversation",
  },
  examples: {
    zh: "值班 添加 db: 张三 李四 每周一 09:00 轮换",
    en: "oncall add db: zhangsan, lisi every monday 09:00",
  },
  needs: "operator",
  async run(rest, call, world) {
    const { onCall } = world;
    const { name: said, words } = split(rest, this);
    const known = onCall.all().find(({ name }) => name.toLowerCase() === said.toLowerCase());
    const name = known?.name ?? said;
    if (isOfFile(known)) throw readOnly(name);
    if (known?.made === undefined && onCall.tables.made.size >= MOST_ROTATIONS)
      throw new Refusal({
        zh: `值班表已经有 ${MOST_ROTATIONS} 个了，先删除一些。`,
        en: `There are ${MOST_ROTATIONS} rotations already; remove some first.`,
      });
    const zone = known?.file?.zone ?? world.zone;
    const turns = readTurns(words, call.at, zone);
    if (turns === undefined || turns.everyMs < SHORTEST_SHIFT_MS || turns.everyMs > LONGEST_SHIFT_MS)
      throw new Refusal({
        zh: `要说明有谁、什么时候轮换（每周一 09:00、每天 9点、每12小时、每两周 周一 09:00），例如 ${code(this.examples.zh)}`,
        en: `Say who, and when they change (every monday 09:00, every day at 9am, every 12h, every two weeks monday 09:00), for example ${code(this.examples.en)}`,
      });
    if (turns.people.length > MOST_PEOPLE)
      throw new Refusal({ zh: `最多 ${MOST_PEOPLE} 个人。`, en: `${MOST_PEOPLE} people at most.` });
    const people = turns.people.map((one) => whoTakesDuty(one, call, world));
    const { everyMs, starts } = turns;
    await call.change((change) =>
      onCall.putMade(change, {
        name,
        zone,
        people,
        everyMs,
        starts,
        conversations: [call.conversation],
        by: call.person.id,
        at: call.at,
      }),
    );
    const layer = { people, everyMs, starts, active: undefined };
    const rotation = { name, zone, layers: [layer], active: undefined, calendar: [], swaps: [] };
    const ahead = Math.min(everyMs * Math.min(people.length + 1, 5), 92 * 86_400_000);
    const lines = shiftLines(shiftsIn(rotation, call.at, call.at + ahead), zone, call, 6);
    const who = people.map((one) => named(one, call));
    return answer(
      call,
      {
        zh: `${known?.made === undefined ? "排好了" : "重排了"}值班表 ${code(name)}：${who.join("、")}，${every(everyMs)}轮换（${zone}）。\n\n${lines}`,
        en: `Rotation ${code(name)} is ${known?.made === undefined ? "made" : "made anew"}: ${who.join(", ")}, ${formatSpan(everyMs, "en")} each (${zone}).\n\n${lines}`,
      },
      { actions: [action(call, "oncall", { zh: "谁值班", en: "Who is on call" }, "oncall")] },
    );
  },
};

/** Whether the file says who takes turns in it: then chat cannot. */
export function isOfFile(known: KnownRotation | undefined): boolean {
  return known?.file !== undefined && (known.file.layers.length > 0 || known.file.ics !== undefined);
}

/** What the file says is changed there. */
export function readOnly(name: string): Refusal {
  return new Refusal({
    zh: `值班表 ${code(name)} 写在 gengfu.yml 里，在聊天里不能改；临时换人请说 ${code(`值班 ${name} 换 张三 到 周五18:00`)}`,
    en: `The rotation ${code(name)} is in gengfu.yml, which chat cannot change; for a while, say ${code(`oncall swap ${name} zhangsan until friday 18:00`)}`,
  });
}

/** `每周`, `每2周`, `每12小时`. */
function every(ms: number): string {
  const weeks = ms / (7 * 86_400_000);
  if (Number.isInteger(weeks)) return weeks === 1 ? "每周" : `每${weeks}周`;
  return ms === 86_400_000 ? "每天" : `每${formatSpan(ms, "zh-CN")}`;
}

function split(rest: string, { examples }: Command): { readonly name: string; readonly words: string } {
  const found = /^([^\s:]+)(?: ?: ?| )(.+)$/.exec(rest);
  const [, name = "", words = ""] = found ?? [];
  if (found === null)
    throw new Refusal({
      zh: `要说明名字、有谁、什么时候轮换，例如 ${code(examples.zh)}`,
      en: `Say its name, who, and when they change, for example ${code(examples.en)}`,
    });
  if (!ROTATION_NAME.test(name))
    throw new Refusal({
      zh: `“${quoted(name, 60)}”不能作名字：最多 40 个字母、数字、-、_、.，例如 db`,
      en: `“${quoted(name, 60)}” cannot be a name: up to 40 letters, digits, -, _ and ., such as db`,
    });
  return { name, words };
}
