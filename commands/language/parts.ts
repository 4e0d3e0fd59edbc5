/** Sorts the pieces of a threshold sentence: which amount is the limit, which the length of time, how loud, how named. */
import type { Piece } from "./pieces.ts";
import type { Comparison, ThresholdSentence } from "./sentence-types.ts";
import { isOpen, limitOf, type Named } from "./subject.ts";
import type { Measure } from "./units.ts";

/** What a sentence says besides its subject. */
export type Parts = {
  -readonly [Key in "forMs" | "keepFiringForMs" | "severity" | "name" | "windowFunction"]?: NonNullable<
    ThresholdSentence[Key]
  >;
} & {
  op?: Comparison;
  opAt?: number;
  weak: boolean;
  scarce: boolean;
  recovery: boolean;
  verb: boolean;
  measure?: Measure;
  /** The amount as it was written. */
  amount?: string;
  /** Whether a comparison stood right before the amount. */
  compared: boolean;
  rangeMs?: number;
  fn?: NonNullable<ThresholdSentence["windowFunction"]>["fn"];
  /** A second amount or a second comparison that has no place. */
  surplus: boolean;
};

/** Leaves out fillers; the first of two verbs says how loud the second is. */
export function speakingPieces(all: readonly Piece[]): Piece[] {
  const pieces: Piece[] = [];
  all.forEach((piece, i) => {
    const next = all[i + 1];
    if (piece.kind === "filler") return;
    pieces.push(piece);
    // 通知告警
    if (piece.kind === "verb" && next?.kind === "verb" && piece.to === next.from)
      pieces.push({ kind: "severity", severity: "info", from: piece.from, to: piece.to });
  });
  return pieces;
}

/** Reads the pieces in their order. `named` tells which amounts can be the limit. */
export function readParts(text: string, pieces: readonly Piece[], named: Named | undefined): Parts {
  const parts: Parts = {
    weak: false,
    scarce: false,
    recovery: false,
    verb: false,
    compared: false,
    surplus: false,
  };
  const fits = (measure: Measure): boolean =>
    named !== undefined &&
    (limitOf(named, measure, parts.op ?? ">", parts.scarce) !== undefined ||
      (isOpen(named) && measure.amount !== undefined));
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] as Piece;
    const next = pieces[i + 1];
    const length = next?.kind === "measure" ? next.measure.durationMs : undefined;
    if (piece.kind === "verb") parts.verb = true;
    else if (piece.kind === "wellness") {
      parts.verb = true;
      if (parts.op === undefined && named?.state === undefined) parts.recovery = true;
    } else if (
      piece.kind === "measure" &&
      next?.kind === "function" &&
      piece.measure.durationMs !== undefined
    ) {
      // 5分钟平均
      parts.rangeMs = piece.measure.durationMs;
    } else if (piece.kind === "severity") {
      parts.severity = piece.severity;
      if (piece.speaks) parts.verb = true;
    } else if (piece.kind === "function") parts.fn = piece.fn;
    else if (piece.kind === "named") parts.name = piece.text;
    else if (piece.kind === "keep" && length !== undefined) {
      parts.keepFiringForMs = length;
      i++;
    } else if (piece.kind === "lately" && length !== undefined) {
      parts.rangeMs = length;
      i++;
    } else if (piece.kind === "lasting") i = takeLasting(pieces, i, parts);
    else if (piece.kind === "bound") takeOp(parts, piece.op, piece.from);
    else if (piece.kind === "comparison") {
      if (
        length !== undefined &&
        piece.looksLike !== undefined &&
        (parts.measure !== undefined || !fits((next as MeasurePiece).measure))
      ) {
        if (piece.looksLike === "lately") parts.rangeMs = length;
        else parts.forMs = length;
        i++;
      } else if (
        length !== undefined &&
        piece.looksLike === "lately" &&
        parts.fn !== undefined &&
        i + 2 < pieces.length
      ) {
        parts.rangeMs = length;
        i++;
      } else takeComparison(parts, piece);
    } else if (piece.kind === "measure") {
      const before = parts.measure;
      takeMeasure(parts, piece.measure, pieces[i - 1]?.kind === "comparison", fits);
      if (parts.measure !== before) parts.amount = text.slice(piece.from, piece.to);
    }
  }
  return parts;
}

type MeasurePiece = Extract<Piece, { kind: "measure" }>;

function takeLasting(pieces: readonly Piece[], i: number, parts: Parts): number {
  const step = pieces[i + 1]?.kind === "comparison" || pieces[i + 1]?.kind === "lately" ? 2 : 1;
  const next = pieces[i + step];
  if (next?.kind !== "measure" || next.measure.durationMs === undefined) return i;
  parts.forMs = next.measure.durationMs;
  // 持续5分钟以上
  return pieces[i + step + 1]?.kind === "bound" ? i + step + 1 : i + step;
}

function takeComparison(parts: Parts, piece: Extract<Piece, { kind: "comparison" }>): void {
  if (piece.weak) {
    if (parts.op === undefined) {
      parts.op = piece.op;
      parts.opAt = piece.from;
      parts.weak = true;
    }
    return;
  }
  if (piece.recovery) parts.recovery = true;
  if (piece.scarce) parts.scarce = true;
  // 恢复到低于80%: the second says it better.
  if (parts.op !== undefined && !parts.weak && !parts.recovery && !(parts.op === "==" || piece.op === "=="))
    parts.surplus = true;
  takeOp(parts, piece.op, piece.from);
}

function takeOp(parts: Parts, op: Comparison, at: number): void {
  parts.op = op;
  parts.opAt ??= at;
  parts.weak = false;
}

function takeMeasure(
  parts: Parts,
  measure: Measure,
  compared: boolean,
  fits: (measure: Measure) => boolean,
): void {
  const { durationMs } = measure;
  if (parts.measure === undefined && (fits(measure) || durationMs === undefined)) {
    parts.measure = measure;
    parts.compared = compared;
  } else if (
    compared &&
    parts.measure !== undefined &&
    !parts.compared &&
    parts.measure.durationMs !== undefined
  ) {
    // 响应时间5分钟超过2秒: the amount without a comparison was the length of time.
    parts.forMs = parts.measure.durationMs;
    parts.measure = measure;
    parts.compared = true;
  } else if (durationMs !== undefined && parts.forMs === undefined) parts.forMs = durationMs;
  else parts.surplus = true;
}
