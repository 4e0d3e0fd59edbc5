/**
 * Draws a chart so that it can be read where DingTalk shows a picture of at most 358 × 350 points
 * (open.dingtalk.com, "robot images"): twice as many pixels, large letters, few thick lines with their names beside
 * them. The ground is white and not transparent, so that it looks the same where everything around it is dark.
 */
import type { Chart } from "../../alerts/charts/chart.ts";
import { formatSpan, formatTime, formatValue, plain } from "../../alerts/words.ts";
import { inLocale } from "../../storage/locale.ts";
import { LARGEST, timeTicks, valueAxis } from "./axis.ts";
import { type Canvas, type Colour, createCanvas, type Paint, type Point } from "./canvas.ts";
import type { Glyphs } from "./glyphs.ts";
import { type Label, placeLabels } from "./place-labels.ts";
import { type Letters, lettersOf } from "./text.ts";
import { partsOf } from "./thin.ts";

/** In pixels. */
const WIDTH = 716;
const HEIGHT = 700;
const MARGIN = 30;
const TITLE = 36;
const SMALL = 26;
const AXIS = 25;
const PLOT_TOP = 172;
const PLOT_BOTTOM = HEIGHT - 66;
const LINE = 5;
const MOST_GUTTER = 196;
const LABEL_HEIGHT = 62;
const MOST_TIMES = 5;
/** Between figures: a middle dot is as wide as a Chinese character. */
const APART = "    ";

const WHITE: Colour = [255, 255, 255];
const INK: Colour = [31, 41, 55];
const SOFT: Colour = [96, 105, 119];
const GRID: Colour = [229, 231, 235];
const AXIS_LINE: Colour = [156, 163, 175];
const ALARM: Colour = [220, 38, 38];
/** Far enough apart for most who see few colours, and dark enough to be read as letters on white. */
const COLOURS: readonly Colour[] = [
  [37, 99, 235],
  [194, 87, 12],
  [15, 123, 77],
  [124, 58, 237],
  [14, 116, 144],
  [161, 36, 94],
];

/** The place of the plot, and where values and times stand in it. */
interface Plot {
  readonly left: number;
  readonly right: number;
  x(at: number): number;
  y(value: number): number;
}

/** `breathe` lets other work run between two lines: thousands of points each can take some milliseconds. */
export async function drawChart(chart: Chart, glyphs: Glyphs, breathe: () => Promise<void>): Promise<Canvas> {
  const canvas = createCanvas(WIDTH, HEIGHT, WHITE);
  const letters = lettersOf(glyphs);
  const axis = valueAxis(...rangeOf(chart), chart.unit, chart.locale);
  const names = chart.lines.length > 1 ? chart.lines.map(({ name }) => plain(name)) : [];
  const latest = chart.lines.map(lastKnown);
  const figures = latest.map((last) =>
    last === undefined ? "" : formatValue(last.value, chart.unit, chart.locale),
  );

  const tickWords = axis.ticks.map(({ words }) => letters.fit(words, AXIS, 130));
  const left = MARGIN + Math.ceil(Math.max(...tickWords.map((words) => letters.width(words, AXIS)))) + 14;
  const widest = Math.max(
    0,
    ...names.map((name) => letters.width(name, SMALL)),
    ...(names.length > 0 ? figures.map((words) => letters.width(words, AXIS)) : []),
  );
  const gutter = names.length === 0 ? 14 : Math.min(MOST_GUTTER, Math.ceil(widest)) + 20;
  const right = WIDTH - MARGIN - gutter;
  const plot: Plot = {
    left,
    right,
    x: (at) => left + ((at - chart.from) / Math.max(1, chart.to - chart.from)) * (right - left),
    y: (value) => PLOT_BOTTOM - ((value - axis.low) / (axis.high - axis.low)) * (PLOT_BOTTOM - PLOT_TOP),
  };

  drawHead(canvas, letters, chart);
  for (const { from, to } of chart.firing) {
    const [x0, x1] = [plot.x(Math.max(from, chart.from)), plot.x(Math.min(to, chart.to))];
    canvas.rectangle(x0, PLOT_TOP, Math.max(3, x1 - x0), PLOT_BOTTOM - PLOT_TOP, {
      colour: ALARM,
      alpha: 0.1,
    });
  }
  axis.ticks.forEach(({ at }, i) => {
    const y = Math.round(plot.y(at));
    canvas.rectangle(left, y - 1, right - left, 2, { colour: GRID });
    const words = tickWords[i] ?? "";
    const x = left - 14 - letters.width(words, AXIS);
    letters.write(canvas, words, x, y + 9, { size: AXIS, colour: SOFT });
  });
  drawTimes(canvas, letters, chart, plot);
  drawThresholdLines(canvas, chart, plot);
  await drawLines(canvas, chart, plot, breathe);
  drawThresholdWords(canvas, letters, chart, plot);
  drawNames(canvas, letters, plot, names, figures, latest);
  return canvas;
}

