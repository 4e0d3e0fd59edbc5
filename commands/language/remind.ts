/** Reads a reminder: `每天凌晨2点提醒 检查备份`, `every weekday at 09:30 remind standup`, `remind me every hour to drink`. */
import { exampleReminder } from "./examples.ts";
import { type FoundSchedule, scanSchedule } from "./schedule.ts";
import type { HalfSentence, Language, Missing, RemindSentence } from "./sentence-types.ts";

/** The words of a reminder as typed, by where they stand in the normalized line. */
type AsTyped = (from: number, to: number) => string;

const OPENING =
  /(?:@\S+ |请|麻烦你?|帮我|帮忙|能不能|设置|添加|新建|创建|please |hey |hi |add |set |create |a )*/iy;
const WHOM = "(?:我们(?![组部公团])|我|大家|所有人|全员|各位)?";
const VERB_ZH = new RegExp(
  `(?:记得|给我|要|就|来|都|请|发送?一?[个条]?)?(?:(?:提醒|通知|提示)(?:一下|一声)?${WHOM}(?:一下|一声)?|(?:叫|喊|告诉)(?:我们|我|大家)(?:一下|一声)?)`,
  "y",
);
const VERB_EN =
  /(?:please |then |and )?(?:(?:send |give )?(?:me |us )?(?:a )?(?:remind(?:er)?|notify|notification)(?: (?:me|us|everyone|everybody|all|the team))?|(?:tell|ping) (?:me|us|everyone|everybody|the team))(?: (?:to|about|that|of|for))?(?![\w-])/iy;
const REMIND_FIRST = /提醒|remind/i;
const ENDING_VERB =
  /[ ,]*(?:(?:发送?)?提醒(?:一下)?(?:我们|我|大家)?(?:一下)?|remind(?: (?:me|us|everyone))?)[.!]?$/i;
const CONDITION = /超过|高于|低于|大于|小于|不足|达到|[<>≥≤]/;
/** Once, not again and again: that is not what a rule does, so it is asked when it should recur. */
const ONCE =
  /(?:(?:明天|明早|明晚|后天|大后天|今天|今晚|今早|下周[一二三四五六日天]?|(?:周|星期|礼拜)[一二三四五六日天]|\d{1,4} ?(?:个?小时|分钟|天|秒)[之以]?后|一会儿?|待会儿?)|(?:tomorrow|today|tonight|next (?:week|\w+day)|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|in (?:\d{1,4}|an?|half an) ?(?:h|hrs?|hours?|m|mins?|minutes?|s|days?)))(?![a-z])/iy;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function verbAt(text: string, at: number): number | undefined {
  const start = at + (/^[ ,;:]*/.exec(text.slice(at, at + 4))?.[0].length ?? 0);
  const found = match(VERB_ZH, text, start) ?? match(VERB_EN, text, start);
  return found && start + found[0].length;
}

/** Whether a line begins like something that recurs, so that a comparison in its text makes no rule of it. */
export function beginsRecurring(text: string): boolean {
  const start = match(OPENING, text, 0)?.[0].length ?? 0;
  return scanSchedule(text, start)?.recurs === true;
}

/** The reminder, half of one, or `undefined` when the line is none. `text` is normalized. */
export function understandReminder(
  text: string,
  language: Language,
  typed: AsTyped,
): RemindSentence | HalfSentence | undefined {
  const start = match(OPENING, text, 0)?.[0].length ?? 0;
  const schedule = scanSchedule(text, start);
  if (schedule !== undefined) return afterSchedule(text, language, typed, start, schedule);
  const once = match(ONCE, text, start);
  if (once !== undefined) return onlyOnce(text, language, typed, start, start + once[0].length);
  return verbFirst(text, language, typed, start);
}

