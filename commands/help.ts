import type { Card } from "../alerts/card.ts";
import { inLocale, type Locale } from "../storage/locale.ts";
import { roleText } from "./allow.ts";
import { answer, type Call, type Command, Refusal } from "./command.ts";
import { type Found, findCommand } from "./find.ts";
import { suggest } from "./language/suggest.ts";
import { code, codeBlock } from "./markdown.ts";
import { explainKind, kindCalled, kindWords } from "./monitors/kinds.ts";
import { askFor, explainTopic, type Topic, topicCalled, topics } from "./topics.ts";

/** What one command is called in the language of the call. */
function nameOf(command: Command, call: Call): string {
  return inLocale(call.locale, { zh: command.twins[0], en: command.words[0] });
}

/** `help`: everything that can be said, or one thing at length. It needs the table that it is itself part of. */
export function helpCommand(all: () => readonly Command[]): Command {
  return {
    words: ["help", "?"],
    twins: ["帮助", "怎么用"],
    takes: { zh: "[词]", en: "[word]" },
    summary: {
      zh: "能说什么，某一句怎么说，一种监控怎么加，或推送、钉钉这样的一个主题",
      en: "what can be said, how to say one thing, what a kind of monitor takes, or a topic such as push or DingTalk",
    },
    examples: { zh: "帮助 静默\n帮助 tcp\n帮助 推送", en: "help silence\nhelp tcp\nhelp push" },
    needs: "viewer",
    run(rest, call, world) {
      if (rest === "") return overview(all(), call);
      const topic = topicCalled(rest);
      const found = findCommand(rest, all());
      if (found !== undefined) return mentioning(topic, oneCommand(found.command, call), call);
      const kind = kindCalled(rest);
      if (kind !== undefined) return mentioning(topic, explainKind(kind, call), call);
      if (topic !== undefined) return explainTopic(topic, call, world);
      const near = nearest(rest, helpNames(all()), call);
      throw new Refusal({
        zh: `没有 ${code(rest)} 这个命令或主题。${near.length > 0 ? `你是想说 ${near.map(code).join("、")}？` : "说“帮助”看全部。"}`,
        en: `There is no command and no topic ${code(rest)}. ${near.length > 0 ? `Did you mean ${near.map(code).join(", ")}?` : "Say help for all of them."}`,
      });
    },
  };
}

/** The question that a bare word stands for, where `help` knows it as a topic or a kind of monitor: `push` is `help push`. */
export function askedAbout(line: string, all: readonly Command[]): Found | undefined {
  const isKnown = topicCalled(line) !== undefined || kindCalled(line) !== undefined;
  return isKnown ? findCommand(`help ${line}`, all) : undefined;
}

/** A topic of the same name is not lost behind the command or the kind. */
function mentioning(topic: Topic | undefined, said: Card, call: Call): Card {
  if (topic === undefined) return said;
  const also = code(inLocale(call.locale, askFor(topic)));
  return {
    ...said,
    text: `${said.text}\n\n${inLocale(call.locale, { zh: `另见 ${also}`, en: `See also ${also}` })}`,
  };
}

function overview(all: readonly Command[], call: Call): ReturnType<typeof answer> {
  const lines = all.map((command) => {
    const takes = inLocale(call.locale, command.takes);
    const usage = takes === "" ? nameOf(command, call) : `${nameOf(command, call)} ${takes}`;
    return `- ${code(usage)} — ${inLocale(call.locale, command.summary)}`;
  });
  const sentences = {
    zh: [
      "CPU使用率超过80%持续5分钟告警",
      "https://example.com 响应时间超过2秒时告警",
      "每天凌晨2点提醒 检查备份",
    ],
    en: [
      "alert when cpu > 80% for 5m",
      "alert when https://example.com latency > 2s",
      "every day at 02:00 remind check the backup",
    ],
  };
  const others = (name: (topic: Topic) => string): string[] => topics.map((topic) => code(name(topic)));
  const asked = {
    zh: others(({ twins }) => twins[0]).join("、"),
    en: others(({ words }) => words[0]).join(", "),
  };
  return answer(call, {
    zh: `直接说一句话就能建规则：\n\n${codeBlock(sentences.zh.join("\n"))}\n\n也可以用这些命令（中英文都行）：\n\n${lines.join("\n")}\n\n“帮助”后面也可以跟：${asked.zh}，或一种监控，例如 ${code("帮助 tcp")}`,
    en: `Say a sentence to make a rule:\n\n${codeBlock(sentences.en.join("\n"))}\n\nOr one of these commands (English or Chinese):\n\n${lines.join("\n")}\n\nHelp also knows of ${asked.en}, and of each kind of monitor, as in ${code("help tcp")}`,
  });
}

function oneCommand(command: Command, call: Call): ReturnType<typeof answer> {
  const takes = inLocale(call.locale, command.takes);
  const name = nameOf(command, call);
  const others = [...command.words, ...command.twins].filter((words) => words !== name).map(code);
  const usage = code(takes === "" ? name : `${name} ${takes}`);
  return answer(call, {
    zh: `${usage} — ${command.summary.zh}。\n\n也可以说：${others.join("、")}\n\n例如：\n\n${codeBlock(command.examples.zh)}\n\n需要的角色：${roleText[command.needs].zh}（${command.needs}）`,
    en: `${usage} — ${command.summary.en}.\n\nAlso: ${others.join(", ")}\n\nFor example:\n\n${codeBlock(command.examples.en)}\n\nNeeds the role: ${command.needs}`,
  });
}

/**
 * The nearest of the names that could have been meant, in the language of the call first. `akc 12` is near `ack`: numbers
 * name what a command is about, never the command.
 */
export function nearest(line: string, names: Names, call: Call): string[] {
  const [one = "", next] = line
    .slice(0, 200)
    .split(/[\s\d#:,.!?]+/)
    .filter((word) => word !== "");
  const candidates = names[call.locale];
  const both = next === undefined ? [] : suggest(`${one} ${next}`, candidates);
  return [...new Set([...both, ...suggest(one, candidates)])].slice(0, 3);
}

/** What could have been meant, in each language. The lists are compared with many lines and stay the same. */
type Names = Readonly<Record<Locale, readonly string[]>>;

const ofCommands = new WeakMap<readonly Command[], Names>();
const ofHelp = new WeakMap<readonly Command[], Names>();

/** Every name of every command, those of a language first; made once for a table. */
export function commandNames(all: readonly Command[]): Names {
  return once(ofCommands, all, () => namesOf(all));
}

/** The same with all else that help knows of. */
function helpNames(all: readonly Command[]): Names {
  return once(ofHelp, all, () => {
    const [first, second] = [namesOf(all), namesOf(topics)];
    const join = (locale: Locale): string[] => [...first[locale], ...second[locale], ...kindWords];
    return { "zh-CN": join("zh-CN"), en: join("en") };
  });
}

function namesOf(all: readonly Pick<Command, "words" | "twins">[]): Names {
  return {
    "zh-CN": all.flatMap(({ words, twins }) => [...twins, ...words]),
    en: all.flatMap(({ words, twins }) => [...words, ...twins]),
  };
}

function once(known: WeakMap<readonly Command[], Names>, all: readonly Command[], make: () => Names): Names {
  let names = known.get(all);
  if (names === undefined) {
    names = make();
    known.set(all, names);
  }
  return names;
}
