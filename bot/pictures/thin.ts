/** Brings a line down to what a picture can show: no spike is lost, however many points there are. */
import type { ChartLine, Span } from "../../alerts/charts/chart.ts";
import { LARGEST } from "./axis.ts";
import type { Point } from "./canvas.ts";

/** In pixels: narrower than any line. */
const COLUMN = 2;

/** The unbroken parts of a line in pixels. In each column the first, lowest, highest and last point are kept. */
export function partsOf(
  { at: times, values }: ChartLine,
  { from, to }: Span,
  { x, y }: { x(at: number): number; y(value: number): number },
): readonly (readonly Point[])[] {
  const parts: Point[][] = [];
  let part: Point[] | undefined;
  let column: Column | undefined;

  function endColumn(): void {
    if (column === undefined || part === undefined) return;
    const { first, low, high, last } = column;
    const inner = low.order < high.order ? [low, high] : [high, low];
    for (const point of [first, ...inner, last]) if (part.at(-1) !== point.point) part.push(point.point);
    column = undefined;
  }

  for (let i = 0; i < times.length; i++) {
    const at = times[i] ?? Number.NaN;
    const value = values[i] ?? Number.NaN;
    if (!(at >= from && at <= to)) continue;
    if (!(Math.abs(value) <= LARGEST)) {
      endColumn();
      part = undefined;
      continue;
    }
    if (part === undefined) {
      part = [];
      parts.push(part);
    }
    const here = { order: i, point: { x: x(at), y: y(value) } };
    const place = Math.floor(here.point.x / COLUMN);
    if (column?.place !== place) {
      endColumn();
      column = { place, first: here, low: here, high: here, last: here };
      continue;
    }
    column.last = here;
    if (here.point.y > column.low.point.y) column.low = here;
    if (here.point.y < column.high.point.y) column.high = here;
  }
  endColumn();
  return parts;
}

interface Placed {
  readonly order: number;
  readonly point: Point;
}

interface Column {
  readonly place: number;
  readonly first: Placed;
  low: Placed;
  high: Placed;
  last: Placed;
}
