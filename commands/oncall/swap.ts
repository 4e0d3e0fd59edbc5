import { onCallAt, shiftsIn } from "../../alerts/oncall/schedule.ts";
import type { Text } from "../../storage/locale.ts";
import { action, answer, type Command, Refusal } from "../command.ts";
import { code } from "../markdown.ts";
import { named, quoted } from "../phrases.ts";
import { momentOf, takeRotation, whoTakesDuty } from "./rotations.ts";
import { readSwap } from "./swap-words.ts";

/** Longer than this is another rotation. */
const LONGEST_MS = 92 * 86_400_000;
/** Nobody keeps more in mind. */
const MOST_SWAPS = 100;

const EXAMPLE: Text = {
  zh: `例如 ${code("值班 db 换 李四 从 明天9:00 到 后天9:00")}`,
  en: `for example ${code("oncall swap db lisi from tomorrow 9:00 until friday 18:00")}`,
};

/** `oncall swap db zhangsan until friday 18:00`: somebody takes over for a span. */
export const oncallSwap: Command = {
  words: ["oncall swap"],
  twins: ["值班 换", "换班", "值班 换班"],
  takes: { zh: "[名字] 谁 [从 时间] 到 时间", en: "[NAME] WHO [from TIME] until TIME" },
  summary: {
    zh: "换班：这段时间改由一个人值班；只有一个值班表时不用写名字",
    en: "swap: somebody else is on call for a span; where there is but one rotation, it needs no name",
  },
  examples: {
    zh: "值班 换 db 张三 到 周五18:00\n值班 db 换 李四 从 明天9:00 到 后天9:00",
    en: "oncall swap db zhangsan until friday 18:00",
  },
  needs: "operator",
  async run(rest, call, world) {
    const { onCall } = world;
    const { known, rest: words } = takeRotation(rest, onCall);
    const { rotation, name } = known;
    const { zone } = rotation;
    const read = readSwap(words, call.at, zone);
    if (read.is === "untimed")
      throw new Refusal({
        zh: `“${quoted(read.words, 60)}”几点？要写明时间，${EXAMPLE.zh}`,
        en: `When on “${quoted(read.words, 60)}”? Say the time too, ${EXAMPLE.en}`,
      });
    if (read.is === "unclear")
      throw new Refusal({
        zh: `要说明换成谁、到什么时候，${EXAMPLE.zh}`,
        en: `Say who takes over and until when, ${EXAMPLE.en}`,
      });
    const person = whoTakesDuty(read.who, call, world);
    const from = Math.max(read.from, call.at);
    const { until } = read;
    if (until <= from)
      throw new Refusal({
        zh: `${momentOf(until, zone, call)} 不晚于开始的时间 ${momentOf(from, zone, call)}。`,
        en: `${momentOf(until, zone, call)} is not after its beginning, ${momentOf(from, zone, call)}.`,
      });
    if (until - from > LONGEST_MS)
      throw new Refusal({
        zh: "换班最长 92 天；更久请改值班表。",
        en: "A swap lasts 92 days at most; change the rotation for longer.",
      });
    if (onCall.swaps(name, call.at).length >= MOST_SWAPS)
      throw new Refusal({
        zh: `${code(name)} 已经有 ${MOST_SWAPS} 个换班，先取消一些。`,
        en: `${code(name)} has ${MOST_SWAPS} swaps already; take some back first.`,
      });
    const stood = shiftsIn(rotation, from, until).map((shift) => shift.person);
    const replaces = [...new Set(stood.filter((one) => one !== undefined))].filter((one) => one !== person);
    if (replaces.length === 0 && !stood.includes(undefined))
      throw new Refusal({
        zh: `这段时间本来就是 ${named(person, call)} 值班，没有改变。`,
        en: `${named(person, call)} is on call all that time as it is; nothing has changed.`,
      });
    const swap = await call.change((change) =>
      onCall.addSwap(change, {
        rotation: name,
        person,
        replaces,
        from,
        until,
        by: call.person.id,
        at: call.at,
      }),
    );
    const after = { ...rotation, swaps: [...rotation.swaps, { person, from, until }] };
    const then = onCallAt(after, until);
    const whom = replaces.map((one) => named(one, call));
    const [begins, ends] = [momentOf(from, zone, call), momentOf(until, zone, call)];
    const gone: Text =
      whom.length === 0
        ? { zh: "，这段时间本来没有人值班", en: "; nobody was on call then" }
        : { zh: `，替换 ${whom.join("、")}`, en: `, in place of ${whom.join(", ")}` };
    const back: Text =
      then === undefined
        ? { zh: "之后没有人值班。", en: "After that nobody is on call." }
        : { zh: `之后是 ${named(then, call)}。`, en: `After that it is ${named(then, call)}.` };
    return answer(
      call,
      {
        zh: `换班 ${swap.id}：${code(name)} 从 ${begins} 到 ${ends} 由 **${named(person, call)}** 值班${gone.zh}。${back.zh}`,
        en: `Swap ${swap.id}: **${named(person, call)}** is on call for ${code(name)} from ${begins} until ${ends}${gone.en}. ${back.en}`,
      },
      {
        actions: [action(call, "unswap", { zh: "取消换班", en: "Take it back" }, `oncall unswap ${swap.id}`)],
      },
    );
  },
};
