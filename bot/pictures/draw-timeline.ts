/**
 * Draws a run of a flow so that it can be read on a phone, as charts are: a row for each step, with its bar over the
 * axis of time, what is usual as a thin line below it, and its deadline as a mark.
 */
import { formatSpan, formatTime, plain } from "../../alerts/words.ts";
import type { Timeline, TimelineRow } from "../../monitors/flow/timeline.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { timeTicks } from "./axis.ts";
import { type Canvas, type Colour, createCanvas, type Paint } from "./canvas.ts";
import type { Glyphs } from "./glyphs.ts";
import { type Letters, lettersOf } from "./text.ts";

/** In pixels. */
const WIDTH = 716;
const MARGIN = 30;
const TITLE = 36;
const SMALL = 26;
const AXIS = 25;
const TOP = 176;
const BOTTOM = 62;
/** Of one row, where there is room; and where there are many. */
const ROW = 104;
const LEAST_ROW = 80;
const ROOM = 520;
const BAR = 24;
const MOST_TIMES = 5;

const WHITE: Colour = [255, 255, 255];
const INK: Colour = [31, 41, 55];
const SOFT: Colour = [96, 105, 119];
const GRID: Colour = [229, 231, 235];
const AXIS_LINE: Colour = [156, 163, 175];
const TRACK: Colour = [243, 244, 246];
const GOOD: Colour = [15, 123, 77];
const GOING: Colour = [37, 99, 235];
const ALARM: Colour = [220, 38, 38];
const WARN: Colour = [194, 87, 12];
const USUAL: Colour = [148, 155, 168];

const COLOURS: Readonly<Record<TimelineRow["state"], Colour>> = {
  done: GOOD,
  running: GOING,
  failed: ALARM,
  skipped: SOFT,
  waiting: SOFT,
  lost: SOFT,
};

/** Where moments and rows stand. */
interface Plot {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly row: number;
  x(at: number): number;
}

/** `breathe` lets other work run between two rows. */
export async function drawTimeline(
  timeline: Timeline,
  glyphs: Glyphs,
  breathe: () => Promise<void>,
): Promise<Canvas> {
  const { rows, from, to } = timeline;
  const row = Math.min(ROW, Math.max(LEAST_ROW, Math.floor(ROOM / Math.max(1, rows.length))));
  const bottom = TOP + row * rows.length + 6;
  const canvas = createCanvas(WIDTH, bottom + BOTTOM, WHITE);
  const letters = lettersOf(glyphs);
  const [left, right] = [MARGIN, WIDTH - MARGIN];
  const plot: Plot = {
    left,
    right,
    bottom,
    row,
    x: (at) => left + ((at - from) / Math.max(1, to - from)) * (right - left),
  };
  drawHead(canvas, letters, timeline);
  drawTimes(canvas, letters, timeline, plot);
  if (timeline.now !== undefined) drawNow(canvas, plot, plot.x(timeline.now));
  for (const [i, one] of rows.entries()) {
    await breathe();
    drawRow(canvas, letters, one, { timeline, plot, top: TOP + i * row });
  }
  return canvas;
}

const HOW: Readonly<Record<Timeline["how"], { readonly words: Text; readonly colour: Colour }>> = {
  running: { words: { zh: "正在跑", en: "running" }, colour: GOING },
  wrong: { words: { zh: "有问题", en: "trouble" }, colour: ALARM },
  done: { words: { zh: "完成", en: "done" }, colour: GOOD },
  failed: { words: { zh: "失败", en: "failed" }, colour: ALARM },
  skipped: { words: { zh: "跳过", en: "left out" }, colour: SOFT },
  "given-up": { words: { zh: "没有跑完", en: "did not end" }, colour: WARN },
};

