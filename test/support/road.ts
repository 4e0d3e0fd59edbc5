/** The whole road from words to reply in one process: every room in memory, a clock that tests move, a small cast. */
import { setImmediate as breathe } from "node:timers/promises";
import { expect } from "vitest";
import type { Card } from "../../alerts/card.ts";
import type { Chart } from "../../alerts/charts/chart.ts";
import { watchRules } from "../../alerts/evaluation/watch-rules.ts";
import { type MadePlan, makePlan, type PlanParts } from "../../alerts/make-plan.ts";
import { humansOf } from "../../alerts/oncall/humans.ts";
import { openOnCall } from "../../alerts/oncall/on-call.ts";
import type { RotationConfig } from "../../alerts/oncall/oncall-config.ts";
import { type Alerts, openAlerts } from "../../alerts/open-alerts.ts";
import { openSubscriptions } from "../../alerts/routing/subscriptions.ts";
import { type ActionConfig, actionsSchema } from "../../bot/actions/config.ts";
import { type OpenActions, openActions } from "../../bot/actions/open-actions.ts";
import { openPeople, othersRole } from "../../bot/people.ts";
import { PLAIN_HTTP } from "../../bot/receivers/http-config.ts";
import { explainFound } from "../../bot/watching.ts";
import type { Role } from "../../commands/allow.ts";
import { openAudit } from "../../commands/audit.ts";
import { type FilePerson, openPeopleBook } from "../../commands/people/book.ts";
import { openClaims } from "../../commands/people/claims.ts";
import { namesBy, openSpeakers } from "../../commands/people/speakers.ts";
import { type Message, openRoad } from "../../commands/say.ts";
import type { PlatformView, Reloaded, World } from "../../commands/world.ts";
import { openFlows } from "../../monitors/flow/flows.ts";
import type { Timeline } from "../../monitors/flow/timeline.ts";
import { openHeartbeats } from "../../monitors/heartbeat/heartbeats.ts";
import { monitorKinds } from "../../monitors/index.ts";
import { openLogs } from "../../monitors/log/logs.ts";
import type { DatabaseSight } from "../../monitors/monitor.ts";
import { createMonitorBook } from "../../monitors/monitor-book.ts";
import { createNetwork, type HostAddress, type Network } from "../../monitors/network.ts";
import { LookFailed } from "../../monitors/reason.ts";
import { watch } from "../../monitors/watch.ts";
import { openRuleBook } from "../../rules/rule-book.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";
import { type Log, silentLog } from "../../storage/log.ts";
import { memoryStore } from "../../storage/memory-store.ts";
import { openSeries } from "../../storage/series-store.ts";
import type { Operation } from "../../storage/state.ts";
import { NotSaved } from "../../storage/store.ts";
import { FakeClock, settle } from "./fake-clock.ts";
import { reading, units } from "./machine.ts";
import { RecordingChannel } from "./recording-channel.ts";

/** Who speaks on the console, and what they may do; anybody else is who the file and the book say. */
const CAST: Readonly<Record<string, Role>> = { boss: "admin", operator: "operator", stranger: "viewer" };

/** The names that resolve, one of them to an address that chat may not reach. */
const HOSTS: Readonly<Record<string, string>> = {
  "public.example": "93.184.216.34",
  "shop.example": "93.184.216.34",
  "example.com": "93.184.216.34",
  "intra.example": "10.0.0.5",
};

export interface RoadOptions {
  /** What may be run for incidents, as `gengfu.yml` writes it; nothing unless given. */
  readonly actions?: readonly object[];
  readonly locale?: Locale;
  /** Networks that chat may reach besides public ones. */
  readonly allow?: readonly string[];
  /** Who is told, as a file would say. */
  readonly plan?: PlanParts;
  /** Whom the file names, and what it says of everybody else. */
  readonly people?: readonly FilePerson[];
  /** Rotations of the file. */
  readonly oncall?: readonly RotationConfig[];
  readonly defaultRole?: Role;
  /** The chat platforms that are set up. */
  readonly platforms?: readonly string[];
  /** Where permitted addresses lead; nowhere unless told, since a test leaves loopback alone. */
  readonly reach?: HostAddress;
  /** Whether the machine runs systemd; it does unless told otherwise, whatever runs the test. */
  readonly systemd?: boolean;
  /** What may be asked in SQL. */
  readonly databases?: DatabaseSight;
}

