/** The webhook in front of a real server: Alertmanager's body, and the right class for every kind of no. */
import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { FiredAlert } from "../../../../alerts/alert.ts";
import type { Card } from "../../../../alerts/card.ts";
import type { IncidentView } from "../../../../alerts/channel.ts";
import { SendError } from "../../../../alerts/channel.ts";
import type { Incident } from "../../../../alerts/incidents/incident.ts";
import type { Webhook } from "../../../../bot/plan-of.ts";
import { PLAIN_HTTP } from "../../../../bot/receivers/http-config.ts";
import { retryAfterMs } from "../../../../bot/webhook/answer.ts";
import type { WebhookBody } from "../../../../bot/webhook/body.ts";
import { webhookChannel } from "../../../../bot/webhook/channel.ts";
import type { Labels } from "../../../../storage/labels.ts";
import { channelContract } from "../../../contract/channel.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { type Answer, errcode, openSink, refusing, type Sink } from "../../../support/sink.ts";

const ADDRESS = "webhook:team-x/0";
const FIRED = Date.UTC(2026, 10, 25, 2, 0, 0);

let sink: Sink;
afterEach(() => sink.close());

function webhook(more: Partial<Webhook> = {}): Webhook {
  return {
    url: `${sink.url}/hook?token=t0ps3cret`,
    maxAlerts: 0,
    timeoutMs: undefined,
    http: PLAIN_HTTP,
    hmacSecret: undefined,
    receiver: "team-x",
    ...more,
  };
}

async function open(more: Partial<Webhook> = {}) {
  sink = await openSink();
  const hook = webhook(more);
  const clock = new FakeClock(FIRED + 60_000);
  const channel = webhookChannel({
    find: (address) => (address === ADDRESS ? hook : undefined),
    externalUrl: () => "http://gengfu.example",
    clock,
  });
  if (channel.edit === undefined) throw new Error("a webhook tells changes");
  return { channel, edit: channel.edit.bind(channel), clock };
}

function alert(host: string, resolvedAt?: number): FiredAlert {
  const base = {
    id: `1/${host}`,
    rule: 1,
    labels: { alertname: "hot", host, severity: "critical" },
    found: { host },
    annotations: { summary: `${host} is hot`, runbook: "x" },
    since: FIRED - 60_000,
    firedAt: FIRED,
    value: 95,
    incident: 12,
  };
  return resolvedAt === undefined
    ? { ...base, state: "firing" }
    : { ...base, state: "resolved", resolvedAt, reason: "recovered" };
}

function incident(more: Partial<Incident> = {}): Incident {
  return {
    id: 12,
    group: '{}:{alertname="hot"}',
    title: "hot",
    labels: { alertname: "hot" },
    severity: "critical",
    openedAt: FIRED,
    active: 1,
    peak: 1,
    version: 1,
    news: 1,
    tells: [ADDRESS],
    routes: [],
    ...more,
  };
}

function view(alerts: readonly FiredAlert[], more: Partial<Incident> = {}): IncidentView {
  return { incident: incident(more), status: "firing", alerts: () => alerts };
}

const card: Card = { kind: "incident", title: "#12 hot", incident: 12 };
const attempt = (about: IncidentView, signal = new AbortController().signal) => ({
  deliveryId: `incident-12@${ADDRESS}`,
  signal,
  incident: about,
});

