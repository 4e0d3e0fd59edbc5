import type { Chart } from "../alerts/charts/chart.ts";
import type { MadePlan } from "../alerts/make-plan.ts";
import type { OnCall } from "../alerts/oncall/on-call.ts";
import type { Alerts } from "../alerts/open-alerts.ts";
import type { Subscriptions } from "../alerts/routing/subscriptions.ts";
import type { Flows } from "../monitors/flow/flows.ts";
import type { Timeline } from "../monitors/flow/timeline.ts";
import type { Heartbeats } from "../monitors/heartbeat/heartbeats.ts";
import type { Logs } from "../monitors/log/logs.ts";
import type { MonitorBook } from "../monitors/monitor-book.ts";
import type { Network } from "../monitors/network.ts";
import type { Watch } from "../monitors/watch.ts";
import type { RuleBook } from "../rules/rule-book.ts";
import type { Text } from "../storage/locale.ts";
import type { SeriesStore } from "../storage/series-store.ts";
import type { Change, Store } from "../storage/store.ts";
import type { Actions } from "./actions/actions.ts";
import type { Role } from "./allow.ts";
import type { Audit } from "./audit.ts";
import type { FilePerson, PeopleBook } from "./people/book.ts";
import type { Claims } from "./people/claims.ts";
import type { Speakers } from "./people/speakers.ts";

/** Commits what `edit` changes, with whatever whoever made this wants in the same commit. */
export type Commit = <R>(edit: (change: Change) => R) => Promise<R>;

/** How a reload went: in force, with what is worth saying of it; or refused, with all that is wrong. */
export type Reloaded =
  | { readonly ok: true; readonly problems: readonly Said[] }
  | { readonly ok: false; readonly problems: readonly Said[]; readonly words: Text };

/** Something about a place in the file: `route.routes[1].receiver`. */
export interface Said {
  readonly path: string;
  readonly text: Text;
}

/** How it goes with a chat platform. */
export interface PlatformView {
  /** `dingtalk`. */
  readonly name: string;
  readonly ok: boolean;
  /** Plain text: connected or why not, what is left of the month's calls. */
  readonly words: readonly Text[];
  /** A picture to sign in by, as an address that holds it. It lets its reader in: for the console alone. */
  readonly picture?: string;
}

/** Who is who, as far as commands may ask. */
export interface People {
  /** Those whom the file in force names; read-only in chat. */
  file(): readonly FilePerson[];
  /** Those who were given a role in chat. */
  readonly book: PeopleBook;
  readonly speakers: Speakers;
  readonly claims: Claims;
  /** How somebody is called, by the file, the book, the platform, else by their id. Plain text. */
  nameOf(id: string): string;
  /** The role of everybody else. */
  others(): Role;
}

/** What commands act on: the books of the rooms below, and nothing of the process. */
export interface World {
  readonly store: Store;
  readonly rules: RuleBook;
  readonly monitors: MonitorBook;
  readonly watch: Watch;
  readonly heartbeats: Heartbeats;
  readonly flows: Flows;
  readonly logs: Logs;
  readonly alerts: Alerts;
  /** What may be run for incidents. */
  readonly actions: Actions;
  readonly series: SeriesStore;
  readonly network: Network;
  readonly audit: Audit;
  readonly people: People;
  readonly subscriptions: Subscriptions;
  readonly onCall: OnCall;
  /** Where the calendar of a rotation is read, with what lets whoever has it in. */
  calendarOf(rotation: string): string;
  /** Who is told, as the file in force says. */
  plan(): MadePlan;
  /** Reads the file again and puts it in force. Rejects with NotSaved when the disk refuses. */
  reload(commit: Commit): Promise<Reloaded>;
  /** The chat platforms that are set up. */
  platforms(at: number): readonly PlatformView[];
  /** Where this Gengfu is reached: `http://127.0.0.1:8080`. */
  origin(): string;
  /** The key of `/ping/<key>/<slug>`, if there is one. */
  readonly pingKey: string | undefined;
  /** Draws a chart and keeps it: where it can be seen; undefined when that failed. Absent where there are no pictures. */
  draw?(chart: Chart): Promise<string | undefined>;
  /** The same for a run of a flow. */
  drawTimeline?(timeline: Timeline): Promise<string | undefined>;
  /** IANA name; times are said in it. */
  readonly zone: string;
  readonly startedAt: number;
  /** From 0 up to 1. */
  random(): number;
  /** Lets other work run; for answers that take long to find. */
  breathe(): Promise<void>;
}
