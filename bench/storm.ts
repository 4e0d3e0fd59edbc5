/**
 * A storm: 10,000 alerts in 50 groups, 10 of them critical, told to 5 targets of which one never answers, with a store
 * on disk. How fast critical news reaches a healthy target, how long the event loop stands still, and what an active
 * alert costs in memory: `node --expose-gc --max-semi-space-size=4 dist/bench/storm.js`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import type { Card } from "../alerts/card.ts";
import { watchRules } from "../alerts/evaluation/watch-rules.ts";
import { makePlan } from "../alerts/make-plan.ts";
import { type Alerts, openAlerts } from "../alerts/open-alerts.ts";
import { consoleChannel } from "../bot/console/channel.ts";
import { openConversations } from "../bot/console/conversations.ts";
import { PLAIN_HTTP } from "../bot/receivers/http-config.ts";
import { webhookChannel } from "../bot/webhook/channel.ts";
import { openRuleBook } from "../rules/rule-book.ts";
import { systemClock } from "../storage/clock.ts";
import { openStore } from "../storage/embedded/embedded-store.ts";
import { silentLog } from "../storage/log.ts";
import { openSeries } from "../storage/series-store.ts";
import { quantile } from "./median.ts";

const ALERTS = 10_000;
const GROUPS = 50;
const CRITICAL_EVERY = 5;
/** `/dead` takes a request and never answers. */
const HOOKS = ["one", "two", "three", "dead"] as const;

/** What the receivers' thread tells of each POST. */
interface Received {
  readonly hook: string;
  readonly at: number;
  readonly startsAt: number;
  readonly critical: boolean;
  readonly groupKey: string;
  readonly status: string;
}

/** The receivers live in a thread of their own, so that their work is not taken for ours. */
function receive(): void {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const hook = (request.url ?? "").slice(1);
      if (hook === "dead") return;
      const at = Date.now();
      response.end();
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        status: string;
        groupKey: string;
        commonLabels: Record<string, string>;
        alerts: { startsAt: string }[];
      };
      const startsAt = Math.min(...body.alerts.map((alert) => Date.parse(alert.startsAt)));
      const critical = body.commonLabels["severity"] === "critical";
      const { status, groupKey } = body;
      parentPort?.postMessage({ hook, at, startsAt, critical, status, groupKey } satisfies Received);
    });
  });
  server.listen(0, "127.0.0.1", () => parentPort?.postMessage((server.address() as AddressInfo).port));
}

