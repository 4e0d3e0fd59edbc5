/** Garbage at every door that other systems post to: an answer with a reason, never a fault, nothing else disturbed. */
import { request } from "node:http";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openArrivals } from "../../../../bot/hooks/arrivals.ts";
import { doorsOf } from "../../../../bot/hooks/doors.ts";
import { hookKinds } from "../../../../bot/hooks/index.ts";
import type { Log } from "../../../../storage/log.ts";
import { hookOf, reading, TOKEN } from "../../../support/hooks.ts";
import { buildHouse } from "../../../support/house.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

const RUNS = 1_200;
const kinds = Object.keys(hookKinds);
const hooks = kinds.map((kind) => hookOf(kind, { name: kind }));
/** As each kind is posted to at its best. */
const bodies = doorsOf({
  hooks,
  arrivals: openArrivals(),
  origin: "",
  revealed: true,
  apiToken: undefined,
  secrets: [],
  reading,
}).map(({ curl }) => JSON.parse(/ -d '(.*)'$/s.exec(curl)?.[1]?.replaceAll("'\\''", "'") ?? "") as unknown);
const samples = [
  ...bodies,
  {
    matchers: [{ name: "a", value: "b|c", isRegex: true, isEqual: true }],
    startsAt: "2026-11-25T00:00:00Z",
    endsAt: "2099-11-25T00:00:00Z",
    createdBy: "a",
    comment: "b",
  },
];

const paths = [
  "/api/v2/alerts",
  "/api/v2/silences",
  ...Object.values(hookKinds).map(({ path, tokenIn }) => `${path}?${tokenIn}=${TOKEN}`),
];

const times = fc.constantFrom(
  "0000-01-01T00:00:00Z",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999999999Z",
  "0000-01-01 00:00:00",
  "9999-12-31 23:59:59+14:00",
  "2026-02-30T00:00:00Z",
  253402300800000,
  -1,
  1e300,
);
const value = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "binary" }) },
  { weight: 2, arbitrary: times },
  fc.double(),
  fc.constantFrom(null, true, "", "resolved", "firing", "{{rule.name}}", "😀".repeat(200), "\u0000\ud800"),
  fc.jsonValue({ maxDepth: 3 }),
);
const name = fc.oneof(
  fc.constantFrom(
    ...["__proto__", "constructor", "toString", "", "alertname", "severity", "hook", "labels", "annotations"],
    ...[
      "status",
      "startsAt",
      "endsAt",
      "alerts",
      "matchers",
      "isRegex",
      "msgtype",
      "text",
      "content",
      "at",
      "links",
      "name",
      "rule",
    ],
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);

/** A good body in which things were put where they do not belong. */
const mutated = fc
  .tuple(
    fc.nat(samples.length - 1),
    fc.array(fc.tuple(fc.nat(), name, value), { minLength: 1, maxLength: 4 }),
  )
  .map(([which, changes]) => {
    const body = structuredClone(samples[which]);
    for (const [place, key, made] of changes) {
      const objects = objectsIn(body);
      const object = objects[place % objects.length];
      const keys = Object.keys(object ?? {});
      const at = place % 3 === 0 && keys.length > 0 ? (keys[place % keys.length] ?? key) : key;
      // Not by assignment: `__proto__` must be a key like any other. The length of a list is none.
      if (object !== undefined && !(Array.isArray(object) && at === "length"))
        Object.defineProperty(object, at, {
          value: made,
          enumerable: true,
          configurable: true,
          writable: true,
        });
    }
    return JSON.stringify(body);
  });
const deep = fc
  .tuple(
    fc.constantFrom("[", '{"a":', '{"alerts":[', '{"text":', '[{"labels":'),
    fc.constantFrom(100, 5_000, 100_000),
  )
  .map(([open, depth]) => {
    const close = [...open]
      .reverse()
      .map((c) => ({ "[": "]", "{": "}" })[c] ?? "")
      .join("");
    return `${open.repeat(depth)}1${close.repeat(depth)}`;
  });
const doubled = fc.tuple(mutated, name, value).map(([body, key, made]) => {
  const pair = `${JSON.stringify(key)}:${JSON.stringify(made) ?? "null"}`;
  return body.replace("{", `{${pair},${pair},`).replace(/,\}/, "}");
});
const body: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: mutated },
  { weight: 2, arbitrary: doubled },
  fc.json(),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }),
  { weight: 1, arbitrary: deep },
);
const headers = fc.dictionary(
  fc.constantFrom(
    "content-type",
    "content-encoding",
    "accept",
    "authorization",
    "x-forwarded-proto",
    "expect-ct",
  ),
  fc.constantFrom(
    "",
    "application/json",
    "text/xml; charset=gbk",
    "gzip",
    "Bearer",
    "Bearer x y",
    "\u00e9",
    "a".repeat(4_000),
  ),
  { maxKeys: 3 },
);

function objectsIn(json: unknown): object[] {
  if (typeof json !== "object" || json === null) return [];
  return [json, ...Object.values(json).flatMap(objectsIn)];
}

function send(
  url: URL,
  sent: string | Uint8Array,
  given: Record<string, string>,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const out = request(url, { method: "POST", headers: given }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    out.on("error", reject);
    out.end(typeof sent === "string" ? Buffer.from(sent) : sent);
  });
}

test(`${RUNS} bodies`, { timeout: 120_000 }, async () => {
  const errors: object[] = [];
  const log: Log = { debug() {}, info() {}, warn() {}, error: (fields) => errors.push(fields) };
  const yaml = JSON.stringify({
    hooks: hooks.map(({ kind, name: hook, token }) => ({
      name: hook,
      kind,
      token,
      ...(kind === "generic"
        ? {
            alerts: "$.alerts[*]",
            map: { title: "$.name", starts_at: "$.startsAt?", labels: { a: "$.labels?" } },
          }
        : {}),
    })),
  });
  const { url } = await buildHouse({ dir: await temporaryFolder(), yaml, log });
  const statuses = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, headers, async (path, sent, given) => {
      const { status, text } = await send(new URL(path, url), sent, given);
      const said = text === "" ? undefined : (JSON.parse(text) as Record<string, unknown>);
      expect(status === 200 || (status >= 400 && status < 500), `${status} ${text}`).toBe(true);
      if (status !== 200) expect(text).not.toBe("");
      if (/robot|cgi-bin/.test(path)) expect(said).toMatchObject({ errcode: expect.any(Number) });
      const [door = ""] = path.split("?");
      statuses.set(`${door} ${status}`, (statuses.get(`${door} ${status}`) ?? 0) + 1);
    }),
    { numRuns: RUNS },
  );
  expect(errors).toEqual([]);
  // Each door both took and refused some: the garbage was near enough to the real thing.
  for (const door of paths.filter((path) => !/robot|cgi-bin/.test(path)).map((path) => path.split("?")[0]))
    expect([...statuses.keys()].filter((key) => key.startsWith(`${door} `)).length, door).toBeGreaterThan(1);
  expect((await fetch(new URL("/readyz", url))).status).toBe(200);
  const board = await fetch(new URL("/api/console/doors", url));
  expect([board.status, (await board.json()) !== undefined]).toEqual([200, true]);
});
