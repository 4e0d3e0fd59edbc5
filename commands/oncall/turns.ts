/** How people take turns, as they say it: `张三 李四 每周一 09:00 轮换`, `zhangsan, lisi every 12h from 09:00`. Pure. */
import { weekdayOf } from "../../storage/civil.ts";
import { offsetAt } from "../../storage/zone.ts";
import { scanDuration } from "../language/durations.ts";
import { scanSchedule } from "../language/schedule.ts";

export interface Turns {
  /** Each as it was said. */
  readonly people: readonly string[];
  readonly everyMs: number;
  /** By the clock on the wall: milliseconds as if it were UTC. Not later than now. */
  readonly starts: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What may follow when they change, and says nothing more. */
const TAIL = /^[ ,]*(?:轮换|轮流|轮班|换班|交接|交班|轮值|值班|rotate|rotating|rotation|hand ?over)?[ .]*$/i;

/** `每两周 周一 09:00`: of several weeks cron has no word. */
const WEEKS =
  /^(?:每隔?|every ) ?(两|二|2|two|三|3|three|四|4|four) ?(?:个)?(?:周|星期|礼拜|weeks)(?:的| on| from)? ?(.+)$/i;
const COUNT: Readonly<Record<string, number>> = { 两: 2, 二: 2, two: 2, 三: 3, three: 3, 四: 4, four: 4 };

/** Reads it; undefined when the people, or when they change, cannot be found. `now` is an instant in `zone`. */
export function readTurns(text: string, now: number, zone: string): Turns | undefined {
  const wall = now + offsetAt(zone, now);
  for (let at = 1; at < text.length; at++) {
    // A schedule begins a word; in Chinese it may follow a sign as well.
    if (!/[ ,、]/.test(text[at - 1] ?? "")) continue;
    const turn = readChange(text.slice(at), wall);
    if (turn === undefined) continue;
    const people = peopleIn(text.slice(0, at));
    return people.length === 0 ? undefined : { people, ...turn };
  }
  return undefined;
}

function readChange(text: string, wall: number): Omit<Turns, "people"> | undefined {
  const weeks = WEEKS.exec(text);
  if (weeks !== null) {
    const word = (weeks[1] ?? "").toLowerCase();
    const rest = weeks[2] ?? "";
    const one = readCron(/^(?:周|星期|礼拜)/.test(rest) ? `每${rest}` : `every ${rest}`, wall);
    if (one === undefined || one.everyMs !== 7 * DAY_MS) return undefined;
    return { everyMs: one.everyMs * (COUNT[word] ?? Number(word)), starts: one.starts };
  }
  return readHours(text, wall) ?? readCron(text, wall);
}

/** `每12小时`, `every 12h from 09:00`: by the clock on the wall, from midnight unless told. */
function readHours(text: string, wall: number): Omit<Turns, "people"> | undefined {
  const every = /^(?:每隔?|every ) ?/i.exec(text)?.[0];
  const length = every === undefined ? undefined : scanDuration(text, every.length);
  if (length === undefined || length.ms < HOUR_MS || length.ms % HOUR_MS !== 0) return undefined;
  const rest = text.slice(length.to);
  const from = /^ ?(?:从|自|起|from|at)? ?(\d{1,2}):(\d{2}) ?(?:起|开始)?/i.exec(rest);
  if (!TAIL.test(rest.slice(from?.[0].length ?? 0))) return undefined;
  const minutes = from === null ? 0 : Number(from[1]) * 60 + Number(from[2]);
  if (minutes >= 1440) return undefined;
  const first = Math.floor(wall / DAY_MS) * DAY_MS + minutes * 60_000;
  return { everyMs: length.ms, starts: latest(first, length.ms, wall) };
}

/** A day of the week or every day with times that part the day evenly: what cron says of it tells when. */
function readCron(text: string, wall: number): Omit<Turns, "people"> | undefined {
  const found = scanSchedule(text, 0);
  if (found?.schedule === undefined || !found.recurs || !TAIL.test(text.slice(found.to))) return undefined;
  const [minute = "", hour = "", date, month, weekday = ""] = found.schedule.split(" ");
  const hours = hour.split(",").map(Number);
  if (date !== "*" || month !== "*" || !/^\d+$/.test(minute) || hours.some(Number.isNaN)) return undefined;
  const first = (hours[0] ?? 0) * HOUR_MS + Number(minute) * 60_000;
  const today = Math.floor(wall / DAY_MS);
  if (weekday === "*") {
    const everyMs = DAY_MS / hours.length;
    if (hours.some((one, i) => one * HOUR_MS !== (hours[0] ?? 0) * HOUR_MS + i * everyMs)) return undefined;
    const from = today * DAY_MS + first;
    return { everyMs, starts: latest(from, everyMs, wall) };
  }
  if (!/^[0-6]$/.test(weekday) || hours.length !== 1) return undefined;
  const day = today - ((weekdayOf(today) - Number(weekday) + 7) % 7);
  const from = day * DAY_MS + first;
  return { everyMs: 7 * DAY_MS, starts: from > wall ? from - 7 * DAY_MS : from };
}

/** The last beginning that is not later than now: whoever is named first begins. */
function latest(from: number, everyMs: number, wall: number): number {
  return from + Math.floor((wall - from) / everyMs) * everyMs;
}

/** Where there are commas they part people, so that names may have spaces; otherwise spaces do. */
function peopleIn(text: string): readonly string[] {
  const parts = /[,、;]/.test(text) ? text.split(/[,、;]|(?: and | 和 )/) : text.split(/ (?:and |和 )?/);
  return parts.map((part) => part.trim()).filter((part) => part !== "" && !/^(?:and|和)$/i.test(part));
}
