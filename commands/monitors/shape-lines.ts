/** The steps of a monitor, and what each of them did. */
import { formatTime, formatValue } from "../../alerts/words.ts";
import type { Reading } from "../../monitors/monitor.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import type { StepTally } from "../../monitors/shaping/shaper.ts";
import { writeShort } from "../../monitors/shaping/short.ts";
import { formatLabels } from "../../storage/labels.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import type { Call } from "../command.ts";
import { code } from "../markdown.ts";
import type { World } from "../world.ts";

/** The steps of a monitor and what each has done, as lines of markdown; "" where it has none. */
export function shapeLines(one: MonitorRecord, call: Call, world: World): string {
  const steps = one.shape ?? [];
  if (steps.length === 0) return "";
  const tallies = world.watch.tallies(one.name);
  const lines = steps.map((step, i) => {
    const tally = tallies[i];
    const done = tally === undefined ? "" : inLocale(call.locale, doneWords(tally));
    const last = tally === undefined ? "" : lastWords(tally, call.locale, world.zone);
    return [`${i + 1}. ${code(writeShort(step))}`, done, last].filter(Boolean).join(" — ");
  });
  const title = inLocale(call.locale, {
    zh: "写入之前（开始巡查以来的次数）：",
    en: "Before it is written (counted since it is on its rounds):",
  });
  return `${title}\n\n${lines.join("\n")}`;
}

function doneWords({ dropped, changed, made }: StepTally): Text {
  const parts: Text[] = [
    ...(dropped === 0 ? [] : [{ zh: `丢掉 ${dropped}`, en: `dropped ${dropped}` }]),
    ...(changed === 0 ? [] : [{ zh: `改动 ${changed}`, en: `changed ${changed}` }]),
    ...(made === 0 ? [] : [{ zh: `新增 ${made}`, en: `made ${made}` }]),
  ];
  if (parts.length === 0) return { zh: "还没有动过什么", en: "nothing so far" };
  return { zh: parts.map(({ zh }) => zh).join("，"), en: parts.map(({ en }) => en).join(", ") };
}

function lastWords({ last }: StepTally, locale: Locale, zone: string): string {
  if (last === undefined) return "";
  const one = (reading: Reading): string => code(readingText(reading, locale));
  const at = formatTime(last.at, zone, locale, "second");
  const { before, after } = last;
  if (before === undefined) return after === undefined ? "" : `${at} + ${one(after)}`;
  const gone = inLocale(locale, { zh: "丢掉", en: "dropped" });
  return `${at} ${one(before)} → ${after === undefined ? gone : one(after)}`;
}

/** `cpu{host="a"} = 5`. */
export function readingText({ name, labels, value }: Reading, locale: Locale): string {
  return `${formatLabels({ ...labels, __name__: name })} = ${formatValue(value, undefined, locale)}`;
}