function afterSchedule(
  text: string,
  language: Language,
  typed: AsTyped,
  start: number,
  schedule: FoundSchedule,
): RemindSentence | HalfSentence | undefined {
  const when = text.slice(start, schedule.to);
  const verb = verbAt(text, schedule.to);
  if (verb !== undefined) {
    const whole = asReminder(language, typed, schedule, verb, text.length);
    if (whole !== undefined) return whole;
    // 每天提醒我9点喝水
    const inner = schedule.recurs ? scanSchedule(text, verb) : undefined;
    const joined = inner?.timed ? scanSchedule(`${when} ${text.slice(verb, inner.to)}`, 0) : undefined;
    if (inner !== undefined && joined?.schedule !== undefined) {
      const clocked = asReminder(language, typed, joined, inner.to, text.length);
      if (clocked !== undefined) return clocked;
    }
    const later = scheduleAtEnd(text, verb, when);
    if (later !== undefined) return asReminder(language, typed, later.schedule, verb, later.from);
    if (!schedule.recurs && !REMIND_FIRST.test(text)) return undefined;
    return halfOf(language, schedule, when, clean(typed(verb, text.length)));
  }
  const gap = text.slice(schedule.to, schedule.to + 20).search(REMIND_FIRST);
  if (
    gap > 0 &&
    schedule.recurs &&
    schedule.schedule === undefined &&
    !CONDITION.test(text.slice(start, schedule.to + gap))
  ) {
    // 每天早上20点提醒: what stands before the verb is no time.
    const said = clean(typed(verbAt(text, schedule.to + gap) ?? text.length, text.length));
    return { ...halfOf(language, schedule, "", said), unclear: text.slice(start, schedule.to + gap).trim() };
  }
  const ending = ENDING_VERB.exec(text.slice(-24));
  if (ending === null || !schedule.recurs) return undefined;
  const bound = text.length - ending[0].length;
  if (bound <= schedule.to || CONDITION.test(text.slice(schedule.to, bound))) return undefined;
  return (
    asReminder(language, typed, schedule, schedule.to, bound) ??
    halfOf(language, schedule, when, clean(typed(schedule.to, bound)))
  );
}

function asReminder(
  language: Language,
  typed: AsTyped,
  schedule: FoundSchedule,
  from: number,
  to: number,
): RemindSentence | undefined {
  if (schedule.schedule === undefined) return undefined;
  const words = clean(typed(from, to));
  return words === "" ? undefined : { kind: "remind", language, schedule: schedule.schedule, text: words };
}

/** `提醒我每天9点吃药`, `remind me to drink water every 30 minutes`, and what still lacks its time: `提醒我喝水`. */
function verbFirst(
  text: string,
  language: Language,
  typed: AsTyped,
  start: number,
): RemindSentence | HalfSentence | undefined {
  const verb = verbAt(text, start);
  if (verb === undefined) return undefined;
  const inner = verb + (/^[ ,:]*/.exec(text.slice(verb, verb + 4))?.[0].length ?? 0);
  const schedule = scanSchedule(text, inner);
  if (schedule?.recurs) {
    const to =
      schedule.to +
      (/^ (?:to|about|that|of) /i.exec(text.slice(schedule.to, schedule.to + 7))?.[0].length ?? 0);
    const whole = asReminder(language, typed, schedule, to, text.length);
    return whole ?? halfOf(language, schedule, text.slice(inner, schedule.to), clean(typed(to, text.length)));
  }
  const once = match(ONCE, text, inner);
  if (once !== undefined) return onlyOnce(text, language, typed, inner, inner + once[0].length);
  const later = scheduleAtEnd(text, inner, "");
  if (later?.schedule.recurs) return asReminder(language, typed, later.schedule, inner, later.from);
  const said = clean(typed(inner, text.length));
  if (
    !REMIND_FIRST.test(text.slice(start, verb)) ||
    said === "" ||
    /^(?:when|if|once|当|如果|一旦)/i.test(said)
  )
    return undefined;
  return halfOf(
    language,
    schedule,
    "",
    schedule === undefined
      ? said
      : clean(typed(schedule.to, text.length).replace(/^ ?(?:to|about|that|of) /i, "")),
  );
}

