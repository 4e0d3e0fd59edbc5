/** Which days and how often, in English: `every day`, `weekdays`, `every monday and thursday`, `every 30 minutes`. */

import { daysUntil, type FoundDays } from "./days.ts";
import { scanDuration } from "./durations.ts";

const WEEKDAY_NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const ORDINALS = ["first", "second", "third", "fourth", "fifth"];

const NAME =
  "(?:sun(?:day)?|mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?)";
const MONTH_NAME =
  "(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)";
const END = "(?![a-z])";

const RECURRING: readonly (readonly [pattern: RegExp, found: Omit<FoundDays, "to">])[] = [
  [/(?:every|each) (?:single )?day(?![a-z])|daily(?![a-z])|everyday(?![a-z])/iy, { days: {} }],
  [
    /(?:on )?(?:(?:every|each) )?(?:week|work|working |business )days?(?![a-z])/iy,
    { days: { weekdays: [1, 2, 3, 4, 5] } },
  ],
  [/(?:on )?(?:(?:every|each) )?weekends?(?![a-z])/iy, { days: { weekdays: [0, 6] } }],
  [/(?:every|each) (?:other|second) day(?![a-z])/iy, { everyMs: 2 * 86_400_000 }],
  [/(?:every|each) half(?:[ -]an)?[ -]hour(?![a-z])/iy, { everyMs: 1_800_000 }],
  [/(?:every|each) quarter(?: of an)? hour(?![a-z])/iy, { everyMs: 900_000 }],
  [/(?:every|each) hour(?![a-z])|hourly(?![a-z])/iy, { everyMs: 3_600_000 }],
  [/(?:every|each) minute(?![a-z])/iy, { everyMs: 60_000 }],
  [/(?:every|each) second(?![a-z])/iy, { everyMs: 1000 }],
];
const PART_OF_DAY = /(?:every|each) (morning|afternoon|evening|night)(?![a-z])/iy;
const NOON = /(?:every|each) (?=noon|midnight|midday)/iy;
const WEEKLY = /(?:(?:every|each) week|weekly)(?: on)?(?![a-z])/iy;
const NAMED = new RegExp(`(on )?((?:every|each) )?(${NAME})(s?)${END}`, "iy");
const NEXT_NAMED = new RegExp(`(?:,? and (?:on )?|,? ?& ?|, ?|/)(${NAME})s?${END}`, "iy");
const LAST_NAMED = new RegExp(`(?: to | through | thru | ?- ?)(${NAME})s?${END}`, "iy");
const EVERY = /(?:every|each) /iy;

const ORDINAL_DATE = "(\\d{1,2})(?:st|nd|rd|th)";
const OF_MONTH = "(?: day)?(?: of (?:every|each|the) month| (?:every|each) month)";
const ON_THE = "(?:every|each) month|monthly";
const MONTHLY: readonly (readonly [pattern: RegExp, days: (found: RegExpExecArray) => FoundDays["days"]])[] =
  [
    [
      new RegExp(
        `(?:(?:on )?the |every |on )?last day(?: of (?:every|each|the) month)${END}|(?:${ON_THE}) on the last day${END}|(?:at the )?end of (?:every|each) month`,
        "iy",
      ),
      () => ({ monthDays: ["L"] }),
    ],
    [
      new RegExp(
        `(?:(?:on )?the |every |on )?last (?:week|work|working |business )day(?: of (?:every|each|the) month)${END}`,
        "iy",
      ),
      () => ({ monthDays: ["LW"] }),
    ],
    [
      new RegExp(
        `(?:(?:on )?the |every |on )?(first|second|third|fourth|fifth|last) (${NAME})(?: of (?:every|each|the) month)${END}`,
        "iy",
      ),
      (found) => nthWeekday(found[1] as string, found[2] as string),
    ],
    [
      new RegExp(`(?:${ON_THE}) on (?:the )?${ORDINAL_DATE}(?: and (?:the )?${ORDINAL_DATE})?${END}`, "iy"),
      (found) => monthDays(found),
    ],
    [
      new RegExp(
        `(?:on )?(?:the |every |each )${ORDINAL_DATE}(?: and (?:the )?${ORDINAL_DATE})?${OF_MONTH}${END}`,
        "iy",
      ),
      (found) => monthDays(found),
    ],
    [
      new RegExp(`(?:on )?the (first)${OF_MONTH}${END}|(?:${ON_THE}) on the (first)(?: day)?${END}`, "iy"),
      () => ({ monthDays: ["1"] }),
    ],
  ];