export class Road {
  readonly clock: FakeClock;
  readonly world: World;
  readonly alerts: Alerts;
  readonly console: RecordingChannel;
  /** What the machine reads at every look of the monitor `system`: metric to value. */
  readonly machine: Record<string, number>;
  /** Every commit so far, as the operations it is made of. */
  readonly commits: readonly (readonly Operation[])[];
  /** Everything logged as an error. */
  readonly errors: readonly object[];
  /** Everything logged as a warning. */
  readonly warnings: readonly object[];
  /** From now on the disk refuses for this reason; `undefined` lets it through again. */
  refuse: string | undefined;
  /** What the next reload finds wrong with the file, or worth saying. */
  reloaded: Reloaded = { ok: true, problems: [] };
  /** Every chart that was drawn. */
  readonly charts: Chart[] = [];
  readonly actions: OpenActions;
  /** Every run of a flow that was drawn. */
  readonly timelines: Timeline[] = [];
  /** How it goes with chat platforms. */
  platforms: readonly PlatformView[] = [];
  /** Who is told from now on. */
  plan: MadePlan;
  /** What the bot answered last. */
  cards: readonly Card[] = [];
  readonly #hear: ReturnType<typeof openRoad>;
  readonly #close: () => Promise<void>;
  #permitted: readonly ActionConfig[];

  static async open(options: RoadOptions = {}): Promise<Road> {
    const clock = new FakeClock();
    const series = await openSeries({ clock, log: silentLog });
    const road = new Road(clock, series, options);
    await road.world.store.commit((change) => {
      road.world.monitors.syncFileMonitors(change, []);
      road.world.people.claims.prepare(change, clock.now());
    });
    await road.world.heartbeats.start();
    await road.world.flows.start();
    road.world.watch.start();
    await road.alerts.start();
    await road.actions.open();
    await settle();
    return road;
  }

