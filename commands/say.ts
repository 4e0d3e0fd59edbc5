import type { Card } from "../alerts/card.ts";
import { metricsInWords } from "../rules/find-metric.ts";
import { inLocale, type Locale, type Text } from "../storage/locale.ts";
import type { Log } from "../storage/log.ts";
import { type Change, NotSaved } from "../storage/store.ts";
import { refusal } from "./allow.ts";
import { askForMissing } from "./ask-for-missing.ts";
import { type Call, type Command, type Person, Refusal, type Reply } from "./command.ts";
import { type Found, findCommand } from "./find.ts";
import { askedAbout, commandNames, nearest } from "./help.ts";
import { askWhich, lineOf, type Unclear, withQuoted } from "./incidents/quoted.ts";
import { commands } from "./index.ts";
import { normalize } from "./language/normalize.ts";
import { type Sentence, understand } from "./language/sentence.ts";
import { code } from "./markdown.ts";
import { makeRule } from "./rules/sentence-rule.ts";
import type { World } from "./world.ts";

/** One thing said by one person in one conversation. */
export interface Message {
  /** `console:ops`. */
  readonly conversation: string;
  /** `console:alice`. */
  readonly person: string;
  /** For display; what they were called before, or the id without its prefix, when absent. */
  readonly name?: string | undefined;
  /** One-to-one with the bot. */
  readonly isPrivate?: boolean | undefined;
  readonly text: string;
  /** The text of the message that this one answers. */
  readonly quotes?: string | undefined;
  readonly at: number;
  /**
   * Puts down that this message was carried out, in the very commit of what it changes first. Called again with the
   * next one where that commit was refused; never called where nothing changes.
   */
  commit?(change: Change): void;
}

/** What was heard, and the line that says it: with the half that was said before, when this is its other half. */
interface Heard {
  /** As it was typed. */
  readonly said: string;
  /** Normalised. */
  readonly line: string;
  readonly what: Found | Unclear | Sentence | undefined;
}

/** What the road needs besides the world that commands act on. */
export interface Ears {
  readonly world: World;
  readonly locale: Locale;
  readonly log: Log;
  /** Who is who: name and role of a person. */
  whois(person: string, name: string | undefined): Person;
}

const UNHEARD: Heard = { said: "", line: "", what: undefined };

/** Longer lines are answered, not parsed. In characters. */
const LONGEST_LINE = 4_000;

/** How long a half sentence waits for its other half. */
const HALF_WAITS_MS = 5 * 60_000;

/** Who said half a sentence, until when it waits. Bounded: the oldest leaves first. */
const HALVES_KEPT = 1_000;

