/** What a sentence watches: the metric, its labels and the address, from the pieces that name them. */
import { type MetricWord, metricWords } from "../../rules/metric-words.ts";
import type { Piece } from "./pieces.ts";
import { isRunning } from "./running.ts";
import type { Comparison } from "./sentence-types.ts";
import { inUnit, type Measure } from "./units.ts";

/** What was said about the subject, before an amount has made clear which metric it is. */
export interface Named {
  readonly word?: MetricWord;
  /** A metric named in PromQL's own manner; nothing is known of its unit but what its name says. */
  readonly raw?: string;
  readonly state?: { readonly word: MetricWord; readonly op: Comparison; readonly threshold: number };
  readonly labels: Readonly<Record<string, string>>;
  readonly url?: string;
  /** The sentence speaks of what is left. */
  readonly free: boolean;
}

/** The metric and the limit that a sentence means. */
export interface Limit {
  readonly metric: string;
  readonly op: Comparison;
  readonly threshold: number;
}

function wordOf(metric: string): MetricWord | undefined {
  return metricWords.find((word) => word.metric === metric);
}

/** Gathers the subject; `undefined` when the pieces name several things or things that do not go together. */
export function gatherSubject(pieces: readonly Piece[]): Named | undefined {
  const urls = new Set<string>();
  const raws = new Set<string>();
  const labels: Record<string, string> = {};
  let words = new Set<MetricWord>();
  let state: Named["state"];
  let free = false;
  for (const piece of pieces) {
    if (piece.kind === "url") urls.add(piece.url);
    else if (piece.kind === "raw") raws.add(piece.metric);
    else if (piece.kind === "metric") words.add(piece.word);
    else if (piece.kind === "free") free = true;
    else if (piece.kind === "state") state ??= piece;
    else if (piece.kind === "label") {
      if (labels[piece.name] !== undefined && labels[piece.name] !== piece.value) return undefined;
      labels[piece.name] = piece.value;
    }
  }
  if (words.size > 1) words = withoutGeneral(words);
  if (urls.size > 1 || raws.size + words.size > 1) return undefined;
  const [url] = urls;
  const [raw] = raws;
  let [word] = words;
  const running = isRunning(url);
  if ((labels["process"] !== undefined || running) && word !== undefined) word = ofProcess(word);
  // Whether a program or a unit runs is whether its monitor finds it well.
  if (running && state !== undefined) state = { ...state, word: aliveWord(url) };
  // An address that is 断开 is down; only a disk of this machine is 只读.
  if (url !== undefined && state?.word.of === "system") {
    if (state.threshold !== 0) return undefined;
    state = { ...state, word: aliveWord(url) };
  }
  // 磁盘 /data 只读: the general word says only whose state it is.
  if (state?.word.of === "system" && word !== undefined && family(word) === family(state.word))
    word = undefined;
  if (state !== undefined && word !== undefined && word !== state.word) {
    // 可用 beside 磁盘 is what is free, not a site that is up.
    if (word.of !== "system" || state.word.of === "system" || state.threshold !== 1) return undefined;
    free = true;
    state = undefined;
  }
  if (
    url !== undefined &&
    (raw !== undefined || (word?.of === "system" && family(word) !== (running ? "process" : "")))
  )
    return undefined;
  const known = word ?? state?.word;
  if (known !== undefined && !Object.keys(labels).every((name) => known.labels.includes(name)))
    return undefined;
  return {
    labels,
    free,
    ...(word === undefined ? {} : { word }),
    ...(raw === undefined ? {} : { raw }),
    ...(state === undefined ? {} : { state }),
    ...(url === undefined ? {} : { url }),
  };
}

/** The metric that says whether what has this address is well. */
export function aliveMetric(url: string | undefined): string {
  return isRunning(url) ? "up" : "probe_success";
}

function aliveWord(url: string | undefined): MetricWord {
  return wordOf(aliveMetric(url)) as MetricWord;
}