describe("the body", () => {
  it("is Alertmanager's, key by key, with who has it", async () => {
    const { channel } = await open();
    await channel.post(ADDRESS, card, attempt(view([alert("a"), alert("b", FIRED + 30_000)])));
    const [body] = sink.taken<WebhookBody>();
    expect(body).toEqual({
      receiver: "team-x",
      status: "firing",
      alerts: [
        {
          status: "firing",
          labels: { alertname: "hot", host: "a", severity: "critical" },
          annotations: { summary: "a is hot", runbook: "x" },
          startsAt: "2026-11-25T02:00:00.000Z",
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "http://gengfu.example/#rule-1",
          // The same that Prometheus' model.LabelSet.Fingerprint gives.
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
          acknowledgedBy: null,
        },
        {
          status: "resolved",
          labels: { alertname: "hot", host: "b", severity: "critical" },
          annotations: { summary: "b is hot", runbook: "x" },
          startsAt: "2026-11-25T02:00:00.000Z",
          endsAt: "2026-11-25T02:00:30.000Z",
          generatorURL: "http://gengfu.example/#rule-1",
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
          acknowledgedBy: null,
        },
      ],
      groupLabels: { alertname: "hot" },
      commonLabels: { alertname: "hot", severity: "critical" },
      commonAnnotations: { runbook: "x" },
      externalURL: "http://gengfu.example",
      version: "4",
      groupKey: '{}:{alertname="hot"}',
      truncatedAlerts: 0,
    });
    expect(sink.received[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "x-gengfu-delivery": `incident-12@${ADDRESS}#1`,
    });
  });

  it("cuts off what max_alerts does not allow, and counts it", async () => {
    const { channel } = await open({ maxAlerts: 2 });
    await channel.post(ADDRESS, card, attempt(view(["a", "b", "c", "d", "e"].map((host) => alert(host)))));
    expect(sink.taken<WebhookBody>()[0]).toMatchObject({ truncatedAlerts: 3, alerts: { length: 2 } });
  });

  it("is signed when there is a secret", async () => {
    const { channel } = await open({ hmacSecret: "k3y" });
    await channel.post(ADDRESS, card, attempt(view([alert("a")])));
    const [posted] = sink.received;
    const expected = createHmac("sha256", "k3y")
      .update(posted?.text ?? "")
      .digest("hex");
    expect(posted?.headers["x-gengfu-signature-256"]).toBe(`sha256=${expected}`);
  });

  it("has the alerts in Alertmanager's order: job, instance, fewer labels, the first that differs", async () => {
    const { channel } = await open();
    const labelled: readonly Labels[] = [
      { alertname: "hot", job: "b", instance: "1" },
      { alertname: "hot", instance: "0" },
      { alertname: "hot", host: "b" },
      { alertname: "hot", job: "a", instance: "2" },
      { alertname: "hot", host: "a", zone: "x" },
      { alertname: "hot", job: "a", instance: "10" },
      { alertname: "hot", zone: "z" },
      { alertname: "hot", host: "a" },
    ];
    const alerts = labelled.map((labels, i) => ({ ...alert(`a${i}`), labels }));
    await channel.post(ADDRESS, card, attempt(view(alerts)));
    const [body] = sink.taken<WebhookBody>();
    expect(
      body?.alerts.map(({ labels: { alertname: _, ...rest } }) => Object.values(rest).join(" ")),
    ).toEqual(["a 10", "a 2", "b 1", "0", "z", "a", "b", "a x"]);
  });

  it("goes with what http_config says", async () => {
    const http = { ...PLAIN_HTTP, authorization: "Bearer abc", headers: { "x-team": "ops" } };
    const { channel } = await open({ http });
    await channel.post(ADDRESS, card, attempt(view([alert("a")])));
    expect(sink.received[0]?.headers).toMatchObject({ authorization: "Bearer abc", "x-team": "ops" });
  });
});

