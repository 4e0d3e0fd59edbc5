/** The live board beside the chat, as JSON; shared by the process and the page. */
import type { Card } from "../../alerts/card.ts";
import type { Locale } from "../../storage/locale.ts";

/** One metric of a monitor, with its recent past. */
export interface MetricView {
  readonly metric: string;
  /** The metric in people's words, where it has some. */
  readonly name?: string;
  /** Without `__name__` and without what names the monitor itself. */
  readonly labels: Readonly<Record<string, string>>;
  /** The last one; `null` when it is no number. */
  readonly value: number | null;
  readonly unit: "%" | "s" | "B" | "B/s" | "";
  /** The last 30 minutes, oldest first, at most 60 values; `null` where nothing is known. Empty beyond the first 30 monitors. */
  readonly points: readonly (number | null)[];
}

export interface MonitorView {
  readonly name: string;
  readonly kind: string;
  /** What it looks at: an address, this machine; plain text. */
  readonly target: string;
  readonly state: "up" | "down" | "waiting" | "paused";
  /** Why it is down. */
  readonly reason?: string;
  readonly latest: readonly MetricView[];
  /** How many more series it has. */
  readonly more: number;
}

export interface RuleView {
  readonly id: number;
  readonly name: string;
  /** The PromQL of a rule that judges. */
  readonly expr?: string;
  /** The schedule of a rule that reminds, in words. */
  readonly schedule?: string;
  /** How long the expression must hold, in words. */
  readonly for?: string;
  readonly state: "ok" | "pending" | "firing" | "nodata" | "error" | "paused";
  /** When a schedule runs next, RFC 3339. */
  readonly next?: string;
}

export interface IncidentView {
  readonly incident: number;
  /** RFC 3339. */
  readonly openedAt: string;
  readonly card: Card;
}

/** Something that works badly: the disk, a channel, an undelivered card. */
export interface TroubleView {
  readonly name: string;
  readonly text: string;
  /** A code to scan, as a `data:` address. */
  readonly picture?: string;
}

/** The lists hold at most 100 entries each, the most pressing first; `totals` counts all there are. */
export interface BoardView {
  /** RFC 3339. */
  readonly at: string;
  readonly locale: Locale;
  /** IANA name of the time zone in which schedules run. */
  readonly zone: string;
  readonly monitors: readonly MonitorView[];
  readonly rules: readonly RuleView[];
  readonly incidents: readonly IncidentView[];
  readonly trouble: readonly TroubleView[];
  readonly totals: {
    readonly monitors: number;
    readonly down: number;
    readonly rules: number;
    readonly firing: number;
    readonly incidents: number;
  };
}
