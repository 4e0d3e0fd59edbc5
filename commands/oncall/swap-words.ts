/** What a swap says: `张三 从 明天9:00 到 后天9:00`, `zhangsan until friday 18:00`, `lisi for 8h`. Pure. */
import { scanDuration } from "../language/durations.ts";
import { type Moment, readMoment } from "../language/moments.ts";

export type SwapWords =
  | { readonly is: "swap"; readonly who: string; readonly from: number; readonly until: number }
  /** Neither who nor until when can be found. */
  | { readonly is: "unclear" }
  /** These words name a day and leave open when on that day. */
  | { readonly is: "untimed"; readonly words: string };

/** What parts who from when; in Chinese it may stand without a space. */
const UNTIL = /直到|到|至|~| (?:until|till|to|for|持续) /gi;
const FROM = /从|自| from /gi;

/** Reads what follows the name of the rotation; `now` is when a swap begins that says nothing of it. */
export function readSwap(text: string, now: number, zone: string): SwapWords {
  // Names may hold such words; what comes last and can be read is what was meant.
  for (const end of cuts(text, UNTIL)) {
    const until = readEnd(end.after, now, zone);
    if (until === undefined) continue;
    for (const begin of cuts(end.before, FROM)) {
      const from = readMoment(begin.after, now, zone);
      if (from.is === "none") continue;
      if (begin.before === "") return { is: "unclear" };
      if (from.is === "day") return { is: "untimed", words: begin.after };
      return settled({ who: begin.before, from: from.at }, until, end.after, zone);
    }
    return end.before === ""
      ? { is: "unclear" }
      : settled({ who: end.before, from: now }, until, end.after, zone);
  }
  return { is: "unclear" };
}

type End = Moment | { readonly is: "length"; readonly ms: number };

/** A moment, or a length of time from the beginning on; undefined when it is neither. */
function readEnd(text: string, now: number, zone: string): End | undefined {
  const length = scanDuration(text, 0);
  if (length !== undefined && length.to === text.length && length.ms > 0)
    return { is: "length", ms: length.ms };
  const moment = readMoment(text, now, zone);
  return moment.is === "none" ? undefined : moment;
}

function settled(
  begins: { readonly who: string; readonly from: number },
  end: End,
  words: string,
  zone: string,
): SwapWords {
  const { from } = begins;
  if (end.is === "length") return { is: "swap", ...begins, until: from + end.ms };
  // `从 周五18:00 到 周一9:00`: not the Monday before that Friday.
  const until = end.is === "moment" && end.at <= from ? readMoment(words, from, zone) : end;
  return until.is === "moment" ? { is: "swap", ...begins, until: until.at } : { is: "untimed", words };
}

/** The text on both sides of each separator, from the last to the first. */
function cuts(text: string, separator: RegExp): readonly { before: string; after: string }[] {
  return [...text.matchAll(separator)]
    .map((found) => ({
      before: text.slice(0, found.index).trim(),
      after: text.slice(found.index + found[0].length).trim(),
    }))
    .reverse();
}
