/** What kinds of monitor are called, and what is said of each to whoever wants to make one. */
import { kindNamed, monitorKinds } from "../../monitors/index.ts";
import { durationWords } from "../../storage/duration.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { roleText } from "../allow.ts";
import { answer, type Call } from "../command.ts";
import { code, codeBlock } from "../markdown.ts";

const ADD: Text = { zh: "添加监控", en: "monitor add" };

/** Other words for the kinds. */
const ALIASES: Readonly<Record<string, string>> = {
  ping: "icmp",
  端口: "tcp",
  证书: "tls",
  域名: "dns",
  抓取: "scrape",
  进程: "process",
  日志: "log",
};

/** Every word that a kind goes by. */
export const kindWords: readonly string[] = [...Object.keys(monitorKinds), ...Object.keys(ALIASES)];

/** Of every kind. */
const COMMON = ["name", "interval", "timeout", "labels", "shape"];

/** The kind that a word stands for. */
export function kindCalled(word: string): string | undefined {
  const folded = word.toLowerCase();
  if (Object.hasOwn(monitorKinds, folded)) return folded;
  return Object.hasOwn(ALIASES, folded) ? ALIASES[folded] : undefined;
}

/** How one of a kind is made, to be typed. */
export function exampleOf(kind: string): Text {
  const { zh = "", en = "" } = kindNamed(kind)?.example ?? {};
  return { zh: `${ADD.zh} ${zh}`, en: `${ADD.en} ${en}` };
}

/** Every kind with an example, as markdown. */
export function kindLines(language: keyof Text): string {
  const lines = Object.values(monitorKinds).map(
    ({ kind, summary }) => `- ${code(exampleOf(kind)[language])} — ${summary[language]}`,
  );
  return lines.join("\n");
}

/** One kind at length: an example, its options, who may make one. */
export function explainKind(name: string, call: Call): ReturnType<typeof answer> {
  const kind = kindNamed(name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  const needs = kind.needs ?? "operator";
  const isFileOnly = (option: string): boolean => kind.fileOnly?.includes(option) === true;
  const own = Object.keys(kind.options.shape).filter((option) => !isFileOnly(option));
  const options = [...own, ...COMMON].map(code).join(inLocale(call.locale, { zh: "、", en: ", " }));
  const hidden = (kind.fileOnly ?? []).map(code);
  const { zh, en } = exampleOf(name);
  const every = durationWords(kind.intervalMs);
  const inFile = {
    zh: hidden.length === 0 ? "" : `；只能写在 gengfu.yml 里的：${hidden.join("、")}`,
    en: hidden.length === 0 ? "" : `; in gengfu.yml only: ${hidden.join(", ")}`,
  };
  return answer(call, {
    zh: `监控种类 ${code(name)}：${kind.summary.zh}。\n\n例如：\n\n${codeBlock(zh)}\n\n选项（写成 选项=值）：${options}${inFile.zh}。默认每${every.zh}看一次。含义见 docs/monitors.md。\n\n需要的角色：${roleText[needs].zh}（${needs}）`,
    en: `${code(name)}, a kind of monitor: ${kind.summary.en}.\n\nFor example:\n\n${codeBlock(en)}\n\nOptions (as option=value): ${options}${inFile.en}. It looks every ${every.en} where nothing is said. docs/monitors.md says what they mean.\n\nNeeds the role: ${needs}`,
  });
}
