/** `/api/v2` beside a real Alertmanager: the same requests, the same answers. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasAlertmanager, startAlertmanager } from "../support/alertmanager.ts";
import { type Bot, makeDir, startBot, until } from "../support/bot.ts";

/** One file for both. */
const config = `
global: { resolve_timeout: 5m }
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 1h
  routes:
    - { receiver: db, matchers: [team="db"], group_by: [alertname, host], continue: true }
    - { receiver: pager, matchers: [severity="critical"] }
receivers: [{ name: ops }, { name: db }, { name: pager }]
inhibit_rules:
  - { source_matchers: [alertname="down"], target_matchers: [severity="warning"], equal: [host] }
`;

const cleanUps: (() => void | Promise<void>)[] = [];
let bot: Bot;
let theirs: string;

beforeAll(async () => {
  const dir = makeDir(cleanUps);
  writeFileSync(join(dir, "gengfu.yml"), config);
  bot = await startBot({ dir, env: { LOCALE: "en" } });
  cleanUps.push(async () => void (await bot.end("SIGKILL")));
  if (hasAlertmanager) theirs = await startAlertmanager(config, cleanUps);
}, 30_000);
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(base: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(new URL(path, base), {
    method,
    ...(body === undefined
      ? {}
      : {
          body: typeof body === "string" ? body : JSON.stringify(body),
          headers: { "content-type": "application/json" },
        }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? "" : JSON.parse(text) };
}

/** Asks both; gives both answers. */
async function both(
  method: string,
  path: string,
  body?: unknown,
): Promise<readonly [ours: Answer, theirs: Answer]> {
  return Promise.all([ask(bot.url, method, path, body), ask(theirs, method, path, body)]);
}

const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
const HOUR = 3_600_000;

const labelSets = [
  { alertname: "disk", host: "a", severity: "warning" },
  { alertname: "disk", host: "b", severity: "critical" },
  { alertname: "slow", host: "a", severity: "warning", team: "db" },
  { alertname: "slow", host: "c", severity: "critical", team: "db" },
  { alertname: "down", host: "a", severity: "critical" },
  { alertname: "名字", host: "中文", severity: "info" },
];

/** Without what is ours alone, what differs by a moment, and what 0.25 does not have yet. */
function common(alert: Record<string, unknown>): unknown {
  const { updatedAt: _, annotations, status, ...rest } = alert;
  const { mutedBy: __, silencedBy, ...state } = status as Record<string, unknown>;
  const own = Object.entries(annotations as Record<string, string>).filter(
    ([name]) => !name.startsWith("gengfu_"),
  );
  return {
    ...rest,
    annotations: Object.fromEntries(own),
    status: { ...state, silencedBy: (silencedBy as unknown[]).length },
  };
}

const alertsIn = ({ body }: Answer): unknown[] => (body as Record<string, unknown>[]).map(common);

describe.skipIf(!hasAlertmanager)("beside a real Alertmanager", { timeout: 30_000 }, () => {
  beforeAll(async () => {
    const alerts = labelSets.map((labels) => ({
      labels,
      annotations: { summary: `about ${labels.host}` },
      startsAt: at(-HOUR),
      endsAt: at(HOUR),
      generatorURL: "http://prometheus.example/graph",
    }));
    for (const { status } of await both("POST", "/api/v2/alerts", alerts)) expect(status).toBe(200);
    for (const { status } of await both("POST", "/api/v2/silences", {
      matchers: [{ name: "host", value: "c|d", isRegex: true, isEqual: true }],
      startsAt: at(-1_000),
      endsAt: at(HOUR),
      createdBy: "alice",
      comment: "moving",
    }))
      expect(status).toBe(200);
    // Both draw what they were sent in their own time.
    await until(async () => {
      const [ours, others] = await both("GET", "/api/v2/alerts");
      const waits = (answer: Answer): boolean => JSON.stringify(answer.body).includes('"unprocessed"');
      const inhibited = JSON.stringify(others.body).includes('"inhibitedBy":["');
      return !waits(ours) && !waits(others) && inhibited ? true : undefined;
    });
  });

  test.each([
    "/api/v2/alerts",
    "/api/v2/alerts?active=false",
    "/api/v2/alerts?silenced=false",
    "/api/v2/alerts?inhibited=false",
    "/api/v2/alerts?active=false&inhibited=false",
    "/api/v2/alerts?silenced=no&inhibited=0",
    '/api/v2/alerts?filter=host="a"',
    '/api/v2/alerts?filter=host="a"&filter=severity!="warning"',
    '/api/v2/alerts?filter=host=~"a|b"&filter=alertname!~"d.*"',
    '/api/v2/alerts?filter=team=""',
    "/api/v2/alerts?filter=nobody=here",
    "/api/v2/alerts?receiver=pager",
    "/api/v2/alerts?receiver=p.*%7Cdb",
    "/api/v2/alerts?receiver=page",
  ])("GET %s", async (path) => {
    const [ours, others] = await both("GET", path);
    expect(ours.status).toBe(others.status);
    expect(alertsIn(ours)).toEqual(alertsIn(others));
  });

  test.each([
    "/api/v2/alerts/groups",
    "/api/v2/alerts/groups?receiver=db",
    '/api/v2/alerts/groups?filter=severity="critical"',
    "/api/v2/alerts/groups?inhibited=false&silenced=false",
  ])("GET %s", async (path) => {
    const groupsIn = ({ body }: Answer): unknown[] =>
      (body as { alerts: Record<string, unknown>[] }[]).map((group) => ({
        ...group,
        alerts: group.alerts.map(common),
      }));
    const [ours, others] = await both("GET", path);
    expect(groupsIn(ours)).toEqual(groupsIn(others));
  });

  test("GET receivers", async () => {
    const [ours, others] = await both("GET", "/api/v2/receivers");
    expect(ours).toEqual(others);
  });

  test("GET status: the same fields", async () => {
    const [ours, others] = await both("GET", "/api/v2/status");
    const keys = ({ body }: Answer): unknown =>
      Object.fromEntries(Object.entries(body as object).map(([key, value]) => [key, typeof value]));
    expect(keys(ours)).toEqual(keys(others));
    expect((ours.body as { config: { original: string } }).config.original).toBe(config);
  });

  test("silences: made, listed, changed, ended", async () => {
    const silence = (more: object = {}) => ({
      matchers: [
        { name: "alertname", value: "disk", isRegex: false, isEqual: true },
        { name: "host", value: "a", isRegex: false, isEqual: false },
      ],
      startsAt: at(-1_000),
      endsAt: at(HOUR),
      createdBy: "bob",
      comment: "new disks",
      ...more,
    });
    const bases = [bot.url, theirs];
    const story = await Promise.all(
      bases.map(async (base) => {
        const told: unknown[] = [];
        const post = async (body: unknown): Promise<string> => {
          const { status, body: answer } = await ask(base, "POST", "/api/v2/silences", body);
          told.push(status);
          return (answer as { silenceID: string }).silenceID;
        };
        const look = async (id: string): Promise<Record<string, unknown>> => {
          const { status, body } = await ask(base, "GET", `/api/v2/silence/${id}`);
          const { id: _, updatedAt: __, startsAt, endsAt: ___, ...rest } = body as Record<string, unknown>;
          told.push([status, rest]);
          return { startsAt };
        };
        const id = await post(silence());
        const { startsAt } = await look(id);
        // Only the end is moved: the same silence.
        told.push((await post(silence({ id, startsAt, endsAt: at(2 * HOUR) }))) === id);
        await look(id);
        // Other matchers: another silence, and the old one is over.
        const changed = silence({
          id,
          startsAt,
          matchers: [{ name: "host", value: "b", isRegex: false, isEqual: true }],
        });
        const next = await post(changed);
        told.push(next === id);
        await look(id);
        await look(next);
        const list = await ask(base, "GET", "/api/v2/silences?filter=host=b");
        told.push(
          (list.body as { status: { state: string }; comment: string }[]).map((one) => [
            one.status.state,
            one.comment,
          ]),
        );
        told.push((await ask(base, "DELETE", `/api/v2/silence/${next}`)).status);
        await look(next);
        const later = await post(silence({ startsAt: at(HOUR), endsAt: at(2 * HOUR) }));
        await look(later);
        told.push((await ask(base, "DELETE", `/api/v2/silence/${later}`)).status);
        return told;
      }),
    );
    expect(story[0]).toEqual(story[1]);
  });

  test.each([
    ["alerts that are no JSON", "POST", "/api/v2/alerts", "{"],
    ["alerts that are no list", "POST", "/api/v2/alerts", { labels: {} }],
    ["an alert without labels", "POST", "/api/v2/alerts", [{ labels: {} }]],
    [
      "an alert that ends before it starts",
      "POST",
      "/api/v2/alerts",
      [{ labels: { a: "b" }, startsAt: at(HOUR), endsAt: at(1) }],
    ],
    ["a filter that is none", "GET", "/api/v2/alerts?filter=%7Bhost", undefined],
    ["a receiver that is no expression", "GET", "/api/v2/alerts?receiver=(", undefined],
    ["a filter of silences that is none", "GET", "/api/v2/silences?filter=%7Bhost", undefined],
    [
      "a silence without matchers",
      "POST",
      "/api/v2/silences",
      { startsAt: at(0), endsAt: at(HOUR), createdBy: "a", comment: "b" },
    ],
    [
      "a silence of everything",
      "POST",
      "/api/v2/silences",
      {
        matchers: [{ name: "a", value: ".*", isRegex: true }],
        startsAt: at(0),
        endsAt: at(HOUR),
        createdBy: "a",
        comment: "b",
      },
    ],
    [
      "a silence that ends first",
      "POST",
      "/api/v2/silences",
      {
        matchers: [{ name: "a", value: "b", isRegex: false }],
        startsAt: at(HOUR),
        endsAt: at(1),
        createdBy: "a",
        comment: "b",
      },
    ],
    [
      "a silence that is over",
      "POST",
      "/api/v2/silences",
      {
        matchers: [{ name: "a", value: "b", isRegex: false }],
        startsAt: at(-2 * HOUR),
        endsAt: at(-HOUR),
        createdBy: "a",
        comment: "b",
      },
    ],
    ["a silence nobody knows", "GET", "/api/v2/silence/11111111-1111-4111-8111-111111111111", undefined],
    ["a silence with a name that is none", "GET", "/api/v2/silence/12", undefined],
  ])("refuses as it does: %s", async (_, method, path, body) => {
    const [ours, others] = await both(method, path, body);
    expect(ours.status).toBe(others.status);
    // The words are our own, the shape is theirs: a text, or an object with code and message.
    const shape = ({ body }: Answer): unknown =>
      typeof body === "object" && body !== null ? Object.keys(body).sort() : typeof body;
    expect(shape(ours)).toEqual(shape(others));
  });
});

describe("what only we do", () => {
  test("one malformed alert refuses itself and not the others, and the answer names it", async () => {
    const answer = await ask(bot.url, "POST", "/api/v2/alerts", [
      { labels: { alertname: "right", host: "x" } },
      { labels: { alertname: 7 } },
    ]);
    expect(answer).toEqual({ status: 400, body: "alert 1: labels.alertname: is not a text" });
    const { body } = await ask(bot.url, "GET", '/api/v2/alerts?filter=alertname="right"');
    expect(body).toHaveLength(1);
  });

  test("the console shows what came in last, and what became of it", async () => {
    await ask(bot.url, "POST", "/api/v2/alerts", [{ labels: { alertname: "shown" } }, { labels: {} }]);
    await ask(bot.url, "POST", "/api/v2/alerts", "{");
    const { body } = await ask(bot.url, "GET", "/api/console/doors");
    const [door] = (body as { doors: { name: string; arrivals: object[] }[] }).doors;
    expect(door?.name).toBe("/api/v2/alerts");
    expect(door?.arrivals.slice(0, 2)).toMatchObject([
      { status: 400, accepted: 0, error: expect.stringContaining("JSON") },
      { status: 400, accepted: 1, refused: [{ index: 1 }], body: expect.stringContaining("shown") },
    ]);
  });

  test("who has an incident is an annotation, and its number too", async () => {
    const labels = { alertname: "annotated" };
    await ask(bot.url, "POST", "/api/v2/alerts", [{ labels }]);
    const find = async (): Promise<Record<string, string>> => {
      const { body } = await ask(bot.url, "GET", '/api/v2/alerts?filter=alertname="annotated"');
      return (body as { annotations: Record<string, string> }[])[0]?.annotations ?? {};
    };
    const number = await until(async () => (await find())["gengfu_incident"]);
    await bot.say(`ack ${number.slice(1)} 30m on it`);
    expect(await find()).toMatchObject({
      gengfu_acknowledged_by: "console:boss",
      gengfu_acknowledged_note: "on it",
    });
  });

  test("a silence of the API is one of the chat, and the other way round", async () => {
    const { body } = await ask(bot.url, "POST", "/api/v2/silences", {
      matchers: [{ name: "alertname", value: "chatty", isRegex: false }],
      startsAt: at(0),
      endsAt: at(HOUR),
      createdBy: "carol",
      comment: "both ways",
    });
    const number = Number((body as { silenceID: string }).silenceID.slice(-12));
    const [listed] = await bot.say("silences");
    expect(listed?.text).toContain("both ways");
    await bot.say(`unsilence ${number}`);
    const { body: ended } = await ask(
      bot.url,
      "GET",
      `/api/v2/silence/${(body as { silenceID: string }).silenceID}`,
    );
    expect(ended).toMatchObject({ status: { state: "expired" }, createdBy: "carol" });
  });

  test("ending a silence that nobody knows is 404, as in newer ones; Debian's says 500", async () => {
    const unknown = "/api/v2/silence/11111111-1111-4111-8111-111111111111";
    expect(await ask(bot.url, "DELETE", unknown)).toEqual({ status: 404, body: "silence not found" });
  });

  test.each(["alerts", "alerts/groups", "silences", "status", "receivers"])(
    "/api/v1/%s is gone, and says so",
    async (path) => {
      const { status, body } = await ask(bot.url, "GET", `/api/v1/${path}`);
      expect(status).toBe(410);
      expect(body).toMatchObject({ status: "deprecated" });
    },
  );
});
