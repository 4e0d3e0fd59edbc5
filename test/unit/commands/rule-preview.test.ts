/** What a rule shows of itself when it is made: how it would have done on what is recorded by then. */
import { afterEach, expect, test } from "vitest";
import type { Locale } from "../../../storage/locale.ts";
import { Road } from "../../support/road.ts";

let road: Road;
afterEach(() => road.close());

/** The first sample is there at once, the next ones every 10 s; the line is said after so long. */
async function said(locale: Locale, afterMs: number, line: string): Promise<string> {
  road = await Road.open({ locale });
  await road.clock.advance(afterMs);
  return road.say(line);
}

test.each<[Locale, number, string, string]>([
  ["en", 0, "load1 > 3", "The record has only just begun; how often it would fire is not known yet."],
  ["en", 999, "load1 > 3", "The record has only just begun; how often it would fire is not known yet."],
  ["en", 999, "load1 > 0", "The record has only just begun; it would fire now."],
  ["en", 1_000, "load1 > 3", "It would not have fired in the last 1s on record."],
  ["en", 45_000, "load1 > 0", "It would have fired once in the last 45s on record"],
  ["en", 999, "unheard_of > 3", "Nothing is recorded yet that it could be tried on."],
  ["zh-CN", 0, "load1 > 3", "记录刚刚开始，还看不出多久会触发一次。"],
  ["zh-CN", 999, "load1 > 0", "记录刚刚开始，现在就会触发。"],
  ["zh-CN", 1_000, "load1 > 3", "在过去1秒的记录里不会触发。"],
  ["zh-CN", 999, "unheard_of > 3", "还没有可以试算的记录。"],
])("in %s, %i ms after the first sample, %s: %s", async (locale, afterMs, expr, words) => {
  expect(await said(locale, afterMs, `rule add r: ${expr}`)).toContain(words);
});