function drawHead(canvas: Canvas, letters: Letters, timeline: Timeline): void {
  const { title, run, from, zone, locale, how, tookMs, usual } = timeline;
  const { words, colour } = HOW[how];
  const badge = inLocale(locale, words);
  const wide = letters.width(badge, SMALL) + 36;
  const room = WIDTH - 2 * MARGIN;
  letters.write(canvas, letters.fit(plain(title, 120), TITLE, room - wide - 20), MARGIN, 60, {
    size: TITLE,
    colour: INK,
  });
  pill(canvas, WIDTH - MARGIN - wide, WIDTH - MARGIN, 47, 44, { colour, alpha: 0.12 });
  letters.write(canvas, badge, WIDTH - MARGIN - wide + 18, 57, { size: SMALL, colour });
  const began = formatTime(from, zone, locale);
  const when = inLocale(locale, {
    zh: `${plain(run, 60)} · ${began} 开始`,
    en: `${plain(run, 60)} · began ${began}`,
  });
  letters.write(canvas, letters.fit(when, SMALL, room), MARGIN, 106, { size: SMALL, colour: SOFT });
  const took = formatSpan(tookMs, locale);
  const lasted = inLocale(locale, { zh: `用时 ${took}`, en: `took ${took}` });
  letters.write(canvas, lasted, MARGIN, 146, { size: SMALL, colour: INK });
  if (usual === undefined) return;
  const [median, p90] = [formatSpan(usual.medianMs, locale), formatSpan(usual.p90Ms, locale)];
  const often = inLocale(locale, {
    zh: `通常 ${median}，九成在 ${p90}内`,
    en: `usually ${median}, 90% within ${p90}`,
  });
  const at = MARGIN + letters.width(lasted, SMALL) + 28;
  const fitting = letters.fit(often, SMALL, WIDTH - MARGIN - at);
  letters.write(canvas, fitting, at, 146, { size: SMALL, colour: SOFT });
}

function drawTimes(canvas: Canvas, letters: Letters, timeline: Timeline, plot: Plot): void {
  const { left, right, bottom, x } = plot;
  canvas.rectangle(left, bottom - 1, right - left, 2, { colour: AXIS_LINE });
  let free = 0;
  for (const { at, words } of timeTicks(timeline.from, timeline.to, { ...timeline, most: MOST_TIMES })) {
    const wide = letters.width(words, AXIS);
    const start = Math.min(Math.max(x(at) - wide / 2, left), right - wide);
    if (start < free) continue;
    free = start + wide + 16;
    canvas.rectangle(x(at) - 1, TOP - 6, 2, bottom - TOP + 6, { colour: GRID });
    canvas.rectangle(x(at) - 1, bottom + 1, 2, 8, { colour: AXIS_LINE });
    letters.write(canvas, words, start, bottom + 38, { size: AXIS, colour: SOFT });
  }
}

interface Place {
  readonly timeline: Timeline;
  readonly plot: Plot;
  readonly top: number;
}

function drawRow(canvas: Canvas, letters: Letters, row: TimelineRow, { timeline, plot, top }: Place): void {
  const { left, right, x } = plot;
  const figures = figuresOf(row, timeline);
  const colour = row.isWrong ? ALARM : COLOURS[row.state];
  const wide = letters.width(figures, AXIS);
  const name = letters.fit(plain(row.name), SMALL, right - left - wide - 24);
  const nameWidth = letters.width(name, SMALL);
  // On a veil, so that the lines of the axis do not run through the letters.
  canvas.rectangle(left - 2, top + 2, nameWidth + 10, 34, { colour: WHITE, alpha: 0.9 });
  canvas.rectangle(right - wide - 8, top + 2, wide + 10, 34, { colour: WHITE, alpha: 0.9 });
  letters.write(canvas, name, left, top + 29, {
    size: SMALL,
    colour: row.state === "waiting" && !row.isWrong ? SOFT : INK,
  });
  letters.write(canvas, figures, right - wide, top + 29, { size: AXIS, colour: row.isWrong ? ALARM : SOFT });

  const middle = top + 46 + BAR / 2;
  canvas.rectangle(left, middle - BAR / 2, right - left, BAR, { colour: TRACK, alpha: 0.7 });
  if (row.usual !== undefined) drawUsual(canvas, row.usual, middle + BAR / 2 + 9, plot);
  if (row.bar !== undefined) drawBar(canvas, row, row.bar, middle, colour, plot);
  if (row.deadline !== undefined && row.deadline <= timeline.to)
    drawDeadline(canvas, x(row.deadline), middle);
}

function drawBar(
  canvas: Canvas,
  row: TimelineRow,
  bar: NonNullable<TimelineRow["bar"]>,
  middle: number,
  colour: Colour,
  { x, right }: Plot,
): void {
  const [x0, x1] = [x(bar.from), Math.min(right, Math.max(x(bar.to), x(bar.from) + 8))];
  const isOpen = row.state === "running";
  const over = row.overFrom === undefined ? undefined : Math.max(x0, Math.min(x1, x(row.overFrom)));
  // What may be is calm; what is beyond it is not.
  const calm = row.overFrom === undefined || row.state === "failed" ? colour : COLOURS[row.state];
  if (over === undefined || row.state === "failed") pill(canvas, x0, x1, middle, BAR, { colour: calm });
  else {
    pill(canvas, x0, x1, middle, BAR, { colour: row.state === "done" ? WARN : ALARM });
    if (over - x0 > BAR) {
      pill(canvas, x0, over, middle, BAR, { colour: calm });
      canvas.rectangle(over - BAR / 2, middle - BAR / 2, BAR / 2, BAR, { colour: calm });
    }
  }
  // It goes on: the end fades out.
  if (isOpen)
    for (let i = 0; i < 4; i++) {
      const from = x1 + 5 + i * 13;
      if (from + 8 < right)
        canvas.rectangle(from, middle - BAR / 2, 8, BAR, {
          colour: over === undefined ? calm : ALARM,
          alpha: 0.5 - i * 0.12,
        });
    }
  if (row.state === "failed") drawCross(canvas, Math.min(right - 14, x1 + 2), middle);
}

