/** One step as people say it: `对账 <30分钟`, `出报表 截止 06:00`, `settle within 30m by 06:00`. */
import { formatDuration } from "../../storage/duration.ts";
import { Refusal } from "../command.ts";
import { scanDuration } from "../language/durations.ts";
import { scanClockEn, scanClockZh } from "../language/times.ts";
import { code } from "../markdown.ts";
import { quoted } from "../phrases.ts";

/** What was said of one step. */
export interface SaidStep {
  /** What is left: its name, and perhaps a schedule after it. */
  readonly rest: string;
  readonly max_duration?: string;
  /** `06:00`. */
  readonly deadline?: string;
}

const MOST =
  /(?:<=|<|≤|≦|最多|最长|不超过|不得超过|至多|限时|(?<![a-z])(?:within|at most|no more than|less than|max|under|up to))\s*/i;
const BY =
  /(?:截止到|截止时间|截止|截至|最晚|最迟|不晚于|(?<![a-z])(?:deadline|no later than|by|before|until))(?:\s*[:=]\s*|\s+|(?=\d|[零一二两三四五六七八九十凌早上中下晚]))/i;

/** Reads what is said between two arrows. Throws a Refusal that quotes what is no length of time or no time of day. */
export function readStep(said: string): SaidStep {
  const most = takeMost(said);
  const by = takeBy(most.rest);
  return {
    rest: by.rest.replace(/[\s,;]+/g, " ").trim(),
    ...(most.found === undefined ? {} : { max_duration: most.found }),
    ...(by.found === undefined ? {} : { deadline: by.found }),
  };
}

interface Taken {
  readonly rest: string;
  readonly found?: string;
}

function takeMost(text: string): Taken {
  const word = MOST.exec(text);
  if (word === null) return takeMostBefore(text);
  const from = word.index + word[0].length;
  const span = scanDuration(text, from);
  if (span === undefined || span.ms < 1_000) throw noSpan(text, word[0].trim(), from);
  // `<10分钟内`
  const tail = /^\s*(?:以内|之内|内)/.exec(text.slice(span.to))?.[0].length ?? 0;
  return {
    rest: `${text.slice(0, word.index)} ${text.slice(span.to + tail)}`,
    found: formatDuration(span.ms),
  };
}

/** `10分钟内`, where the word stands behind. */
function takeMostBefore(text: string): Taken {
  for (let at = 0; at < text.length; at++) {
    if (/\d/.test(text[at] ?? "") && /\d/.test(text[at - 1] ?? "")) continue;
    const span = scanDuration(text, at);
    const tail = span === undefined ? null : /^\s*(?:以内|之内|内)(?:完成)?/.exec(text.slice(span.to));
    if (span !== undefined && tail !== null && span.ms >= 1_000)
      return {
        rest: `${text.slice(0, at)} ${text.slice(span.to + tail[0].length)}`,
        found: formatDuration(span.ms),
      };
  }
  return { rest: text };
}

function takeBy(text: string): Taken {
  const word = BY.exec(text);
  if (word === null) return takeByBefore(text);
  const from = word.index + word[0].length;
  const clock = clockAt(text, from);
  if (clock === undefined) throw noClock(text, word[0].trim(), from);
  return { rest: `${text.slice(0, word.index)} ${text.slice(clock.to)}`, found: clock.words };
}

/** `06:00前`, where the word stands behind. */
function takeByBefore(text: string): Taken {
  for (let at = 0; at < text.length; at++) {
    if (/\d/.test(text[at] ?? "") && /[\d:]/.test(text[at - 1] ?? "")) continue;
    const clock = clockAt(text, at);
    const tail = clock === undefined ? null : /^\s*(?:之前|以前|前)(?:完成|跑完)?/.exec(text.slice(clock.to));
    if (clock !== undefined && tail !== null)
      return { rest: `${text.slice(0, at)} ${text.slice(clock.to + tail[0].length)}`, found: clock.words };
  }
  return { rest: text };
}

function clockAt(text: string, at: number): { readonly words: string; readonly to: number } | undefined {
  // Of the next day or not: steps follow each other, and so do their deadlines.
  const day = /^(?:次日|第二天|隔天|当天|当日)\s*/.exec(text.slice(at))?.[0].length ?? 0;
  const zh = scanClockZh(text, at + day);
  const en = scanClockEn(text, at + day, { bare: false, part: undefined });
  const clock = zh === undefined || (en !== undefined && en.to > zh.to) ? en : zh;
  if (clock === undefined) return undefined;
  const two = (value: number): string => String(value).padStart(2, "0");
  return { words: `${two(clock.hour)}:${two(clock.minute)}`, to: clock.to };
}

function noSpan(text: string, word: string, from: number): Refusal {
  const wrong = wordAt(text, from);
  return new Refusal({
    zh: `${code(word)} 后面的“${wrong}”不是时长，要像 ${code("<10分钟")}、${code("<2h")} 这样写。`,
    en: `“${wrong}” after ${code(word)} is no length of time; write it like ${code("<10m")} or ${code("<2h")}.`,
  });
}

function noClock(text: string, word: string, from: number): Refusal {
  const wrong = wordAt(text, from);
  return new Refusal({
    zh: `${code(word)} 后面的“${wrong}”不是时刻，要像 ${code("截止 06:00")} 这样写。`,
    en: `“${wrong}” after ${code(word)} is no time of day; write it like ${code("by 06:00")}.`,
  });
}

function wordAt(text: string, from: number): string {
  return quoted(text.slice(from).trim().split(/\s/)[0] ?? "", 40);
}
