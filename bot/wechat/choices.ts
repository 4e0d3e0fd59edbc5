/**
 * Numbered choices, in place of buttons. What each number of a card stands for is remembered per conversation and
 * incident, on disk, so that a number said tomorrow means what was on the card.
 */
import { z } from "zod";
import type { Action } from "../../alerts/card.ts";
import { plain } from "../../alerts/words.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { NotSaved, type Store } from "../../storage/store.ts";

const entry = z.strictObject({
  conversation: z.string(),
  incident: z.number(),
  choices: z.array(z.strictObject({ label: z.string(), command: z.string() })),
  at: z.number(),
});
type CardChoices = z.output<typeof entry>;

/** What a line that is a number comes to: the line that it stands for, or why it stands for none. */
export type Chosen = { readonly command: string } | { readonly refused: Text };

export interface Choices {
  /** From now on the numbers of this incident's card mean these; none: it has no numbers any more. */
  show(conversation: string, incident: number, actions: readonly Action[], at: number): Promise<void>;
  /** undefined: the line is no number. `quotes` is the text that it answers to. */
  choose(conversation: string, text: string, quotes?: string): Chosen | undefined;
  /** The incidents among those that a text names whose cards have numbers here. */
  named(conversation: string, text: string): readonly number[];
}

/** Cards of one conversation whose numbers are remembered; nobody answers an older one by its number. */
const MOST_CARDS = 50;
/** Cards that a question lists. */
const MOST_LISTED = 8;
const LONGEST_LABEL = 20;

