/** Those who push: how much each may send, and which series it writes. */
import { Exposition } from "../../../monitors/exposition/exposition.ts";
import { type Labels, METRIC_NAME } from "../../../storage/labels.ts";
import type { Text } from "../../../storage/locale.ts";
import type { Matcher } from "../../../storage/matchers.ts";
import type { SeriesRef, SeriesSink, SeriesSource } from "../../../storage/series.ts";
import type { Hook } from "../hook.ts";
import { burstOf, type PushOptions } from "./push.ts";

/** A series that a source may write to. */
export interface Writable {
  readonly ref: SeriesRef;
}

/** A series that a source may not write to, and why. */
export interface Unwritable {
  readonly why: Text;
}

/** One hook of kind `push` and what is known of it since it was read from the file. */
export interface Source {
  readonly hook: Hook<PushOptions>;
  /** What it has pushed as text. */
  readonly pages: Exposition<Writable | Unwritable>;
  /** The series of a label set that was sent. */
  seriesOf(labels: Labels): Writable | Unwritable;
  /** Whether there is room for one more series. */
  hasRoom(): boolean;
  /** Takes so many samples; else in how many milliseconds they would fit. */
  spend(samples: number, now: number): number;
}

export function openSource(hook: Hook<PushOptions>, series: SeriesSink & SeriesSource): Source {
  const { options } = hook;
  const burst = burstOf(options);
  // The same array each time, so that the answer is kept up to date and not found again.
  const own: readonly Matcher[] = [{ name: "hook", op: "=", value: hook.name }];
  let left = burst;
  let filledAt: number | undefined;

  function seriesOf(sent: Labels): Writable | Unwritable {
    const why = complaint(sent, options);
    if (why !== undefined) return { why };
    return { ref: series.ref({ ...sent, ...hook.labels, hook: hook.name }) };
  }

  return {
    hook,
    pages: new Exposition(seriesOf),
    seriesOf,
    hasRoom: () => series.select(own).length < options.series_limit,
    spend(samples, now) {
      const perMs = options.samples_per_second / 1_000;
      left = Math.min(burst, left + Math.max(0, now - (filledAt ?? now)) * perMs);
      filledAt = now;
      if (left < samples) return Math.ceil((samples - left) / perMs);
      left -= samples;
      return 0;
    },
  };
}

/** What is wrong with a label set. */
function complaint(labels: Labels, options: PushOptions): Text | undefined {
  const entries = Object.entries(labels);
  if (entries.length - 1 > options.label_limit) return tooMany(entries.length - 1, options.label_limit);
  for (const [name, value] of entries) {
    if (name !== METRIC_NAME && name.startsWith("__"))
      return named(name, "是保留的标签", "is a reserved label");
    if (name === "" || /\p{Cc}/u.test(name))
      return named(
        "",
        "标签名不能为空或含控制字符",
        "a label name must not be empty or hold control characters",
      );
    if (name.length > options.label_name_length_limit)
      return named(
        name,
        `标签名超过 ${options.label_name_length_limit} 个字符`,
        `the name is longer than ${options.label_name_length_limit} characters`,
      );
    if (name === METRIC_NAME && (value === "" || /\p{Cc}/u.test(value)))
      return named("name", "指标名不能为空或含控制字符", "must not be empty or hold control characters");
    if (value.length > options.label_value_length_limit)
      return named(
        name,
        `值超过 ${options.label_value_length_limit} 个字符`,
        `the value is longer than ${options.label_value_length_limit} characters`,
      );
  }
  return undefined;
}

function tooMany(count: number, limit: number): Text {
  return { zh: `有 ${count} 个标签，最多 ${limit} 个`, en: `${count} labels, at most ${limit}` };
}

function named(name: string, zh: string, en: string): Text {
  const short = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  return short === "" ? { zh, en } : { zh: `${short}：${zh}`, en: `${short}: ${en}` };
}
