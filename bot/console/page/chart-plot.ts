/** Draws one view of a chart as SVG: what is to be seen between two moments, in so many pixels. */
import type { ChartData, LineData } from "../../pictures/chart-data.ts";
import { type Scale, timeMarks, valueScale, valueWords } from "./chart-scale.ts";
import { svg } from "./dom.ts";

/** What part of a chart is to be seen, and how. */
export interface View {
  /** Milliseconds since the Unix epoch. */
  readonly from: number;
  readonly to: number;
  readonly hidden: ReadonlySet<number>;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** A drawn view, and where moments and values stand in it. */
export interface Plot {
  readonly element: SVGSVGElement;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  x(at: number): number;
  y(value: number): number;
  /** The moment at a place. */
  at(x: number): number;
}

const TOP = 10;
const BELOW = 24;
const RIGHT = 12;
/** Of one Latin letter of a mark, in pixels; a Chinese one is twice as wide. */
const LETTER = 6.4;
/** Between two marks of time there must be so much room. */
const MARK_ROOM = 74;

let clips = 0;

export function drawPlot(data: ChartData, view: View): Plot {
  const scale = scaleOf(data, view);
  const words = scale.marks.map((mark) => valueWords(mark, data.unit));
  const { from, to, width, height } = view;
  const left = Math.ceil(Math.max(0, ...words.map(widthOf))) + 10;
  const [right, top, bottom] = [width - RIGHT, TOP, height - BELOW];
  const x = (at: number): number => left + ((at - from) / Math.max(1, to - from)) * (right - left);
  const y = (value: number): number =>
    bottom - ((value - scale.low) / (scale.high - scale.low)) * (bottom - top);
  const clip = `plot-clip-${++clips}`;
  const box = { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };

  const element = svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
    svg("clipPath", { id: clip }, svg("rect", { ...box, y: top - 4, height: box.height + 8 })),
    ...data.firing
      .filter((span) => span.to >= from && span.from <= to)
      .map((span) => {
        const [x0, x1] = [Math.max(left, x(span.from)), Math.min(right, x(span.to))];
        return svg("rect", {
          class: "fired",
          x: x0,
          y: top,
          width: Math.max(2, x1 - x0),
          height: box.height,
        });
      }),
    ...scale.marks.flatMap((mark, i) => [
      svg("line", { class: "grid", x1: left, x2: right, y1: y(mark), y2: y(mark) }),
      svg("text", { class: "mark", x: left - 7, y: y(mark) + 4, "text-anchor": "end" }, words[i] ?? ""),
    ]),
    ...timeMarks(from, to, { zone: data.zone, most: Math.max(2, Math.floor(box.width / MARK_ROOM)) }).map(
      ({ at, words }) =>
        svg(
          "text",
          {
            class: "mark",
            x: between(left + 16, x(at), right - 14),
            y: bottom + 17,
            "text-anchor": "middle",
          },
          words,
        ),
    ),
    ...data.thresholds.map((value) =>
      svg("line", { class: "threshold", x1: left, x2: right, y1: y(value), y2: y(value) }),
    ),
    svg(
      "g",
      { "clip-path": `url(#${clip})` },
      ...data.lines.flatMap((line, i) =>
        view.hidden.has(i)
          ? []
          : [svg("path", { class: `line c${i}`, d: path(line, data.from, view, { x, y }) })],
      ),
    ),
    ...data.thresholds.map((value) =>
      svg(
        "text",
        { class: "limit", x: right, y: y(value) - 5, "text-anchor": "end" },
        valueWords(value, data.unit),
      ),
    ),
  );
  return {
    element,
    left,
    right,
    top,
    bottom,
    x,
    y,
    at: (place) => from + (between(left, place, right) - left) * ((to - from) / Math.max(1, right - left)),
  };
}

/** From the lowest to the highest that is to be seen, thresholds included. */
function scaleOf(data: ChartData, { from, to, hidden }: View): Scale {
  let low = Math.min(...data.thresholds);
  let high = Math.max(...data.thresholds);
  data.lines.forEach(({ at, values }, i) => {
    if (hidden.has(i)) return;
    const [first, last] = seen(at, from - data.from, to - data.from);
    for (let j = first; j <= last; j++) {
      const value = values[j] ?? null;
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  });
  return low <= high ? valueScale(low, high, data.unit) : valueScale(0, 1, data.unit);
}

/** The indexes of what is to be seen, and of one more at either end. */
function seen(at: readonly number[], from: number, to: number): readonly [number, number] {
  const first = at.findIndex((time) => time >= from);
  const last = at.findLastIndex((time) => time <= to);
  return [Math.max(0, (first < 0 ? at.length : first) - 1), Math.min(at.length - 1, last + 1)];
}

function path(
  { at, values }: LineData,
  start: number,
  { from, to }: View,
  { x, y }: Pick<Plot, "x" | "y">,
): string {
  let drawn = "";
  let open = false;
  const [first, last] = seen(at, from - start, to - start);
  for (let i = first; i <= last; i++) {
    const value = values[i] ?? null;
    if (value === null) {
      open = false;
      continue;
    }
    drawn += `${open ? "L" : "M"}${tenth(x(start + (at[i] ?? 0)))} ${tenth(y(value))}`;
    // One that stands alone is still a dot.
    if (!open && (i === last || (values[i + 1] ?? null) === null)) drawn += "h.01";
    open = true;
  }
  return drawn;
}

function widthOf(words: string): number {
  return [...words].reduce((sum, sign) => sum + (sign > "\u2e7f" ? 2 * LETTER : LETTER), 0);
}

function between(low: number, value: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
