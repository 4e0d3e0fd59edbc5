import { routeMute } from "../../alerts/muting/time-interval.ts";
import { addressesOf } from "../../alerts/routing/addresses.ts";
import { drawRoutes } from "../../alerts/routing/draw-routes.ts";
import { groupKeyOf } from "../../alerts/routing/route-tree.ts";
import type { Labels } from "../../storage/labels.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { formatMatchers } from "../../storage/matchers.ts";
import { needNothing } from "../arguments.ts";
import { answer, type Call, type Command, Refusal, type Reply } from "../command.ts";
import { code, codeBlock, maskedCode } from "../markdown.ts";
import { counted, quoted } from "../phrases.ts";
import { readMatchers } from "../silences/silence.ts";
import type { World } from "../world.ts";

/** So many lines of a tree are shown; a chat is no place for more. */
const SHOWN = 60;

/** `routes`: who is told of what; `routes test host=web1`: where one alert would go, and why. */
export const routes: Command = {
  words: ["routes", "route"],
  twins: ["路由", "通知路由"],
  takes: { zh: "[测试 标签=值 …]", en: "[test LABEL=VALUE …]" },
  summary: {
    zh: "谁会收到什么告警；“路由 测试 …” 看某个告警会到哪里、为什么",
    en: "who is told of what; routes test … shows where an alert would go, and why",
  },
  examples: {
    zh: "路由\n路由 测试 host=web1 severity=critical",
    en: "routes\nroutes test host=web1 severity=critical",
  },
  needs: "viewer",
  run(rest, call, world) {
    const test = /^(?:test\b|测试)[\s:]*(.*)$/is.exec(rest);
    if (test !== null) return tested(labelsOf(test[1] ?? ""), call, world);
    needNothing(rest);
    return shown(call, world);
  },
};

/** The tree of the file, and what people subscribed to beside it. */
function shown(call: Call, { plan, subscriptions }: World): Reply {
  const { tree, written } = plan();
  const lines = drawRoutes(tree, call.locale);
  const more = lines.length - SHOWN;
  const block = codeBlock(lines.slice(0, SHOWN).join("\n"));
  const cut =
    more > 0 ? { zh: `\n\n……还有 ${more} 行`, en: `\n\n… and ${counted(more, "more line")}` } : EMPTY;
  const own: Text = written
    ? {
        zh: "聊天里建的规则另外通知它所在的会话，除非根以下的路由或订阅收下了告警。",
        en: "A rule made in a chat also tells its conversation, unless a route below the root or a subscription takes the alert.",
      }
    : {
        zh: "gengfu.yml 里没有 route：聊天里建的规则通知它所在的会话，其余的通知默认会话。",
        en: "gengfu.yml has no route: a rule made in a chat tells its conversation, everything else goes to the default one.",
      };
  const subscribed = subscriptions
    .all()
    .slice(0, SHOWN)
    .map(({ id, conversation, matchers }) =>
      inLocale(call.locale, {
        zh: `- 订阅 ${id}：${maskedCode(formatMatchers(matchers))} → ${quoted(conversation)}`,
        en: `- subscription ${id}: ${maskedCode(formatMatchers(matchers))} → ${quoted(conversation)}`,
      }),
    );
  const list = subscribed.length === 0 ? "" : `\n\n${subscribed.join("\n")}`;
  return answer(call, {
    zh: `${block}${cut.zh}\n\n${own.zh}${list}`,
    en: `${block}${cut.en}\n\n${own.en}${list}`,
  });
}

const EMPTY: Text = { zh: "", en: "" };

/** Where an alert with these labels would go. */
function tested(labels: Labels, call: Call, world: World): Reply {
  const plan = world.plan();
  const alert = { id: 0, name: labels["alertname"] ?? "", tells: [] };
  const taken = plan.router(labels, { ...alert, conversation: undefined });
  const here = plan.router(labels, { ...alert, conversation: call.conversation });
  const mute = routeMute(() => plan.timeIntervals, world.zone);
  const lines = taken.map((route, i) => {
    const targets = addressesOf(plan, route);
    const to =
      targets.length === 0
        ? { zh: "谁也不通知", en: "nobody" }
        : both(targets.map((one) => quoted(one)).join(", "));
    const held = mute(route, call.at)?.why;
    const hold =
      held === undefined ? EMPTY : { zh: `；现在不通知：${held.zh}`, en: `; held back now: ${held.en}` };
    const steps: Text =
      route.escalation === undefined
        ? EMPTY
        : { zh: `；升级策略 ${quoted(route.escalation)}`, en: `; escalation ${quoted(route.escalation)}` };
    return inLocale(call.locale, {
      zh: `${i + 1}. ${code(route.path)} → **${quoted(route.receiver)}**（${to.zh}）${steps.zh}${hold.zh}`,
      en: `${i + 1}. ${code(route.path)} → **${quoted(route.receiver)}** (${to.en})${steps.en}${hold.en}`,
    });
  });
  const [first] = taken;
  const key = first === undefined ? "" : code(groupKeyOf(first, labels).key);
  const told = taken.flatMap((route) => addressesOf(plan, route));
  const own = here.flatMap((route) => addressesOf(plan, route)).some((address) => !told.includes(address));
  const more: Text = own
    ? {
        zh: "\n\n在这里建的规则，还会通知这个会话。",
        en: "\n\nHad the rule been made here, this conversation would be told too.",
      }
    : EMPTY;
  const inhibited = world.alerts.book.context.inhibition.reasonFor(labels)?.why;
  const muted: Text =
    inhibited === undefined
      ? EMPTY
      : { zh: `\n\n现在不通知：${inhibited.zh}`, en: `\n\nHeld back now: ${inhibited.en}` };
  return answer(call, {
    zh: `${lines.join("\n")}\n\n分组：${key}${muted.zh}${more.zh}`,
    en: `${lines.join("\n")}\n\nGroup: ${key}${muted.en}${more.en}`,
  });
}

function both(text: string): Text {
  return { zh: text, en: text };
}

/** `host=web1 severity=critical` as labels. */
function labelsOf(text: string): Labels {
  const matchers = readMatchers(text);
  const other = matchers.find(({ op }) => op !== "=");
  if (matchers.length === 0 || other !== undefined)
    throw new Refusal({
      zh: `要写出告警的标签，例如 ${code("路由 测试 host=web1 severity=critical")}`,
      en: `Say the labels of an alert, for example ${code("routes test host=web1 severity=critical")}`,
    });
  return Object.fromEntries(matchers.map(({ name, value }) => [name, value]));
}