const YEARLY = new RegExp(
  `(?:(?:every|each) year on|yearly on|annually on|every|each) (?:the )?(${MONTH_NAME}) (\\d{1,2})(?:st|nd|rd|th)?${END}`,
  "iy",
);
const VAGUE = /(?:(?:every|each) (?:month|year|quarter)|monthly|yearly|annually|quarterly)(?![a-z])/iy;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** The English words for days, or for how often, that begin at `at`. */
export function scanDaysEn(text: string, at: number): FoundDays | undefined {
  if (!/[a-z]/i.test(text[at] ?? "")) return undefined;
  for (const [pattern, meaning] of RECURRING) {
    const found = match(pattern, text, at);
    if (found !== undefined) return { ...meaning, to: at + found[0].length };
  }
  const part = match(PART_OF_DAY, text, at);
  if (part !== undefined)
    return { to: at + part[0].length, days: {}, part: (part[1] as string).toLowerCase() };
  const noon = match(NOON, text, at);
  if (noon !== undefined) return { to: at + noon[0].length, days: {} };
  for (const [pattern, read] of MONTHLY) {
    const found = match(pattern, text, at);
    const days = found && read(found);
    if (found !== undefined && days !== undefined) return { to: at + found[0].length, days };
  }
  return scanYearly(text, at) ?? scanWeekly(text, at) ?? scanEvery(text, at) ?? scanVague(text, at);
}

function monthDays(found: RegExpExecArray): FoundDays["days"] {
  const dates = found.slice(1).filter((date) => date !== undefined);
  return dates.every((date) => Number(date) >= 1 && Number(date) <= 31)
    ? { monthDays: dates.map((date) => String(Number(date))) }
    : undefined;
}

function nthWeekday(ordinal: string, name: string): FoundDays["days"] {
  const nth = ORDINALS.indexOf(ordinal.toLowerCase());
  return { weekdayField: nth < 0 ? `${dayOf(name)}L` : `${dayOf(name)}#${nth + 1}` };
}

function dayOf(name: string): number {
  return WEEKDAY_NAMES.indexOf(name.slice(0, 3).toLowerCase());
}

function scanYearly(text: string, at: number): FoundDays | undefined {
  const found = match(YEARLY, text, at);
  const date = Number(found?.[2]);
  if (found === undefined || date < 1 || date > 31) return undefined;
  const month = MONTH_NAMES.indexOf((found[1] as string).slice(0, 3).toLowerCase()) + 1;
  return { to: at + found[0].length, days: { month, monthDays: [String(date)] } };
}

/** `every monday, wednesday and friday`, `mondays`, `mon-fri`, `weekly on friday`. A bare `monday` is a single day. */
function scanWeekly(text: string, at: number): FoundDays | undefined {
  const weekly = match(WEEKLY, text, at);
  const start =
    weekly === undefined ? at : at + weekly[0].length + (text[at + weekly[0].length] === " " ? 1 : 0);
  const first = match(NAMED, text, start);
  if (first === undefined) return weekly && { to: at + weekly[0].length };
  const weekdays = [dayOf(first[3] as string)];
  let i = start + first[0].length;
  for (;;) {
    const last = match(LAST_NAMED, text, i);
    const next = last ?? match(NEXT_NAMED, text, i);
    if (next === undefined) break;
    const day = dayOf(next[1] as string);
    if (last === undefined) weekdays.push(day);
    else weekdays.push(...daysUntil(weekdays.at(-1) as number, day));
    i += next[0].length;
  }
  const recurs = weekly !== undefined || first[2] !== undefined || first[4] === "s" || weekdays.length > 1;
  if (!recurs) return undefined;
  const part = /^ (morning|afternoon|evening|night)s?(?![a-z])/i.exec(text.slice(i, i + 12));
  const found = { to: i + (part?.[0].length ?? 0), days: { weekdays } };
  return part === null ? found : { ...found, part: (part[1] as string).toLowerCase() };
}

function scanEvery(text: string, at: number): FoundDays | undefined {
  const every = match(EVERY, text, at);
  if (every === undefined) return undefined;
  const length = scanDuration(text, at + every[0].length);
  return length === undefined || length.ms < 1000 ? undefined : { to: length.to, everyMs: length.ms };
}

function scanVague(text: string, at: number): FoundDays | undefined {
  const found = match(VAGUE, text, at);
  return found && { to: at + found[0].length };
}
