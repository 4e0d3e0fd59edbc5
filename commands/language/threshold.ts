/** Reads a sentence about a limit: `CPU使用率超过80%持续5分钟告警`, `alert when disk /data is over 90%`. */
import type { MetricWord } from "../../rules/metric-words.ts";
import { exampleThreshold } from "./examples.ts";
import { type Parts, readParts, speakingPieces } from "./parts.ts";
import { cutPieces, type Piece } from "./pieces.ts";
import { isRunning } from "./running.ts";
import type {
  Comparison,
  HalfSentence,
  Language,
  Missing,
  Sentence,
  Subject,
  ThresholdSentence,
} from "./sentence-types.ts";
import { aliveMetric, gatherSubject, impliedOp, isOpen, type Limit, limitOf, type Named } from "./subject.ts";

/** A question is not a rule, even where it has all the parts of one. */
const QUESTION =
  /[?？吗呢]|什么|怎么|为何|多少|几个|哪|是否|是不是|有没有|能不能|会不会|谁|(?:^|[^a-z])(?:what|why|how|who|which|does|did|do|can|could|should|would|will)(?![a-z])/i;

/** The longest stretch of unknown words that may stand where the subject should; longer is chatter. */
const LONGEST_UNCLEAR = 40;

/** The sentence, half of one, or `undefined` when the line is not about a limit. `text` is normalized. */
export function understandThreshold(
  text: string,
  language: Language,
  metrics: readonly string[],
): Sentence | undefined {
  const all = cutPieces(text, metrics);
  if (all === undefined) return undefined;
  const pieces = speakingPieces(all);
  const named = gatherSubject(pieces);
  const parts = readParts(text, pieces, named);
  const unknown = pieces.filter(({ kind }) => kind === "unknown" || kind === "quoted");
  if (unknown.length > 0) return unclearSubject(text, language, pieces, parts, named);
  if (named === undefined) return ofSeveral(language, parts);
  if (parts.surplus) return undefined;
  return whole(named, parts, language) ?? half(named, parts, language);
}

/** Everything is there. */
function whole(named: Named, parts: Parts, language: Language): ThresholdSentence | undefined {
  const limit = finalLimit(named, parts);
  if (limit === undefined) return undefined;
  const subject: Subject = {
    metric: limit.metric,
    labels: named.labels,
    ...(named.url === undefined ? {} : { url: named.url }),
  };
  if (needsUrl(named, limit) || isTalk(named, parts)) return undefined;
  return {
    kind: "threshold",
    language,
    subject,
    op: limit.op,
    threshold: limit.threshold,
    ...details(parts),
  };
}

function finalLimit(named: Named, parts: Parts): Limit | undefined {
  const { measure } = parts;
  if (measure !== undefined) {
    // 状态码 500 and cpu 80% leave the comparison out.
    const op =
      parts.op === undefined || (parts.weak && named.word?.unit !== "code")
        ? impliedOrEqual(named, parts)
        : parts.op;
    return limitOf(named, measure, op, parts.scarce);
  }
  if (named.state !== undefined && (parts.op === undefined || parts.weak || parts.recovery))
    return {
      metric: named.state.word.metric,
      op: named.state.op,
      threshold: parts.recovery ? wellOf(named.state.word) : named.state.threshold,
    };
  if (parts.recovery && named.url !== undefined && named.word === undefined)
    return { metric: aliveMetric(named.url), op: "==", threshold: 1 };
  return undefined;
}

/** The state of a thing that is well: it is up, it is not read-only. */
function wellOf({ unit }: MetricWord): number {
  return unit === "boolean" ? 1 : 0;
}

/** `cpu is at 80%`: reaching it is meant; a number of things is exactly what it is said to be. */
function impliedOrEqual(named: Named, parts: Parts): Comparison {
  const implied = impliedOp(named);
  if (!parts.weak || implied !== ">") return implied;
  return named.word === undefined || named.word.unit === "count" ? "==" : ">=";
}

/** Without verb and comparison only the short form of an upper limit (`cpu 80% 5m`) is a rule; the rest is talk. */
function isTalk(named: Named, parts: Parts): boolean {
  // "nginx 进程挂了" is news, not yet a rule.
  if (parts.verb || isRunning(named.url)) return !parts.verb;
  if (parts.recovery) return false;
  if (named.state !== undefined) return named.url === undefined;
  return parts.weak || (parts.op === undefined && impliedOp(named) !== ">");
}

function needsUrl(named: Named, limit: Limit): boolean {
  return (
    named.url === undefined &&
    named.raw === undefined &&
    named.labels["instance"] === undefined &&
    limit.metric.startsWith("probe_")
  );
}

function details(
  parts: Parts,
): Pick<
  ThresholdSentence,
  "forMs" | "keepFiringForMs" | "severity" | "name" | "recovery" | "windowFunction"
