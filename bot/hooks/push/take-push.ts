/** From a body that was pushed to samples that are on disk. */
import type { Format } from "../../../monitors/exposition/exposition.ts";
import { ExpositionError } from "../../../monitors/exposition/exposition-error.ts";
import { durationWords } from "../../../storage/duration.ts";
import type { Text } from "../../../storage/locale.ts";
import type { SeriesRef, SeriesSink, SeriesSource } from "../../../storage/series.ts";
import { SeriesLimit } from "../../../storage/series-limit.ts";
import { NotSaved } from "../../../storage/store.ts";
import { type Hook, Unreadable } from "../hook.ts";
import { burstOf, type PushOptions } from "./push.ts";
import { readPushedJson } from "./read-json.ts";
import { openSource, type Source, type Unwritable, type Writable } from "./sources.ts";

/** Where samples go. */
export interface PushStore extends SeriesSink, SeriesSource {
  readonly retentionMs: number;
  /** Resolves when everything appended until now is on disk; rejects with NotSaved. */
  persist(): Promise<void>;
}

/** A place in the body, counted from 0: of an item of JSON, or of a line of text. */
export interface Refused {
  readonly index: number;
  readonly why: Text;
}

/** What came of a body. */
export type Pushed =
  | { readonly is: "taken"; readonly accepted: number; readonly refused: readonly Refused[] }
  /** Nothing of it was taken. `waitMs`: when to try again. */
  | { readonly is: "refused"; readonly status: number; readonly text: Text; readonly waitMs?: number };

export interface Push {
  readonly body: Buffer;
  readonly contentType: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** A sample may be so far ahead of our clock, as in Prometheus. */
const FUTURE_MS = 600_000;
const FUTURE = durationWords(FUTURE_MS);
/** After a disk that refuses, when to try again. */
const RETRY_MS = 5_000;

export interface Pushes {
  /** Takes a body in; resolves when what was accepted is on disk. */
  take(hook: Hook<PushOptions>, push: Push): Promise<Pushed>;
  /** Samples since the start, by hook. */
  readonly accepted: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
}

export function openPushes(store: PushStore, elapsed: () => number): Pushes {
  // A hook is another object after each reload of the file: what it may do begins anew.
  const sources = new WeakMap<Hook<PushOptions>, Source>();
  const accepted: Record<string, number> = {};
  const refused: Record<string, number> = {};
  const count = (counts: Record<string, number>, { name }: Hook, samples: number): void => {
    counts[name] = (counts[name] ?? 0) + samples;
  };
  return {
    accepted,
    refused,
    async take(hook, push) {
      const source = sources.get(hook) ?? openSource(hook, store);
      sources.set(hook, source);
      let read: Read;
      try {
        read = readPush(source, push);
      } catch (error) {
        if (error instanceof Unreadable) return { is: "refused", status: 400, text: error.text };
        if (!(error instanceof ExpositionError)) throw error;
        source.pages.forget();
        return { is: "refused", status: 400, text: { zh: `读不懂：${error.message}`, en: error.message } };
      }
      const all = read.samples.length + read.refused.length;
      const no = overRate(source, all, elapsed());
      if (no !== undefined) {
        count(refused, hook, all);
        return no;
      }
      const written = write(source, store, read, push.at);
      try {
        if (written.accepted > 0) await store.persist();
      } catch (error) {
        if (!(error instanceof NotSaved)) throw error;
        const { zh, en } = error.text;
        const text = { zh: `没有存下来：${zh}`, en: `not saved: ${en}` };
        return { is: "refused", status: 503, text, waitMs: RETRY_MS };
      }
      count(accepted, hook, written.accepted);
      count(refused, hook, written.refused.length);
      return { is: "taken", ...written };
    },
  };
}

/** What a body says, before anything of it is written. */
interface Read {
  readonly samples: readonly {
    readonly index: number;
    readonly series: Writable | Unwritable;
    readonly value: number;
    /** NaN where it has no time of its own. */
    readonly at: number;
  }[];
  readonly refused: readonly Refused[];
}

function readPush(source: Source, { body, contentType }: Push): Read {
  const kind = kindOf(body, contentType);
  const read = kind === "json" ? readJson(source, body) : readText(source, body, kind);
  if (read.samples.length + read.refused.length === 0)
    throw new Unreadable("no-content", { zh: "没有样本", en: "there are no samples" });
  return read;
}

/** What the sender says it is; of curl, which calls everything a form, and `fetch`, all text, the beginning decides. */
function kindOf(body: Buffer, contentType: string): "json" | Format {
  if (/json/i.test(contentType)) return "json";
  if (/openmetrics/i.test(contentType)) return "openmetrics";
  const start = body.subarray(0, 300).toString("latin1").trimStart();
  if (start.startsWith("[")) return "json";
  // Text may begin with a name in quotes: `{"orders.waiting"} 3`.
  return start.startsWith("{") && !/^\{\s*"(?:[^"\\]|\\.)*"\s*[,}]/.test(start) ? "json" : "text";
}

