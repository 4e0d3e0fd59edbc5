/** The chart on a card: drawn from its numbers when it comes into sight, or the picture of it where there are none. */
import type { ChartData } from "../../pictures/chart-data.ts";
import { knock, picture } from "./api.ts";
import { interactiveChart } from "./chart-hands.ts";
import { h } from "./dom.ts";

/** Charts that wait until somebody can see them: a long log has many, and each costs the server some work. */
const waiting = new WeakMap<Element, () => void>();
const sight = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      waiting.get(target)?.();
      waiting.delete(target);
    }
  },
  { rootMargin: "600px" },
);

/** The picture at `path`, which is one of this server; undefined for any other. `alt` says what it shows. */
export function chartFigure(path: string, alt: string): HTMLElement | undefined {
  if (!path.startsWith("/api/pictures/") || !path.endsWith(".png")) return picture(path, alt);
  const figure = h("figure", { class: "chart", "aria-busy": "true" });
  waiting.set(figure, () => {
    void numbers(path.replace(/\.png$/, ".json"))
      .then((data) => {
        figure.removeAttribute("aria-busy");
        interactiveChart(figure, data, alt);
      })
      .catch(() => {
        const image = picture(path, alt);
        if (image === undefined) figure.remove();
        else figure.replaceWith(image);
      });
  });
  sight.observe(figure);
  return figure;
}

async function numbers(path: string): Promise<ChartData> {
  const response = await knock(path);
  if (!response.ok) throw new Error(String(response.status));
  // Of a picture that shows no lines it is null.
  const data = (await response.json()) as ChartData | null;
  if (data === null || data.lines.length === 0) throw new Error("no lines");
  return data;
}
