/** The page that lists every command, made from the table; `docs/commands.md` is its text. */
import { roleText } from "./allow.ts";
import type { Command } from "./command.ts";
import { code, codeBlock } from "./markdown.ts";
import { type Topic, topics } from "./topics.ts";

const OPENING = `# Commands · 命令

Everything that can be said besides sentences (see [sentences.md](sentences.md)). English words and their Chinese twins
are the same command; a button on a card says one of these lines. Capital letters, full-width signs and spaces do not
matter: \`认领１２\`, \`认领 12\` and \`ACK #12\` are the same.

除了规则句子（见 [sentences.md](sentences.md)）以外能说的话。中文和英文是同一个命令，卡片上的按钮说的也是这些话。大小写、全角、
空格都不影响：\`认领１２\`、\`认领 12\`、\`ACK #12\` 是一回事。

A length of time is written like \`30m\`, \`1h30m\`, \`2d\`, \`2小时30分\`, \`半小时\`; matchers are those of Alertmanager,
\`instance=~"web.*",severity!="info"\`; an expression is PromQL (see [rules.md](rules.md)). Every change leaves a line in
\`audit\`. This page is made from the table in \`commands/index.ts\`.

时长写成 \`30m\`、\`1h30m\`、\`2d\`、\`2小时30分\`、\`半小时\`；匹配条件与 Alertmanager 相同；表达式是 PromQL（见
[rules.md](rules.md)）。每次改动都会在 \`审计\` 里留下一行。本页由 \`commands/index.ts\` 里的表生成。
`;

/** The reference in both languages, in markdown. */
export function commandReference(commands: readonly Command[]): string {
  const rows = commands.map(
    ({ words, twins, summary, needs }) =>
      `| ${code(words[0])} | ${code(twins[0])} | ${cell(summary.en)} · ${cell(summary.zh)} | ${needs} |`,
  );
  const table = ["| say | 说 | what happens · 作用 | role · 角色 |", "|---|---|---|---|", ...rows].join("\n");
  return `${[OPENING.trimEnd(), table, ...commands.map(section), topicSection()].join("\n\n")}\n`;
}

/** What `help` knows of besides. */
function topicSection(): string {
  const rows = topics.map(({ words, twins, doc }) => `| ${names(words)} | ${names(twins)} | ${links(doc)} |`);
  const opening =
    "`help` also knows of what is no command. A kind of monitor is a word, too: `help tcp`. Said alone, as in `push` or `tcp`, such a " +
    "word is answered the same; one that is a command, too, stays that command.\n\n" +
    "“帮助”还知道这些不是命令的词。监控的种类也是：`帮助 tcp`。单独说这个词也一样，例如 `推送`、`tcp`；它本身也是命令的，仍是那个命令。";
  return [
    "## Topics of help · 帮助的主题",
    opening,
    ["| help | 帮助 | page · 文档 |", "|---|---|---|", ...rows].join("\n"),
  ].join("\n\n");
}

function names(all: Topic["words"]): string {
  return all.map(code).join(", ");
}

/** The pages, as they are linked from this one. */
function links({ zh, en }: Topic["doc"]): string {
  return [...new Set([en, zh])]
    .map((path) => {
      const near = path.replace("docs/", "");
      return `[${near.replace(/#.*/, "")}](${near})`;
    })
    .join(", ");
}

function section(command: Command): string {
  const { words, twins, takes, summary, examples, needs } = command;
  const usage = (name: string, follows: string): string => code(follows === "" ? name : `${name} ${follows}`);
  const also = (others: readonly string[]): string =>
    others.length === 0 ? "" : others.map(code).join(", ");
  const english = also(words.slice(1));
  const chinese = also(twins.slice(1));
  return [
    `## ${words[0]} · ${twins[0]}`,
    `${usage(words[0], takes.en)} — ${summary.en}.${english === "" ? "" : ` Also ${english}.`}`,
    `${usage(twins[0], takes.zh)} — ${summary.zh}。${chinese === "" ? "" : `也可以说 ${chinese}。`}`,
    `Role: ${needs} · 角色：${roleText[needs].zh}`,
    codeBlock(`${examples.en}\n${examples.zh}`),
  ].join("\n\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