function readJson(source: Source, body: Buffer): Read {
  const samples: Read["samples"][number][] = [];
  const refused: Refused[] = [];
  readPushedJson(body.toString("utf8")).forEach((item, index) => {
    if ("why" in item) refused.push({ index, why: item.why });
    else samples.push({ index, series: source.seriesOf(item.labels), value: item.value, at: item.at });
  });
  return { samples, refused };
}

function readText(source: Source, body: Buffer, format: Format): Read {
  const refused: Refused[] = [];
  const page = source.pages.read(body, format, ({ line, message }) => {
    refused.push({ index: line - 1, why: { zh: `读不懂：${message}`, en: message } });
  });
  const samples = page.series.map((series, i) => ({
    index: (page.lines?.[i] ?? 1) - 1,
    series,
    value: page.values[i] ?? Number.NaN,
    at: page.times?.[i] ?? Number.NaN,
  }));
  return { samples, refused };
}

/** Why a source may not send so much now. */
function overRate(source: Source, samples: number, now: number): Pushed | undefined {
  const { options } = source.hook;
  const most = burstOf(options);
  if (samples > most)
    return {
      is: "refused",
      status: 413,
      text: {
        zh: `一次 ${samples} 个样本，最多 ${most} 个（samples_per_second 的十倍）`,
        en: `${samples} samples at once, at most ${most} (ten times samples_per_second)`,
      },
    };
  const waitMs = source.spend(samples, now);
  if (waitMs === 0) return undefined;
  return {
    is: "refused",
    status: 429,
    text: {
      zh: `太快：每秒最多 ${options.samples_per_second} 个样本，请稍后再试`,
      en: `too fast: at most ${options.samples_per_second} samples a second; try again later`,
    },
    waitMs,
  };
}

function write(
  source: Source,
  store: PushStore,
  read: Read,
  now: number,
): { accepted: number; refused: Refused[] } {
  const refused = [...read.refused];
  let accepted = 0;
  for (const { index, series, value, at } of read.samples) {
    const why = "why" in series ? series.why : writeOne(source, store, series.ref, { value, at, now });
    if (why === undefined) accepted++;
    else refused.push({ index, why });
  }
  return { accepted, refused: refused.sort((one, other) => one.index - other.index) };
}

/** Writes a sample, or says why not. */
function writeOne(
  source: Source,
  store: PushStore,
  ref: SeriesRef,
  { value, at: own, now }: { readonly value: number; readonly at: number; readonly now: number },
): Text | undefined {
  const { lastAt } = ref;
  const limit = source.hook.options.series_limit;
  if (lastAt === Number.NEGATIVE_INFINITY && !source.hasRoom())
    return { zh: `新的序列，而 series_limit 是 ${limit}`, en: `a new series, and series_limit is ${limit}` };
  // The store would take a time before the last for a clock that went back, and drop what is later.
  const ahead = lastAt > now && lastAt <= now + FUTURE_MS;
  const at = Number.isNaN(own) ? (ahead ? lastAt : now) : own;
  if (at > now + FUTURE_MS)
    return {
      zh: `时间在${ago(at - now).zh}之后，最多${FUTURE.zh}`,
      en: `its time is ${ago(at - now).en} ahead; ${FUTURE.en} at most`,
    };
  if (at < now - store.retentionMs)
    return {
      zh: `时间在${ago(now - at).zh}之前，样本只保留${ago(store.retentionMs).zh}`,
      en: `its time is ${ago(now - at).en} ago; samples are kept for ${ago(store.retentionMs).en}`,
    };
  if (at < lastAt && (lastAt <= now || ahead))
    return {
      zh: `比这个序列的最后一个样本早${ago(lastAt - at).zh}`,
      en: `it is ${ago(lastAt - at).en} older than the last sample of its series`,
    };
  try {
    ref.append(at, value);
    return undefined;
  } catch (error) {
    if (error instanceof SeriesLimit) return error.text;
    throw error;
  }
}

function ago(ms: number): Text {
  return durationWords(ms < 1_000 ? Math.ceil(ms) : Math.round(ms / 1_000) * 1_000);
}