/** A schedule that the line ends with; together with `when`, what the line began with, it must be a whole one. */
function scheduleAtEnd(
  text: string,
  from: number,
  when: string,
): { schedule: FoundSchedule; from: number } | undefined {
  for (let i = text.indexOf(" ", from + 1); i > 0; i = text.indexOf(" ", i + 1)) {
    // A schedule is short; only the line's last words can be one.
    if (text.length - i > 80) continue;
    const tail = text.slice(i + 1);
    const joined = when === "" ? tail : `${when} ${tail}`;
    const schedule = scanSchedule(joined, 0);
    if (schedule?.schedule !== undefined && /^[.!]?$/.test(joined.slice(schedule.to).trim()))
      return { schedule, from: i };
  }
  return undefined;
}

/** `明天9点提醒我开会`: not what a rule does. `from` is where the single day begins, `onceTo` where it ends. */
function onlyOnce(
  text: string,
  language: Language,
  typed: AsTyped,
  from: number,
  onceTo: number,
): HalfSentence | undefined {
  const clock = scanSchedule(text, onceTo);
  const to = clock !== undefined && !clock.recurs ? clock.to : onceTo;
  if (!REMIND_FIRST.test(text)) return undefined;
  const verb = verbAt(text, to);
  if (verb === undefined && from === 0) return undefined;
  const said = clean(typed(verb ?? to, text.length).replace(/^ ?(?:to|about|that|of) /i, ""));
  const unclear = text.slice(from, to).trim();
  return {
    kind: "half",
    language,
    missing: said === "" ? ["when", "text"] : ["when"],
    known: said === "" ? {} : { text: said },
    unclear,
    example: exampleReminder(language, { text: said, ...whenOf(recurring(unclear, language)) }),
  };
}

/** `周五下午5点` recurs as `每周五下午5点`, `monday at 9` as `every monday at 9`. */
function recurring(once: string, language: Language): string | undefined {
  const every = language === "zh" ? `每${once}` : `every ${once.replace(/^on /i, "")}`;
  return isWhole(every) ? every : undefined;
}

function isWhole(when: string): boolean {
  const found = scanSchedule(when, 0);
  return found?.schedule !== undefined && found.to === when.length;
}

function whenOf(when: string | undefined): { when?: string } {
  return when === undefined ? {} : { when };
}

function halfOf(
  language: Language,
  schedule: FoundSchedule | undefined,
  when: string,
  said: string,
): HalfSentence {
  const missing: Missing[] = [];
  if (schedule?.schedule === undefined) missing.push("when");
  if (said === "") missing.push("text");
  const known = {
    ...(schedule?.schedule === undefined ? {} : { schedule: schedule.schedule }),
    ...(said === "" ? {} : { text: said }),
  };
  const kept = schedule?.schedule === undefined ? completedWhen(when, language) : when;
  const unclear =
    schedule?.schedule === undefined && kept === undefined && when !== "" ? { unclear: when.trim() } : {};
  return {
    kind: "half",
    language,
    missing,
    known,
    ...unclear,
    example: exampleReminder(language, { text: said, ...whenOf(kept) }),
  };
}

/** `每天` becomes `每天9点`, `9点` becomes `每天9点`; `undefined` where nothing simple completes it. */
function completedWhen(when: string, language: Language): string | undefined {
  if (when === "") return undefined;
  const tries =
    language === "zh"
      ? [`${when}9点`, `${when}一9点`, `${when}1号9点`, `每天${when}`]
      : [`${when} at 9:00`, `${when} on monday at 9:00`, `${when} on the 1st at 9:00`, `every day ${when}`];
  return tries.find(isWhole);
}

function clean(text: string): string {
  const trimmed = text.replace(/^[\s,，:：;；、]+/, "").trim();
  const quoted = /^(["“'])([^"”']+)["”']$/.exec(trimmed);
  return quoted?.[2] ?? trimmed;
}
