import { isRefused } from "../../alerts/refused.ts";
import { inLocale } from "../../storage/locale.ts";
import { formatMatchers } from "../../storage/matchers.ts";
import { action, answer, type Call, type Command, type Reply } from "../command.ts";
import { listed } from "../listed.ts";
import { code, maskedCode } from "../markdown.ts";
import { counted, named, refuse } from "../phrases.ts";
import { readMatchers } from "../silences/silence.ts";
import type { World } from "../world.ts";

/** `subscribe severity=~"critical|warning"`: this conversation hears of alerts that fit, whoever else is told. */
export const subscribe: Command = {
  words: ["subscribe"],
  twins: ["订阅"],
  takes: { zh: "匹配条件|全部", en: "MATCHERS|all" },
  summary: {
    zh: "让这个会话收到符合条件的告警，不影响别处",
    en: "have this conversation told of alerts that match, whoever else is told",
  },
  examples: {
    zh: '订阅 severity=~"critical|warning"\n订阅 全部',
    en: 'subscribe severity=~"critical|warning"\nsubscribe all',
  },
  needs: "operator",
  async run(rest, call, world) {
    if (rest === "")
      throw refuse({
        zh: '要订阅什么？例如：订阅 severity="critical"，或 订阅 全部',
        en: 'Subscribe to what? For example: subscribe severity="critical", or subscribe all',
      });
    const matchers = /^(?:all|everything|全部|所有)$/i.test(rest) ? [] : readMatchers(rest);
    const made = await call.change((change) => {
      const result = world.subscriptions.add(change, {
        conversation: call.conversation,
        matchers,
        person: call.person.id,
        at: call.at,
      });
      if (isRefused(result)) throw refuse(result.refused);
      return result;
    });
    const what = maskedCode(formatMatchers(matchers));
    const { alerts } = world.alerts.book.preview(matchers);
    return answer(
      call,
      {
        zh: `订阅 ${made.id}：这个会话会收到 ${what} 的告警。现在有 ${alerts} 条符合；已经在进行的不会补发。`,
        en: `Subscription ${made.id}: this conversation is told of alerts that match ${what}. ${counted(alerts, "alert")} ${alerts === 1 ? "matches" : "match"} now; what is under way already is not told again.`,
      },
      { actions: [unsubscribeAction(call, made.id)] },
    );
  },
};

/** `unsubscribe 2`: end one; `unsubscribe` alone ends the only one, or shows which there are. */
export const unsubscribe: Command = {
  words: ["unsubscribe"],
  twins: ["退订", "取消订阅"],
  takes: { zh: "[编号]", en: "[N]" },
  summary: {
    zh: "退订；不写编号时列出这个会话的订阅，只有一个就退订它",
    en: "end a subscription; without a number it shows those of this conversation, or ends the only one",
  },
  examples: { zh: "退订 1", en: "unsubscribe 1" },
  needs: "operator",
  async run(rest, call, world) {
    const own = world.subscriptions.of(call.conversation);
    const taken = /^#?(\d{1,9})$/.exec(rest);
    if (rest !== "" && taken === null)
      throw refuse({
        zh: "要写订阅的编号，例如：退订 1",
        en: "Say the number of the subscription, for example: unsubscribe 1",
      });
    const id = taken === null ? (own.length === 1 ? own[0]?.id : undefined) : Number(taken[1]);
    if (id === undefined) return shown(call, world);
    const ended = await call.change((change) => {
      const result = world.subscriptions.remove(change, call.conversation, id);
      if (isRefused(result)) throw refuse(result.refused);
      return result;
    });
    const what = maskedCode(formatMatchers(ended.matchers));
    return answer(call, { zh: `已退订 ${id}：${what}。`, en: `Subscription ${id} has ended: ${what}.` });
  },
};

function shown(call: Call, world: World): Reply {
  const own = world.subscriptions.of(call.conversation);
  if (own.length === 0)
    return answer(call, {
      zh: "这个会话没有订阅。",
      en: "This conversation has no subscription.",
    });
  const lines = listed(own, call, ({ id, matchers, person }) =>
    inLocale(call.locale, {
      zh: `**${id}** ${maskedCode(formatMatchers(matchers))}，${named(person, call)}`,
      en: `**${id}** ${maskedCode(formatMatchers(matchers))}, ${named(person, call)}`,
    }),
  );
  return answer(
    call,
    {
      zh: `这个会话的订阅：\n\n${lines}\n\n退订哪个？例如 ${code("退订 1")}`,
      en: `What this conversation is subscribed to:\n\n${lines}\n\nEnd which? For example ${code("unsubscribe 1")}`,
    },
    { actions: own.slice(0, 5).map(({ id }) => unsubscribeAction(call, id)) },
  );
}

function unsubscribeAction(call: Call, id: number): ReturnType<typeof action> {
  return action(
    call,
    `unsubscribe-${id}`,
    { zh: `退订 ${id}`, en: `End subscription ${id}` },
    `unsubscribe ${id}`,
  );
}