/** From begin to median as a line, on to the ninth decile as a thinner one with a mark at its end. */
function drawUsual(
  canvas: Canvas,
  usual: NonNullable<TimelineRow["usual"]>,
  y: number,
  { x, right }: Plot,
): void {
  const [from, to, p90] = [usual.from, usual.to, usual.p90].map((at) => Math.min(right, x(at)));
  if (from === undefined || to === undefined || p90 === undefined) return;
  line(canvas, from, to, y, 6, USUAL);
  if (p90 > to + 6) {
    line(canvas, to, p90, y, 2, USUAL);
    canvas.rectangle(p90 - 1, y - 5, 3, 10, { colour: USUAL });
  }
}

function drawDeadline(canvas: Canvas, x: number, middle: number): void {
  const half = BAR / 2 + 4;
  canvas.rectangle(x - 2, middle - half, 4, 2 * half, { colour: ALARM });
  canvas.fill(
    (outline) => {
      outline.moveTo(x - 8, middle - half - 3);
      outline.lineTo(x + 8, middle - half - 3);
      outline.lineTo(x, middle - half + 9);
    },
    { colour: ALARM },
  );
}

function drawCross(canvas: Canvas, x: number, y: number): void {
  canvas.stroke([{ x, y }], 34, { colour: WHITE });
  canvas.stroke([{ x, y }], 28, { colour: ALARM });
  const arm = 6;
  for (const sign of [1, -1])
    canvas.stroke(
      [
        { x: x - arm, y: y - sign * arm },
        { x: x + arm, y: y + sign * arm },
      ],
      4,
      { colour: WHITE },
    );
}

function drawNow(canvas: Canvas, { bottom }: Plot, x: number): void {
  for (let y = TOP - 6; y < bottom; y += 14)
    canvas.rectangle(x - 1, y, 2, Math.min(8, bottom - y), { colour: GOING, alpha: 0.6 });
}

/** A bar with round ends; a short one is square, or it would be a dot. */
function pill(canvas: Canvas, from: number, to: number, middle: number, height: number, paint: Paint): void {
  const radius = height / 2;
  if (to - from < height) {
    canvas.rectangle(from, middle - radius, Math.max(8, to - from), height, paint);
    return;
  }
  canvas.stroke(
    [
      { x: from + radius, y: middle },
      { x: to - radius, y: middle },
    ],
    height,
    paint,
  );
}

function line(canvas: Canvas, from: number, to: number, y: number, width: number, colour: Colour): void {
  canvas.stroke(
    [
      { x: from, y },
      { x: Math.max(from, to), y },
    ],
    width,
    { colour },
  );
}

/** `12分 · 通常 7分`, `截止 06:00`, `还没开始`. */
function figuresOf(row: TimelineRow, { zone, locale }: Timeline): string {
  const span = (ms: number): string => formatSpan(ms, locale);
  const say = (text: Text): string => inLocale(locale, text);
  const { tookMs, usualMs, deadline, state } = row;
  const parts = [
    tookMs === undefined ? stateWords(state, locale) : span(tookMs),
    usualMs === undefined ? "" : say({ zh: `通常 ${span(usualMs)}`, en: `usually ${span(usualMs)}` }),
    deadline === undefined
      ? ""
      : say({ zh: `截止 ${clock(deadline, zone, locale)}`, en: `by ${clock(deadline, zone, locale)}` }),
  ];
  return parts.filter(Boolean).join("   ");
}

function clock(at: number, zone: string, locale: Locale): string {
  return /\S+$/.exec(formatTime(at, zone, locale))?.[0] ?? "";
}

function stateWords(state: TimelineRow["state"], locale: Locale): string {
  const words: Partial<Record<TimelineRow["state"], Text>> = {
    waiting: { zh: "还没开始", en: "not begun" },
    skipped: { zh: "跳过", en: "left out" },
    failed: { zh: "失败", en: "failed" },
    lost: { zh: "没看到", en: "unseen" },
  };
  return inLocale(locale, words[state] ?? { zh: "", en: "" });
}