/** The road of everything that is said: words → command → allowed? → done → reply. */
export function openRoad(ears: Ears): (message: Message) => Promise<readonly Card[]> {
  const halves = new Map<string, { said: string; missing: number; until: number }>();

  return async (message) => {
    const tooLong = message.text.length > LONGEST_LINE;
    const { said, line, what } = tooLong ? UNHEARD : listen(message);
    const { speakers } = ears.world.people;
    speakers.note(message.person, message.name);
    const person = ears.whois(message.person, message.name ?? speakers.nameOf(message.person));
    let isNoted = false;
    const call: Call = {
      person,
      conversation: message.conversation,
      isPrivate: message.isPrivate === true,
      at: message.at,
      locale: languageOf(line, what, ears.locale),
      line,
      nameOf: ears.world.people.nameOf,
      async change(edit) {
        const done = await ears.world.store.commit((change) => {
          const result = edit(change);
          const { conversation, at } = message;
          ears.world.audit.add(change, { at, person: person.id, conversation, line });
          if (!isNoted) message.commit?.(change);
          return result;
        });
        isNoted = true;
        return done;
      },
    };
    try {
      if (tooLong) {
        throw new Refusal({
          zh: `这一句有 ${message.text.length} 个字符，太长了；一句最多 ${LONGEST_LINE} 个。`,
          en: `That line has ${message.text.length} characters; a line may have at most ${LONGEST_LINE}.`,
        });
      }
      const reply = await take(what, said, call);
      return isMany(reply) ? reply : [reply];
    } catch (error) {
      return [asReply(error, call)];
    }
  };

  /** What a line is: a command, a sentence, a word that help knows of, or none of these. */
  function listen(message: Message): Heard {
    const heard = listenFor(message);
    const { what } = heard;
    // Last, so that it is taken from no command and no rule; `接收告警` reads like half a sentence, and is a topic.
    const isOpen = what === undefined || ("kind" in what && what.kind === "half");
    return isOpen ? { ...heard, what: askedAbout(heard.line, commands) ?? what } : heard;
  }

  function listenFor(message: Message): Heard {
    const line = normalize(message.text).trim();
    const alone = { said: message.text, line };
    const found = findCommand(line, commands);
    // `监控 https://… 响应时间超过2秒告警` starts with a command's word and is a sentence all the same.
    const mayYield = found?.command.yieldsToSentence === true && found.rest !== "";
    if (found !== undefined && !mayYield) {
      const what = withQuoted(found, message.quotes);
      // What is done is told and audited with the incident that it is done to.
      return what === found || "among" in what ? { ...alone, what } : { ...alone, line: lineOf(what), what };
    }
    // As it was typed: a reminder's text keeps its own signs.
    const sentence = understand(message.text, metricsInWords(ears.world.series));
    if (found !== undefined && (sentence === undefined || sentence.kind === "half"))
      return { ...alone, what: found };
    return sentence === undefined ? completed(message, alone) : { ...alone, what: sentence };
  }

  function take(heard: Heard["what"], said: string, call: Call): Promise<Reply> | Reply {
    if (heard === undefined) throw notUnderstood(call.line, call);
    halves.delete(keyOf(call.conversation, call.person.id));
    if ("among" in heard) {
      permit(call, heard.found.command);
      return askWhich(heard, call);
    }
    if ("command" in heard) {
      permit(call, heard.command);
      return heard.command.run(heard.rest, call, ears.world);
    }
    if (heard.kind === "half") {
      remember(said, heard.missing.length, call);
      return askForMissing(heard, call);
    }
    permit(call, { needs: "operator" });
    return makeRule(heard, call, ears.world);
  }

  /** Keeps half a sentence for its other half. */
  function remember(said: string, missing: number, { conversation, person, at }: Call): void {
    halves.set(keyOf(conversation, person.id), { said, missing, until: at + HALF_WAITS_MS });
    for (const key of halves.keys()) {
      if (halves.size <= HALVES_KEPT) break;
      halves.delete(key);
    }
  }

  /** The half that was said before, with this line as its other half; else only the line. */
  function completed({ conversation, person, at }: Message, alone: Omit<Heard, "what">): Heard {
    const half = halves.get(keyOf(conversation, person));
    if (half === undefined || half.until < at) return { ...alone, what: undefined };
    const said = `${half.said} ${alone.said}`;
    const what = understand(said, metricsInWords(ears.world.series));
    // What brings the half no further is no answer to the question; it is something else that nobody understands.
    if (what === undefined || (what.kind === "half" && what.missing.length >= half.missing))
      return { ...alone, what: undefined };
    return { said, line: normalize(said), what };
  }

  function asReply(error: unknown, call: Call): Card {
    if (error instanceof Refusal) return { kind: "reply", text: inLocale(call.locale, error.text) };
    if (error instanceof NotSaved) {
      ears.log.error({ error, line: call.line }, "a command could not be saved");
      return { kind: "reply", severity: "critical", text: inLocale(call.locale, notSaved) };
    }
    // Short enough to read out, and only meant to find the line in the log again.
    const reference = Math.floor(ears.world.random() * 0xffffff)
      .toString(16)
      .padStart(6, "0");
    ears.log.error({ error, reference, line: call.line }, "a command failed");
    return {
      kind: "reply",
      text: inLocale(call.locale, {
        zh: `这一句没能办成，是程序的错。日志里的编号是 ${code(reference)}。`,
        en: `That did not work, and it is our fault. Its reference in the log is ${code(reference)}.`,
      }),
    };
  }
}

/** What people are told when the disk refuses: nothing has changed. */
export const notSaved: Text = {
  zh: "没有保存：数据目录现在写不进去，什么都没有改变。请检查磁盘，然后再说一遍。",
  en: "Not saved: the data directory cannot be written just now, and nothing has changed. Check the disk, then say it again.",
};

function permit(call: Call, command: Pick<Command, "needs">): void {
  const no = refusal(call.person, command.needs);
  if (no !== undefined) throw new Refusal(no);
}

function notUnderstood(line: string, call: Call): Refusal {
  if (line === "") {
    return new Refusal({
      zh: "我没看到内容。说“帮助”看看能说什么。",
      en: "I see nothing there. Say help to see what I know.",
    });
  }
  const near = nearest(line, commandNames(commands), call);
  const nearWords =
    near.length === 0
      ? { zh: "常用的有 `告警`、`规则`、`状态`。", en: "Often used: `alerts`, `rules`, `status`. " }
      : {
          zh: `最接近的是 ${near.map(code).join("、")}。`,
          en: `The nearest I know: ${near.map(code).join(", ")}. `,
        };
  return new Refusal({
    zh: `没听懂。${nearWords.zh}说“帮助”看看能说什么，或者像这样说一条规则：${code("CPU使用率超过80%持续5分钟告警")}`,
    en: `I did not understand that. ${nearWords.en}Say help to see what I know, or a rule like ${code("alert when cpu > 80% for 5m")}`,
  });
}

function keyOf(conversation: string, person: string): string {
  return `${conversation}\n${person}`;
}

/** A sentence has its language, Chinese characters make a line Chinese; other lines get the configured one. */
function languageOf(line: string, heard: Heard["what"], fallback: Locale): Locale {
  if (heard !== undefined && "language" in heard) return heard.language === "zh" ? "zh-CN" : "en";
  return /\p{Script=Han}/u.test(line) ? "zh-CN" : fallback;
}

function isMany(reply: Reply): reply is readonly Card[] {
  return Array.isArray(reply);
}