function drawHead(canvas: Canvas, letters: Letters, chart: Chart): void {
  const { from, to, zone, locale } = chart;
  const room = WIDTH - 2 * MARGIN;
  const title = letters.fit(plain(chart.title, 120), TITLE, room);
  letters.write(canvas, title, MARGIN, 60, { size: TITLE, colour: INK });
  const [begin, end] = [formatTime(from, zone, locale), formatTime(to, zone, locale)];
  // On one day the date is said once.
  const day = begin.slice(0, begin.lastIndexOf(" "));
  const until = end.startsWith(`${day} `) ? end.slice(day.length + 1) : end;
  const span = formatSpan(to - from, locale);
  const when = `${begin} → ${until}${inLocale(locale, { zh: `（${span}）`, en: ` (${span})` })}`;
  letters.write(canvas, letters.fit(when, SMALL, room), MARGIN, 104, { size: SMALL, colour: SOFT });
  const words = figuresOf(chart);
  letters.write(canvas, letters.fit(words, SMALL, room), MARGIN, 144, { size: SMALL, colour: INK });
}

/** What is said of a single line, or how many lines are missing. */
function figuresOf({ lines, more, unit, locale }: Chart): string {
  const [only, ...others] = lines;
  if (others.length > 0 || only === undefined)
    return more === 0
      ? ""
      : inLocale(locale, {
          zh: `共 ${lines.length + more} 条，画出 ${lines.length} 条`,
          en: `${lines.length} of ${lines.length + more} series`,
        });
  let [low, high, sum, count, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, Number.NaN];
  for (let i = 0; i < only.values.length; i++) {
    const value = only.values[i] ?? Number.NaN;
    if (!isDrawn(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
    count++;
    last = value;
  }
  if (count === 0) return "";
  const say = (value: number): string => formatValue(value, unit, locale);
  if (unit === "boolean") return inLocale(locale, { zh: `最后 ${say(last)}`, en: `last ${say(last)}` });
  return inLocale(locale, {
    zh: [`最后 ${say(last)}`, `最低 ${say(low)}`, `平均 ${say(sum / count)}`, `最高 ${say(high)}`].join(
      APART,
    ),
    en: [`last ${say(last)}`, `min ${say(low)}`, `avg ${say(sum / count)}`, `max ${say(high)}`].join(APART),
  });
}

function drawTimes(canvas: Canvas, letters: Letters, chart: Chart, { left, right, x }: Plot): void {
  canvas.rectangle(left, PLOT_BOTTOM - 1, right - left, 2, { colour: AXIS_LINE });
  for (const { from, to } of chart.firing) {
    const [x0, x1] = [x(Math.max(from, chart.from)), x(Math.min(to, chart.to))];
    canvas.rectangle(x0, PLOT_BOTTOM - 4, Math.max(3, x1 - x0), 8, { colour: ALARM });
  }
  const most = right - left < 480 ? MOST_TIMES - 1 : MOST_TIMES;
  let free = 0;
  for (const { at, words } of timeTicks(chart.from, chart.to, { ...chart, most })) {
    const wide = letters.width(words, AXIS);
    const start = Math.min(Math.max(x(at) - wide / 2, left - 40), WIDTH - MARGIN - wide);
    if (start < free) continue;
    free = start + wide + 16;
    canvas.rectangle(x(at) - 1, PLOT_BOTTOM + 1, 2, 8, { colour: AXIS_LINE });
    letters.write(canvas, words, start, PLOT_BOTTOM + 38, { size: AXIS, colour: SOFT });
  }
}

function drawThresholdLines(canvas: Canvas, { thresholds }: Chart, { left, right, y }: Plot): void {
  const [dash, gap] = [14, 10];
  for (const threshold of thresholds) {
    if (!isDrawn(threshold)) continue;
    const at = y(threshold);
    for (let x = left + 2; x < right - 2; x += dash + gap) {
      const end = Math.min(x + dash, right - 2);
      canvas.stroke(
        [
          { x, y: at },
          { x: end, y: at },
        ],
        3,
        { colour: ALARM },
      );
    }
  }
}

/** Above the lines, on a veil, so that it can be read where they cross. */
function drawThresholdWords(canvas: Canvas, letters: Letters, chart: Chart, { left, y }: Plot): void {
  for (const threshold of chart.thresholds) {
    if (!isDrawn(threshold)) continue;
    const value = formatValue(threshold, chart.unit, chart.locale);
    const words = inLocale(chart.locale, { zh: `阈值 ${value}`, en: `threshold ${value}` });
    const above = y(threshold) - 12 - AXIS > PLOT_TOP - 12;
    const base = Math.round(above ? y(threshold) - 11 : y(threshold) + AXIS + 5);
    const wide = Math.ceil(letters.width(words, AXIS));
    canvas.rectangle(left + 6, base - AXIS + 2, wide + 12, AXIS + 4, { colour: WHITE, alpha: 0.75 });
    letters.write(canvas, words, left + 12, base, { size: AXIS, colour: ALARM });
  }
}

async function drawLines(
  canvas: Canvas,
  chart: Chart,
  plot: Plot,
  breathe: () => Promise<void>,
): Promise<void> {
  // The first line is the most important one and lies on top.
  for (let i = chart.lines.length - 1; i >= 0; i--) {
    const line = chart.lines[i];
    if (line === undefined) continue;
    await breathe();
    const paint: Paint = { colour: COLOURS[i % COLOURS.length] ?? INK };
    const parts = partsOf(line, chart, plot);
    if (chart.lines.length === 1) for (const part of parts) fillBelow(canvas, part, paint);
    for (const part of parts) canvas.stroke(part, LINE, paint);
    const end = parts.at(-1)?.at(-1);
    if (end === undefined) continue;
    canvas.stroke([end], 17, { colour: WHITE });
    canvas.stroke([end], 12, paint);
  }
}

function fillBelow(canvas: Canvas, part: readonly Point[], paint: Paint): void {
  const [first, last] = [part[0], part.at(-1)];
  if (first === undefined || last === undefined) return;
  canvas.fill(
    (outline) => {
      outline.moveTo(first.x, PLOT_BOTTOM);
      for (const { x, y } of part) outline.lineTo(x, y);
      outline.lineTo(last.x, PLOT_BOTTOM);
    },
    { ...paint, alpha: 0.09 },
  );
}

function drawNames(
  canvas: Canvas,
  letters: Letters,
  { right, y }: Plot,
  names: readonly string[],
  figures: readonly string[],
  latest: readonly (Last | undefined)[],
): void {
  const wanted: Label[] = names.map((_, i) => {
    const last = latest[i];
    return { index: i, at: last === undefined ? PLOT_BOTTOM : y(last.value) };
  });
  for (const { index, at } of placeLabels(wanted, LABEL_HEIGHT, PLOT_TOP + 24, PLOT_BOTTOM - 8)) {
    const colour = COLOURS[index % COLOURS.length] ?? INK;
    const x = right + 18;
    const name = letters.fit(names[index] ?? "", SMALL, WIDTH - MARGIN - x + 8);
    letters.write(canvas, name, x, Math.round(at) + 2, { size: SMALL, colour });
    letters.write(canvas, figures[index] ?? "", x, Math.round(at) + 2 + AXIS + 2, {
      size: AXIS - 2,
      colour: SOFT,
    });
  }
}

interface Last {
  readonly value: number;
}

function lastKnown({ values }: Chart["lines"][number]): Last | undefined {
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i] ?? Number.NaN;
    if (isDrawn(value)) return { value };
  }
  return undefined;
}

function rangeOf({ lines, thresholds }: Chart): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const note = (value: number): void => {
    if (!isDrawn(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { values } of lines) for (let i = 0; i < values.length; i++) note(values[i] ?? Number.NaN);
  thresholds.forEach(note);
  return low <= high ? [low, high] : [0, 0];
}

function isDrawn(value: number): boolean {
  return Math.abs(value) <= LARGEST;
}
