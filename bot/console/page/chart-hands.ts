/** A chart that can be touched: values under the pointer, lines on and off, zoom, by mouse, finger and keyboard. */
import type { ChartData } from "../../pictures/chart-data.ts";
import { drawPlot, type Plot } from "./chart-plot.ts";
import { momentWords, nearest, spanWords, valueWords } from "./chart-scale.ts";
import { h, plain, svg } from "./dom.ts";
import { say } from "./words.ts";

/** A pointer that moved less has clicked. */
const CLICK_PX = 6;
/** No view is shorter than this share of the whole: there is nothing more to be seen. */
const MOST_ZOOM = 200;
const SHORTEST_MS = 1_000;

/** Fills a figure with a chart; `known` is the title that stands above it already. */
export function interactiveChart(figure: HTMLElement, data: ChartData, known: string): void {
  const hidden = new Set<number>();
  let view = { from: data.from, to: data.to };
  let plot: Plot | undefined;
  /** The moment whose values are shown. */
  let cursor: number | undefined;
  let pressedAt: number | undefined;

  const cross = svg("line", { class: "cross" });
  const dots = data.lines.map((_, i) => svg("circle", { class: `dot c${i}`, r: 3.5 }));
  const selection = svg("rect", { class: "selection" });
  const tip = h("div", { class: "tip", hidden: true });
  const spoken = h("p", { class: "sr", role: "status", "aria-live": "polite" });
  const stage = h("div", {
    class: "stage",
    tabindex: 0,
    role: "application",
    "aria-label": `${plain(data.title)} · ${say("chartHelp")}`,
  });
  const what = h("bdi", { class: "what" });
  const tools = {
    in: tool("+", "zoomIn", () => zoom(0.5)),
    out: tool("−", "zoomOut", () => zoom(2)),
    all: tool("⤢", "zoomReset", reset),
  };
  figure.replaceChildren(
    h("figcaption", {}, what, h("span", { class: "tools" }, tools.in, tools.out, tools.all)),
    stage,
    ...(data.lines.length > 1 || data.more > 0 ? [legend()] : []),
    spoken,
  );

  function tool(sign: string, word: "zoomIn" | "zoomOut" | "zoomReset", act: () => void): HTMLButtonElement {
    const made = h(
      "button",
      { type: "button", class: "tool", title: say(word), "aria-label": say(word) },
      sign,
    );
    made.addEventListener("click", act);
    return made;
  }

  function legend(): HTMLElement {
    const entries = data.lines.map((line, i) => {
      const last = line.values.findLast((value) => value !== null) ?? null;
      const entry = h(
        "button",
        { type: "button", class: "entry", "aria-pressed": "true", title: say("showLine") },
        h("span", { class: `swatch c${i}`, "aria-hidden": "true" }),
        h("bdi", {}, plain(line.name) || plain(data.title)),
        h("span", { class: "last" }, valueWords(last, data.unit)),
      );
      entry.addEventListener("click", () => {
        if (!hidden.delete(i)) hidden.add(i);
        entry.setAttribute("aria-pressed", String(!hidden.has(i)));
        draw();
      });
      return entry;
    });
    const more =
      data.more > 0 ? h("span", { class: "more" }, `${data.more} ${say("linesLeftOut")}`) : undefined;
    return h("div", { class: "legend" }, ...entries, more);
  }

  function draw(): void {
    const width = stage.clientWidth;
    const height = stage.clientHeight;
    if (width < 40 || height < 40) return;
    plot = drawPlot(data, { ...view, hidden, width, height });
    plot.element.append(selection, cross, ...dots);
    stage.replaceChildren(plot.element, tip);
    const title = plain(data.title);
    const span = spanWords(data.zone, view.from, view.to);
    what.textContent = title === known ? span : `${title} · ${span}`;
    const whole = view.from === data.from && view.to === data.to;
    tools.out.disabled = whole;
    tools.all.disabled = whole;
    tools.in.disabled = view.to - view.from <= shortest();
    select(undefined);
    point();
  }

  function shortest(): number {
    return Math.max(SHORTEST_MS, (data.to - data.from) / MOST_ZOOM);
  }

  /** Shows another stretch, inside the whole and not too short. */
  function look(from: number, to: number): void {
    const span = Math.min(Math.max(to - from, shortest()), data.to - data.from);
    const middle = (from + to) / 2;
    const begin = Math.min(Math.max(middle - span / 2, data.from), data.to - span);
    view = { from: begin, to: begin + span };
    draw();
  }

  /** Around the values that are shown, or the middle. */
  function zoom(factor: number): void {
    const { from, to } = view;
    const around = cursor !== undefined && cursor >= from && cursor <= to ? cursor : (from + to) / 2;
    look(around - (around - from) * factor, around + (to - around) * factor);
  }

  function reset(): void {
    look(data.from, data.to);
  }

  /** The values of each line at the moment that is pointed at; null where a line has none near it. */
  function valuesAt(moment: number): (number | null)[] {
    return data.lines.map(({ at, values }) => {
      const i = nearest(at, moment - data.from);
      const distance = Math.abs((at[i] ?? Number.POSITIVE_INFINITY) - (moment - data.from));
      return distance <= (view.to - view.from) / 40 ? (values[i] ?? null) : null;
    });
  }

  /** The moment of the sample of any line that is seen nearest to this one. */
  function sampleNear(moment: number): number {
    let best: number | undefined;
    data.lines.forEach(({ at }, i) => {
      if (hidden.has(i)) return;
      const found = at[nearest(at, moment - data.from)];
      if (found === undefined) return;
      const here = data.from + found;
      if (best === undefined || Math.abs(here - moment) < Math.abs(best - moment)) best = here;
    });
    return Math.min(Math.max(best ?? moment, view.from), view.to);
  }

  /** Draws the crosshair and what stands beside it. */
  function point(): void {
    const shown = plot !== undefined && cursor !== undefined && cursor >= view.from && cursor <= view.to;
    tip.hidden = !shown;
    for (const one of [cross, ...dots]) one.toggleAttribute("data-off", !shown);
    if (!shown || plot === undefined || cursor === undefined) return;
    const x = plot.x(cursor);
    set(cross, { x1: x, x2: x, y1: plot.top, y2: plot.bottom });
    const values = valuesAt(cursor);
    values.forEach((value, i) => {
      const dot = dots[i];
      if (dot === undefined || plot === undefined) return;
      dot.toggleAttribute("data-off", value === null || hidden.has(i));
      if (value !== null) set(dot, { cx: x, cy: plot.y(value) });
    });
    tip.replaceChildren(
      h("p", { class: "when" }, momentWords(data.zone, cursor), ...(fires(cursor) ? [firesMark()] : [])),
      ...data.lines.flatMap((line, i) => (hidden.has(i) ? [] : [row(line.name, values[i] ?? null, i)])),
    );
    // On the side where there is more room, so that the finger does not hide it.
    const room = stage.clientWidth - tip.offsetWidth;
    const wanted = x < (plot.left + plot.right) / 2 ? x + 12 : x - 12 - tip.offsetWidth;
    tip.style.left = `${Math.min(Math.max(wanted, 0), room)}px`;
  }

  function firesMark(): HTMLElement {
    return h("span", { class: "fires" }, say("fires"));
  }

  function fires(moment: number): boolean {
    return data.firing.some(({ from, to }) => moment >= from && moment <= to);
  }

  function row(name: string, value: number | null, i: number): HTMLElement {
    const swatch = h("span", { class: `swatch c${i}`, "aria-hidden": "true" });
    return h("p", {}, swatch, h("bdi", {}, plain(name)), h("b", {}, valueWords(value, data.unit)));
  }

  function speak(): void {
    if (cursor === undefined) return;
    const values = valuesAt(cursor);
    const said = data.lines.flatMap(({ name }, i) =>
      hidden.has(i) ? [] : [`${plain(name)} ${valueWords(values[i] ?? null, data.unit)}`.trim()],
    );
    spoken.textContent = [momentWords(data.zone, cursor), ...said].join(", ");
  }

  function select(to: number | undefined): void {
    const off = to === undefined || pressedAt === undefined || plot === undefined;
    selection.toggleAttribute("data-off", off);
    if (off) return;
    const [x0, x1] = [Math.min(pressedAt ?? 0, to), Math.max(pressedAt ?? 0, to)];
    set(selection, {
      x: x0,
      y: plot?.top ?? 0,
      width: x1 - x0,
      height: (plot?.bottom ?? 0) - (plot?.top ?? 0),
    });
  }

  /** Where a pointer is, kept inside the plot. */
  function placeOf(event: PointerEvent): number {
    const x = event.clientX - stage.getBoundingClientRect().left;
    return Math.min(Math.max(x, plot?.left ?? 0), plot?.right ?? 0);
  }

  stage.addEventListener("pointerdown", (event) => {
    if (plot === undefined || event.button !== 0) return;
    // A finger reads values; it zooms by the buttons, since what it drags is the page.
    if (event.pointerType !== "touch") {
      pressedAt = placeOf(event);
      stage.setPointerCapture(event.pointerId);
    }
    follow(event);
  });
  stage.addEventListener("pointermove", follow);
  stage.addEventListener("pointerup", (event) => {
    const began = pressedAt;
    pressedAt = undefined;
    select(undefined);
    if (began === undefined || plot === undefined) return;
    const ended = placeOf(event);
    if (Math.abs(ended - began) >= CLICK_PX) {
      const [first, last] = [plot.at(Math.min(began, ended)), plot.at(Math.max(began, ended))];
      cursor = undefined;
      look(first, last);
    }
  });
  stage.addEventListener("pointercancel", () => {
    pressedAt = undefined;
    select(undefined);
  });
  stage.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "touch" || pressedAt !== undefined) return;
    cursor = undefined;
    point();
  });
  stage.addEventListener("dblclick", reset);

  function follow(event: PointerEvent): void {
    if (plot === undefined) return;
    cursor = sampleNear(plot.at(placeOf(event)));
    point();
    if (pressedAt !== undefined) select(placeOf(event));
  }

  /** By so many samples of the line that has most of them in sight. */
  function step(by: number): void {
    const times = timesInSight();
    if (times.length === 0) return;
    const now = cursor === undefined ? (by > 0 ? -1 : times.length) : nearest(times, cursor);
    cursor = times[Math.min(Math.max(now + by, 0), times.length - 1)];
    point();
    speak();
  }

  function timesInSight(): number[] {
    let most: number[] = [];
    data.lines.forEach(({ at, values }, i) => {
      if (hidden.has(i)) return;
      const times = at
        .filter((_, j) => (values[j] ?? null) !== null)
        .map((time) => data.from + time)
        .filter((time) => time >= view.from && time <= view.to);
      if (times.length > most.length) most = times;
    });
    return most;
  }

  const keys: Readonly<Record<string, (far: boolean) => void>> = {
    ArrowLeft: (far) => step(far ? -10 : -1),
    ArrowRight: (far) => step(far ? 10 : 1),
    Home: () => step(Number.NEGATIVE_INFINITY),
    End: () => step(Number.POSITIVE_INFINITY),
    "+": () => zoom(0.5),
    "=": () => zoom(0.5),
    "-": () => zoom(2),
    "0": reset,
    Escape() {
      cursor = undefined;
      reset();
    },
  };
  stage.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act(event.shiftKey);
  });
  stage.addEventListener("blur", () => {
    cursor = undefined;
    point();
  });

  new ResizeObserver(draw).observe(stage);
}

function set(element: Element, attributes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, String(Math.round(value * 10) / 10));
}