describe("what is told", () => {
  it("is answered, and the answer is kept for people", async () => {
    const { channel, edit } = await open();
    const hidden = await channel.post(ADDRESS, card, attempt(view([])));
    expect(hidden["answer"]).toBe("");
    sink.answer = () => ({ status: 202, body: "" });
    const receipt = await edit(hidden, card, attempt(view([alert("a")], { version: 2 })));
    expect(receipt?.["answer"]).toBe("HTTP 202");
  });

  it("is each change that matters, once: the firing set, the owner, news, the end", async () => {
    const { channel, edit } = await open();
    const owner = { person: "console:alice", at: FIRED, until: FIRED + 3_600_000 };
    let receipt = await channel.post(ADDRESS, card, attempt(view([alert("a")])));
    const step = async (about: IncidentView): Promise<string> => {
      const before = sink.received.length;
      const changed = await edit(receipt, card, attempt(about));
      expect(changed === undefined).toBe(sink.received.length === before);
      receipt = changed ?? receipt;
      const [body] = sink.taken<WebhookBody>().slice(before);
      return body === undefined
        ? "nothing"
        : `${body.status} ${body.alerts.map(({ labels, status, acknowledgedBy }) => `${labels["host"]}:${status}:${acknowledgedBy ?? ""}`)}`;
    };
    expect(await step(view([alert("a")], { version: 2 }))).toBe("nothing");
    expect(await step(view([alert("a"), alert("b")], { version: 3 }))).toBe("firing a:firing:,b:firing:");
    const over = alert("b", FIRED + 10_000);
    expect(await step(view([alert("a"), over], { version: 4 }))).toBe("firing a:firing:,b:resolved:");
    expect(await step(view([alert("a"), over], { version: 5, acknowledgement: owner }))).toBe(
      "firing a:firing:console:alice",
    );
    expect(await step(view([alert("a"), over], { version: 6, news: 6, acknowledgement: owner }))).toBe(
      "firing a:firing:console:alice",
    );
    const end = view([alert("a", FIRED + 50_000), over], { version: 7, resolvedAt: FIRED + 50_000 });
    expect(await step(end)).toBe("resolved a:resolved:");
    expect(await step(end)).toBe("nothing");
  });

  it("is nothing while all of it is hidden, and afterwards only what is new since it was told", async () => {
    const { channel, edit } = await open();
    const receipt = await channel.post(ADDRESS, card, attempt(view([alert("a"), alert("b")])));
    expect(await edit(receipt, card, attempt(view([], { version: 2 })))).toBeUndefined();
    expect(
      await edit(receipt, card, attempt(view([alert("a"), alert("b")], { version: 3 }))),
    ).toBeUndefined();
    expect(sink.received).toHaveLength(1);
    await edit(receipt, card, attempt(view([alert("a"), alert("b", FIRED + 9_000)], { version: 4 })));
    const [, body] = sink.taken<WebhookBody>();
    expect(body?.alerts.map(({ status }) => status)).toEqual(["firing", "resolved"]);
  });

  it("tells all ends of one moment again rather than losing one that came late", async () => {
    const { channel, edit } = await open();
    const at = FIRED + 10_000;
    const all = [alert("a"), alert("b", at), alert("c")];
    const receipt = await channel.post(ADDRESS, card, attempt(view(all)));
    await edit(receipt, card, attempt(view([alert("a"), alert("b", at), alert("c", at)], { version: 2 })));
    const hosts = sink.taken<WebhookBody>().map(({ alerts }) => alerts.map(({ labels }) => labels["host"]));
    expect(hosts).toEqual([
      ["a", "b", "c"],
      ["a", "b", "c"],
    ]);
  });

  it("is nothing when all of it is hidden, and not twice what was said just now in a short message", async () => {
    const { channel, clock } = await open();
    await channel.post(ADDRESS, card, attempt(view([])));
    expect(sink.received).toHaveLength(0);
    await channel.post(ADDRESS, card, attempt(view([alert("a")])));
    const short: Card = { kind: "text", title: "#12 hot: still firing", incident: 12 };
    await channel.post(ADDRESS, short, attempt(view([alert("a")])));
    expect(sink.received).toHaveLength(1);
    await clock.advance(4 * 3_600_000);
    await channel.post(ADDRESS, short, attempt(view([alert("a")])));
    expect(sink.received).toHaveLength(2);
  });
});