/** `磁盘 /data 剩余空间` names the disk twice, once in general; the more particular metric is meant. */
function withoutGeneral(words: ReadonlySet<MetricWord>): Set<MetricWord> {
  const left = [...words].filter(
    (word) =>
      ![...words].some(
        (other) =>
          other !== word && word.metric === `${family(word)}_usage_percent` && family(other) === family(word),
      ),
  );
  return new Set(left);
}

function family(word: MetricWord): string {
  return word.metric.split("_")[0] as string;
}

function ofProcess(word: MetricWord): MetricWord {
  if (word.metric === "cpu_usage_percent") return wordOf("process_cpu_percent") ?? word;
  return family(word) === "memory" ? (wordOf("process_memory_bytes") ?? word) : word;
}

/** The metric that goes with an amount where the sentence names none: `https://… 超过2秒`, `/data 超过90%`. */
function guess(named: Named, measure: Measure): MetricWord | undefined {
  if (named.word !== undefined) return named.word;
  if (named.state !== undefined) return undefined;
  if (isRunning(named.url)) return undefined;
  if (named.url !== undefined)
    return measure.durationMs === undefined ? undefined : wordOf("probe_duration_seconds");
  if (named.labels["mount"] !== undefined) return wordOf("disk_usage_percent");
  return undefined;
}

const FLIPPED: Readonly<Record<Comparison, Comparison>> = {
  ">": "<",
  ">=": "<=",
  "<": ">",
  "<=": ">=",
  "==": "==",
  "!=": "!=",
};

/**
 * The limit in the base unit of the metric. Where the amount does not fit the metric but fits its sibling, the
 * sibling is meant: 8 GB of memory usage is used memory; less than 10% of free space is usage above 90%.
 * `undefined` when no metric counts in such an amount.
 */
export function limitOf(named: Named, measure: Measure, op: Comparison, scarce: boolean): Limit | undefined {
  if (named.raw !== undefined) {
    const threshold = inUnit(measure, unitOfName(named.raw));
    return threshold === undefined ? undefined : { metric: named.raw, op, threshold };
  }
  const word = guess(named, measure);
  if (word === undefined) return undefined;
  const less = op === "<" || op === "<=";
  const sibling = metricWords.find(
    (each) =>
      each.inPercent?.metric === word.metric &&
      each.inPercent.around[0].startsWith("100") === (less || named.free),
  );
  if ((scarce || named.free) && sibling?.inPercent?.around[0].startsWith("100"))
    return within(sibling, measure, op);
  return within(word, measure, op) ?? (sibling && within(sibling, measure, op));
}

function within(word: MetricWord, measure: Measure, op: Comparison): Limit | undefined {
  const bare = measure.amount?.dimension === "none" && measure.durationMs === undefined;
  const threshold = inUnit(measure, word.unit);
  if (threshold !== undefined) return { metric: word.metric, op, threshold };
  const percent = bare ? undefined : inUnit(measure, "percent");
  if (percent === undefined || word.inPercent === undefined) return undefined;
  const rest = word.inPercent.around[0].startsWith("100");
  return {
    metric: word.inPercent.metric,
    op: rest ? FLIPPED[op] : op,
    threshold: rest ? 100 - percent : percent,
  };
}

function unitOfName(metric: string): string {
  const known = wordOf(metric);
  if (known !== undefined) return known.around === undefined ? known.unit : "count";
  const suffix = /_(bytes_per_second|bytes|seconds|percent|ratio|celsius)(?:_total)?$/.exec(metric)?.[1];
  return suffix ?? "count";
}

/** What is meant when a sentence names a thing and an amount and nothing between them: `cpu 80%`, `证书 14天`. */
export function impliedOp(named: Named): Comparison {
  const word = named.word;
  if (named.free || word?.unit === "days" || word?.metric === "uptime_seconds") return "<";
  if (word?.unit === "bytes" && /free|available/.test(word.metric)) return "<";
  return word?.unit === "code" || word?.unit === "boolean" ? "==" : ">";
}

/** Whether nothing that was said tells what is watched. */
export function isOpen(named: Named): boolean {
  return (
    named.word === undefined &&
    named.raw === undefined &&
    named.state === undefined &&
    named.labels["mount"] === undefined &&
    named.url === undefined
  );
}
