/** Draws the live board from the books of the house: bounded lists, the most pressing first, at most every 2 s. */
import type { Card } from "../../alerts/card.ts";
import type { Incident } from "../../alerts/incidents/incident.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import type { Matcher } from "../../storage/matchers.ts";
import type { SeriesSource } from "../../storage/series.ts";
import { latestOf } from "./board-metrics.ts";
import type { BoardView, MonitorView, RuleView, TroubleView } from "./board-view.ts";

/** What the board needs to know of a monitor. */
export type MonitorFacts = Omit<MonitorView, "latest" | "more"> & {
  /** Finds its series; the same array each time, so that the index answers from its cache. */
  readonly matchers: readonly Matcher[];
};

/** Where the board looks. The lists may be long: they are walked once and only what is shown is drawn. */
export interface BoardSources {
  readonly locale: Locale;
  readonly zone: string;
  readonly clock: Clock;
  readonly series: SeriesSource;
  monitors(): Iterable<MonitorFacts>;
  rules(): Iterable<RuleView>;
  /** The open ones, oldest first. */
  incidents(): Iterable<Incident>;
  card(incident: Incident): Card;
  trouble(): readonly TroubleView[];
  /** A metric in people's words. */
  nameOf(metric: string): string | undefined;
}

/** The board as it is now. */
export interface Board {
  readonly json: string;
  /** The same as long as nothing but the time has changed. */
  readonly version: string;
}

export interface Boards {
  now(): Board;
}

const FRESH_MS = 2_000;
const SHOWN = 100;
/** Monitors after the first so many have numbers only: their lines would be most of the work and of the bytes. */
const WITH_LINES = 30;

/** Opens the board; it is drawn when somebody looks. */
export function openBoards(sources: BoardSources): Boards {
  let board: Board = { json: "", version: "" };
  let drawnAt = Number.NaN;
  let drawn = 0;
  let last = "";
  return {
    now() {
      const at = sources.clock.now();
      // Written so that it also redraws at first, and when the clock was set back.
      if (at >= drawnAt && at - drawnAt < FRESH_MS) return board;
      const view = draw(sources, at);
      const content = JSON.stringify(view);
      if (content !== last) drawn++;
      last = content;
      drawnAt = at;
      const json = `{"at":${JSON.stringify(new Date(at).toISOString())},${content.slice(1)}`;
      board = { json, version: String(drawn) };
      return board;
    },
  };
}

const MONITOR_ORDER = ["down", "up", "waiting", "paused"] as const;
const RULE_ORDER = ["firing", "error", "nodata", "pending", "ok", "paused"] as const;
const SEVERITY_ORDER = ["critical", "warning", "info"] as const;

function draw(sources: BoardSources, at: number): Omit<BoardView, "at"> {
  const monitors = pressing(sources.monitors(), MONITOR_ORDER.length, ({ state }) =>
    MONITOR_ORDER.indexOf(state),
  );
  const rules = pressing(sources.rules(), RULE_ORDER.length, ({ state }) => RULE_ORDER.indexOf(state));
  const incidents = pressing(
    sources.incidents(),
    SEVERITY_ORDER.length * 2,
    ({ severity, acknowledgement }) =>
      SEVERITY_ORDER.indexOf(severity) * 2 + (acknowledgement === undefined ? 0 : 1),
    "newest",
  );
  return {
    locale: sources.locale,
    zone: sources.zone,
    monitors: monitors.first.map(({ matchers, ...facts }, i) => ({
      ...facts,
      ...latestOf(sources.series.select(matchers), at, sources.nameOf, i < WITH_LINES),
    })),
    rules: rules.first,
    incidents: incidents.first.map((incident) => ({
      incident: incident.id,
      openedAt: new Date(incident.openedAt).toISOString(),
      card: sources.card(incident),
    })),
    trouble: sources.trouble().slice(0, SHOWN),
    totals: {
      monitors: monitors.total,
      down: monitors.ranks[MONITOR_ORDER.indexOf("down")] ?? 0,
      rules: rules.total,
      firing: rules.ranks[RULE_ORDER.indexOf("firing")] ?? 0,
      incidents: incidents.total,
    },
  };
}

interface Pressing<T> {
  readonly first: readonly T[];
  readonly total: number;
  /** How many there are of each rank. */
  readonly ranks: readonly number[];
}

/** The first entries by rank without sorting all of them: one walk, one bucket per rank. */
function pressing<T>(
  entries: Iterable<T>,
  ranks: number,
  rank: (entry: T) => number,
  within: "oldest" | "newest" = "oldest",
): Pressing<T> {
  const buckets: T[][] = Array.from({ length: ranks }, () => []);
  for (const entry of entries) buckets[rank(entry)]?.push(entry);
  const first: T[] = [];
  for (const bucket of buckets) {
    const room = SHOWN - first.length;
    if (room <= 0) break;
    first.push(...(within === "oldest" ? bucket.slice(0, room) : bucket.slice(-room).reverse()));
  }
  return {
    first,
    total: buckets.reduce((sum, { length }) => sum + length, 0),
    ranks: buckets.map(({ length }) => length),
  };
}