async function storm(): Promise<void> {
  const worker = new Worker(new URL(import.meta.url));
  const port = await new Promise<number>((resolve) => worker.once("message", resolve));
  const received: Received[] = [];
  worker.on("message", (one: Received) => void received.push(one));

  const dir = await mkdtemp(join(tmpdir(), "gengfu-bench-"));
  const clock = systemClock;
  const store = await openStore({ dir, clock, log: silentLog });
  const series = await openSeries({ clock, log: silentLog });
  const rules = openRuleBook(store);
  await store.commit((change) =>
    rules.add(
      change,
      {
        kind: "promql",
        name: "hot",
        expr: "load > 80",
        forMs: 0,
        keepFiringForMs: 0,
        intervalMs: 1_000,
        labels: {},
        annotations: { summary: "{{ $labels.host }} is at {{ $value }}" },
      },
      { kind: "file", group: "bench" },
    ),
  );
  const conversations = openConversations(store);
  const receivers = [
    {
      name: "all",
      targets: ["console:ops", ...HOOKS.map((hook) => `webhook:${hook}`)].map((address) => ({
        address,
        sendResolved: true,
      })),
    },
  ];
  const plan = makePlan({ receivers, route: { ...ROOT, receiver: "all" } });
  const alerts = openAlerts({
    store,
    rules: watchRules(rules, series),
    channels: {
      console: consoleChannel({ conversations, clock }),
      webhook: webhookChannel({
        find: (address) => ({
          url: `http://127.0.0.1:${port}/${address.split(":")[1]}`,
          receiver: "all",
          sendResolved: true,
          maxAlerts: 0,
          timeoutMs: undefined,
          http: PLAIN_HTTP,
          hmacSecret: undefined,
        }),
        externalUrl: () => "http://127.0.0.1",
        clock,
      }),
    },
    clock,
    log: silentLog,
    locale: "en",
    zone: "UTC",
    random: Math.random,
    plan: () => plan,
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const labels = Array.from({ length: ALERTS }, (_, i) => ({
    __name__: "load",
    host: `web-${i}.example:9100`,
    group: `g${i % GROUPS}`,
    severity: (i % GROUPS) % CRITICAL_EVERY === 0 ? "critical" : "warning",
  }));
  const feed = (value: number): void => {
    const at = clock.now();
    for (const one of labels) series.append(one, at, value);
  };

  feed(10);
  await alerts.start();
  await calm(3_000);
  const quiet = memory();
  const pauses = monitorEventLoopDelay({ resolution: 1 });

  const begunAt = clock.now();
  feed(99);
  pauses.enable();
  const cpu = process.cpuUsage();
  await untilSettled(alerts, () => alerts.book.index.counts.firing === ALERTS);
  const tookMs = clock.now() - begunAt;
  const { user, system } = process.cpuUsage(cpu);
  const firingPauseMs = pauses.max / 1e6;
  pauses.disable();
  await calm(2_000);
  const busy = memory();

  const first = firsts(received.filter(({ critical }) => critical));
  const console = shownInConsole(
    alerts,
    conversations.latest("ops", 100).map(({ card }) => card),
    begunAt,
  );
  const messages = conversations.latest("ops", 1_000).length;

  feed(10);
  pauses.reset();
  pauses.enable();
  await untilSettled(alerts, () => alerts.book.index.counts.firing === 0);
  const endingPauseMs = pauses.max / 1e6;
  pauses.disable();
  const told = alerts.book.activeIncidents().length;

  feed(99);
  await untilSettled(alerts, () => alerts.book.index.counts.firing === ALERTS);
  pauses.reset();
  pauses.enable();
  // The clock of the pauses must tick before the first of them.
  await calm(20);
  // As the command does it.
  await store.commit((change) => {
    alerts.book.endAlertsOf(change, [1], "rule-removed", clock.now());
    rules.remove(change, 1);
  });
  await untilSettled(alerts, () => alerts.book.index.counts.firing === 0);
  const removalPauseMs = pauses.max / 1e6;
  pauses.disable();

  const line = (what: string, figure: string, target = ""): void => {
    process.stdout.write(`${what.padEnd(62)} ${figure}${target === "" ? "" : ` (target: ${target})`}\n`);
  };
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  line(
    `${ALERTS} alerts in ${GROUPS} groups fire until all is told`,
    `${ms(tookMs)}, CPU ${ms((user + system) / 1_000)}`,
  );
  line("critical to a healthy receiver, from its round: median", ms(quantile(first, 0.5)));
  line("  p99", ms(quantile(first, 0.99)), "under 2 s");
  line("the console's digest of all of them", ms(console));
  line("  messages in the console", String(messages), "at most 3 in the first minute");
  line("longest pause of the event loop while they fire", ms(firingPauseMs), "under 100 ms");
  line("  and while they end", ms(endingPauseMs), "under 100 ms");
  line("  and while they end with their rule", ms(removalPauseMs), "under 100 ms");
  const perAlert = (bytes: number): string => `${(bytes / ALERTS / 1024).toFixed(2)} KB`;
  line("memory per active alert: resident", perAlert(busy.rss - quiet.rss), "at most 6 KB");
  line("  heap", perAlert(busy.heap - quiet.heap));
  line("incidents left open after the end", String(told));

  await alerts.stop(0);
  await store.close();
  await series.close();
  await worker.terminate();
  await rm(dir, { recursive: true, force: true });
}

const ROOT = {
  matchers: [],
  continue: false,
  groupBy: ["group"],
  groupWaitMs: 0,
  groupIntervalMs: 0,
  repeatIntervalMs: 4 * 3_600_000,
  muteTimeIntervals: [],
  activeTimeIntervals: [],
  escalation: undefined,
  routes: [],
};

/** How long each critical group took from its round to its first POST at each healthy receiver. */
function firsts(received: readonly Received[]): readonly number[] {
  const first = new Map<string, number>();
  for (const { hook, groupKey, at, startsAt } of received) {
    const key = `${hook} ${groupKey}`;
    if (!first.has(key)) first.set(key, at - startsAt);
  }
  if (first.size !== (GROUPS / CRITICAL_EVERY) * (HOOKS.length - 1))
    process.stdout.write(`only ${first.size} critical groups were heard of\n`);
  return [...first.values()];
}

/** When the console's digest was first shown, and that it is one. */
function shownInConsole(alerts: Alerts, cards: readonly Card[], begunAt: number): number {
  if (!cards.some(({ kind }) => kind === "digest")) process.stdout.write("the console shows no digest\n");
  const told = [...alerts.book.tables.timeline.values()].find(({ what }) => what === "folded");
  return (told?.at ?? Number.NaN) - begunAt;
}

/** Waits until the alerts are as they should be and every healthy target has been told. */
async function untilSettled(alerts: Alerts, there: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  const waits = (): boolean =>
    [...alerts.book.index.pending.keys()].some(
      (address) => address !== "webhook:dead" && address !== "console:ops",
    );
  while (!there() || waits()) {
    if (performance.now() > end) throw new Error("the storm did not settle within a minute");
    await calm(20);
  }
}

function calm(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function memory(): { readonly rss: number; readonly heap: number } {
  for (let i = 0; i < 3; i++) void globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heap: heapUsed };
}

if (isMainThread) await storm();
else receive();