describe("a refusal", () => {
  const refusals: readonly (readonly [string, Answer, Partial<SendError>])[] = [
    ["500", refusing(500), { next: "retry", code: "500" }],
    ["502", refusing(502), { next: "retry", code: "502" }],
    ["408", refusing(408), { next: "retry", code: "408" }],
    ["407, which a proxy says", refusing(407), { next: "retry", code: "407" }],
    ["503 with a time", refusing(503, { "retry-after": "7" }), { next: "wait", code: "503", waitMs: 7_000 }],
    ["503 without one", refusing(503), { next: "retry", code: "503" }],
    [
      "429 with seconds",
      refusing(429, { "retry-after": "20" }),
      { next: "wait", code: "429", waitMs: 20_000 },
    ],
    [
      "429 with a date",
      refusing(429, { "retry-after": new Date(FIRED + 90_000).toUTCString() }),
      { next: "wait", code: "429", waitMs: 30_000 },
    ],
    ["429 alone", refusing(429), { next: "wait", code: "429", waitMs: 30_000 }],
    ["400", refusing(400), { next: "give-up", code: "400" }],
    ["404", refusing(404), { next: "give-up", code: "404" }],
    ["a redirect", refusing(302, { location: "/elsewhere" }), { next: "give-up", code: "302" }],
    ["errcode 130101", errcode(130101), { next: "wait", code: "130101", waitMs: 600_000 }],
    ["errcode 45009", errcode(45009), { next: "wait", code: "45009", waitMs: 60_000 }],
    ["errcode 310000", errcode(310000), { next: "give-up", code: "310000" }],
    ["errcode -1", errcode(-1), { next: "retry", code: "-1" }],
    ["an errcode nobody knows", errcode(777), { next: "retry", code: "777" }],
    ["a broken connection", "reset", { next: "retry", code: "ECONNRESET" }],
    ["a lost answer", "lost", { next: "retry", code: "ECONNRESET" }],
  ];
  it.each(refusals)("%s", async (_name, answer, expected) => {
    const { channel } = await open();
    sink.answer = () => answer;
    const error = await channel.post(ADDRESS, card, attempt(view([alert("a")]))).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject(expected);
    expect(sink.received).toHaveLength(1);
  });

  it.each([
    ["errcode 0", { status: 200, body: '{"errcode":0,"errmsg":"ok"}' }],
    ["errcode 0 as a text", { status: 200, body: '{"errcode":"0"}' }],
    ["no JSON", { status: 202, body: "errcode? no" }],
    ["nothing", { status: 204 }],
  ] as const)("is not %s", async (_name, answer) => {
    const { channel } = await open();
    sink.answer = () => answer;
    await channel.post(ADDRESS, card, attempt(view([alert("a")])));
  });

  it("is silence for longer than its own timeout, and a port where nobody listens", async () => {
    const { channel } = await open({ timeoutMs: 50 });
    sink.answer = () => "hang";
    const slow = await channel.post(ADDRESS, card, attempt(view([alert("a")]))).catch((e: unknown) => e);
    expect(slow).toMatchObject({ next: "retry", code: "timeout" });
    await sink.close();
    // With more time: a busy machine does not even refuse quickly.
    const patient = await open();
    await sink.close();
    const dead = await patient.channel
      .post(ADDRESS, card, attempt(view([alert("a")])))
      .catch((e: unknown) => e);
    expect(dead).toMatchObject({ next: "retry", code: "ECONNREFUSED" });
    sink = await openSink();
  });

  it("is an address that no receiver has any more", async () => {
    const { channel } = await open();
    const error = await channel
      .post("webhook:gone/0", card, attempt(view([alert("a")])))
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ next: "give-up", code: "no-such-webhook" });
  });

  it("names a time in seconds or as a date, or none", () => {
    expect(retryAfterMs("5", 0)).toBe(5_000);
    expect(retryAfterMs(new Date(9_000).toUTCString(), 4_000)).toBe(5_000);
    expect(retryAfterMs(new Date(0).toUTCString(), 4_000)).toBe(0);
    for (const nothing of [undefined, "", "soon", "-1"]) expect(retryAfterMs(nothing, 4_000)).toBe(undefined);
  });
});

channelContract(
  "the webhook",
  async () => {
    const { channel } = await open({
      hmacSecret: "s1gned",
      http: { ...PLAIN_HTTP, authorization: "Bearer b34rer" },
    });
    return {
      channel,
      conversation: ADDRESS,
      seen: () => sink.taken().map((body) => JSON.stringify(body)),
      refuse: (how) => {
        sink.answer = () => (how === "hang" ? "hang" : refusing(500));
      },
      secrets: ["t0ps3cret", "s1gned", "b34rer"],
    };
  },
  { "changes a card in place": "a webhook is told of each change; nothing is changed in place" },
);
