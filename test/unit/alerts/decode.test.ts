/** Documents of the version before routes open, and mean the same. */
import { describe, expect, it } from "vitest";
import type { Card } from "../../../alerts/card.ts";
import { decode } from "../../../alerts/decode.ts";
import { fingerprint } from "../../../storage/labels.ts";
import { Scenario, Sights } from "../../support/scenario.ts";

const at = Date.UTC(2026, 10, 25, 1, 0);
const MINUTE = 60_000;
const incident = {
  id: 1,
  group: "rule:1",
  title: "hot",
  labels: { alertname: "hot" },
  severity: "warning",
  openedAt: at,
  active: 1,
  peak: 1,
  version: 3,
  news: 3,
  tells: ["console:ops", "console:web"],
};
const alert = {
  id: `1/${fingerprint({ host: "a" })}`,
  rule: 1,
  labels: { alertname: "hot", severity: "warning", host: "a" },
  found: { host: "a" },
  annotations: {},
  state: "firing",
  since: at,
  value: 95,
  firedAt: at,
  incident: 1,
};

describe("an incident from before there were routes", () => {
  it("told its conversations when it opened", () => {
    expect(decode.incident(incident)).toEqual({
      ...incident,
      routes: [
        { path: "{}", receiver: "console:ops", waitMs: 0, intervalMs: 0, toldAt: at },
        { path: "{}", receiver: "console:web", waitMs: 0, intervalMs: 0, toldAt: at },
      ],
    });
  });

  it("owes what a silence hid, or nothing when it is over", () => {
    const hidden = { ...incident, tells: ["console:ops"], untold: { by: "silence", silence: 4 } };
    expect(decode.incident(hidden)).toMatchObject({
      tells: [],
      routes: [{ receiver: "console:ops", owes: "first", tellAt: at, heldBy: "silence" }],
    });
    const over = decode.incident({ ...hidden, active: 0, resolvedAt: at + MINUTE });
    expect(over.routes[0]?.owes).toBeUndefined();
  });

  it("is read back as it is written", () => {
    const read = decode.incident({
      ...incident,
      acknowledgement: { person: "console:alice", at, until: at + MINUTE },
    });
    expect(decode.incident(JSON.parse(JSON.stringify(read)))).toEqual(read);
  });

  it("goes on: it is acknowledged, joined and resolved on the cards that people have", async () => {
    const put = (table: string, id: string, document: object) => ["i", table, id, document];
    const delivery = (conversation: string) => ({
      id: `incident-1@${conversation}`,
      conversation,
      lane: "normal",
      about: { incident: 1 },
      wanted: 3,
      sent: 3,
      receipt: { conversation, message: "1" },
      attempts: 0,
      dueAt: at,
      createdAt: at,
    });
    const before = [
      put("incidents", "1", incident),
      put("alerts", alert.id, alert),
      put("deliveries", "incident-1@console:ops", delivery("console:ops")),
      put("deliveries", "incident-1@console:web", delivery("console:web")),
      put("watch", "watchman", { aliveAt: at + 59 * MINUTE + 50_000 }),
      ["c", "incidents", 1],
    ];
    const sights = new Sights();
    sights.bad(1, { host: "a" }, 95);
    const s = await Scenario.open({ rules: [{ id: 1, name: "hot" }], sights }, [JSON.stringify(before)]);
    s.sights.bad(1, { host: "b" }, 95);
    await s.until("20s");
    expect(s.news()).toEqual([
      "edit console:ops firing #1 hot — 2 alerts",
      "edit console:web firing #1 hot — 2 alerts",
    ]);
    const now = s.clock.now();
    await s.commit((change) =>
      s.alerts.book.acknowledge(change, 1, { person: "console:bob", until: now + 60 * MINUTE, at: now }),
    );
    await s.until("30s");
    expect(s.news()).toHaveLength(2);
    expect(s.alerts.book.index.open.size).toBe(1);
    await s.stop();
  });
});

it("a card that waits to be said is read back whole", () => {
  const card: Required<Card> = {
    kind: "reply",
    title: "#1 hot",
    text: "**hot**",
    severity: "critical",
    status: "acknowledged",
    incident: 1,
    says: 7,
    fields: [{ name: "Where", value: "host=a" }],
    links: [{ label: "Grafana", url: "https://grafana.example/d/1" }],
    image: "/api/pictures/1.png",
    actions: [{ id: "unack", label: "Give back", command: "unack 1" }],
    mentions: ["wecom:zhangsan"],
  };
  const delivery = {
    id: "card-1@wecom:wr1",
    conversation: "wecom:wr1",
    lane: "reply",
    about: { card },
    wanted: 1,
    sent: 0,
    attempts: 0,
    dueAt: at,
    createdAt: at,
  };
  expect(decode.delivery(JSON.parse(JSON.stringify(delivery)))).toEqual(delivery);
});
