import type { Text } from "../../storage/locale.ts";
import { type Role, roles, roleText } from "../allow.ts";
import { needNothing } from "../arguments.ts";
import { answer, type Command, type RoleSource } from "../command.ts";
import { code } from "../markdown.ts";
import { quoted } from "../phrases.ts";
import { isUnnamed, unnamedWords } from "./unnamed.ts";

/** `whoami`: for whom the bot takes whoever asks, and what they may do. */
export const whoami: Command = {
  words: ["whoami", "who am i"],
  twins: ["我是谁"],
  takes: { zh: "", en: "" },
  summary: { zh: "我的编号、名字、角色，能做什么", en: "my id, name and role, and what I may do" },
  examples: { zh: "我是谁", en: "whoami" },
  needs: "viewer",
  run(rest, call) {
    needNothing(rest);
    const { id, name, role, from } = call.person;
    if (isUnnamed(id)) return answer(call, unnamedWords(id));
    const source = SOURCES[from];
    const may = roles.slice(0, roles.indexOf(role) + 1).map((each) => MAY[each]);
    return answer(call, {
      zh: `你是 **${quoted(name, 60)}**，编号 ${code(id)}，角色是${roleText[role].zh}（${role}），${source.zh}。\n\n可以${may.map(({ zh }) => zh).join("；")}。`,
      en: `You are **${quoted(name, 60)}**, id ${code(id)}. Your role is ${role}, ${source.en}.\n\nYou may ${may.map(({ en }) => en).join("; ")}.`,
    });
  },
};

const SOURCES: Readonly<Record<RoleSource, Text>> = {
  file: { zh: "写在 gengfu.yml 里", en: "as gengfu.yml says" },
  book: { zh: "是在聊天里给的", en: "as it was given in chat" },
  default: { zh: "是默认角色", en: "which is the default" },
  console: { zh: "因为这个控制台只有本机能打开", en: "since only this machine can open this console" },
  unnamed: { zh: "因为不知道是谁", en: "since nobody told who you are" },
};

/** What each role may do besides what those before it may. */
const MAY: Readonly<Record<Role, Text>> = {
  viewer: { zh: "查看告警、规则、监控和状态", en: "look at alerts, rules, monitors and the status" },
  operator: {
    zh: "认领、静默、关闭告警，新建和停用规则、监控、订阅",
    en: "acknowledge, silence and resolve incidents, make and pause rules, monitors and subscriptions",
  },
  admin: { zh: "管理人员，重新加载 gengfu.yml", en: "say who has which role, and reload gengfu.yml" },
};