  private constructor(clock: FakeClock, series: World["series"], options: RoadOptions) {
    const { locale = "zh-CN" } = options;
    const commits: (readonly Operation[])[] = [];
    const store = memoryStore(clock, {
      write: async (all) => {
        if (this.refuse !== undefined) throw new NotSaved(this.refuse);
        for (const json of all) commits.push(JSON.parse(json.toString()) as Operation[]);
      },
      close: async () => {},
    });
    const errors: object[] = [];
    const warnings: object[] = [];
    const log: Log = {
      ...silentLog,
      error: (fields) => errors.push(fields),
      warn: (fields) => warnings.push(fields),
    };
    const machine = { cpu_usage_percent: 12, memory_usage_percent: 40, disk_usage_percent: 70, load1: 0.5 };
    const network = guarded(options);
    let uuids = 0;
    // The first one ends in 1.
    const uuid = (): string => `6ba7b810-9dad-41d1-80b4-${String(++uuids).padStart(12, "0")}`;
    const monitors = createMonitorBook(store, undefined, uuid);
    const elapsed = (): number => clock.elapsed;
    const told = {
      store,
      book: monitors,
      clock,
      elapsed,
      zone: "Asia/Shanghai",
      log,
      news: (monitor: string) => void looking.lookOnce(monitor).catch(() => {}),
    };
    const heartbeats = openHeartbeats(told);
    const flows = openFlows(told);
    const logs = openLogs({ store, book: monitors, clock, log });
    const rules = openRuleBook(store);
    const channel = new RecordingChannel();
    const random = (): number => 0;
    const subscriptions = openSubscriptions(store);
    this.plan = makePlan(options.plan ?? {}, () => subscriptions.all());
    const file = { people: [...(options.people ?? [])], default_role: options.defaultRole };
    const book = openPeopleBook(store);
    const speakers = openSpeakers();
    const nameOf = namesBy(() => file.people, book, speakers);
    const alerts = openAlerts({
      nameOf,
      plan: () => this.plan,
      store,
      rules: watchRules(rules, series, (found) => {
        const words = explainFound({ flows, watch: looking }, found);
        return words && inLocale(locale, words);
      }),
      linesOf: (labels) => logs.linesBehind(labels),
      channels: { console: channel },
      clock,
      log,
      locale,
      zone: "Asia/Shanghai",
      random,
    });
    const looking = watch({
      book: monitors,
      sink: series,
      clock,
      log,
      random,
      world: {
        network,
        elapsed,
        heartbeats,
        logs,
        flows,
        matches: flows,
        ...(options.databases && { databases: options.databases }),
      },
      kinds: { ...monitorKinds, system: reading(machine), systemd: units(options.systemd ?? true) },
    });
    this.#permitted = actionsSchema.parse(options.actions ?? []);
    const actions = openActions({
      store,
      book: alerts.book,
      file: () => ({ actions: this.#permitted, global: { http: PLAIN_HTTP } }),
      secrets: () => [],
      hasPeople: () => true,
      clock,
      log,
      locale,
    });
    this.clock = clock;
    this.alerts = alerts;
    this.actions = actions;
    this.console = channel;
    this.machine = machine;
    this.commits = commits;
    this.errors = errors;
    this.warnings = warnings;
    const known = openPeople(file, book, true);
    let codes = 0;
    const claims = openClaims({
      store,
      book,
      file: () => file,
      consoleIsPrivate: true,
      platforms: options.platforms ?? [],
      // The first code is AAAAAAAA, the next one BBBBBBBB.
      bytes: (count) => new Uint8Array(count).fill(codes++),
      log,
    });
    this.world = {
      store,
      rules,
      monitors,
      watch: looking,
      heartbeats,
      flows,
      logs,
      alerts,
      actions,
      series,
      network,
      audit: openAudit(store),
      people: {
        file: () => file.people,
        book,
        speakers,
        claims,
        nameOf,
        others: () => othersRole(file),
      },
      subscriptions,
      onCall: openOnCall({
        store,
        file: () => options.oncall ?? [],
        humans: () => humansOf(file.people),
        zone: "Asia/Shanghai",
      }),
      calendarOf: (name) => `http://gengfu.example/oncall/${name}.ics?token=t`,
      platforms: () => this.platforms,
      origin: () => "http://gengfu.example",
      pingKey: undefined,
      plan: () => this.plan,
      reload: async (commit) => {
        if (this.reloaded.ok) await commit(() => {});
        return this.reloaded;
      },
      draw: async (chart) => `/api/pictures/${this.charts.push(chart)}.png`,
      drawTimeline: async (timeline) => `/api/pictures/run-${this.timelines.push(timeline)}.png`,
      zone: "Asia/Shanghai",
      startedAt: clock.now(),
      random,
      breathe: () => breathe(),
    };
    this.#hear = openRoad({
      world: this.world,
      locale,
      log,
      whois: (id, name) => {
        if (!id.startsWith("console:")) return known(id, name);
        const called = id.slice("console:".length);
        return { id, name: name ?? called, role: CAST[called] ?? "viewer", from: "console" };
      },
    });
    this.#close = async () => {
      await heartbeats.stop();
      await flows.stop();
      await looking.stop();
      await logs.stop();
      await actions.stop();
      await alerts.stop(0);
      await series.close();
      await store.close();
    };
  }

  /** Somebody says a line in `console:ops`, and everything that the bot answers is here, titles and fields included. */
  say(text: string, who = "boss"): Promise<string> {
    return this.hear({ conversation: "console:ops", person: `console:${who}`, text });
  }

  /** A message, as a platform hands it on, is said now; the answer as `say` gives it. */
  async hear(message: Omit<Message, "at">): Promise<string> {
    this.cards = await this.#hear({ ...message, at: this.clock.now() });
    return this.cards.map(cardText).join("\n");
  }

  /** Hands out the numbers up to this one, so that the next thing that a counter numbers gets it. */
  count(counter: "incidents" | "silences" | "rule", next: number): Promise<void> {
    return this.world.store.commit((change) => {
      for (let last = 0; last < next - 1; ) last = change.next(counter);
    });
  }

  /** The machine burns: incident `#12`, of a rule `busy`. */
  async burn(): Promise<void> {
    await this.count("incidents", 12);
    await this.say("rule add busy: cpu_usage_percent > 80 severity critical");
    this.machine["cpu_usage_percent"] = 95;
    await this.clock.advance(30_000);
  }

  /** A reload brings these actions. */
  async permit(actions: readonly object[]): Promise<void> {
    this.#permitted = actionsSchema.parse(actions);
    this.actions.reloaded();
    await settle();
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** A line, by the boss unless it names who says it (`operator: ack 12`), and what must be in the answer (`!…`: not). */
export type Said = readonly [line: string, ...expected: string[]];

/** Says one line after the other, and holds each answer to what is expected of it. */
export async function converse(road: Road, rows: readonly Said[]): Promise<void> {
  for (const [said, ...expected] of rows) {
    const [, who, line] = /^(boss|operator|stranger): (.*)$/s.exec(said) ?? [said, "boss", said];
    const reply = await road.say(line ?? "", who);
    for (const part of expected) {
      if (part.startsWith("!")) expect(reply, said).not.toContain(part.slice(1));
      else expect(reply, said).toContain(part);
    }
    expect(road.errors, said).toEqual([]);
    await road.clock.advance(1_000);
  }
}

/** A card as people read it. */
export function cardText({ title, text, fields = [] }: Card): string {
  const lines = fields.map(({ name, value }) => `${name}: ${value}`);
  return [title, text, ...lines].filter((line) => line !== undefined && line !== "").join("\n");
}

/** The real guard over names that resolve here; what it permits leads to `reach`. */
function guarded({ allow = [], reach }: RoadOptions): Network {
  const network = createNetwork({
    allow,
    resolve: async (host) => {
      const address = HOSTS[host];
      if (address === undefined) throw Object.assign(new Error(host), { code: "ENOTFOUND" });
      return [{ address, family: 4 }];
    },
  });
  return {
    ...network,
    addressesOf: async (url) => {
      await network.addressesOf(url);
      if (reach === undefined) throw new LookFailed({ code: "refused", detail: "nobody is there" });
      return [reach];
    },
  };
}