export function openChoices(store: Store, isOpen: (incident: number) => boolean): Choices {
  const table = store.table<CardChoices>("wechat_choices", (raw) => entry.parse(raw));
  /** What the disk did not take, too: the card is before people. */
  const known = new Map<string, CardChoices>();
  for (const one of table.values()) known.set(keyOf(one.conversation, one.incident), one);

  /** The latest first. */
  function cardsIn(conversation: string): readonly CardChoices[] {
    return [...known.values()]
      .filter((one) => one.conversation === conversation)
      .sort((a, b) => b.at - a.at || b.incident - a.incident);
  }

  function pick(one: CardChoices | undefined, incident: number, number: number, quotes?: string): Chosen {
    if (one === undefined || !isOpen(incident)) return { refused: over(incident) };
    const choice = one.choices[number - 1];
    if (choice === undefined) return { refused: noSuchNumber(one) };
    const quoted = quotes === undefined ? undefined : labelIn(quotes, number);
    if (quoted !== undefined && !choice.label.startsWith(quoted)) return { refused: changed(one) };
    return { command: choice.command };
  }

  function named(conversation: string, text: string): readonly number[] {
    const numbers = [...text.replaceAll("＃", "#").matchAll(/#([1-9]\d{0,8})(?!\d)/g)].map(([, digits]) =>
      Number(digits),
    );
    return [...new Set(numbers)].filter((incident) => known.has(keyOf(conversation, incident)));
  }

  return {
    named,
    async show(conversation, incident, actions, at) {
      const key = keyOf(conversation, incident);
      const choices = actions.map(({ label, command }) => ({ label: plain(label, LONGEST_LABEL), command }));
      known.delete(key);
      if (choices.length > 0) known.set(key, { conversation, incident, choices, at });
      const stale = cardsIn(conversation)
        .filter((one, i) => i >= MOST_CARDS || (one.incident !== incident && !isOpen(one.incident)))
        .map((one) => keyOf(one.conversation, one.incident));
      for (const old of stale) known.delete(old);
      const one = known.get(key);
      try {
        await store.commit((change) => {
          for (const old of stale) change.remove(table, old);
          if (one === undefined) change.remove(table, key);
          else change.put(table, key, one);
        });
      } catch (error) {
        // The card is there, and its numbers hold as long as this process does.
        if (!(error instanceof NotSaved)) throw error;
      }
    },
    choose(conversation, text, quotes) {
      const said = numberIn(text);
      if (said === undefined) return undefined;
      const { incident, number } = said;
      if (incident !== undefined)
        return pick(known.get(keyOf(conversation, incident)), incident, number, quotes);
      const quoted = quotes === undefined ? [] : named(conversation, quotes);
      const [only] = quoted;
      if (quoted.length === 1 && only !== undefined)
        return pick(known.get(keyOf(conversation, only)), only, number, quotes);
      const all = cardsIn(conversation).filter((one) => isOpen(one.incident));
      const open = quoted.length > 1 ? all.filter((one) => quoted.includes(one.incident)) : all;
      const [first] = open;
      if (first === undefined) return { refused: NOTHING };
      return open.length === 1 ? pick(first, first.incident, number) : { refused: which(open, number) };
    },
  };
}

function keyOf(conversation: string, incident: number): string {
  return `${conversation}/${incident}`;
}

/** `1`, `#12 1`, `12 1`, in the digits of either width. */
function numberIn(
  text: string,
): { readonly incident: number | undefined; readonly number: number } | undefined {
  const said = text.slice(0, 40).normalize("NFKC").trim();
  const found = /^(?:#?\s?([1-9]\d{0,8})[\s,、:]+)?([1-9]\d?)[.。]?$/.exec(said);
  if (found === null || text.trim().length > 40) return undefined;
  return { incident: found[1] === undefined ? undefined : Number(found[1]), number: Number(found[2]) };
}

const REPLY: Text = { zh: "回复", en: "Reply" };

/** `回复 1 认领 · 2 静默1小时`: the last line of a card. `inRoom`: the bot hears only what is meant for it. */
export function choiceLine(actions: readonly Action[], inRoom: boolean, locale: Locale): string {
  const choices = actions.map(({ label }, i) => `${i + 1} ${plain(label, LONGEST_LABEL)}`);
  const how = inRoom ? { zh: "（@我，或引用这条）", en: " (mention me, or quote this)" } : { zh: "", en: "" };
  return `${inLocale(locale, REPLY)} ${choices.join(" · ")}${inLocale(locale, how)}`;
}

/** What stood beside a number on the card that is quoted; undefined where the quote does not reach so far. */
function labelIn(quotes: string, number: number): string | undefined {
  const line = /(?:^|\n)\s*(?:回复|Reply) (1 [^\n]*)/.exec(quotes)?.[1];
  const part = line?.split(" · ")[number - 1];
  const label = new RegExp(`^${number} (.+?)(?:（| \\(mention|…|\\.\\.\\.|」|$)`)
    .exec(part ?? "")?.[1]
    ?.trim();
  return label === "" ? undefined : label;
}

const NOTHING: Text = {
  zh: "现在没有等着选择的告警卡片。",
  en: "No alarm here waits for a choice.",
};

function over(incident: number): Text {
  return {
    zh: `#${incident} 的卡片已经失效：告警结束了，或不是在这里发的。`,
    en: `The card of #${incident} is void: it is over, or it was not told here.`,
  };
}

function listOf({ incident, choices }: CardChoices, separator: string): string {
  return choices.map(({ label }, i) => `#${incident} ${i + 1} ${label}`).join(separator);
}

function noSuchNumber(one: CardChoices): Text {
  return {
    zh: `#${one.incident} 没有这个选项。可以回复：${listOf(one, "；")}`,
    en: `#${one.incident} has no such choice. Reply with: ${listOf(one, "; ")}`,
  };
}

function changed(one: CardChoices): Text {
  return {
    zh: `引用的卡片已经更新。现在可以回复：${listOf(one, "；")}`,
    en: `The card that you quote has changed. Now you can reply: ${listOf(one, "; ")}`,
  };
}

/** Several cards wait: which of them is meant? */
function which(open: readonly CardChoices[], number: number): Text {
  const fitting = open.filter(({ choices }) => choices[number - 1] !== undefined);
  const listed = fitting.slice(0, MOST_LISTED);
  const lines = listed.map(
    ({ incident, choices }) => `#${incident} ${number} ${choices[number - 1]?.label ?? ""}`,
  );
  const left = open.length - listed.length;
  const more = left === 0 ? { zh: "", en: "" } : { zh: `\n…还有 ${left} 个`, en: `\n…and ${left} more` };
  return {
    zh: `有 ${open.length} 个告警等着选择，是哪一个？回复：\n${lines.join("\n")}${more.zh}`,
    en: `${open.length} alarms wait for a choice: which one? Reply with:\n${lines.join("\n")}${more.en}`,
  };
}
