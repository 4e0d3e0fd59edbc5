import { inLocale, type Locale } from "../storage/locale.ts";
import { roleText } from "./allow.ts";
import { answer, type Call, type Command, Refusal } from "./command.ts";
import { findCommand } from "./find.ts";
import { suggest } from "./language/suggest.ts";
import { code, codeBlock } from "./markdown.ts";
import { explainKind, kindCalled } from "./monitors/kinds.ts";

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
      zh: "能说什么，某一句怎么说，或一种监控怎么加",
      en: "what can be said, how to say one thing, or what a kind of monitor takes",
    },
    examples: { zh: "帮助 静默\n帮助 tcp", en: "help silence\nhelp tcp" },
    needs: "viewer",
    run(rest, call) {
      if (rest === "") return overview(all(), call);
      const found = findCommand(rest, all());
      if (found !== undefined) return oneCommand(found.command, call);
      const kind = kindCalled(rest);
      if (kind !== undefined) return explainKind(kind, call);
      const near = nearest(rest, all(), call);
      throw new Refusal({
        zh: `没有 ${code(rest)} 这个命令。${near.length > 0 ? `你是想说 ${near.map(code).join("、")}？` : "说“帮助”看全部。"}`,
        en: `There is no command ${code(rest)}. ${near.length > 0 ? `Did you mean ${near.map(code).join(", ")}?` : "Say help for all of them."}`,
      });
    },
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
  return answer(call, {
    zh: `直接说一句话就能建规则：\n\n${codeBlock(sentences.zh.join("\n"))}\n\n也可以用这些命令（中英文都行）：\n\n${lines.join("\n")}`,
    en: `Say a sentence to make a rule:\n\n${codeBlock(sentences.en.join("\n"))}\n\nOr one of these commands (English or Chinese):\n\n${lines.join("\n")}`,
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
 * The nearest things that could have been meant, in the language of the call first. `akc 12` is near `ack`: numbers
 * name what a command is about, never the command.
 */
export function nearest(line: string, all: readonly Command[], call: Call): string[] {
  const [one = "", next] = line
    .slice(0, 200)
    .split(/[\s\d#:,.!?]+/)
    .filter((word) => word !== "");
  const candidates = namesOf(all)[call.locale];
  const both = next === undefined ? [] : suggest(`${one} ${next}`, candidates);
  return [...new Set([...both, ...suggest(one, candidates)])].slice(0, 3);
}

type Names = Readonly<Record<Locale, readonly string[]>>;
const names = new WeakMap<readonly Command[], Names>();

/** Every name of every command, those of a language first; made once for a table. */
function namesOf(all: readonly Command[]): Names {
  let known = names.get(all);
  if (known === undefined) {
    known = {
      "zh-CN": all.flatMap(({ words, twins }) => [...twins, ...words]),
      en: all.flatMap(({ words, twins }) => [...words, ...twins]),
    };
    names.set(all, known);
  }
  return known;
}
