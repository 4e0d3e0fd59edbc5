/** A small line of a metric's recent past. */
import { svg } from "./dom.ts";

const WIDTH = 120;
const HEIGHT = 28;
const INSET = 2;

/** The outline of `points` in a box of `WIDTH` × `HEIGHT`, with a gap where nothing is known. `top` is the full scale. */
function outline(points: readonly (number | null)[], top: number): { line: string; area: string } {
  const x = (i: number): number => round(points.length < 2 ? 0 : (i / (points.length - 1)) * WIDTH);
  const y = (value: number): number =>
    round(HEIGHT - INSET - (Math.min(Math.max(value / top, 0), 1) || 0) * (HEIGHT - 2 * INSET));
  let line = "";
  let area = "";
  let begun = -1;
  points.forEach((value, i) => {
    if (value === null) return;
    const first = i === 0 || points[i - 1] === null;
    const last = i === points.length - 1 || points[i + 1] === null;
    if (first) begun = i;
    line += `${first ? "M" : "L"}${x(i)} ${y(value)}`;
    area += `${first ? `M${x(i)} ${HEIGHT}L` : "L"}${x(i)} ${y(value)}`;
    if (!last) return;
    // A single known value is still a dot.
    if (begun === i) line += "h.01";
    area += `L${x(i)} ${HEIGHT}Z`;
  });
  return { line, area };
}

/** The picture; it only decorates the number beside it, so that screen readers pass it over. */
export function sparkline(points: readonly (number | null)[], unit: string): SVGElement {
  const known = points.filter((value): value is number => value !== null);
  const top = unit === "%" ? 100 : Math.max(...known, 0) * 1.15 || 1;
  const { line, area } = outline(points, top);
  return svg(
    "svg",
    { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { class: "area", d: area }),
    svg("path", { class: "stroke", d: line }),
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
