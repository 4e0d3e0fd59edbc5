/** The courier in front of real receivers that refuse in every way: each gets all of it in order, and delays nobody. */
import { afterEach, expect, it } from "vitest";
import { openAlertBook } from "../../alerts/alert-book.ts";
import { createCourier } from "../../alerts/delivery/deliver.ts";
import type { Turn } from "../../alerts/evaluation/turn.ts";
import { viewOf } from "../../alerts/incidents/incident-view.ts";
import { PLAIN_HTTP } from "../../bot/receivers/http-config.ts";
import type { WebhookBody } from "../../bot/webhook/body.ts";
import { webhookChannel } from "../../bot/webhook/channel.ts";
import { systemClock } from "../../storage/clock.ts";
import { silentLog } from "../../storage/log.ts";
import { memoryStore } from "../../storage/memory-store.ts";
import { until } from "../support/bot.ts";
import { type Answer, errcode, openSink, refusing, type Sink } from "../support/sink.ts";

let sink: Sink;
afterEach(() => sink.close());

/** How each receiver answers its first two requests; after that it takes everything. */
const RECEIVERS: Readonly<Record<string, { readonly answer: Answer; readonly code: string }>> = {
  broken: { answer: refusing(500), code: "500" },
  busy: { answer: refusing(429, { "retry-after": "1" }), code: "429" },
  full: { answer: refusing(503, { "retry-after": "1" }), code: "503" },
  polite: { answer: errcode(-1), code: "-1" },
  silent: { answer: "hang", code: "timeout" },
  rude: { answer: "reset", code: "ECONNRESET" },
};
const REFUSED = 2;
const INCIDENTS = 8;

it("every kind of no is met by the right kind of patience, and the healthy receiver never waits", async () => {
  sink = await openSink();
  const counts = new Map<string, number>();
  sink.answer = (path) => {
    const name = path.slice(1);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count <= REFUSED ? (RECEIVERS[name]?.answer ?? "ok") : "ok";
  };
  const names = [...Object.keys(RECEIVERS), "healthy"];
  const clock = systemClock;
  const store = memoryStore(clock);
  const book = openAlertBook({ store, zone: "UTC" });
  const channel = webhookChannel({
    find: (address) => ({
      url: `${sink.url}/${address.split(":")[1]}`,
      sendResolved: true,
      maxAlerts: 0,
      timeoutMs: undefined,
      http: PLAIN_HTTP,
      hmacSecret: undefined,
      receiver: "x",
    }),
    externalUrl: () => "http://gengfu.example",
    clock,
  });
  const courier = createCourier({
    store,
    book,
    channels: { webhook: channel },
    clock,
    log: silentLog,
    random: () => 0.5,
    draw: () => ({ kind: "incident" }),
    drawDigest: () => ({ kind: "digest" }),
    view: (incident, at) => viewOf(book, incident, at),
    timeoutMs: 300,
  });
  courier.start();

  const tells = names.map((name) => `webhook:${name}`);
  const turn = async (end: boolean): Promise<void> => {
    await store.commit((change) => {
      const at = clock.now();
      const turns = Array.from({ length: INCIDENTS }, (_, i): Turn => {
        const id = i + 1;
        const labels = { alertname: `a${id}`, severity: "warning" };
        const identity = { id: `${id}/x`, rule: id, labels, found: {}, annotations: {} };
        const fired = { since: at, value: 1, firedAt: at };
        return {
          identity,
          before: end ? book.tables.alerts.get(`${id}/x`) : undefined,
          after: end
            ? { ...fired, state: "resolved", resolvedAt: at, reason: "recovered" }
            : { ...fired, state: "firing" },
          rule: { id, name: `a${id}`, tells, conversation: undefined },
        };
      });
      book.turn(change, turns, at);
    });
  };

  await turn(false);
  const seen = (name: string): number => sink.taken(`/${name}`).length;
  await until(async () => (seen("healthy") === INCIDENTS ? true : undefined));
  // It has all of them while the others wait for their next attempt.
  const others = names.filter((name) => name !== "healthy");
  expect(others.filter((name) => seen(name) === INCIDENTS)).toEqual([]);
  // The end comes while the others still refuse the beginning.
  await turn(true);
  await until(async () => (seen("healthy") === 2 * INCIDENTS ? true : undefined));
  expect(others.filter((name) => seen(name) === 2 * INCIDENTS)).toEqual([]);
  await until(async () => (book.index.pending.size === 0 ? true : undefined), 15_000);
  await courier.stop(1_000);

  for (const [name, { code }] of Object.entries(RECEIVERS)) {
    expect(book.tables.targets.get(`webhook:${name}`)?.trouble?.code, name).toBe(code);
    expect(sink.received.filter(({ path, taken }) => path === `/${name}` && !taken).length, name).toBe(
      REFUSED,
    );
    const states = new Map<string, string[]>();
    for (const { status, groupKey } of sink.taken<WebhookBody>(`/${name}`))
      states.set(groupKey, [...(states.get(groupKey) ?? []), status]);
    expect(states.size, name).toBe(INCIDENTS);
    // News coalesces: those that were still waiting when it ended are told how they ended.
    for (const told of states.values()) expect(["firing,resolved", "resolved"]).toContain(told.join());
  }
  expect(courier.stats()).toMatchObject({ lost: 0, queue: { urgent: 0, normal: 0 } });
});
