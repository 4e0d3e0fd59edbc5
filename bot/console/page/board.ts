/** The live board beside the chat: incidents, monitors, rules. */
import type {
  BoardView,
  IncidentView,
  MetricView,
  MonitorView,
  RuleView,
  TroubleView,
} from "../board-view.ts";
import { type Child, h, keyed, plain } from "./dom.ts";
import { age, amount, fullTime, timeIn } from "./format.ts";
import { sparkline } from "./sparkline.ts";
import { say, type Word } from "./words.ts";

export interface BoardHands {
  /** An incident was pressed. */
  incident(incident: number): void;
  /** A rule was pressed. */
  rule(rule: number): void;
}

/** Draws into `root`; call what comes back with every new board. */
export function boardPanel(root: HTMLElement, hands: BoardHands): (board: BoardView) => void {
  const trouble = section("trouble");
  const incidents = section("incidents");
  const monitors = section("monitors");
  const rules = section("rules");
  root.replaceChildren(trouble.root, incidents.root, monitors.root, rules.root);
  trouble.root.hidden = true;
  let shown: BoardView | undefined;

  const draw = (board: BoardView): void => {
    shown = board;
    const { totals } = board;
    trouble.root.hidden = board.trouble.length === 0;
    trouble.show(board.trouble, ({ name }) => name, drawTrouble, board.trouble.length);
    incidents.show(
      board.incidents,
      ({ incident }) => String(incident),
      (one) => drawIncident(one, hands),
      totals.incidents,
    );
    incidents.root.classList.toggle("calm", totals.incidents === 0);
    monitors.show(board.monitors, ({ name }) => name, drawMonitor, totals.monitors);
    rules.show(
      board.rules,
      ({ id }) => String(id),
      (one) => drawRule(one, board.zone, hands),
      totals.rules,
    );
    refreshAges(root);
  };
  setInterval(() => shown !== undefined && refreshAges(root), 20_000);
  return draw;
}

const EMPTY: Partial<Record<Word, Word>> = { incidents: "quiet", monitors: "noMonitors", rules: "noRules" };

function section(word: "trouble" | "incidents" | "monitors" | "rules") {
  const count = h("span", { class: "count" });
  const list = h("ul", { class: `list ${word}` });
  const note = h("p", { class: "note" });
  const empty = EMPTY[word];
  return {
    root: h("section", { class: word }, h("h2", {}, say(word), count), list, note),
    show<T>(items: readonly T[], key: (item: T) => string, draw: (item: T) => Element, total: number): void {
      keyed(list, items, key, draw);
      count.textContent = total > 0 ? String(total) : "";
      const more = total - items.length;
      note.textContent =
        total === 0 && empty !== undefined
          ? say(empty)
          : more > 0
            ? `${say("andMore")} ${more} ${say("moreOf")}`
            : "";
      note.hidden = note.textContent === "";
    },
  };
}

function drawTrouble({ name, text, picture }: TroubleView): Element {
  const code = picture === undefined ? [] : [h("img", { src: picture, alt: say("code"), class: "code" })];
  return h("li", {}, h("strong", {}, plain(name)), " ", plain(text), ...code);
}

function drawIncident({ incident, openedAt, card }: IncidentView, hands: BoardHands): Element {
  const at = new Date(openedAt);
  const made = h(
    "button",
    { type: "button", class: `incident is-${card.severity ?? "none"}` },
    h(
      "span",
      { class: "title", dir: "auto" },
      h("span", { class: "number" }, `#${incident} `),
      plain(card.title ?? "").replace(`#${incident} `, ""),
    ),
    h(
      "span",
      { class: "line" },
      card.status === undefined
        ? undefined
        : h("span", { class: `chip st-${card.status}` }, say(card.status)),
      h("time", { datetime: openedAt, "data-age": true, title: fullTime(at) }, age(at)),
    ),
  );
  made.addEventListener("click", () => hands.incident(incident));
  return h("li", {}, made);
}

function drawMonitor({ name, kind, target, state, reason, latest, more }: MonitorView): Element {
  return h(
    "li",
    { class: `monitor is-${state}` },
    h(
      "header",
      {},
      h("span", { class: "dot", "aria-hidden": "true" }),
      h("bdi", { class: "name" }, plain(name)),
      h("span", { class: "kind" }, plain(kind)),
      h("span", { class: "state" }, say(state)),
    ),
    target === "" || target === name
      ? undefined
      : h("p", { class: "target", dir: "auto", title: plain(target) }, plain(target)),
    reason === undefined ? undefined : h("p", { class: "reason", dir: "auto" }, plain(reason)),
    latest.length === 0 ? undefined : h("div", { class: "metrics" }, ...latest.map(drawMetric)),
    more > 0 ? h("p", { class: "more" }, `${say("andMore")} ${more} ${say("moreSeries")}`) : undefined,
  );
}

function drawMetric({ metric, name, labels, value, unit, points }: MetricView): Element {
  // A disk is known by where it is mounted; its device is in the tooltip.
  const which = plain(labels["mount"] ?? Object.values(labels).join(" "));
  const full = Object.entries(labels).map(([label, of]) => `${label}=${JSON.stringify(of)}`);
  return h(
    "div",
    { class: "metric", title: plain(full.length === 0 ? metric : `${metric}{${full.join(", ")}}`) },
    h(
      "span",
      { class: "label" },
      plain(name ?? metric),
      which === "" ? undefined : h("bdi", { class: "which" }, which),
    ),
    sparkline(points, unit),
    h(
      "span",
      { class: "value" },
      metric === "probe_success" ? say(value === 1 ? "yes" : "no") : amount(value, unit),
    ),
  );
}

function drawRule(
  { id, name, expr, schedule, for: lasting, state, next }: RuleView,
  zone: string,
  hands: BoardHands,
): Element {
  const says = expr ?? schedule ?? "";
  const quiet: Child = state === "ok" ? undefined : h("span", { class: "state" }, say(state));
  const at = next === undefined ? undefined : new Date(next);
  const made = h(
    "button",
    { type: "button", class: `rule is-${state}`, title: plain(says) },
    h("span", { class: "dot", "aria-hidden": "true" }),
    h("span", { class: "name", dir: "auto" }, h("span", { class: "number" }, `${id} `), plain(name)),
    quiet,
    h(
      "code",
      {},
      plain(says),
      lasting === undefined ? undefined : h("span", { class: "for" }, ` ${say("lasting")} ${lasting}`),
      at === undefined ? undefined : h("span", { class: "for" }, ` · ${say("next")} ${timeIn(zone, at)}`),
    ),
  );
  made.addEventListener("click", () => hands.rule(id));
  return h("li", {}, made);
}

function refreshAges(root: HTMLElement): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-age]"))
    time.textContent = age(new Date(time.dateTime));
}