> {
  const window =
    parts.fn !== undefined && parts.rangeMs !== undefined
      ? { fn: parts.fn, rangeMs: parts.rangeMs }
      : undefined;
  return {
    // 过去5分钟CPU超过80% without an average: all of the five minutes.
    forMs: parts.forMs ?? (window === undefined ? parts.rangeMs : undefined) ?? 0,
    ...(parts.keepFiringForMs === undefined ? {} : { keepFiringForMs: parts.keepFiringForMs }),
    ...(parts.severity === undefined ? {} : { severity: parts.severity }),
    ...(parts.name === undefined ? {} : { name: parts.name }),
    ...(parts.recovery ? { recovery: true } : {}),
    ...(window === undefined ? {} : { windowFunction: window }),
  };
}

type Known = HalfSentence["known"];

function knownOf(named: Named | undefined, parts: Parts): Known {
  const { forMs, ...more } = details(parts);
  const metric = named?.raw ?? named?.word?.metric ?? named?.state?.word.metric;
  const limit = named && parts.measure && limitOf(named, parts.measure, parts.op ?? ">", parts.scarce);
  return {
    ...(metric === undefined && named?.url === undefined
      ? {}
      : {
          subject: {
            metric: metric ?? aliveMetric(named?.url),
            labels: named?.labels ?? {},
            ...(named?.url === undefined ? {} : { url: named.url }),
          },
        }),
    ...(parts.op === undefined || parts.weak ? {} : { op: parts.op }),
    ...(limit === undefined ? {} : { threshold: limit.threshold }),
    ...(forMs > 0 ? { forMs } : {}),
    ...more,
  };
}

function exampleOf(language: Language, named: Named | undefined, parts: Parts): string {
  const op = parts.weak ? undefined : parts.op;
  const fits =
    named !== undefined &&
    parts.measure !== undefined &&
    limitOf(named, parts.measure, op ?? ">", parts.scarce);
  const keeps =
    fits ||
    (parts.measure !== undefined &&
      named !== undefined &&
      isOpen(named) &&
      parts.measure.amount?.dimension === "percent");
  const word = named?.word ?? named?.state?.word;
  return exampleThreshold(language, {
    ...(word === undefined ? {} : { word }),
    ...(named?.raw === undefined ? {} : { raw: named.raw }),
    ...(named?.url === undefined ? {} : { url: named.url }),
    labels: named?.labels ?? {},
    ...(op === undefined ? {} : { op }),
    ...(keeps && parts.amount !== undefined ? { amount: parts.amount } : {}),
    less: named !== undefined && impliedOp(named) === "<",
  });
}

/** What is there of a rule, and what to ask for; `undefined` when there is too little of it. */
function half(named: Named, parts: Parts, language: Language): HalfSentence | undefined {
  const compared = parts.op !== undefined && !parts.weak;
  const missing: Missing[] = [];
  if (isOpen(named)) {
    // 超过80% alone may answer a question of the bot's; with a verb it wants to be a rule.
    if (!parts.verb || !compared || parts.measure === undefined) return undefined;
    missing.push("subject");
  } else if (finalLimit(named, parts) !== undefined) {
    if ((!parts.verb && !compared) || isTalk(named, parts)) return undefined;
    missing.push("url");
  } else {
    if (named.state !== undefined) return undefined;
    if (!parts.verb && (!compared || parts.recovery)) return undefined;
    if (!compared && parts.measure === undefined) missing.push("comparison");
    if (named.word !== undefined || named.raw !== undefined || compared || named.url === undefined)
      missing.push("threshold");
    if (named.url === undefined && named.word?.of === "url") missing.push("url");
  }
  return {
    kind: "half",
    language,
    missing,
    known: knownOf(named, parts),
    example: exampleOf(language, named, parts),
  };
}

/** Two things in one sentence: which of them? */
function ofSeveral(language: Language, parts: Parts): HalfSentence | undefined {
  if (!parts.verb || parts.op === undefined || parts.weak) return undefined;
  return {
    kind: "half",
    language,
    missing: ["subject"],
    known: knownOf(undefined, parts),
    example: exampleOf(language, undefined, parts),
  };
}

/** A whole rule but for words before the comparison that name nothing we know: `订单量超过100告警`. */
function unclearSubject(
  text: string,
  language: Language,
  pieces: readonly Piece[],
  parts: Parts,
  named: Named | undefined,
): HalfSentence | undefined {
  const unknown = pieces.filter(({ kind }) => kind === "unknown" || kind === "quoted");
  const measured = pieces.some(({ kind }) => kind === "measure") || named?.state !== undefined;
  const compared = (parts.op !== undefined && !parts.weak) || named?.state !== undefined;
  if (!parts.verb || !measured || !compared || QUESTION.test(text)) return undefined;
  const before = parts.opAt ?? pieces.find(({ kind }) => kind === "state")?.from ?? 0;
  const first = unknown[0] as Piece;
  const last = unknown.at(-1) as Piece;
  if (last.to > before || last.to - first.from > LONGEST_UNCLEAR) return undefined;
  return {
    kind: "half",
    language,
    missing: ["subject"],
    known: knownOf(named, parts),
    unclear: text.slice(first.from, last.to).trim(),
    example: exampleOf(language, named, parts),
  };
}
