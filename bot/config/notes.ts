/** What in a `gengfu.yml` is no error and still worth saying: what does nothing, what is skipped, what is never reached. */

import { DEFAULT_CONVERSATION } from "../../alerts/routing/route.ts";
import type { RouteNode } from "../../alerts/routing/route-config.ts";
import { kindNamed } from "../../monitors/index.ts";
import type { Text } from "../../storage/locale.ts";
import type { FileConfig } from "../config.ts";
import { mailNotes } from "../email/check.ts";
import { onCallNotes } from "../oncall/check.ts";
import { phoneNotes } from "../phone/check.ts";
import { isStranded } from "../plan-of.ts";
import type { ReceiverConfig } from "../receivers/receivers-config.ts";
import { configsOf, UNSUPPORTED } from "../receivers/receivers-config.ts";
import { nodesOf } from "./cross-check.ts";
import type { Problem } from "./error.ts";

/** The notes on a file, in its order. `channels` are those that are built. */
export function notesOf(config: FileConfig, channels: ReadonlySet<string>): readonly Problem[] {
  return [
    ...watchedTwice(config),
    ...(config.route === undefined ? [] : behindCatchAlls(config.route)),
    ...config.receivers.flatMap((receiver, i) => notesOn(receiver, `receivers[${i}]`, channels)),
    ...config.receivers.flatMap((receiver, i) =>
      phoneNotes(receiver, `receivers[${i}]`, config.global.phone),
    ),
    ...neverReached(config),
    ...config.hooks.flatMap(({ token }, i) =>
      token.length < GUESSABLE ? [guessable(`hooks[${i}].token`)] : [],
    ),
    ...config.oncall.flatMap(({ icsToken }, i) =>
      icsToken !== undefined && icsToken.length < GUESSABLE ? [guessable(`oncall[${i}].ics_token`)] : [],
    ),
    ...untold(config, channels),
    ...onCallNotes(config),
    ...(config.templates.length === 0 ? [] : [TEMPLATES]),
  ];
}

/** Monitors that look at this machine after another of their kind has. */
function watchedTwice({ monitors }: FileConfig): readonly Problem[] {
  return monitors.flatMap(({ name, kind }, i) => {
    const first = monitors.findIndex((other) => other.kind === kind);
    if (first === i || kindNamed(kind)?.single !== true) return [];
    const by = monitors[first]?.name;
    const text = {
      zh: `'${name}' 和 '${by}' 看的是同一台机器，每条告警都会重复；请只留一个`,
      en: `'${name}' watches the same machine as '${by}', and every alert about it is doubled; keep only one of them`,
    };
    return [{ path: `monitors[${i}]`, text }];
  });
}

/** Conversations in which a change of hands would be told, if there were their channels. */
function untold({ oncall }: FileConfig, channels: ReadonlySet<string>): readonly Problem[] {
  return oncall.flatMap(({ conversations }, i) =>
    conversations.flatMap((address, k) => {
      const channel = address.slice(0, address.indexOf(":"));
      if (channels.has(channel)) return [];
      const path = `oncall[${i}].handover.conversations[${k}]`;
      return [{ path, text: NOT_SET_UP[channel] ?? noChannel(channel) }];
    }),
  );
}

function noChannel(channel: string): Text {
  return {
    zh: `没有 ${channel} 渠道，不会发送`,
    en: `there is no channel ${channel}, so nothing is sent there`,
  };
}

/** A token of fewer characters can be found by trying. */
const GUESSABLE = 16;

function guessable(path: string): Problem {
  const text = {
    zh: `不足 ${GUESSABLE} 个字符，容易被猜到；可用 openssl rand -hex 16 生成`,
    en: `has fewer than ${GUESSABLE} characters and can be guessed; openssl rand -hex 16 makes one`,
  };
  return { path, text };
}

const TEMPLATES: Problem = {
  path: "templates",
  text: {
    zh: "更夫的卡片不需要模板，这里的文件不会被读取",
    en: "Gengfu's cards need no templates; these files are not read",
  },
};

/** Channels that need something of the environment as well. */
const NOT_SET_UP: Readonly<Record<string, Text>> = {
  dingtalk: {
    zh: "没有设置 DINGTALK_CLIENT_ID 和 DINGTALK_CLIENT_SECRET，暂时不会发送",
    en: "DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET are not set, so nothing is sent there",
  },
  wecom: {
    zh: "没有设置 WECOM_BOT_ID 和 WECOM_BOT_SECRET，暂时不会发送",
    en: "WECOM_BOT_ID and WECOM_BOT_SECRET are not set, so nothing is sent there",
  },
  wechat: {
    zh: "没有设置 WECHATY_PUPPET，暂时不会发送",
    en: "WECHATY_PUPPET is not set, so nothing is sent there",
  },
};

function notesOn(receiver: ReceiverConfig, path: string, channels: ReadonlySet<string>): readonly Problem[] {
  const later = [...new Set(receiver.targets.map(({ channel }) => channel))].filter(
    (channel) => !channels.has(channel),
  );
  const notes: Problem[] = [];
  for (const word of receiver.unsupported) {
    const called = UNSUPPORTED[word]?.called ?? word;
    notes.push({
      path: `${path}.${word}`,
      text: { zh: `已跳过：更夫没有 ${called} 渠道`, en: `skipped: Gengfu has no ${called}` },
    });
  }
  for (const channel of later)
    notes.push({
      path: `${path}.${configsOf(channel)}`,
      text: NOT_SET_UP[channel] ?? {
        zh: `已读懂，但这个版本还没有 ${channel} 渠道，暂时不会发送`,
        en: `understood, but this version has no ${channel} channel yet and sends nothing there`,
      },
    });
  notes.push(...mailNotes(receiver, path));
  if (isStranded(receiver, channels)) {
    const { name, fallback = DEFAULT_CONVERSATION } = receiver;
    notes.push({
      path,
      text: {
        zh: `'${name}' 现在没有能用的渠道，改为通知 ${fallback}`,
        en: `'${name}' has no channel that works now; ${fallback} is told instead`,
      },
    });
  }
  return notes;
}

/** Receivers that no route, fallback, escalation or hook names. */
function neverReached({ route, receivers, escalation, hooks }: FileConfig): readonly Problem[] {
  const named = new Set<string | undefined>([
    ...receivers.map(({ fallback }) => fallback),
    ...escalation.flatMap(({ steps }) => steps.map(({ receiver }) => receiver)),
    ...hooks.map(({ receiver }) => receiver),
  ]);
  for (const { node } of route === undefined ? [] : nodesOf(route)) named.add(node.receiver);
  return receivers.flatMap(({ name }, i) =>
    named.has(name)
      ? []
      : [
          {
            path: `receivers[${i}]`,
            text: { zh: `没有路由会到达 '${name}'`, en: `no route leads to '${name}'` },
          },
        ],
  );
}

/** Routes that come after one which takes everything. */
function behindCatchAlls(root: RouteNode): readonly Problem[] {
  return [...nodesOf(root)].flatMap(({ node, path }) => {
    const wall = node.routes.findIndex((child) => child.matchers.length === 0 && !child.continue);
    if (wall === -1 || wall === node.routes.length - 1) return [];
    return [
      {
        path: `${path}.routes[${wall + 1}]`,
        text: {
          zh: `永远不会到达：前面的 routes[${wall}] 没有条件，会收下所有告警`,
          en: `never reached: routes[${wall}] before it has no matchers and takes everything`,
        },
      },
    ];
  });
}
